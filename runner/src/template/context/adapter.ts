import { quoteIdentifier, Relation } from '../../engines/relation.js';
import { chain } from '../chain.js';
import { PyDict } from '../containers.js';
import { toTemplateValue } from '../convert.js';
import { OperationFailure, templateCodes, typeFailure } from '../failure.js';
import type { Scope } from '../frame.js';
import { defineFunction } from '../signature.js';
import {
  type CallSite,
  type MaybePromise,
  PyTuple,
  plain,
  type TemplateFunction,
  type TemplateValue,
  text,
  typeName,
} from '../values.js';
import { ColumnValue, columnClass } from './column-value.js';
import type { AdapterHost, ContextHost } from './context-host.js';
import { macroValueOf } from './package-value.js';
import { RelationValue } from './relation-value.js';
import { StaticObject } from './static-object.js';
import { TableValue } from './table-value.js';

function relationOf(value: TemplateValue | undefined): Relation {
  if (value instanceof RelationValue) return value.relation;
  throw typeFailure(`a relation is needed, not ${typeName(value ?? null)}`, "give ref('…'), source('…', '…') or this");
}

function optional(value: TemplateValue | undefined): string | undefined {
  return value === undefined || value === null ? undefined : text(plain(value));
}

/** `adapter.*`. While a project is parsed, what asks the engine gives nothing, as dbt does. */
export function adapterObject(host: ContextHost, scope: Scope): StaticObject {
  /** Runs what needs the engine; before `execute` it gives `otherwise`. */
  const ask = (otherwise: TemplateValue, run: (adapter: AdapterHost) => MaybePromise<TemplateValue>) => {
    if (!host.execute) return otherwise;
    if (host.adapter === undefined)
      throw new OperationFailure(templateCodes.unsupported, 'there is no connection here to ask');
    return run(host.adapter);
  };
  const statement = (sql: string, site: CallSite) => ask('', (adapter) => chain(adapter.query(sql, site), () => ''));
  const columns = (relation: Relation, adapter: AdapterHost) =>
    chain(adapter.getColumns(relation), (found) => found.map((c) => new ColumnValue(c.name, c.type)));

  const functions: readonly TemplateFunction[] = [
    defineFunction('dispatch(macro_name, macro_namespace?, packages?)', ([name, namespace], { site }) => {
      const macro = host.library.dispatch(
        text(name!),
        optional(namespace),
        host.packageName,
        host.adapterTypes,
        site.place,
      );
      return macroValueOf(macro, scope, host);
    }),
    defineFunction('type()', () => host.adapterTypes[0] ?? ''),
    defineFunction('quote(identifier)', ([name]) => quoteIdentifier(text(name!))),
    defineFunction('quote_as_configured(identifier, quote_key)', ([name]) => quoteIdentifier(text(name!))),
    defineFunction('quote_seed_column(column, quote_config)', ([name, quote]) =>
      quote === false ? text(name!) : quoteIdentifier(text(name!)),
    ),
    defineFunction('get_relation(database, schema, identifier)', ([database, schema, identifier]) =>
      ask(null, (adapter) =>
        chain(adapter.getRelation(optional(database), text(schema!), text(identifier!)), (found) =>
          toTemplateValue(found),
        ),
      ),
    ),
    defineFunction('get_columns_in_relation(relation)', ([relation]) =>
      ask([], (adapter) => columns(relationOf(relation), adapter)),
    ),
    defineFunction('get_missing_columns(from_relation, to_relation)', ([from, to]) =>
      ask([], (adapter) =>
        chain(columns(relationOf(from), adapter), (own) =>
          chain(columns(relationOf(to), adapter), (others) => {
            const names = new Set(others.map((c) => c.name.toLowerCase()));
            return own.filter((c) => !names.has(c.name.toLowerCase()));
          }),
        ),
      ),
    ),
    defineFunction('list_relations(database, schema)', ([, schema]) =>
      ask([], (adapter) => chain(adapter.listRelations(text(schema!)), (found) => found.map(toTemplateValue))),
    ),
    defineFunction('already_exists(schema, name)', ([schema, name]) =>
      ask(false, (adapter) =>
        chain(adapter.getRelation(undefined, text(schema!), text(name!)), (r) => r !== undefined),
      ),
    ),
    defineFunction('check_schema_exists(database, schema)', ([, schema]) =>
      ask(false, (adapter) => adapter.schemaExists(text(schema!))),
    ),
    defineFunction('create_schema(relation)', ([relation], { site }) =>
      statement(`create schema if not exists ${schemaOf(relationOf(relation))}`, site),
    ),
    defineFunction('drop_schema(relation)', ([relation], { site }) =>
      statement(`drop schema if exists ${schemaOf(relationOf(relation))} cascade`, site),
    ),
    defineFunction('drop_relation(relation)', ([relation], { site }) => {
      if (relation === null) return '';
      const { type } = relationOf(relation);
      return statement(`drop ${type === 'view' ? 'view' : 'table'} if exists ${text(relation!)}`, site);
    }),
    defineFunction('truncate_relation(relation)', ([relation], { site }) =>
      statement(`delete from ${text(relation!)}`, site),
    ),
    defineFunction('rename_relation(from_relation, to_relation)', ([from, to], { site }) => {
      const { type } = relationOf(from);
      const name = quoteIdentifier(relationOf(to).identifier);
      return statement(`alter ${type === 'view' ? 'view' : 'table'} ${text(from!)} rename to ${name}`, site);
    }),
    defineFunction('expand_target_column_types(from_relation, to_relation)', () => ''),
    defineFunction('cache_new_relation(relation)', () => ''),
    defineFunction('commit()', () => ''),
    defineFunction('clear_transaction()', () => ''),
    defineFunction('execute(sql, auto_begin?, fetch?, limit?)', ([sql], { site }) =>
      ask(new PyTuple(['', null]), (adapter) =>
        chain(adapter.query(text(sql!), site), (result) => new PyTuple(['OK', new TableValue(result)])),
      ),
    ),
  ];
  const names = [...functions.map((f) => f.name), 'Relation', 'Column'];
  return new AdapterObject(functions, names);
}

/** Says which names there are: an attribute that is missing should not be silently undefined. */
class AdapterObject extends StaticObject {
  constructor(
    functions: readonly TemplateFunction[],
    private readonly known: readonly string[],
  ) {
    super(
      'adapter',
      functions,
      undefined,
      new Map([
        ['Relation', relationClass],
        ['Column', columnClass],
      ]),
    );
  }
  override attributeNames(): Iterable<string> {
    return this.known;
  }
}

function schemaOf(relation: Relation): string {
  const schema = quoteIdentifier(relation.schema);
  return relation.database === undefined ? schema : `${quoteIdentifier(relation.database)}.${schema}`;
}

const relationClass: StaticObject = new StaticObject(
  'Relation',
  [
    defineFunction(
      'create(database?, schema?, identifier?, type?, **kwargs)',
      ([database, schema, identifier, type]) => {
        const kind = optional(type);
        const relation = new Relation(
          optional(schema) ?? '',
          optional(identifier) ?? '',
          optional(database),
          kind === 'view' ? 'view' : 'table',
        );
        return new RelationValue(relation, undefined, undefined, kind ?? null);
      },
    ),
    defineFunction('add_ephemeral_prefix(name)', ([name]) => `__dbt__cte__${text(name!)}`),
    defineFunction('scd_args(primary_key, updated_at)', ([key, updatedAt]) => [
      ...(Array.isArray(key) ? key : [key!]),
      updatedAt!,
    ]),
  ],
  undefined,
  new Map<string, TemplateValue>([
    ['Table', 'table'],
    ['View', 'view'],
    ['CTE', 'cte'],
    ['External', 'external'],
    ['get_default_quote_policy', defineFunction('get_default_quote_policy()', () => policy())],
    ['get_default_include_policy', defineFunction('get_default_include_policy()', () => policy())],
  ]),
);

function policy(): PyDict {
  return PyDict.of([
    ['database', true],
    ['schema', true],
    ['identifier', true],
  ]);
}

const api = new StaticObject(
  'api',
  [],
  undefined,
  new Map<string, TemplateValue>([
    ['Relation', relationClass],
    ['Column', columnClass],
  ]),
);

/** `api.Relation`, `api.Column`. */
export function apiObject(): StaticObject {
  return api;
}
