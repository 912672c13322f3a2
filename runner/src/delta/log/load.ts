import { StorageError } from '../../errors/tsdbt-error.js';
import type { ParquetEngine } from '../parquet.js';
import { type Action, type CommitInfo, parseActions } from '../protocol/actions.js';
import { NO_DELETED_ROWS } from '../protocol/deletion-vectors.js';
import type { LogStore } from '../store.js';
import { commitPath } from './file-names.js';
import { loadDeletionVectors } from './load-deletion-vectors.js';
import { readCheckpoint } from './read-checkpoint.js';
import { EMPTY_STATE, replay, type TableState } from './replay.js';
import { type LogListing, listLog, segmentFor } from './segment.js';
import { Snapshot } from './snapshot.js';
import { verifyFieldIds } from './verify-field-ids.js';

/** Which version to read: by number, by time (the last one not after it), or the latest. */
export interface SnapshotAt {
  readonly version?: number | undefined;
  readonly timestamp?: Date | undefined;
}

/**
 * Reads a version of a table from its log; undefined when there is no table.
 *
 * @param known a snapshot of the same table; commits after it are replayed on top of it where that suffices
 */
export async function loadSnapshot(
  store: LogStore,
  engine: ParquetEngine,
  at: SnapshotAt = {},
  known?: Snapshot,
): Promise<Snapshot | undefined> {
  const listing = await listLog(store);
  if (listing.latest === -1) return undefined;
  const version =
    at.version ?? (at.timestamp === undefined ? listing.latest : await versionAt(store, listing, at.timestamp));
  if (known !== undefined && known.version === version) return known;
  const [from, state] = await baseState(store, engine, listing, version, known);
  const commits: Action[][] = [];
  for (let next = from + 1; next <= version; next++) commits.push(await readCommit(store, next));
  let replayed = replay(state, commits);
  if (commits.length === 0) replayed = { ...replayed, commitInfo: await commitInfoOf(store, version) };
  const timestamp = await commitTimestamp(store, version, replayed.commitInfo);
  const deleted = await loadDeletionVectors(store, replayed.files.values(), known?.deletedRows ?? NO_DELETED_ROWS);
  const snapshot = new Snapshot(store.location, version, new Date(timestamp), replayed, deleted);
  await verifyFieldIds(engine, snapshot, known);
  return snapshot;
}

/** The state to begin with, and its version. */
async function baseState(
  store: LogStore,
  engine: ParquetEngine,
  listing: LogListing,
  version: number,
  known: Snapshot | undefined,
): Promise<[number, TableState]> {
  const segment = segmentFor(store, listing, version);
  const first = segment.commits[0] ?? Number.POSITIVE_INFINITY;
  if (known !== undefined && known.version < version && first <= known.version + 1) return [known.version, known.state];
  if (segment.checkpoint === undefined) return [-1, EMPTY_STATE];
  return [
    segment.checkpoint.version,
    replay(EMPTY_STATE, [await readCheckpoint(store, engine, segment.checkpoint.paths)]),
  ];
}

/** The actions of one commit. Throws StorageError TSD6015 when its file is missing. */
export async function readCommit(store: LogStore, version: number): Promise<Action[]> {
  const path = commitPath(version);
  const text = await store.read(path);
  if (text === undefined)
    throw new StorageError('TSD6015', `${store.location}: version ${version} is missing (${path})`, {
      hint: 'a file of the log was lost or cleaned up; restore it from a backup, or read another version',
    });
  return parseActions(text, `${store.location}/${path}`);
}

async function commitInfoOf(store: LogStore, version: number): Promise<CommitInfo | undefined> {
  const text = await store.read(commitPath(version));
  if (text === undefined) return undefined;
  return parseActions(text, `${store.location}/${commitPath(version)}`).find((action) => action.commitInfo)?.commitInfo;
}

/** In-commit timestamp where the table has them, else when the commit file was written. */
export async function commitTimestamp(store: LogStore, version: number, info: CommitInfo | undefined): Promise<number> {
  if (info?.inCommitTimestamp !== undefined) return info.inCommitTimestamp;
  return (await store.modified(commitPath(version))) ?? info?.timestamp ?? 0;
}

/** The last version committed not after a time. Throws StorageError TSD6016 when the table is younger. */
async function versionAt(store: LogStore, listing: LogListing, timestamp: Date): Promise<number> {
  let found: number | undefined;
  let before = Number.NEGATIVE_INFINITY;
  for (const version of listing.commits) {
    const own = await commitTimestamp(store, version, await commitInfoOf(store, version));
    // clocks may run backwards between writers; versions do not
    before = Math.max(Math.floor(own), before + 1);
    if (before > timestamp.getTime()) break;
    found = version;
  }
  if (found === undefined)
    throw new StorageError('TSD6016', `${store.location}: no version is as old as ${timestamp.toISOString()}`, {
      hint: 'see the table’s history for the times of its versions',
    });
  return found;
}
