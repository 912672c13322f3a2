import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { diskError } from '../disk-error.js';
import type { ParquetEngine } from '../parquet.js';
import type { Action, AddFile } from '../protocol/actions.js';
import { CHANGES_NOTHING, requireWritable } from '../protocol/features.js';
import { rowIdsOf } from '../protocol/row-tracking.js';
import { quoteLiteral } from '../sql.js';
import type { LogStore } from '../store.js';
import { type CarriedFiles, carriedFiles, NOTHING_CARRIED } from './carried-files.js';
import { fileColumns, V2_COLUMNS } from './checkpoint-columns.js';
import { type CheckpointStats, checkpointStats } from './checkpoint-stats.js';
import { checkpointPath, LAST_CHECKPOINT, LOG_FOLDER, v2CheckpointPath } from './file-names.js';
import { loadSnapshot } from './load.js';
import { haveStats, Snapshot } from './snapshot.js';
import { withStats } from './with-stats.js';

/** Bytes for which the engine makes room at least when it reads lines; it makes it anew for each file, and more takes longer. */
const LEAST_BUFFER = 262_144;

/**
 * Writes a checkpoint of a version, of the kind that the table asks for (`delta.checkpointPolicy`; PROTOCOL.md, "Checkpoint Specs" and "V1 Spec"), in one file, and points `_last_checkpoint` to it. Files that are in the checkpoint before go from one to the
 * other; the other actions go through a file of JSON lines, which the engine reads with the checkpoint's types: memory stays bounded by the engine's.
 *
 * @returns the snapshot as one that was read from it: the next checkpoint takes its files over
 * @throws StorageError TSD6012 for a table with a feature that is not supported: what it keeps in its actions would be lost
 */
export async function writeCheckpoint(store: LogStore, engine: ParquetEngine, snapshot: Snapshot): Promise<Snapshot> {
  const { protocol, metadata, schema } = snapshot;
  requireWritable(store.location, protocol, metadata, schema, CHANGES_NOTHING);
  const stats = checkpointStats(snapshot);
  const path = isV2(snapshot) ? v2CheckpointPath(snapshot.version, randomUUID()) : checkpointPath(snapshot.version);
  const carried = stats.asLogged ? carriedFiles(store, snapshot) : NOTHING_CARRIED;
  const others = snapshot.files.filter((file) => !carried.files.has(file));
  // what was read from a checkpoint may be gone by now, or have been damaged
  if (
    carried.files.size > 0 &&
    haveStats(others) &&
    (await write(store, engine, snapshot, others, carried, path).catch(() => false))
  )
    return readFrom(snapshot, stats, path);
  const whole = await withStats(store, engine, snapshot);
  await write(store, engine, whole, whole.files, NOTHING_CARRIED, path);
  return readFrom(snapshot, stats, path);
}

/** A snapshot whose checkpoint has been written. */
function readFrom(snapshot: Snapshot, stats: CheckpointStats, path: string): Snapshot {
  const { location, version, timestamp, state, deletedRows, modified } = snapshot;
  const checkpoint = stats.asLogged ? { paths: [path], files: state.files } : undefined;
  return new Snapshot(location, version, timestamp, { ...state, checkpoint }, deletedRows, modified);
}

/**
 * @param files that are not carried over
 * @returns false where other files were carried over than should have been; nothing was changed then
 */
async function write(
  store: LogStore,
  engine: ParquetEngine,
  snapshot: Snapshot,
  files: readonly AddFile[],
  carried: CarriedFiles,
  path: string,
): Promise<boolean> {
  const stats = checkpointStats(snapshot);
  const actions = checkpointActions(snapshot, files, stats);
  const id = randomUUID();
  const lines = `${LOG_FOLDER}/_tmp_${id}.ndjson`;
  const parquet = `${LOG_FOLDER}/_tmp_${id}.parquet`;
  try {
    const texts = actions.map((action) => JSON.stringify(action));
    const longest = texts.reduce((most, text) => Math.max(most, text.length), 0);
    const source = await store.prepareWrite(lines);
    // nobody needs it after a crash
    await writeFile(source, texts.join('\n'));
    const all = [...snapshot.files, ...snapshot.tombstones];
    const plain = fileColumns({
      vectors: all.some((file) => file.deletionVector),
      rowIds: all.some((file) => file.baseRowId !== undefined),
    });
    const add = plain.add!.slice(0, -1).replace(', stats VARCHAR', '');
    const types = { ...(isV2(snapshot) ? V2_COLUMNS : {}), ...plain, add: `${[add, ...stats.fields].join(', ')})` };
    const columns = Object.entries(types).map(([name, type]) => `${quoteLiteral(name)}: ${quoteLiteral(type)}`);
    const json = `read_json(${quoteLiteral(source)}, format='newline_delimited', columns={${columns.join(', ')}}, maximum_object_size=${Math.max(LEAST_BUFFER, longest * 8)})`;
    const names = Object.keys(types).map((name) => `"${name}"`);
    const parts = [
      ...(carried.files.size === 0 ? [] : [carried.select(types)]),
      `SELECT ${names.join(', ')} FROM ${json}`,
    ];
    const written = await engine.writeParquet(parts.join('\nUNION ALL\n'), {
      path: await store.prepareWrite(parquet),
      compression: 'snappy',
      statistics: false,
    });
    const size = actions.length + carried.files.size;
    if (Number(written.rows) !== size) return false;
    await store.move(parquet, path);
    const pointer = {
      version: snapshot.version,
      size,
      sizeInBytes: Number(written.size),
      numOfAddFiles: snapshot.state.files.size,
      ...(isV2(snapshot) ? { v2Checkpoint: await v2Pointer(store, path, Number(written.size)) } : {}),
    };
    await store.put(LAST_CHECKPOINT, JSON.stringify(pointer));
    return true;
  } catch (error) {
    throw diskError(store.location, error);
  } finally {
    await store.remove([lines, parquet]);
  }
}

/**
 * Writes a checkpoint after every so many commits (`delta.checkpointInterval`, default 10).
 *
 * @param base the version before the commit
 * @param now whatever the interval
 * @param known the version, or one before it
 * @returns the version as one that was read from the checkpoint; undefined where none was written
 */
export async function writeCheckpointIfDue(
  store: LogStore,
  engine: ParquetEngine,
  version: number,
  base: Snapshot | undefined,
  now: boolean,
  known: Snapshot | undefined = base,
): Promise<Snapshot | undefined> {
  if (version === 0) return undefined;
  // the interval may have been changed by this very commit; that matters from the next one on
  const interval = Number(base?.properties['delta.checkpointInterval'] ?? 10);
  if (!now && (!(interval >= 1) || version % interval !== 0)) return undefined;
  const snapshot = await loadSnapshot(store, engine, { version }, known);
  return snapshot && writeCheckpoint(store, engine, snapshot);
}

/** Whether a table asks for checkpoints of the v2 specification (PROTOCOL.md, "V2 Checkpoint Table Feature"). */
function isV2({ protocol, properties }: Snapshot): boolean {
  const asked = properties['delta.checkpointPolicy']?.toLowerCase() === 'v2';
  return asked && (protocol.writerFeatures?.includes('v2Checkpoint') ?? false);
}

/** What `_last_checkpoint` says of one of the v2 specification (PROTOCOL.md, "Last Checkpoint File Schema"). */
async function v2Pointer(store: LogStore, path: string, sizeInBytes: number): Promise<object> {
  const modificationTime = Math.floor((await store.modified(path)) ?? 0);
  return { path: path.slice(LOG_FOLDER.length + 1), sizeInBytes, modificationTime };
}

/** The state as actions, of its files some. Tombstones are kept until they expire; one that tells no time is taken for one of now, and says so from then on. */
function checkpointActions(snapshot: Snapshot, files: readonly AddFile[], stats: CheckpointStats): Action[] {
  const { state, properties } = snapshot;
  const now = Date.now();
  const expired = now - retentionMillis(properties['delta.deletedFileRetentionDuration']);
  const actions: Action[] = [{ protocol: snapshot.protocol }, { metaData: snapshot.metadata }];
  if (isV2(snapshot)) actions.unshift({ checkpointMetadata: { version: snapshot.version } });
  for (const [appId, txn] of state.transactions) actions.push({ txn: { ...txn, appId } });
  for (const domain of snapshot.domains) actions.push({ domainMetadata: domain });
  for (const tombstone of snapshot.tombstones) {
    const { path, deletionTimestamp, extendedFileMetadata, partitionValues, size, deletionVector } = tombstone;
    if ((deletionTimestamp ?? now) > expired)
      actions.push({
        remove: {
          path,
          deletionTimestamp: deletionTimestamp ?? now,
          dataChange: false,
          extendedFileMetadata: extendedFileMetadata ?? null,
          partitionValues: partitionValues ?? null,
          size: size ?? null,
          ...(deletionVector ? { deletionVector } : {}),
          ...rowIdsOf(tombstone),
        },
      });
  }
  for (const file of files) actions.push({ add: { ...stats.of(file), dataChange: false } as AddFile });
  return actions;
}

const UNIT_MILLIS: Readonly<Record<string, number>> = {
  millisecond: 1,
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
};

/** `interval 1 week` → milliseconds; 7 days for what is missing or not understood, so that nothing expires too early. */
export function retentionMillis(interval: string | undefined): number {
  let sum = 0;
  for (const [, count, unit] of (interval ?? '').matchAll(/(\d+)\s+([a-z]+?)s?\b/gi))
    sum += Number(count) * (UNIT_MILLIS[unit!.toLowerCase()] ?? Number.NaN);
  return sum > 0 ? sum : 7 * UNIT_MILLIS.day!;
}
