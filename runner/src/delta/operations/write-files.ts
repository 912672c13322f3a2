import { randomUUID } from 'node:crypto';
import { dirname, relative } from 'node:path';
import { StorageError } from '../../errors/tsdbt-error.js';
import { diskError } from '../disk-error.js';
import type { TableLayout } from '../log/scan-sql.js';
import type { Snapshot } from '../log/snapshot.js';
import type { ParquetEngine, WrittenFile } from '../parquet.js';
import type { AddFile } from '../protocol/actions.js';
import { clusteringColumns } from '../protocol/clustering.js';
import { fieldIdsSql, mappingMode, physicalName, physicalSchema, renamedSql } from '../protocol/column-mapping.js';
import { dataFileName } from '../protocol/data-file-names.js';
import type { StructField, StructType } from '../protocol/data-types.js';
import { NO_DELETED_ROWS } from '../protocol/deletion-vectors.js';
import { emptyPartitionSql, isEndless, partitionValueSql } from '../protocol/partition-values.js';
import { encodePath, partitionFolder, resolvePath } from '../protocol/paths.js';
import { requireNoRowIds } from '../protocol/row-tracking.js';
import { statsJson } from '../protocol/stats.js';
import { indexedSchema, withPaths } from '../protocol/stats-columns.js';
import { cutBetweenRowGroups } from '../row-groups/copy-row-groups.js';
import { conjunction, identifierList, ownName, quoteIdentifier, quoteLiteral } from '../sql.js';
import type { LogStore } from '../store.js';
import type { GeneratedColumn } from './computed-columns.js';
import { requireConstraints } from './constraints.js';
import { copiedFile } from './copied-file.js';

/** Rows to be written as data files of a table. */
export interface WriteRequest {
  readonly store: LogStore;
  readonly engine: ParquetEngine;
  /** the table as it was, where it was there */
  readonly base?: Pick<Snapshot, 'domains' | 'version'> | undefined;
  /** its columns are those of `schema`, in order and type */
  readonly select: string;
  readonly schema: StructType;
  readonly partitionColumns: readonly string[];
  /** gets the partition columns in which the rows have empty strings */
  readonly emptyPartitions?: Set<string> | undefined;
  /** columns by which rows are sorted, within each partition and across its files; default: in no certain order */
  readonly sortBy?: readonly string[] | undefined;
  readonly properties: Readonly<Record<string, string>>;
  /** of a write that brings or changes rows; rows that are only taken over have the right values */
  readonly generated?: readonly GeneratedColumn[] | undefined;
  /** false when the rows are only taken over from other files; default true */
  readonly dataChange?: boolean;
  /** all rows were in the table before, as they are; default false */
  readonly keepsRows?: boolean;
  /** folder below the table for files that are not its data, e.g. `_change_data`; their rows meet no constraint */
  readonly folder?: string;
}

/** Files grow to about this many bytes, where `delta.targetFileSize` does not say otherwise. */
const TARGET_BYTES = 256 * 1024 * 1024;

/** What reading files that a request has written needs. */
export function layoutOf(request: Omit<WriteRequest, 'select'>): TableLayout {
  const { store, schema, partitionColumns, properties } = request;
  const mapping = mappingMode(store.location, properties);
  return { location: store.location, schema, partitionColumns, mapping, deletedRows: NO_DELETED_ROWS };
}

/** What of a request's files gets statistics, by the names that files have. */
export function indexedColumns(request: Omit<WriteRequest, 'select'>): StructType {
  const { schema, partitionColumns, properties } = request;
  const { mapping } = layoutOf(request);
  const indexed = physicalSchema(indexedSchema(schema, partitionColumns, properties), mapping);
  const clustered = clusteringColumns(request.base?.domains ?? []);
  return clustered.length === 0 ? indexed : withPaths(indexed, physicalSchema(schema, mapping), clustered);
}

/**
 * Writes rows as Parquet files at their final place, one or more for each partition, durable, and named by no log entry yet
 * (PROTOCOL.md, "Data Files"). No rows, no file. Throws StorageError TSD6033 where a row breaks a constraint; then no file stays.
 */
export async function writeFiles(given: WriteRequest): Promise<AddFile[]> {
  const request = { ...given, select: withGenerated(given) };
  const { store } = request;
  if (request.dataChange === false) requireNoRowIds(store.location, request.properties);
  return orNothing(store, async (written) => {
    const files: AddFile[] = [];
    const wrote = (some: readonly AddFile[]) => {
      files.push(...some);
      written.push(...some.map((file) => relativePath(store, file)));
    };
    if (request.partitionColumns.length === 0) wrote(await writeSome(request, request.select, {}));
    else await writePartitions(request, wrote);
    if (request.folder === undefined) await requireConstraints(request, files);
    await store.sync(written);
    return files;
  });
}

/** The rows of a request with the values that generated columns have in them. */
export function withGenerated({ select, generated = [] }: Pick<WriteRequest, 'select' | 'generated'>): string {
  const computed = generated.filter((column) => !column.given);
  if (computed.length === 0) return select;
  return `SELECT * REPLACE (${computed.map(({ name, sql }) => `${sql} AS ${quoteIdentifier(name)}`).join(', ')}) FROM (${select})`;
}

/**
 * Does work that writes files one after the other; where it fails, those that are there already go.
 *
 * @param work is given a list, into which it puts the path of each file once that is written
 */
export async function orNothing<T>(store: LogStore, work: (written: string[]) => Promise<T>): Promise<T> {
  const written: string[] = [];
  try {
    return await work(written);
  } catch (error) {
    await store.remove(written);
    throw diskError(store.location, error);
  }
}

/** Numbers rows as they come, so that sorting by partition leaves each partition's rows in their order. */
const ORDER = ownName('order');

/** The SELECT is run once, into one sorted file, from which each partition is then cut. */
async function writePartitions(request: WriteRequest, wrote: (files: readonly AddFile[]) => void): Promise<void> {
  const { store, engine, schema, partitionColumns: columns } = request;
  const types = new Map(schema.fields.map((field) => [field.name, field.type]));
  const rows = `SELECT *, row_number() OVER () AS "${ORDER}" FROM (${request.select})`;
  const order = `SELECT * FROM (${rows}) ORDER BY ${identifierList([...columns, ORDER])}`;
  await withSpill(store, engine, order, async (spill) => {
    const values = columns.map((name, i) => `${partitionValueSql(name, types.get(name)!)} AS v${i}`);
    const empty = columns.map((name, i) => `${emptyPartitionSql(name, types.get(name)!) ?? 'false'} AS e${i}`);
    const partitions = await engine.query(
      `SELECT ${[...values, ...empty].join(', ')} FROM ${spill} GROUP BY ALL ORDER BY ${identifierList(columns.map((_, i) => `v${i}`))}`,
    );
    for (const row of partitions) {
      const own = Object.fromEntries(columns.map((name, i) => [name, (row[`v${i}`] ?? null) as string | null]));
      for (const [i, name] of columns.entries()) {
        if (row[`e${i}`] === true) request.emptyPartitions?.add(name);
        const takenOver = request.dataChange === false || request.keepsRows === true;
        if (!takenOver && isEndless(own[name], types.get(name)!)) throw endlessPartition(store.location, name);
      }
      const filters = columns.map((name) => {
        const value = own[name];
        const expression = partitionValueSql(name, types.get(name)!);
        return value === null || value === undefined
          ? `${expression} IS NULL`
          : `${expression} = ${quoteLiteral(value)}`;
      });
      wrote(await writeSome(request, `SELECT * FROM ${spill} WHERE ${conjunction(filters)}`, own));
    }
  });
}

/** No other reader opens a table with such a value, whatever it reads of it. */
function endlessPartition(location: string, column: string): StorageError {
  return new StorageError('TSD6035', `${location}: "${column}" is infinite in a row, which no partition can be of`, {
    hint: 'partition by another column, or put null or a late day such as 9999-12-31 in its place',
  });
}

/**
 * Writes rows to a file beside the data, lends it as a table expression, and removes it. Left by a crash, it is
 * a file that no log entry names: vacuum takes it.
 */
export async function withSpill<T>(
  store: LogStore,
  engine: ParquetEngine,
  select: string,
  use: (source: string, written: WrittenFile) => Promise<T>,
): Promise<T> {
  const path = `spill-${randomUUID()}.parquet`;
  try {
    const file = await store.prepareWrite(path);
    const written = await engine.writeParquet(select, { path: file, compression: 'snappy' }).catch((error) => {
      throw diskError(store.location, error);
    });
    return await use(`read_parquet(${quoteLiteral(file)}, hive_partitioning=false)`, written);
  } finally {
    await store.remove([path]);
  }
}

/** Writes the rows of one partition, to several files where they are many. */
async function writeSome(
  request: WriteRequest,
  select: string,
  partition: Readonly<Record<string, string | null>>,
): Promise<AddFile[]> {
  const { store, engine, schema, partitionColumns, properties } = request;
  const { mapping } = layoutOf(request);
  const codec = codecOf(properties);
  const stored = schema.fields.filter((field) => !partitionColumns.includes(field.name));
  const columns = stored.map((field) => {
    const value = renamedSql(quoteIdentifier(field.name), field.type, mapping, 'write');
    return `${value} AS ${quoteIdentifier(physicalName(field, mapping))}`;
  });
  // a SELECT around another takes the engine longer to plan
  const asGiven = mapping === 'none' && partitionColumns.length === 0;
  const folder = [
    ...(request.folder === undefined ? [] : [request.folder]),
    ...(partitionColumns.length === 0 ? [] : [partitionFolder(partitionColumns, partition)]),
  ].join('/');
  const options = { compression: codec, fieldIds: fieldIdsSql(schema, stored, mapping) };
  const { sortBy = [] } = request;
  const rows = sortBy.length === 0 ? select : `SELECT * FROM (${select}) ORDER BY ${identifierList(sortBy)}`;
  const query = asGiven ? rows : `SELECT ${columns.join(', ')} FROM (${rows})`;
  const indexed = indexedColumns(request);
  const id = randomUUID();
  let files: readonly WrittenFile[];
  const nameOf = (i: number) => dataFileName(String(i), id, `.${codec}.parquet`);
  const prepare = (i: number) => store.prepareWrite(folder === '' ? nameOf(i) : `${folder}/${nameOf(i)}`);
  const first = await prepare(0);
  try {
    if (engine.writeParquetFiles === undefined) files = [await engine.writeParquet(query, { ...options, path: first })];
    else if (sortBy.length > 0)
      files = await cutSorted(request, await engine.writeParquet(query, { ...options, path: first }), indexed, (i) =>
        prepare(i + 1),
      );
    else
      files = await engine.writeParquetFiles(query, {
        ...options,
        folder: dirname(first),
        name: dataFileName('{i}', id, `.${codec}`),
        fileSizeBytes: targetBytes(properties),
      });
  } catch (error) {
    const left = (await store.list(folder)).filter((name) => name.includes(id));
    await store.remove(left.map((name) => (folder === '' ? name : `${folder}/${name}`)));
    throw error;
  }
  const byName = new Map<string, StructField>(schema.fields.map((field) => [field.name, field]));
  const values = Object.entries(partition).map(([name, value]) => [physicalName(byName.get(name)!, mapping), value]);
  const adds: AddFile[] = [];
  for (const file of files) {
    const path = below(store, file);
    if (file.rows === 0n) await store.remove([path]);
    else
      adds.push({
        path: encodePath(path),
        partitionValues: Object.fromEntries(values) as Record<string, string | null>,
        size: Number(file.size),
        modificationTime: Date.now(),
        dataChange: request.dataChange ?? true,
        stats: statsJson(file, indexed),
      });
  }
  return adds;
}

/**
 * Cuts a file of sorted rows at the size of the table's files. COPY keeps the order of rows only in a single file: where it cuts files
 * itself (FILE_SIZE_BYTES), each thread of the engine writes what it has, wherever there is room.
 */
async function cutSorted(
  { store, engine, properties }: WriteRequest,
  whole: WrittenFile,
  indexed: StructType,
  pathOf: (i: number) => Promise<string>,
): Promise<readonly WrittenFile[]> {
  const cut = await cutBetweenRowGroups(whole.path, targetBytes(properties), pathOf);
  if (cut.length === 0) return [whole];
  const files: WrittenFile[] = [];
  for (const copy of cut) files.push(await copiedFile(engine, copy, indexed, () => true));
  await store.remove([below(store, whole)]);
  return files;
}

/** Path of a file that was written, relative to the table. */
function below(store: LogStore, file: WrittenFile): string {
  return file.path.replaceAll('\\', '/').slice(store.location.length + 1);
}

/** `delta.targetFileSize`, in bytes or as `128mb`. */
export function targetBytes(properties: Readonly<Record<string, string>>): number {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([kmg]?)b?\s*$/i.exec(properties['delta.targetFileSize'] ?? '');
  const units: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };
  return match === null ? TARGET_BYTES : Math.max(1, Math.floor(Number(match[1]) * units[match[2]!.toLowerCase()]!));
}

/** `delta.parquet.compression.codec`; zstd by default. */
function codecOf(properties: Readonly<Record<string, string>>): string {
  const codec = (properties['delta.parquet.compression.codec'] ?? 'zstd').toLowerCase();
  if (codec === 'none') return 'uncompressed';
  if (['uncompressed', 'snappy', 'gzip', 'lz4_raw', 'zstd', 'brotli'].includes(codec)) return codec;
  throw new StorageError('TSD6034', `the table property delta.parquet.compression.codec is ${quoteIdentifier(codec)}`, {
    hint: 'use zstd, snappy, gzip, lz4_raw or uncompressed',
  });
}

/** Path of a file, relative to the table (of a file elsewhere too), not encoded. */
export function relativePath(store: LogStore, file: Pick<AddFile, 'path'>): string {
  return relative(store.location, resolvePath(store.location, file.path)).replaceAll('\\', '/');
}
