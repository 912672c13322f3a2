import { didYouMean } from '../../errors/suggest.js';
import { StorageError } from '../../errors/tsdbt-error.js';
import { scanSql } from '../log/scan-sql.js';
import type { Snapshot } from '../log/snapshot.js';
import type { WrittenFile } from '../parquet.js';
import type { AddFile } from '../protocol/actions.js';
import { resolvePath } from '../protocol/paths.js';
import { mayHold, type Range } from '../protocol/skipping.js';
import { enclosed, quoteIdentifier } from '../sql.js';
import { describeSource } from './describe-source.js';
import { fitColumns } from './fit-schema.js';
import { type MergeSql, mergeSql } from './merge-sql.js';
import { changeTable, type TableSettings } from './metadata.js';
import { countRows, sumBytes } from './metrics.js';
import { stageOverwrite } from './overwrite.js';
import { StagedCommit } from './staged-commit.js';
import { type OpenTarget, openTarget, type Target } from './target.js';
import { type WriteRequest, withSpill, writeFiles } from './write-files.js';

export interface MergeOptions extends TableSettings {
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

/** Files rewritten together become one file of about this many bytes at most. */
const REWRITE_BYTES = 256 * 1024 * 1024;

/**
 * Updates and inserts rows by key. Only files with a row that really changes are written anew; a matching row whose
 * columns are all equal counts as unchanged.
 *
 * @throws StorageError TSD6037 when the source has a key twice, TSD6038 for a key or update column that is not there,
 *   TSD6030, TSD6031 when columns do not fit, TSD6033 when a row breaks a constraint
 */
export async function stageMerge(target: Target, options: MergeOptions): Promise<StagedCommit> {
  const open = await openTarget(target);
  return open.base === undefined ? create(open, target, options) : merge({ ...open, base: open.base }, options);
}

async function create(open: OpenTarget, target: Target, options: MergeOptions): Promise<StagedCommit> {
  const { source: select, ...rest } = options;
  const columns = await open.engine.describe(select);
  const on = resolve(
    open.store.location,
    options.on,
    columns.map((column) => column.name),
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

async function merge(open: OpenTarget & { readonly base: Snapshot }, options: MergeOptions): Promise<StagedCommit> {
  const { store, engine, base } = open;
  const { partitionColumns } = base;
  const columns = await describeSource(engine, options.source, base.schema);
  const fitted = fitColumns(store.location, columns, base.schema, {
    mergeSchema: options.mergeSchema ?? false,
    allowMissing: true,
  });
  const on = resolve(store.location, options.on, fitted.present);
  const update = resolve(store.location, options.update ?? fitted.present, fitted.present).filter(
    (name) => !on.includes(name),
  );
  const deletes = options.notMatchedBySourceDelete;
  const table = changeTable(store.location, base, fitted.schema, partitionColumns, options, {
    removesRows: update.length > 0 || deletes !== undefined,
    rewritesRows: update.length > 0 || deletes !== undefined,
  });
  const expressions = fitted.expressions.filter((_, i) => fitted.present.includes(fitted.schema.fields[i]!.name));
  const select = `SELECT ${expressions.join(', ')} FROM ${enclosed(options.source)}`;
  const request = { store, engine, schema: table.schema, partitionColumns, properties: table.properties };
  return withSpill(store, engine, select, async (source, written) => {
    await requireUniqueKeys(open, source, on);
    const ranges = keyRanges(written, on);
    const near = (file: AddFile) => written.rows > 0n && mayHold(file, table.schema, partitionColumns, ranges);
    const candidates = base.files.filter(near);
    const sql = mergeSql({
      source,
      schema: table.schema,
      present: fitted.present,
      on,
      update,
      predicates: options.predicates ?? [],
      deletes,
      scan: (files, withFile) => scanSql(store.location, table.schema, partitionColumns, files, withFile),
    });
    const touched = await touchedFiles(open, sql, candidates, update, deletes, fitted.widened.length > 0);
    const insert = (options.insert ?? true) && written.rows > 0n ? sql.inserts(candidates) : undefined;
    const adds = await rewrite(request, sql, touched.files, insert);
    const rewritten = await rowsOf(open, touched.files, table.schema);
    const kept = rewritten - touched.deleted;
    const output = countRows(adds);
    return new StagedCommit({
      store,
      engine,
      base,
      schema: table.schema,
      partitionColumns,
      warnings: fitted.warnings,
      change: {
        operation: 'MERGE',
        parameters: {
          predicate: on
            .map((name) => `target.${quoteIdentifier(name)} = source.${quoteIdentifier(name)}`)
            .join(' AND '),
          update: JSON.stringify(update),
        },
        metrics: {
          numSourceRows: Number(written.rows),
          numTargetRowsInserted: output - kept,
          numTargetRowsUpdated: touched.updated,
          numTargetRowsDeleted: touched.deleted,
          numTargetRowsCopied: kept - touched.updated,
          numOutputRows: output,
          numOutputBytes: sumBytes(adds),
          numTargetFilesAdded: adds.length,
          numTargetFilesRemoved: touched.files.length,
          numTargetFilesSkipped: base.files.length - candidates.length,
        },
        protocol: table.protocol,
        metadata: table.metadata,
        adds,
        removes: touched.files,
        reads: deletes === undefined && fitted.widened.length === 0 ? near : 'table',
      },
    });
  });
}

interface Touched {
  readonly files: readonly AddFile[];
  readonly updated: number;
  readonly deleted: number;
}

/** The files that hold a row to change, and how many there are. */
async function touchedFiles(
  { engine, base }: OpenTarget & { readonly base: Snapshot },
  sql: MergeSql,
  candidates: readonly AddFile[],
  update: readonly string[],
  deletes: string | undefined,
  all: boolean,
): Promise<Touched> {
  const paths = new Set<string>();
  const count = async (query: string) => {
    let sum = 0;
    for (const { path, n } of await engine.query(query)) {
      paths.add(String(path));
      sum += Number(n);
    }
    return sum;
  };
  const updated = update.length > 0 && candidates.length > 0 ? await count(sql.changed(candidates)) : 0;
  const deleted = deletes === undefined || base.files.length === 0 ? 0 : await count(sql.unmatched(base.files));
  const files = base.files.filter((file) => all || paths.has(resolvePath(base.location, file.path)));
  return { files, updated, deleted };
}

/** Writes touched files anew, several to one; inserts go with the last of them, or alone. */
async function rewrite(
  request: Omit<WriteRequest, 'select'>,
  sql: MergeSql,
  touched: readonly AddFile[],
  insert: string | undefined,
): Promise<AddFile[]> {
  const groups: AddFile[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const file of touched) {
    if (bytes + file.size > REWRITE_BYTES) {
      groups.push([]);
      bytes = 0;
    }
    groups.at(-1)!.push(file);
    bytes += file.size;
  }
  const selects = groups.map((group) => sql.rewritten(group));
  if (insert !== undefined) {
    const last = selects.pop();
    selects.push(last === undefined ? insert : `${last}\nUNION ALL\n${insert}`);
  }
  const adds: AddFile[] = [];
  for (const select of selects) adds.push(...(await writeFiles({ ...request, select })));
  return adds;
}

/** Rows in files, by statistics, or counted where another writer left them out. */
async function rowsOf(open: OpenTarget, files: readonly AddFile[], schema: WriteRequest['schema']): Promise<number> {
  const known = files.every((file) => /"numRecords"/.test(file.stats ?? ''));
  if (known || files.length === 0) return countRows(files);
  const scan = scanSql(open.store.location, schema, open.base!.partitionColumns, files);
  const [row] = await open.engine.query(`SELECT count(*) AS n FROM (${scan})`);
  return Number(row!.n);
}

function keyRanges(source: WrittenFile, on: readonly string[]): Range[] {
  return source.columns.flatMap(({ path, min, max, hasNan }) =>
    path.length === 1 && on.includes(path[0]!) && min !== undefined && max !== undefined && hasNan !== true
      ? [{ column: path[0]!, min, max }]
      : [],
  );
}

function resolve(location: string, names: readonly string[], columns: readonly string[]): string[] {
  return names.map((name) => {
    const found = columns.find((column) => column.toLowerCase() === name.toLowerCase());
    if (found !== undefined) return found;
    throw new StorageError('TSD6038', `${location}: the rows to merge have no column "${name}"`, {
      hint: didYouMean(name, columns) ?? `they have ${columns.join(', ')}`,
    });
  });
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
