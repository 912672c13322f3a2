import { scanSql } from '../log/scan-sql.js';
import type { Snapshot } from '../log/snapshot.js';
import type { AddFile, ChangeFile } from '../protocol/actions.js';
import { type DeletedRows, deletedRowsOf } from '../protocol/deletion-vectors.js';
import { resolvePath } from '../protocol/paths.js';
import { parseStats } from '../protocol/stats.js';
import { identifierList } from '../sql.js';
import { writeDeletionVectors } from './deletion-vector-files.js';
import { countRows } from './metrics.js';
import { layoutOf, targetBytes, type WriteRequest, writeFiles } from './write-files.js';

/** Names that rows carry beside their own columns: the absolute path of their file, and their position in it. */
export const FILE = '__delta_file';
export const ROW = '__delta_row';

/** The actions that a change of rows comes down to. */
export interface RowChanges {
  readonly adds: readonly AddFile[];
  readonly removes: readonly AddFile[];
  readonly changes: readonly ChangeFile[];
  /** of the new deletion vectors */
  readonly deletedRows: DeletedRows;
  /** further files that were written, relative to the table */
  readonly furtherFiles: readonly string[];
  /** rows taken over into new files as they were */
  readonly copied: number;
  /** rows added by `further` */
  readonly inserted: number;
}

export interface RowChangeOptions {
  /** table expression with the columns {@link FILE} and {@link ROW}: rows that go, each once */
  readonly gone: string | undefined;
  /** a SELECT of rows that come, in the columns of the schema */
  readonly further: string | undefined;
  /** a SELECT of the changes as readers of the change data feed see them, with the column `_change_type` */
  readonly feed?: string | undefined;
  /** files to be written anew although no row of them goes */
  readonly rewriteAlso?: readonly AddFile[];
}

/** Whether changes must be recorded for readers of the change data feed. */
export function recordsChanges(properties: Readonly<Record<string, string>>): boolean {
  return properties['delta.enableChangeDataFeed']?.toLowerCase() === 'true';
}

/**
 * Takes rows away and adds others. Files that lose rows are written anew without them; in a table with
 * `delta.enableDeletionVectors` they stay and get a deletion vector. Files that lose all go.
 */
export async function changeRows(
  request: Omit<WriteRequest, 'select'>,
  base: Snapshot,
  options: RowChangeOptions,
): Promise<RowChanges> {
  const { engine, store, properties } = request;
  const counts = options.gone === undefined ? new Map<string, number>() : await countByFile(request, options.gone);
  const also = new Set(options.rewriteAlso);
  const touched = base.files.filter((file) => counts.has(resolvePath(base.location, file.path)) || also.has(file));
  const marks = properties['delta.enableDeletionVectors']?.toLowerCase() === 'true' && also.size === 0;
  const emptied = new Set<AddFile>();
  let live = 0;
  let gone = 0;
  for (const file of touched) {
    const rows = await liveRows(request, base, file);
    const losing = counts.get(resolvePath(base.location, file.path)) ?? 0;
    if (losing === rows) emptied.add(file);
    live += rows;
    gone += losing;
  }
  const thinned = touched.filter((file) => !emptied.has(file));
  let changes: AddFile[] = [];
  if (options.feed !== undefined) {
    const type = { name: '_change_type', type: 'string', nullable: true, metadata: {} };
    const schema = { ...request.schema, fields: [...request.schema.fields, type] };
    changes = await writeFiles({ ...request, schema, select: options.feed, folder: '_change_data' });
  }
  const cdc = changes.map(
    ({ path, partitionValues, size }): ChangeFile => ({ path, partitionValues, size, dataChange: false }),
  );
  const changePaths = cdc.map((file) => decodeURIComponent(file.path));
  if (marks && thinned.length > 0) {
    const marked = await writeDeletionVectors(
      store,
      thinned,
      await positionsByFile(request, base, thinned, options.gone!),
    );
    const adds = options.further === undefined ? [] : await writeFiles({ ...request, select: options.further });
    return {
      adds: [...marked.files, ...adds],
      removes: touched,
      changes: cdc,
      deletedRows: marked.deletedRows,
      furtherFiles: [...changePaths, marked.path],
      copied: 0,
      inserted: countRows(adds),
    };
  }
  const adds: AddFile[] = [];
  const selects = groups(thinned, targetBytes(properties)).map((group) => keptSql(request, base, group, options.gone));
  if (options.further !== undefined) {
    const last = selects.pop();
    selects.push(last === undefined ? options.further : `${last}\nUNION ALL\n${options.further}`);
  }
  for (const select of selects) adds.push(...(await writeFiles({ ...request, engine, select })));
  const copied = live - gone;
  return {
    adds,
    removes: touched,
    changes: cdc,
    deletedRows: new Map(),
    furtherFiles: changePaths,
    copied,
    inserted: countRows(adds) - copied,
  };
}

/** The rows of files that stay. */
function keptSql(
  request: Omit<WriteRequest, 'select'>,
  base: Snapshot,
  files: readonly AddFile[],
  gone: string | undefined,
): string {
  const layout = { ...layoutOf(request), deletedRows: base.deletedRows };
  if (gone === undefined) return scanSql(layout, files);
  const names = identifierList(request.schema.fields.map((field) => field.name));
  return `SELECT ${names} FROM (${scanSql(layout, files, { file: FILE, row: ROW })}) AS target
ANTI JOIN ${gone} AS gone ON target."${ROW}" = gone."${ROW}" AND target."${FILE}" = gone."${FILE}"`;
}

async function countByFile({ engine }: Omit<WriteRequest, 'select'>, gone: string): Promise<Map<string, number>> {
  const rows = await engine.query(`SELECT "${FILE}" AS path, count(*) AS n FROM ${gone} AS gone GROUP BY ALL`);
  return new Map(rows.map((row) => [String(row.path), Number(row.n)]));
}

/** Rows of a file that count, by its statistics, or counted where another writer left them out. */
async function liveRows(request: Omit<WriteRequest, 'select'>, base: Snapshot, file: AddFile): Promise<number> {
  const records = parseStats(file.stats)?.numRecords;
  if (records !== undefined) return records - (file.deletionVector?.cardinality ?? 0);
  const [row] = await request.engine.query(`SELECT count(*) AS n FROM (${scanSql(base, [file])})`);
  return Number(row!.n);
}

/** Positions of all rows of each file that do not count any more: those from before, and those that go now. */
async function positionsByFile(
  request: Omit<WriteRequest, 'select'>,
  base: Snapshot,
  files: readonly AddFile[],
  gone: string,
): Promise<Map<AddFile, Float64Array>> {
  const rows = await request.engine.query(
    `SELECT "${FILE}" AS path, string_agg(CAST("${ROW}" AS VARCHAR), ',') AS positions FROM ${gone} AS gone GROUP BY ALL`,
  );
  const byPath = new Map(rows.map((row) => [String(row.path), String(row.positions)]));
  return new Map(
    files.map((file) => {
      const now = byPath.get(resolvePath(base.location, file.path))!.split(',').map(Number);
      const before = deletedRowsOf(file, base.deletedRows) ?? [];
      return [file, Float64Array.from([...before, ...now]).sort()] as const;
    }),
  );
}

/** Files to be written together, each group of about so many bytes at most. */
export function groups(files: readonly AddFile[], bytes: number): AddFile[][] {
  const result: AddFile[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const file of files) {
    if (size + file.size > bytes) {
      result.push([]);
      size = 0;
    }
    result.at(-1)!.push(file);
    size += file.size;
  }
  return result;
}
