import { randomUUID } from 'node:crypto';
import { numberFiles, positionOf } from '../log/positions.js';
import type { RowRange } from '../log/scan-sql.js';
import type { Snapshot } from '../log/snapshot.js';
import type { AddFile } from '../protocol/actions.js';
import { physicalName } from '../protocol/column-mapping.js';
import { boundsTellOfNan, dataFileName } from '../protocol/data-file-names.js';
import { deletedRowsOf } from '../protocol/deletion-vectors.js';
import { encodePath, partitionFolder, resolvePath } from '../protocol/paths.js';
import { boundAt, parseStats, recordsOf, statsJson } from '../protocol/stats.js';
import { copyRowGroups } from '../row-groups/copy-row-groups.js';
import { quoteLiteral } from '../sql.js';
import { copiedFile } from './copied-file.js';
import { POSITION } from './row-changes.js';
import { indexedColumns, layoutOf, type WriteRequest } from './write-files.js';

/** Fewer rows than this are written anew with the others: a file of their own would soon be put together with others. */
const FEW_ROWS = 100_000;

/** What of a file goes into a new one as it is, and what does not. */
export interface KeptRowGroups {
  readonly add: AddFile;
  readonly rows: number;
  /** the other rows of the file, by their places */
  readonly others: readonly RowRange[];
}

/**
 * Copies, of files that lose or change rows, the row groups in which no row does, where they are most of a file: writing them anew is
 * most of what a change of rows near each other would else do.
 *
 * @param files of the base that need no other schema
 * @param gone table expressions with the column {@link POSITION}: rows that go or change
 */
export async function keepRowGroups(
  request: Omit<WriteRequest, 'select'>,
  base: Snapshot<AddFile>,
  files: readonly AddFile[],
  gone: readonly string[],
): Promise<ReadonlyMap<AddFile, KeptRowGroups>> {
  const { store } = request;
  const kept = new Map<AddFile, KeptRowGroups>();
  const written: string[] = [];
  try {
    for (const [file, groups] of await rowGroupsOf(request, base, files, gone)) {
      const whole = groups.flatMap((group, i) => (group.touched ? [] : [i]));
      const rows = whole.reduce((sum, i) => sum + rowsIn(groups[i]!), 0);
      const all = groups.reduce((sum, group) => sum + rowsIn(group), 0);
      if (rows < FEW_ROWS || rows < all / 2) continue;
      const path = pathOfCopy(request, file);
      written.push(path);
      const add = await copyInto(request, file, whole, path);
      if (add === undefined) written.pop();
      else kept.set(file, { add, rows, others: groups.filter((group) => group.touched) });
    }
    await store.sync(written);
    return kept;
  } catch (error) {
    await store.remove(written);
    throw error;
  }
}

interface RowGroup extends RowRange {
  /** a row of it goes or changes */
  readonly touched: boolean;
}

function rowsIn({ first, last }: RowRange): number {
  return last - first + 1;
}

/** Row groups of the files that are large enough to have some worth keeping. */
async function rowGroupsOf(
  { engine, store }: Omit<WriteRequest, 'select'>,
  base: Snapshot<AddFile>,
  files: readonly AddFile[],
  gone: readonly string[],
): Promise<Map<AddFile, RowGroup[]>> {
  const large = files.filter((file) => (recordsOf(file) ?? 0) > FEW_ROWS);
  if (large.length === 0) return new Map();
  const byPath = new Map(large.map((file) => [resolvePath(store.location, file.path), file]));
  const found = await engine.query(
    `SELECT file_name, row_group_id, any_value(row_group_num_rows) AS rows FROM parquet_metadata([${[...byPath.keys()].map(quoteLiteral).join(', ')}]) GROUP BY ALL ORDER BY ALL`,
  );
  const ranges = new Map<AddFile, RowRange[]>();
  for (const { file_name, rows } of found) {
    const own = ranges.get(byPath.get(String(file_name))!) ?? [];
    ranges.set(byPath.get(String(file_name))!, own);
    const first = (own.at(-1)?.last ?? -1) + 1;
    own.push({ first, last: first + Number(rows) - 1 });
  }
  const numbers = numberFiles(base.files);
  const begin = (file: AddFile, { first }: RowRange) => positionOf(numbers.get(file.path)!, first);
  const begins = [...ranges].flatMap(([file, own]) => own.map((range) => `(${begin(file, range)})`));
  const positions = gone.map((rows) => `SELECT "${POSITION}" AS position FROM ${rows}`).join(' UNION ALL ');
  const touched = await engine.query(
    `SELECT DISTINCT groups.begin FROM (${positions}) AS changed ASOF JOIN (VALUES ${begins.join(', ')}) AS groups(begin) ON changed.position >= groups.begin`,
  );
  const begun = new Set(touched.map((row) => BigInt(row.begin as bigint)));
  return new Map(
    [...ranges].map(([file, own]) => {
      const deleted = deletedRowsOf(file, base.deletedRows) ?? new Float64Array();
      const groups = own.map((range) => ({
        ...range,
        touched: begun.has(begin(file, range)) || deleted.some((row) => row >= range.first && row <= range.last),
      }));
      return [file, groups] as const;
    }),
  );
}

/** Path of a new file, relative to the table, in the folder of the file's partition. */
function pathOfCopy({ schema, partitionColumns, ...request }: Omit<WriteRequest, 'select'>, file: AddFile): string {
  const { mapping } = layoutOf({ schema, partitionColumns, ...request });
  const name = dataFileName('0', randomUUID(), '.parquet', boundsTellOfNan(file));
  if (partitionColumns.length === 0) return name;
  const fields = schema.fields.filter((field) => partitionColumns.includes(field.name));
  const values = fields.map((field) => [field.name, file.partitionValues[physicalName(field, mapping)] ?? null]);
  return `${partitionFolder(partitionColumns, Object.fromEntries(values))}/${name}`;
}

async function copyInto(
  request: Omit<WriteRequest, 'select'>,
  file: AddFile,
  groups: readonly number[],
  path: string,
): Promise<AddFile | undefined> {
  const { store } = request;
  const to = await store.prepareWrite(path);
  const copied = await copyRowGroups(resolvePath(store.location, file.path), to, groups);
  if (copied === undefined) return undefined;
  const indexed = indexedColumns(request);
  const before = parseStats(file.stats);
  // bounds are taken only where the old file had some: whoever wrote it knew whether there are values, such as NaN, of which they say nothing
  const trusted = (path: readonly string[]) =>
    boundAt(before?.minValues, path) !== undefined && boundAt(before?.maxValues, path) !== undefined;
  const written = await copiedFile(request.engine, { path: to, ...copied }, indexed, trusted);
  return {
    path: encodePath(path),
    partitionValues: file.partitionValues,
    size: copied.size,
    modificationTime: Date.now(),
    dataChange: request.dataChange ?? true,
    stats: statsJson(written, indexed),
  };
}
