import { randomUUID } from 'node:crypto';
import { StorageError } from '../../errors/tsdbt-error.js';
import type { ParquetEngine, WrittenFile } from '../parquet.js';
import type { AddFile } from '../protocol/actions.js';
import type { StructType } from '../protocol/data-types.js';
import { partitionValueSql } from '../protocol/partition-values.js';
import { encodePath, partitionFolder, resolvePath } from '../protocol/paths.js';
import { statsJson } from '../protocol/stats.js';
import { conjunction, identifierList, quoteIdentifier, quoteLiteral } from '../sql.js';
import type { LogStore } from '../store.js';
import { requireConstraints } from './constraints.js';

/** Rows to be written as data files of a table. */
export interface WriteRequest {
  readonly store: LogStore;
  readonly engine: ParquetEngine;
  /** its columns are those of `schema`, in order and type */
  readonly select: string;
  readonly schema: StructType;
  readonly partitionColumns: readonly string[];
  readonly properties: Readonly<Record<string, string>>;
  /** false when the rows are only taken over from other files; default true */
  readonly dataChange?: boolean;
}

/**
 * Writes rows as Parquet files at their final place, one for each partition, durable, and named by no log entry yet.
 * No rows, no file. Throws StorageError TSD6033 where a row breaks a constraint; then no file stays.
 */
export async function writeFiles(request: WriteRequest): Promise<AddFile[]> {
  const written: AddFile[] = [];
  try {
    if (request.partitionColumns.length === 0) {
      const add = await writeOne(request, request.select, {});
      if (add !== undefined) written.push(add);
    } else await writePartitions(request, written);
    await requireConstraints(request, written);
    await request.store.sync(written.map((file) => relativePath(request.store, file)));
    return written;
  } catch (error) {
    await request.store.remove(written.map((file) => relativePath(request.store, file)));
    throw error;
  }
}

/** The SELECT is run once, into one sorted file, from which each partition is then cut. */
async function writePartitions(request: WriteRequest, written: AddFile[]): Promise<void> {
  const { store, engine, schema, partitionColumns: columns } = request;
  const types = new Map(schema.fields.map((field) => [field.name, field.type]));
  const order = `SELECT * FROM (${request.select}) ORDER BY ${identifierList(columns)}`;
  await withSpill(store, engine, order, async (spill) => {
    const values = columns.map((name, i) => `${partitionValueSql(name, types.get(name)!)} AS v${i}`);
    const partitions = await engine.query(
      `SELECT ${identifierList(columns.map((_, i) => `v${i}`))} FROM (SELECT DISTINCT ${values.join(', ')} FROM ${spill}) ORDER BY ALL`,
    );
    const stored = schema.fields.filter((field) => !columns.includes(field.name)).map((field) => field.name);
    for (const row of partitions) {
      const own = Object.fromEntries(columns.map((name, i) => [name, (row[`v${i}`] ?? null) as string | null]));
      const filters = columns.map((name) => {
        const value = own[name];
        const expression = partitionValueSql(name, types.get(name)!);
        return value === null || value === undefined
          ? `${expression} IS NULL`
          : `${expression} = ${quoteLiteral(value)}`;
      });
      const select = `SELECT ${identifierList(stored)} FROM ${spill} WHERE ${conjunction(filters)}`;
      const add = await writeOne(request, select, own);
      if (add !== undefined) written.push(add);
    }
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
    const written = await engine.writeParquet(select, { path: file });
    return await use(`read_parquet(${quoteLiteral(file)}, hive_partitioning=false)`, written);
  } finally {
    await store.remove([path]);
  }
}

async function writeOne(
  request: WriteRequest,
  select: string,
  partitionValues: Readonly<Record<string, string | null>>,
): Promise<AddFile | undefined> {
  const { store, engine, schema, partitionColumns } = request;
  const codec = codecOf(request.properties);
  const folder = partitionColumns.length === 0 ? '' : `${partitionFolder(partitionColumns, partitionValues)}/`;
  const path = `${folder}part-00000-${randomUUID()}.c000.${codec}.parquet`;
  const file = await store.prepareWrite(path);
  let written: WrittenFile;
  try {
    written = await engine.writeParquet(select, { path: file, compression: codec });
  } catch (error) {
    await store.remove([path]);
    throw error;
  }
  if (written.rows === 0n) {
    await store.remove([path]);
    return undefined;
  }
  return {
    path: encodePath(path),
    partitionValues,
    size: Number(written.size),
    modificationTime: Date.now(),
    dataChange: request.dataChange ?? true,
    stats: statsJson(written, schema),
  };
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

/** Path of a file written here, relative to the table, not encoded. */
export function relativePath(store: LogStore, file: AddFile): string {
  return resolvePath(store.location, file.path)
    .slice(store.location.length + 1)
    .replaceAll('\\', '/');
}
