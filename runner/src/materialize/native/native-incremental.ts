import type { Column, Session } from '../../engines/engine.js';
import { quoteIdentifier, Relation } from '../../engines/relation.js';
import { didYouMean } from '../../errors/suggest.js';
import { QualityError } from '../../errors/tsdbt-error.js';
import { builtInStrategies } from '../../manifest/config-values.js';
import { textList } from '../../manifest/merge-config.js';
import type { ModelNode } from '../../manifest/nodes.js';
import { requireOneMergeList } from '../incremental.js';
import { type Batch, inBatch, microbatchConfig } from '../microbatch.js';
import { columnsOf } from './native-catalog.js';
import { tellLayout } from './native-layout.js';
import { replace } from './native-models.js';
import type { NativeMaterialization, NativeRequest } from './native-request.js';
import { createTable, inTransaction, persistDocs } from './native-statements.js';

/** Incremental strategies that are written without macros. */
export const STRATEGIES = builtInStrategies.native;
let number = 0;

/**
 * Adds rows to a table of the database file. The strategy is dbt-duckdb's: `delete+insert` where none is named, which
 * appends where there is no `unique_key`.
 * @throws {QualityError} TSD4010 unknown strategy, TSD4013 columns that differ with `on_schema_change: fail`
 */
export const nativeIncremental: NativeMaterialization = async (request) => {
  const { node, relation, session, existing } = request;
  const isAnew = existing === undefined || request.fullRefresh || existing.type === 'view';
  if (isAnew) tellLayout(request);
  if (existing === undefined) {
    await inTransaction(request, async () => {
      await createTable(request, relation);
      await persistDocs(request, relation);
    });
    await request.hooks('post_hook', false);
    return { message: 'OK' };
  }
  if (isAnew) return replace(request, 'table', (target) => createTable(request, target));
  // as in dbt, a strategy counts only when there is something to add to
  const strategy = strategyOf(node);
  number += 1;
  const source = new Relation('', `${relation.identifier}__dbt_tmp${number}`, undefined, 'ephemeral');
  const from = quoteIdentifier(source.identifier);
  try {
    await inTransaction(request, async () => {
      await createTable(request, source, true);
      const columns = await fitTable(request, from, existing);
      const list = columns.map((column) => quoteIdentifier(column.name)).join(', ');
      const statements = statementsOf(request, strategy, existing.toString(), from, list, columns);
      request.wrote(`${statements.join(';\n')};\n`);
      for (const statement of statements) await session.execute(statement);
      await persistDocs(request, existing);
    });
  } finally {
    await session.execute(`drop table if exists ${from}`).catch(() => undefined);
  }
  await request.hooks('post_hook', false);
  return { message: 'OK' };
};

function strategyOf(node: ModelNode): string {
  const strategy = node.config.incremental_strategy ?? 'default';
  if (STRATEGIES.includes(strategy)) return strategy === 'default' ? 'delete+insert' : strategy;
  throw new QualityError(
    'TSD4010',
    `${node.name}: incremental_strategy "${strategy}" is not one of ${STRATEGIES.slice(0, 4).join(', ')}`,
    {
      place: node.source.place(0),
      hint: didYouMean(strategy, STRATEGIES),
    },
  );
}

/** Follows `on_schema_change`, and says which columns are written: the table's, or the new rows' where these were matched. */
async function fitTable(request: NativeRequest, from: string, table: Relation): Promise<readonly Column[]> {
  const { node, session } = request;
  const mode = node.config.on_schema_change;
  const target = await columnsOf(session, table);
  if (mode === 'ignore') return target;
  const source = (await session.query(`select * from ${from} limit 0`)).columns;
  const added = missing(source, target);
  const removed = missing(target, source);
  const changed = source.filter((column) => {
    const old = target.find((other) => other.name.toLowerCase() === column.name.toLowerCase());
    return old !== undefined && old.type !== column.type;
  });
  if (added.length + removed.length + changed.length === 0) return source;
  if (mode === 'fail') {
    throw new QualityError(
      'TSD4013',
      `${node.name}: the columns differ from the table's (${[
        added.length > 0 ? `new: ${names(added)}` : '',
        removed.length > 0 ? `missing: ${names(removed)}` : '',
        changed.length > 0 ? `of another type: ${names(changed)}` : '',
      ]
        .filter((part) => part !== '')
        .join('; ')})`,
      {
        place: node.source.place(0),
        hint: 'run with --full-refresh, or set on_schema_change to append_new_columns or sync_all_columns',
      },
    );
  }
  await alter(
    session,
    table,
    added.map((column) => `add column ${quoteIdentifier(column.name)} ${column.type}`),
  );
  if (mode === 'sync_all_columns') {
    await alter(
      session,
      table,
      removed.map((column) => `drop column ${quoteIdentifier(column.name)}`),
    );
    await alter(
      session,
      table,
      changed.map((column) => `alter column ${quoteIdentifier(column.name)} type ${column.type}`),
    );
  }
  return source;
}

async function alter(session: Session, table: Relation, changes: readonly string[]): Promise<void> {
  for (const change of changes) await session.execute(`alter table ${table} ${change}`);
}

function missing(from: readonly Column[], others: readonly Column[]): readonly Column[] {
  const known = new Set(others.map((column) => column.name.toLowerCase()));
  return from.filter((column) => !known.has(column.name.toLowerCase()));
}

function names(columns: readonly Column[]): string {
  return columns.map((column) => column.name).join(', ');
}

function statementsOf(
  { node, batch }: NativeRequest,
  strategy: string,
  target: string,
  from: string,
  list: string,
  columns: readonly Column[],
): readonly string[] {
  if (strategy === 'microbatch') return batchStatements(node, batch!, target, from, list);
  const insert = `insert into ${target} (${list}) (select ${list} from ${from})`;
  // an empty text is no key
  const keys = textList(node.config.unique_key).filter((key) => key !== '');
  const predicates = node.config.incremental_predicates ?? [];
  if (strategy === 'merge') return [mergeSql(node, target, from, keys, predicates, columns)];
  if (strategy === 'append' || keys.length === 0) return [insert];
  const isList = Array.isArray(node.config.unique_key);
  const and = predicates.map((predicate) => `\n  and ${predicate}`).join('');
  const remove = isList
    ? `delete from ${target} as DBT_INCREMENTAL_TARGET using ${from}\nwhere ${keys
        .map((key) => `${from}.${key} = DBT_INCREMENTAL_TARGET.${key}`)
        .join('\n  and ')}${and}`
    : `delete from ${target} where (${keys[0]}) in (select (${keys[0]}) from ${from})${and}`;
  return [remove, insert];
}

/** The table's rows of the batch's time go, the batch's rows of its time come. */
function batchStatements(node: ModelNode, batch: Batch, target: string, from: string, list: string): readonly string[] {
  const rows = inBatch(microbatchConfig(node).eventTime, batch);
  const and = (node.config.incremental_predicates ?? []).map((predicate) => ` and (${predicate})`).join('');
  return [
    `delete from ${target} where ${rows}${and}`,
    `insert into ${target} (${list}) (select ${list} from ${from} where ${rows})`,
  ];
}

function mergeSql(
  node: ModelNode,
  target: string,
  from: string,
  keys: readonly string[],
  predicates: readonly string[],
  columns: readonly Column[],
): string {
  requireOneMergeList(node);
  const { merge_update_columns: only, merge_exclude_columns: except, extra } = node.config;
  const on = [
    ...(keys.length === 0 ? ['FALSE'] : keys.map((key) => `DBT_INTERNAL_SOURCE.${key} = DBT_INTERNAL_DEST.${key}`)),
    ...predicates,
  ];
  const left = new Set((except ?? []).map((name) => name.toLowerCase()));
  const chosen =
    only?.map((name) => quoteIdentifier(name)) ??
    columns.filter((column) => !left.has(column.name.toLowerCase())).map((column) => quoteIdentifier(column.name));
  const update =
    only === undefined && except === undefined
      ? 'update by name'
      : `update set ${chosen.map((name) => `${name} = DBT_INTERNAL_SOURCE.${name}`).join(', ')}`;
  const condition = (key: string): string => (typeof extra[key] === 'string' ? ` and ${extra[key]}` : '');
  return (
    `merge into ${target} as DBT_INTERNAL_DEST using ${from} as DBT_INTERNAL_SOURCE\n` +
    `on (${on.join(') and (')})\n` +
    `when matched${condition('merge_update_condition')} then ${update}\n` +
    `when not matched${condition('merge_insert_condition')} then insert by name`
  );
}
