import { StorageError } from '../../errors/tsdbt-error.js';
import type { Snapshot } from '../log/snapshot.js';
import type { WrittenFile } from '../parquet.js';
import type { AddFile, LiveFile } from '../protocol/actions.js';
import { mayHold, type Range } from '../protocol/skipping.js';
import { enclosed, quoteIdentifier } from '../sql.js';
import { columnDefaults, generatedColumns } from './computed-columns.js';
import { requireNewConstraints } from './constraints.js';
import { describeSource } from './describe-source.js';
import { fitColumns } from './fit-schema.js';
import { type MergeSql, mergeSql, numbered } from './merge-sql.js';
import { changeTable, type TableSettings } from './metadata.js';
import { sumBytes } from './metrics.js';
import { stageOverwrite } from './overwrite.js';
import { resolveColumns } from './resolve-columns.js';
import { changeRows, positionedScan, type RowChanges, recordsChanges } from './row-changes.js';
import { type RowsOrigin, readsTable, rowsRead } from './rows-read.js';
import { StagedCommit } from './staged-commit.js';
import { type OpenTarget, openTargetWithStats, type Target } from './target.js';
import { widenFitted } from './widen.js';
import { layoutOf, type WriteRequest, withSpill } from './write-files.js';

/** Whose columns keys are looked for in. */
export const ROWS_HAVE = 'the rows to merge have';

export interface MergeOptions extends TableSettings, RowsOrigin {
  /** a SELECT; columns fit the table's by name, and it may leave some out */
  readonly source: string;
  /** key columns; a null in one never matches */
  readonly on: readonly string[];
  /** columns to take from the source where a row matches; default: all it has; none: insert only */
  readonly update?: readonly string[] | undefined;
  /** rows without a match are inserted; default true */
  readonly insert?: boolean | undefined;
  /** rows of the table that no source row matches are deleted where this predicate over the table's columns holds */
  readonly notMatchedBySourceDelete?: string | undefined;
  /** further conditions of a match, over the aliases `target` and `source` */
  readonly predicates?: readonly string[] | undefined;
  /** new columns are added and types widened; default false */
  readonly mergeSchema?: boolean | undefined;
  /** for a table that does not exist yet */
  readonly partitionBy?: readonly string[] | undefined;
  readonly notNull?: readonly string[] | undefined;
}

/**
 * Updates and inserts rows by key. Only files with a row that really changes are written anew; a matching row whose
 * columns are all equal counts as unchanged.
 *
 * @throws StorageError TSD6037 when the source has a key twice, TSD6038 for a key or update column that is not there,
 *   TSD6030, TSD6031 when columns do not fit, TSD6033 when a row breaks a constraint
 */
export async function stageMerge(target: Target, options: MergeOptions): Promise<StagedCommit> {
  const open = await openTargetWithStats(target);
  return open.base === undefined ? create(open, target, options) : merge({ ...open, base: open.base }, options);
}

async function create(open: OpenTarget, target: Target, options: MergeOptions): Promise<StagedCommit> {
  const { source: select, ...rest } = options;
  const columns = await open.engine.describe(select);
  const on = resolveColumns(
    open.store.location,
    options.on,
    columns.map((column) => column.name),
    ROWS_HAVE,
  );
  const staged = await stageOverwrite(target, { ...rest, select });
  try {
    await requireUniqueKeys(open, `(${staged.toSql()})`, on);
  } catch (error) {
    await staged.discard();
    throw error;
  }
  return staged;
}

async function merge(
  open: OpenTarget<AddFile> & { readonly base: Snapshot<AddFile> },
  options: MergeOptions,
): Promise<StagedCommit> {
  const { store, engine, base } = open;
  const columns = await describeSource(engine, options.source, base.schema);
  const fit = { mergeSchema: options.mergeSchema ?? false, allowMissing: true };
  const fitted = widenFitted(fitColumns(store.location, columns, base.schema, fit), base, options.properties);
  const on = resolveColumns(store.location, options.on, fitted.present, ROWS_HAVE);
  const update = resolveColumns(store.location, options.update ?? fitted.present, fitted.present, ROWS_HAVE).filter(
    (name) => !on.includes(name),
  );
  const deletes = options.notMatchedBySourceDelete;
  const rewritesRows = update.length > 0 || deletes !== undefined;
  const intent = { removesRows: rewritesRows, rewritesRows };
  const table = changeTable(open, fitted.schema, base.partitionColumns, options, intent);
  const expressions = fitted.expressions.filter((_, i) => fitted.present.includes(fitted.schema.fields[i]!.name));
  const select = `SELECT ${expressions.join(', ')} FROM ${enclosed(options.source)}`;
  await requireNewConstraints(table, base);
  const readsItself = await readsTable(engine, store.location, options.source, options);
  return withSpill(store, engine, numbered(select), async (source, written) => {
    await requireUniqueKeys(open, source, on);
    const ranges = keyRanges(written, on);
    const near = (file: LiveFile) => written.rows > 0n && mayHold(file, base, ranges);
    const candidates = base.files.filter(near);
    const feeds = recordsChanges(table.properties);
    const defaults = await columnDefaults(store.location, engine, table.schema);
    const merged = { source, defaults, schema: table.schema, present: fitted.present, on, update, deletes, feeds };
    const sql = mergeSql({ ...merged, predicates: options.predicates ?? [] });
    const wide = fitted.widened.length > 0;
    const generated = await generatedColumns(table, fitted.present);
    const changes = await applyMerge({ ...table, generated }, base, sql, {
      candidates,
      updates: update.length > 0,
      insert: (options.insert ?? true) && written.rows > 0n,
      deletes,
      rewriteAlso: wide ? base.files : [],
      feeds,
    });
    const { inserted, updated, deleted } = changes;
    const matching = { near, on: options.predicates };
    return new StagedCommit(table, {
      ...changes,
      operation: 'MERGE',
      parameters: {
        predicate: on.map((name) => `target.${quoteIdentifier(name)} = source.${quoteIdentifier(name)}`).join(' AND '),
        update: JSON.stringify(update),
      },
      metrics: {
        numSourceRows: Number(written.rows),
        numTargetRowsInserted: inserted,
        numTargetRowsUpdated: updated,
        numTargetRowsDeleted: deleted,
        numTargetRowsCopied: changes.copied,
        numOutputRows: changes.copied + updated + inserted,
        numOutputBytes: sumBytes(changes.adds),
        numTargetFilesAdded: changes.adds.length,
        numTargetFilesRemoved: changes.removes.length,
        numTargetFilesSkipped: base.files.length - candidates.length,
      },
      reads: readsItself
        ? 'table'
        : rowsRead(table, {
            added: [matching, ...(deletes === undefined ? [] : [{ where: [deletes] }])],
            removed: [matching],
          }),
      warnings: fitted.warnings,
    });
  });
}

interface MergePlan {
  /** files that may hold a row that matches */
  readonly candidates: readonly AddFile[];
  /** rows that match may change */
  readonly updates: boolean;
  readonly insert: boolean;
  /** rows of all files that no source row matches go where this predicate holds */
  readonly deletes: string | undefined;
  readonly rewriteAlso: readonly AddFile[];
  readonly feeds: boolean;
}

/** Finds the rows that match, once, and those that go, and writes what becomes of them. */
async function applyMerge(
  request: Omit<WriteRequest, 'select'>,
  base: Snapshot<AddFile>,
  sql: MergeSql,
  plan: MergePlan,
): Promise<RowChanges> {
  const { store, engine } = request;
  const { candidates, rewriteAlso } = plan;
  // in the new schema: columns that come are null, widened ones are read as what they become
  const layout = { ...layoutOf(request), deletedRows: base.deletedRows };
  const near = candidates.length === 0 ? undefined : positionedScan(layout, base, candidates);
  const spill = (select: string | undefined, use: (table: string | undefined) => Promise<RowChanges>) =>
    select === undefined
      ? use(undefined)
      : withSpill(store, engine, select, (table, { rows }) => use(rows === 0n ? undefined : table));
  const gone = plan.deletes === undefined ? undefined : positionedScan(layout, base, base.files);
  return spill(gone && sql.deleted(gone, plan.deletes!), (deleted) =>
    spill(plan.updates && near !== undefined ? sql.matches(near) : undefined, async (matches) => {
      const [row] = matches === undefined ? [] : await engine.query(sql.countDiffering(matches));
      const differing = Number(row?.n ?? 0) > 0 ? matches : undefined;
      const looksUp = !plan.updates && near !== undefined;
      const inserts = !plan.insert ? undefined : looksUp ? sql.insertsInto(near) : sql.inserts(matches);
      const changing = deleted !== undefined || differing !== undefined || rewriteAlso.length > 0;
      return changeRows(request, base, {
        deleted,
        updated: differing === undefined ? undefined : sql.updated(differing),
        further: inserts,
        feed: plan.feeds && changing ? sql.feed(differing, deleted, inserts) : undefined,
        rewriteAlso,
      });
    }),
  );
}

/** Ranges of the key columns in the source, by what the engine says of the file it wrote. */
export function keyRanges(source: WrittenFile, on: readonly string[]): Range[] {
  return source.columns.flatMap(({ path, min, max, hasNan }) =>
    path.length === 1 && on.includes(path[0]!) && min !== undefined && max !== undefined && hasNan !== true
      ? [{ column: path[0]!, min, max }]
      : [],
  );
}

async function requireUniqueKeys(open: OpenTarget, source: string, on: readonly string[]): Promise<void> {
  if (on.length === 0)
    throw new StorageError('TSD6038', `${open.store.location}: a merge needs at least one key column`);
  const keys = on.map(quoteIdentifier).join(', ');
  const notNull = on.map((name) => `${quoteIdentifier(name)} IS NOT NULL`).join(' AND ');
  const example = `concat_ws(', ', ${on.map((name) => `CAST(${quoteIdentifier(name)} AS VARCHAR)`).join(', ')})`;
  const [row] = await open.engine.query(
    `SELECT count(*) AS keys, any_value(example) AS example, any_value(n) AS n FROM (SELECT ${example} AS example, count(*) AS n FROM ${source} WHERE ${notNull} GROUP BY ${keys} HAVING count(*) > 1)`,
  );
  const duplicated = Number(row!.keys);
  if (duplicated > 0)
    throw new StorageError(
      'TSD6037',
      `${open.store.location}: the rows to merge have ${duplicated} ${duplicated === 1 ? 'key' : 'keys'} (${on.join(', ')}) more than once, e.g. ${row!.example} ${row!.n} times`,
      { hint: 'keep one row of each key in the query, e.g. with QUALIFY row_number() OVER (PARTITION BY …) = 1' },
    );
}
