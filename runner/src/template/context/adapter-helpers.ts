import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { chain } from '../chain.js';
import { iterate, PyDict } from '../containers.js';
import { OperationFailure, templateCodes, typeFailure, valueFailure } from '../failure.js';
import { defineFunction } from '../signature.js';
import {
  type MaybePromise,
  type TemplateFunction,
  TemplateObject,
  type TemplateValue,
  text,
  truthy,
} from '../values.js';
import { ColumnValue } from './column-value.js';
import type { AdapterHost, ContextHost } from './context-host.js';
import { RelationValue, relationOf } from './relation-value.js';
import { StaticObject } from './static-object.js';
import { TableValue } from './table-value.js';

type Asked = (
  otherwise: TemplateValue,
  run: (adapter: AdapterHost) => MaybePromise<TemplateValue>,
) => MaybePromise<TemplateValue>;

/** An index as a model's config has it. */
function index(given: TemplateValue | undefined): TemplateValue {
  if (given === undefined || given === null) return null;
  if (!(given instanceof PyDict)) throw typeFailure('an index is a dict with columns');
  const columns = given.get('columns');
  if (columns === undefined || columns === null) throw valueFailure('an index needs its columns');
  const list = typeof columns === 'string' ? [columns] : [...iterate(columns)].map(text);
  const unique = truthy(given.get('unique') ?? false);
  return new StaticObject(
    'index',
    [
      // names of indexes are unique in a schema, and tables are built beside those that they replace
      defineFunction('render(relation)', ([relation]) => {
        const seed = [...list, text(relation!), String(unique), String(Date.now()), String(Math.random())].join('_');
        return createHash('md5').update(seed).digest('hex');
      }),
    ],
    undefined,
    new Map<string, TemplateValue>([
      ['columns', list],
      ['unique', unique],
      ['type', given.get('type') ?? null],
    ]),
  );
}

const behaviours = ['ignore', 'invalidate', 'new_record'];

/** What a snapshot does with rows that are gone. */
function hardDeletes(config: TemplateValue | undefined): MaybePromise<TemplateValue> {
  const read = (name: string): MaybePromise<TemplateValue> => {
    if (config instanceof PyDict) return config.get(name) ?? null;
    const get = config instanceof TemplateObject ? config.getAttribute('get') : undefined;
    if (!(get instanceof TemplateObject) || get.call === undefined) return null;
    return get.call({ positional: [name], named: new Map(), site: undefined as never });
  };
  return chain(read('hard_deletes'), (wanted) =>
    chain(read('invalidate_hard_deletes'), (invalidate) => {
      if (wanted !== null && invalidate !== null)
        throw valueFailure('hard_deletes and invalidate_hard_deletes exclude each other', 'keep hard_deletes');
      if (truthy(invalidate)) return 'invalidate';
      const chosen = wanted === null ? 'ignore' : text(wanted);
      if (!behaviours.includes(chosen))
        throw valueFailure(`hard_deletes is one of ${behaviours.join(', ')}, not "${chosen}"`);
      return chosen;
    }),
  );
}

/** Grants as `show grants` lists them, as `{privilege: [grantees]}`. */
function grants(table: TemplateValue | undefined): PyDict {
  const found = new PyDict();
  for (const row of table instanceof TableValue ? table.rows() : []) {
    const grantee = row.getItem('grantee');
    const privilege = row.getItem('privilege_type') ?? row.getItem('privilege');
    if (grantee === undefined || privilege === undefined) continue;
    const list = found.get(privilege);
    if (Array.isArray(list)) list.push(grantee);
    else found.set(privilege, [grantee]);
  }
  return found;
}

const warned = new WeakMap<object, Set<string>>();

/** Methods of dbt-duckdb's adapter, and of others that do nothing here. */
export function adapterHelpers(host: ContextHost, ask: Asked): readonly TemplateFunction[] {
  const nothing = (spec: string, value: TemplateValue = '') => defineFunction(spec, () => value);
  return [
    // what is cached is asked of the engine each time
    nothing('cache_added(relation)'),
    nothing('cache_dropped(relation)'),
    nothing('cache_renamed(from_relation, to_relation)'),
    nothing('cache_new_relation(relation)'),
    nothing('expand_target_column_types(from_relation, to_relation)', null),
    nothing('expand_column_types(goal, current)'),
    nothing('release_connection()'),
    nothing('is_motherduck()', false),
    nothing('is_ducklake(relation)', false),
    nothing('use_ducklake_table_workarounds(relation)', false),
    nothing('disable_transactions()', false),
    nothing('is_cancelable()', true),
    nothing('get_binding_char()', '?'),
    nothing('nice_connection_name()', 'master'),
    nothing('valid_incremental_strategies()', ['append', 'delete+insert', 'merge', 'microbatch']),
    nothing('get_partitions_metadata(table)', null),
    nothing('batch_id_for_model(model)'),
    nothing('catalog_supports_foreign_keys(database)', true),
    nothing('existing_key_constraint_types(relation)', []),
    defineFunction('escape_sql_string(value)', ([value]) => text(value!).replaceAll("'", "''")),
    defineFunction('parse_index(raw_index)', ([given]) => index(given)),
    defineFunction('get_hard_deletes_behavior(config)', ([config]) => hardDeletes(config)),
    defineFunction('standardize_grants_dict(grants_table)', ([table]) => grants(table)),
    defineFunction('convert_datetimes_to_strs(table)', ([table]) => table!),
    defineFunction('convert_type(agate_table, col_idx)', ([table, at]) =>
      table instanceof TableValue ? (table.data.columns[Number(at)]?.type ?? 'VARCHAR') : 'VARCHAR',
    ),
    defineFunction('get_seed_file_path(model)', ([model]) =>
      model instanceof PyDict
        ? join(text(model.get('root_path') ?? ''), text(model.get('original_file_path') ?? ''))
        : '',
    ),
    defineFunction('warn_once(msg)', ([message], { site }) => {
      const seen = warned.get(host.library) ?? new Set<string>();
      warned.set(host.library, seen);
      if (!seen.has(text(message!))) host.message?.('warn', text(message!), site);
      seen.add(text(message!));
      return '';
    }),
    defineFunction('get_temp_relation_path(model, batch_id?)', ([model]) => {
      const { schema, database, identifier } =
        model instanceof RelationValue ? model.relation : { schema: '', database: undefined, identifier: 'model' };
      return PyDict.of([
        ['database', database ?? null],
        ['schema', schema],
        ['identifier', `${schema}__${identifier}`],
      ]);
    }),
    defineFunction('valid_snapshot_target(relation, column_names?)', ([relation, names]) =>
      validSnapshot(ask, relation, names, undefined),
    ),
    defineFunction(
      'assert_valid_snapshot_target_given_strategy(relation, column_names, strategy)',
      ([relation, names, strategy]) => validSnapshot(ask, relation, names, strategy),
    ),
    defineFunction('submit_python_job(parsed_model, compiled_code)', () => {
      throw new OperationFailure(
        templateCodes.unsupported,
        'models in Python cannot be run',
        'write the model in SQL, or in TypeScript',
      );
    }),
  ];
}

/** @throws OperationFailure where the table lacks the columns that a snapshot keeps */
function validSnapshot(
  ask: Asked,
  relation: TemplateValue | undefined,
  names: TemplateValue | undefined,
  strategy: TemplateValue | undefined,
): MaybePromise<TemplateValue> {
  return ask('', (adapter) =>
    chain(adapter.getColumns(relationOf(relation)), (columns) => {
      const known = new Set(columns.map((c) => new ColumnValue(c.name, c.type).name.toLowerCase()));
      const keys = ['dbt_scd_id', 'dbt_valid_from', 'dbt_valid_to'];
      if (strategy instanceof PyDict && strategy.get('hard_deletes') === 'new_record') keys.push('dbt_is_deleted');
      const missing = keys
        .map((key) => (names instanceof PyDict ? text(names.get(key) ?? key) : key))
        .filter((name) => !known.has(name.toLowerCase()));
      if (missing.length > 0)
        throw valueFailure(
          `the snapshot's table has no ${missing.join(', ')}`,
          'it is no table of a snapshot, or its columns were renamed',
        );
      return '';
    }),
  );
}
