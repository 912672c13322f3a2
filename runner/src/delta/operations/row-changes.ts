import { fileNumberSql, numberFiles, placeSql } from '../log/positions.js';
import { type PartsOfFiles, scanSql, type TableLayout } from '../log/scan-sql.js';
import type { Snapshot } from '../log/snapshot.js';
import type { AddFile, ChangeFile, LiveFile } from '../protocol/actions.js';
import { type DeletedRows, deletedRowsOf, NO_DELETED_ROWS } from '../protocol/deletion-vectors.js';
import { requireNoRowIds } from '../protocol/row-tracking.js';
import { recordsOf } from '../protocol/stats.js';
import { identifierList, ownName, quoteIdentifier } from '../sql.js';
import { writeDeletionVectors } from './deletion-vector-files.js';
import { type KeptRowGroups, keepRowGroups } from './kept-row-groups.js';
import { countRows } from './metrics.js';
import { layoutOf, orNothing, relativePath, type WriteRequest, writeFiles } from './write-files.js';

/** Name of the column by which rows carry their position (see `positions.ts`) beside their own columns. */
export const POSITION = ownName('position');

/** The actions that a change of rows comes down to. */
export interface RowChanges {
  readonly adds: readonly AddFile[];
  readonly removes: readonly AddFile[];
  /** false where files were written anew and no row changed */
  readonly removesData: boolean;
  readonly changes: readonly ChangeFile[];
  /** of the new deletion vectors */
  readonly deletedRows: DeletedRows;
  /** further files that were written, relative to the table */
  readonly furtherFiles: readonly string[];
  /** rows taken over into new files as they were */
  readonly copied: number;
  readonly updated: number;
  readonly deleted: number;
  /** rows added by `further` */
  readonly inserted: number;
}

export interface RowChangeOptions {
  /** table expression with the column {@link POSITION}: rows that go, each once */
  readonly deleted?: string | undefined;
  /** rows that become others, each once */
  readonly updated?: UpdatedRows | undefined;
  /** a SELECT of rows that come, in the columns of the schema */
  readonly further?: string | undefined;
  /** a SELECT of the changes as readers of the change data feed see them, with the column `_change_type` */
  readonly feed?: string | undefined;
  /** files to be written anew although no row of them changes */
  readonly rewriteAlso?: readonly AddFile[];
}

export interface UpdatedRows {
  /** table expression with the column {@link POSITION} */
  readonly positions: string;
  /** table expression with {@link POSITION}, and what the rows become in the columns of the schema */
  readonly rows: string;
}

/** Whether changes must be recorded for readers of the change data feed (PROTOCOL.md, "Writer Requirements for AddCDCFile"). */
export function recordsChanges(properties: Readonly<Record<string, string>>): boolean {
  return properties['delta.enableChangeDataFeed']?.toLowerCase() === 'true';
}

/** A scan of files of a table whose rows carry their {@link POSITION}. */
export function positionedScan(
  layout: TableLayout,
  base: Snapshot<AddFile>,
  files: readonly LiveFile[],
  parts?: PartsOfFiles,
): string {
  return scanSql(layout, files, { position: POSITION, numbers: numberFiles(base.files) }, parts);
}

/**
 * Changes rows, takes some away and adds others. Files with a row that goes or changes are written anew, but for row groups that can be
 * kept; in a table with `delta.enableDeletionVectors` they stay and get a deletion vector, and what rows become is added. Files that lose
 * all go.
 */
export function changeRows(
  request: Omit<WriteRequest, 'select'>,
  base: Snapshot<AddFile>,
  options: RowChangeOptions,
): Promise<RowChanges> {
  return orNothing(request.store, (staged) => writeChanges(request, base, options, staged));
}

async function writeChanges(
  request: Omit<WriteRequest, 'select'>,
  base: Snapshot<AddFile>,
  options: RowChangeOptions,
  staged: string[],
): Promise<RowChanges> {
  const { store, properties } = request;
  const { deleted, updated, further } = options;
  const counts = await countByFile(request, options);
  const also = new Set(options.rewriteAlso);
  const touched = base.files.flatMap((file, number) =>
    counts.has(number) || also.has(file) ? [{ file, number, ...(counts.get(number) ?? UNCHANGED) }] : [],
  );
  const sums = { live: 0, deleted: 0, updated: 0 };
  const thinned: AddFile[] = [];
  const consumed: number[] = [];
  const records = new Map<AddFile, number>();
  for (const { file, number, ...count } of touched) {
    const live = await liveRows(request, base, file);
    if (live === count.deleted + count.updated) consumed.push(number);
    else thinned.push(file);
    records.set(file, live + (file.deletionVector?.cardinality ?? 0));
    sums.live += live;
    sums.deleted += count.deleted;
    sums.updated += count.updated;
  }
  const marks = properties['delta.enableDeletionVectors']?.toLowerCase() === 'true' && also.size === 0;
  if (sums.updated > 0 || (thinned.length > 0 && !marks)) requireNoRowIds(store.location, properties);
  const changes = options.feed === undefined ? [] : await writeFeed(request, options.feed);
  const furtherFiles = changes.map((file) => decodeURIComponent(file.path));
  staged.push(...furtherFiles);
  const names = identifierList(request.schema.fields.map((field) => field.name));
  const removes = touched.map(({ file }) => file);
  const gone = [deleted, updated?.positions].filter((positions) => positions !== undefined);
  // what is written anew for another schema is written whole
  const kept = marks || also.size > 0 ? NOTHING_KEPT : await keepRowGroups(request, base, thinned, gone);
  const parts: string[] = [];
  if (thinned.length > 0 && !marks) parts.push(keptSql(request, base, thinned, options, kept));
  if (updated !== undefined && sums.updated > 0) {
    // rows of files that are read again come with them
    const others = `WHERE ${fileNumberSql(`"${POSITION}"`)} IN (${consumed.join(', ')})`;
    if (marks || thinned.length === 0) parts.push(`SELECT ${names} FROM ${updated.rows}`);
    else if (consumed.length > 0) parts.push(`SELECT ${names} FROM ${updated.rows} ${others}`);
  }
  if (further !== undefined) parts.push(further);
  const copies = [...kept.values()];
  staged.push(...copies.map(({ add }) => relativePath(store, add)));
  const keepsRows = updated === undefined && further === undefined;
  const select = parts.join('\nUNION ALL\n');
  const written = parts.length === 0 ? [] : await writeFiles({ ...request, select, keepsRows });
  staged.push(...written.map((file) => relativePath(store, file)));
  const copied = marks ? 0 : sums.live - sums.deleted - sums.updated;
  const rewritten = copied - copies.reduce((sum, copy) => sum + copy.rows, 0);
  const inserted = countRows(written) - rewritten - sums.updated;
  const removesData = inserted + sums.updated + sums.deleted > 0;
  const rows = { copied, updated: sums.updated, deleted: sums.deleted, inserted, removesData };
  if (!marks || thinned.length === 0) {
    const adds = [...copies.map(({ add }) => add), ...written].map((file) => ({ ...file, dataChange: removesData }));
    return { adds, removes, changes, deletedRows: NO_DELETED_ROWS, furtherFiles, ...rows };
  }
  const positions = await positionsByFile(request, base, thinned, gone);
  const marked = await writeDeletionVectors(store, thinned, positions, records);
  return {
    adds: [...marked.files, ...written],
    removes,
    changes,
    deletedRows: marked.deletedRows,
    furtherFiles: [...furtherFiles, marked.path],
    ...rows,
  };
}

const NOTHING_KEPT: ReadonlyMap<AddFile, KeptRowGroups> = new Map();

const UNCHANGED = { deleted: 0, updated: 0 };

async function writeFeed(request: Omit<WriteRequest, 'select'>, feed: string): Promise<ChangeFile[]> {
  const type = { name: '_change_type', type: 'string', nullable: true, metadata: {} };
  const schema = { ...request.schema, fields: [...request.schema.fields, type] };
  const files = await writeFiles({ ...request, schema, select: feed, folder: '_change_data' });
  return files.map(({ path, partitionValues, size }) => ({ path, partitionValues, size, dataChange: false }));
}

/** The rows of files as they are to be, but for those that are kept. */
function keptSql(
  request: Omit<WriteRequest, 'select'>,
  base: Snapshot<AddFile>,
  files: readonly AddFile[],
  { deleted, updated }: RowChangeOptions,
  kept: ReadonlyMap<AddFile, KeptRowGroups>,
): string {
  const layout = { ...layoutOf(request), deletedRows: base.deletedRows };
  const parts = new Map([...kept].map(([file, { others }]) => [file, others]));
  if (deleted === undefined && updated === undefined) return scanSql(layout, files);
  const columns = request.schema.fields.map(({ name }) => {
    const column = quoteIdentifier(name);
    return updated === undefined
      ? `target.${column}`
      : `CASE WHEN changed."${POSITION}" IS NULL THEN target.${column} ELSE changed.${column} END AS ${column}`;
  });
  const joins = [
    ...(deleted === undefined ? [] : [`ANTI JOIN ${deleted} AS gone ON target."${POSITION}" = gone."${POSITION}"`]),
    ...(updated === undefined
      ? []
      : [`LEFT JOIN ${updated.rows} AS changed ON target."${POSITION}" = changed."${POSITION}"`]),
  ];
  return `SELECT ${columns.join(', ')} FROM (${positionedScan(layout, base, files, parts)}) AS target\n${joins.join('\n')}`;
}

/** How many rows go and how many change, by the number of their file. */
async function countByFile(
  { engine }: Omit<WriteRequest, 'select'>,
  { deleted, updated }: RowChangeOptions,
): Promise<Map<number, { readonly deleted: number; readonly updated: number }>> {
  const parts = [
    ...(deleted === undefined ? [] : [`SELECT "${POSITION}" AS position, 1 AS deleted FROM ${deleted}`]),
    ...(updated === undefined ? [] : [`SELECT "${POSITION}" AS position, 0 AS deleted FROM ${updated.positions}`]),
  ];
  if (parts.length === 0) return new Map();
  const rows = await engine.query(
    `SELECT ${fileNumberSql('position')} AS number, count(*) AS n, count(*) FILTER (WHERE deleted = 1) AS deleted FROM (${parts.join(' UNION ALL ')}) GROUP BY number`,
  );
  return new Map(
    rows.map((row) => {
      const gone = Number(row.deleted);
      return [Number(row.number), { deleted: gone, updated: Number(row.n) - gone }];
    }),
  );
}

/** Rows of a file that count, by its statistics, or counted where another writer left them out. */
async function liveRows(
  request: Omit<WriteRequest, 'select'>,
  base: Snapshot<AddFile>,
  file: AddFile,
): Promise<number> {
  const records = recordsOf(file);
  if (records !== undefined) return records - (file.deletionVector?.cardinality ?? 0);
  const [row] = await request.engine.query(`SELECT count(*) AS n FROM (${scanSql(base, [file])})`);
  return Number(row!.n);
}

/** Places of all rows of each file that do not count any more: those from before, and those that go now. */
async function positionsByFile(
  { engine }: Omit<WriteRequest, 'select'>,
  base: Snapshot<AddFile>,
  files: readonly AddFile[],
  gone: readonly string[],
): Promise<Map<AddFile, Float64Array>> {
  const all = gone.map((positions) => `SELECT "${POSITION}" AS position FROM ${positions}`).join(' UNION ALL ');
  const rows = await engine.query(
    `SELECT ${fileNumberSql('position')} AS number, string_agg(CAST(${placeSql('position')} AS VARCHAR), ',') AS places FROM (${all}) GROUP BY number`,
  );
  const byNumber = new Map(rows.map((row) => [Number(row.number), String(row.places)]));
  const numbers = numberFiles(base.files);
  return new Map(
    files.map((file) => {
      const now = byNumber.get(numbers.get(file.path)!)!.split(',').map(Number);
      const before = deletedRowsOf(file, base.deletedRows) ?? [];
      return [file, Float64Array.from([...before, ...now]).sort()] as const;
    }),
  );
}

/** Files to be written together, each group of about so many bytes at most. */
export function groups(files: readonly LiveFile[], bytes: number): LiveFile[][] {
  const result: LiveFile[][] = [];
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
