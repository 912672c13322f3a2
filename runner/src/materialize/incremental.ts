import type { Column } from '../engines/engine.js';
import { quoteIdentifier } from '../engines/relation.js';
import { didYouMean } from '../errors/suggest.js';
import { QualityError } from '../errors/tsdbt-error.js';
import { builtInStrategies } from '../manifest/config-values.js';
import type { ModelNode } from '../manifest/nodes.js';
import { type Materialization, type MaterializeRequest, tableOptions } from './materialization.js';
import { inBatch, microbatchConfig } from './microbatch.js';
import { sameValues } from './same-values.js';

/** Incremental strategies of Delta tables. */
export const STRATEGIES = builtInStrategies.delta;

/**
 * Adds rows to a table: `append` adds them as they are, `merge` updates the rows with the same `unique_key` and inserts
 * the others, `delete+insert` takes all rows with a key that the new rows have away before it adds them (a key may have many rows),
 * `insert_overwrite` does so with whole partitions, `microbatch` with the time of batches. On the first run and with `--full-refresh` the whole table is written.
 * In a dbt project what is not named is as in dbt-duckdb: `delete+insert`.
 * @throws {QualityError} TSD4010 unknown strategy, TSD4011 merge without unique_key, insert_overwrite without partition_by, TSD4012 unknown key or update columns,
 *   TSD4013 changed columns where `on_schema_change` does not let them change: any with `fail`, missing ones with `ignore`
 *   (nothing says what the rows hold there) and with `sync_all_columns` (a Delta table loses columns by being written anew)
 */
export const materializeIncremental: Materialization = async (request) => {
  const { node, relation, session, storage, isIncremental } = request;
  const options = tableOptions(node);
  // as in dbt, a strategy counts only when there is something to add to
  if (request.likeDbt && !isIncremental) return storage.stageTable(session, relation, request.select, options);
  const strategy = strategyOf(request);
  const keys = keysOf(node);
  if (strategy === 'merge' && keys.length === 0) {
    throw new QualityError('TSD4011', `${node.name}: incremental_strategy "merge" needs a unique_key`, {
      place: node.source.place(0),
      hint: 'add unique_key to config(), or use incremental_strategy: append',
    });
  }
  const partitions = node.config.partition_by;
  if (strategy === 'insert_overwrite' && partitions.length === 0) {
    throw new QualityError('TSD4011', `${node.name}: incremental_strategy "insert_overwrite" needs partition_by`, {
      place: node.source.place(0),
      hint: 'add partition_by to config(), or use incremental_strategy: delete+insert with a unique_key',
    });
  }
  if (!isIncremental) return storage.stageTable(session, relation, request.select, options);

  const published = await storage.published(relation);
  const columns = await session.describe(request.select);
  const select = fitColumns(node, request.select, columns, published!.columns);
  const schemaChange = node.config.on_schema_change;
  if (strategy === 'microbatch') {
    const { eventTime } = microbatchConfig(node);
    const further = (node.config.incremental_predicates ?? [])
      .map((predicate) => ` and ${ofTable(predicate)}`)
      .join('');
    const times = (request.batches ?? []).map((batch) => `(${inBatch(eventTime, batch)})`).join(' or ');
    return storage.stageReplace(session, relation, select, () => `(${times})${further}`, schemaChange, options);
  }
  if (strategy === 'insert_overwrite' || (strategy === 'delete+insert' && keys.length > 0)) {
    const further = strategy === 'delete+insert' ? (node.config.incremental_predicates ?? []) : [];
    const named = strategy === 'delete+insert' ? keys : partitions;
    const predicateOf = async (rows: string): Promise<string> => {
      const same = await sameValues(session, rows, named, published!.columns, strategy === 'insert_overwrite');
      return [same, ...further.map(ofTable)].join(' and ');
    };
    return storage.stageReplace(session, relation, select, predicateOf, schemaChange, options);
  }
  if (strategy === 'append' || strategy === 'delete+insert') {
    return storage.stageAppend(session, relation, select, schemaChange, options);
  }
  const update = updateColumns(node, await session.describe(select), keys);
  return storage.stageMerge(
    session,
    relation,
    select,
    {
      keys,
      update,
      notMatchedBySourceDelete: textOf(node.config.extra.not_matched_by_source_delete),
      predicates: node.config.incremental_predicates ?? [],
      schemaChange,
    },
    options,
  );
};

/** dbt's predicates may call the table by an alias of its own. */
function ofTable(predicate: string): string {
  return `(${predicate.replace(/\bDBT_INTERNAL_DEST\./gi, '')})`;
}

function strategyOf({ node, likeDbt }: MaterializeRequest): string {
  const keyed = keysOf(node).length > 0;
  const named = node.config.incremental_strategy;
  // dbt's merge without a key adds all rows
  if (likeDbt && named === 'merge' && !keyed) return 'append';
  const fallback = likeDbt ? 'delete+insert' : keyed ? 'merge' : 'append';
  const strategy = named === undefined || (likeDbt && named === 'default') ? fallback : named;
  if (!STRATEGIES.includes(strategy)) {
    throw new QualityError(
      'TSD4010',
      `${node.name}: incremental_strategy "${strategy}" is not one of ${STRATEGIES.join(', ')}`,
      {
        place: node.source.place(0),
        hint: didYouMean(strategy, STRATEGIES),
      },
    );
  }
  return strategy;
}

function keysOf(node: ModelNode): readonly string[] {
  const key = node.config.unique_key;
  return key === undefined ? [] : typeof key === 'string' ? [key] : key;
}

/** Handles columns that the table does not have, or no longer gets, as `on_schema_change` says. */
function fitColumns(node: ModelNode, select: string, given: readonly Column[], table: readonly Column[]): string {
  const inTable = new Set(table.map((column) => column.name.toLowerCase()));
  const inSelect = new Set(given.map((column) => column.name.toLowerCase()));
  const added = given.filter((column) => !inTable.has(column.name.toLowerCase())).map((column) => column.name);
  const removed = table.filter((column) => !inSelect.has(column.name.toLowerCase())).map((column) => column.name);
  if (added.length === 0 && removed.length === 0) return select;
  const change = [
    added.length > 0 ? `new: ${added.join(', ')}` : '',
    removed.length > 0 ? `missing: ${removed.join(', ')}` : '',
  ]
    .filter((part) => part !== '')
    .join('; ');
  const mode = node.config.on_schema_change;
  if (mode === 'fail' || (removed.length > 0 && mode !== 'append_new_columns')) {
    throw new QualityError('TSD4013', `${node.name}: the columns differ from the table's (${change})`, {
      place: node.source.place(0),
      hint:
        mode !== 'sync_all_columns'
          ? 'run with --full-refresh, or set on_schema_change to append_new_columns'
          : 'columns are removed from a Delta table by writing it anew: run with --full-refresh',
    });
  }
  if (mode === 'ignore' && added.length > 0) {
    const kept = given
      .filter((column) => inTable.has(column.name.toLowerCase()))
      .map((column) => quoteIdentifier(column.name));
    return `select ${kept.join(', ')} from (\n${select}\n) as known_columns`;
  }
  return select;
}

/**
 * Holds that a model says in one way which columns a merge updates.
 * @throws {QualityError} TSD4012
 */
export function requireOneMergeList(node: ModelNode): void {
  const { merge_update_columns: only = [], merge_exclude_columns: except = [] } = node.config;
  if (only.length === 0 || except.length === 0) return;
  throw new QualityError('TSD4012', `${node.name}: merge_update_columns and merge_exclude_columns exclude each other`, {
    place: node.source.place(0),
    hint: 'keep the one, and leave the other out',
  });
}

function updateColumns(
  node: ModelNode,
  columns: readonly Column[],
  keys: readonly string[],
): readonly string[] | undefined {
  const { merge_update_columns: only, merge_exclude_columns: except } = node.config;
  requireOneMergeList(node);
  const names = columns.map((column) => column.name);
  for (const [key, list] of [
    ['unique_key', keys],
    ['merge_update_columns', only ?? []],
    ['merge_exclude_columns', except ?? []],
  ] as const) {
    for (const name of list) {
      if (!names.some((known) => known.toLowerCase() === name.toLowerCase())) {
        throw new QualityError('TSD4012', `${node.name}: ${key} names "${name}", which the model does not select`, {
          place: node.source.place(0),
          hint: didYouMean(name, names),
        });
      }
    }
  }
  if (only !== undefined) return only;
  if (except === undefined) return undefined;
  const left = new Set([...except, ...keys].map((name) => name.toLowerCase()));
  return names.filter((name) => !left.has(name.toLowerCase()));
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
