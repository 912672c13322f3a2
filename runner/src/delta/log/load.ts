import { isDeepStrictEqual } from 'node:util';
import { StorageError } from '../../errors/tsdbt-error.js';
import type { ParquetEngine } from '../parquet.js';
import { type Action, type AddFile, type CommitInfo, parseActions } from '../protocol/actions.js';
import { NO_DELETED_ROWS } from '../protocol/deletion-vectors.js';
import type { LogStore } from '../store.js';
import type { WantedStats } from './checkpoint-text.js';
import { commitPath } from './file-names.js';
import { readLastCheckpoint } from './last-checkpoint.js';
import { loadDeletionVectors } from './load-deletion-vectors.js';
import { readCheckpoint } from './read-checkpoint.js';
import { EMPTY_STATE, replay, type TableState } from './replay.js';
import { type LogListing, listLog, listLogFrom, segmentFor } from './segment.js';
import { Snapshot } from './snapshot.js';
import { verifyFieldIds } from './verify-field-ids.js';

/** Which version to read: by number, by time (the last one not after it), or the latest. */
export interface SnapshotAt {
  readonly version?: number | undefined;
  readonly timestamp?: Date | undefined;
  /** true: the statistics of its files are read too; default: only how many rows they have */
  readonly statistics?: boolean | undefined;
}

/** What to read with the statistics of its files. */
export type SnapshotWithStatsAt = SnapshotAt & { readonly statistics: true };

/** So many commits are read at once. */
const COMMITS_TOGETHER = 32;

/** So often a log is listed that others change, by cleaning it up, while it is read. */
export const LISTINGS = 10;

/**
 * Reads a version of a table from its log; undefined when there is no table. Where what a listing names is gone when it is read,
 * for the log is being cleaned up, the log is listed again.
 *
 * @param known a snapshot of the same table; where the log goes on from it, only the commits after it are read
 */
export function loadSnapshot(
  store: LogStore,
  engine: ParquetEngine,
  at: SnapshotWithStatsAt,
  known?: Snapshot,
): Promise<Snapshot<AddFile> | undefined>;
export function loadSnapshot(
  store: LogStore,
  engine: ParquetEngine,
  at?: SnapshotAt,
  known?: Snapshot,
): Promise<Snapshot | undefined>;
export async function loadSnapshot(
  store: LogStore,
  engine: ParquetEngine,
  at: SnapshotAt = {},
  known?: Snapshot,
): Promise<Snapshot | undefined> {
  const enough = at.statistics !== true || known?.hasStats() === true;
  if (known !== undefined && enough && at.timestamp === undefined) {
    const followed = await follow(store, engine, known, at.version);
    if (followed !== undefined) return followed;
  }
  const wanted = at.statistics === true ? 'whole' : 'records';
  // an earlier version, or a time, may need commits from before the last checkpoint
  const latest = at.version === undefined && at.timestamp === undefined;
  const hint = latest ? await readLastCheckpoint(store) : undefined;
  // while the log is listed, the checkpoint that is most likely needed is read
  const [listed, hinted] = await Promise.all([
    hint === undefined ? listLog(store) : listLogFrom(store, hint.version),
    hint?.path === undefined ? undefined : readCheckpoint(store, engine, [hint.path], wanted).catch(() => undefined),
  ]);
  const read = (found: LogListing) =>
    loadListed(store, engine, at, found, { wanted, path: hint?.path, state: hinted }, enough ? known : undefined);
  let listing = listed;
  for (let listings = 1; ; listings++)
    try {
      return await read(listing);
    } catch (error) {
      const now = await listLog(store);
      if (listings === LISTINGS || isDeepStrictEqual(now, listing)) throw error;
      listing = now;
    }
}

/** What of a checkpoint is to be read, and what has been read already. */
interface Hinted {
  readonly wanted: WantedStats;
  readonly path: string | undefined;
  readonly state: TableState | undefined;
}

/** Reads a version by what a listing of the log names. Throws StorageError where some of that cannot be read. */
async function loadListed(
  store: LogStore,
  engine: ParquetEngine,
  at: SnapshotAt,
  listing: LogListing,
  hinted: Hinted,
  known: Snapshot | undefined,
): Promise<Snapshot | undefined> {
  if (listing.latest === -1) return undefined;
  const version =
    at.version ?? (at.timestamp === undefined ? listing.latest : await versionAt(store, listing, at.timestamp));
  const latest = at.version === undefined && at.timestamp === undefined;
  if (known?.version === version && !latest) return known;
  const { state, reached } = await startingState(store, engine, listing, version, hinted);
  const commits = await readCommits(store, reached + 1, version);
  const whole = commits.length === 0 ? state : replay(state, commits);
  const snapshot = await snapshotOf(store, engine, version, whole, commits.length, known);
  if (snapshot.modified === undefined && listing.commits.includes(version)) throw missingCommit(store, version);
  return snapshot;
}

/**
 * The state of the last checkpoint not after a version, and that checkpoint's version (-1 where replay starts from nothing).
 * Where a checkpoint cannot be read, what comes before it does as well, as long as no commit since is missing.
 *
 * @param hinted what has been read already
 * @param damaged paths of checkpoints that could not be read
 * @throws StorageError TSD6010 for a damaged checkpoint without which the version cannot be had
 */
async function startingState(
  store: LogStore,
  engine: ParquetEngine,
  listing: LogListing,
  version: number,
  hinted: Hinted,
  damaged: readonly string[] = [],
): Promise<{ readonly state: TableState; readonly reached: number }> {
  const { checkpoint } = segmentFor(store, listing, version);
  if (checkpoint === undefined) return { state: EMPTY_STATE, reached: -1 };
  const [first] = checkpoint.paths;
  const known = checkpoint.paths.length === 1 && first === hinted.path ? hinted.state : undefined;
  try {
    return {
      state: known ?? (await readCheckpoint(store, engine, checkpoint.paths, hinted.wanted)),
      reached: checkpoint.version,
    };
  } catch (cause) {
    const whole = await listLog(store);
    const tried = [...damaged, first!];
    const others = whole.checkpoints.filter(({ paths }) => !tried.includes(paths[0]!));
    try {
      return await startingState(store, engine, { ...whole, checkpoints: others }, version, hinted, tried);
    } catch {
      if (cause instanceof StorageError) throw cause;
      throw new StorageError(
        'TSD6010',
        `${store.location}/${first}: this checkpoint cannot be read: ${(cause as Error).message.split('\n')[0]}`,
        { hint: 'the log is damaged; restore this file from a backup, or read a version before it', cause },
      );
    }
  }
}

/**
 * The version asked for, or the latest, by reading the commits after a known one, without a listing. Undefined where
 * that does not do: the version is an earlier one or does not exist, or the table is another one by now.
 */
async function follow(
  store: LogStore,
  engine: ParquetEngine,
  known: Snapshot,
  wanted: number | undefined,
): Promise<Snapshot | undefined> {
  if (wanted !== undefined && wanted <= known.version) return wanted === known.version ? known : undefined;
  const commits: Action[][] = [];
  const last = wanted ?? Number.POSITIVE_INFINITY;
  for (let version = known.version + 1; version <= last; version++) {
    const commit = await tryReadCommit(store, version);
    if (commit === undefined) break;
    commits.push(commit);
  }
  // looked at last: a log is cleaned up from its beginning, so where this is there, no commit after it has gone before it was asked for
  const modified = await store.modified(commitPath(known.version));
  if (modified === undefined || modified !== known.modified) return undefined;
  if (wanted !== undefined && known.version + commits.length < wanted) return undefined;
  if (commits.length === 0) return known;
  // what fails here is for a listing of the log to tell
  return snapshotAfter(store, engine, known, commits).catch(() => undefined);
}

/** A version by the one that it goes on from. @param commits all that were made since, with at least one of them */
export function snapshotAfter(
  store: LogStore,
  engine: ParquetEngine,
  before: Snapshot,
  commits: readonly (readonly Action[])[],
): Promise<Snapshot> {
  const version = before.version + commits.length;
  const plain = before.deletedRows.size === 0 && !commits.flat().some(({ add }) => add?.deletionVector);
  const vectors = plain ? 'none' : 'some';
  return snapshotOf(store, engine, version, replay(before.state, commits), commits.length, before, vectors);
}

async function snapshotOf(
  store: LogStore,
  engine: ParquetEngine,
  version: number,
  state: TableState,
  commits: number,
  known: Snapshot | undefined,
  vectors: 'none' | 'some' = 'some',
): Promise<Snapshot> {
  const [commitInfo, modified] = await Promise.all([
    commits > 0 ? state.commitInfo : commitInfoOf(store, version),
    store.modified(commitPath(version)),
  ]);
  const timestamp = commitInfo?.inCommitTimestamp ?? modified ?? commitInfo?.timestamp ?? 0;
  const deleted =
    vectors === 'none'
      ? NO_DELETED_ROWS
      : await loadDeletionVectors(store, state.files.values(), known?.deletedRows ?? NO_DELETED_ROWS);
  const whole = { ...state, commitInfo };
  const snapshot = new Snapshot(store.location, version, new Date(timestamp), whole, deleted, modified);
  await verifyFieldIds(engine, snapshot, known);
  return snapshot;
}

/** The commits from one version to another, both included. */
async function readCommits(store: LogStore, from: number, to: number): Promise<Action[][]> {
  const commits: Action[][] = [];
  for (let first = from; first <= to; first += COMMITS_TOGETHER) {
    const count = Math.min(COMMITS_TOGETHER, to - first + 1);
    commits.push(...(await Promise.all(Array.from({ length: count }, (_, i) => readCommit(store, first + i)))));
  }
  return commits;
}

/** The actions of one commit; undefined when there is no such commit. Throws StorageError TSD6010 for one that is damaged. */
export async function tryReadCommit(store: LogStore, version: number): Promise<Action[] | undefined> {
  const path = commitPath(version);
  const text = await store.read(path);
  if (text === undefined) return undefined;
  const actions = parseActions(text, `${store.location}/${path}`);
  if (actions.length > 0) return actions;
  throw new StorageError('TSD6010', `${store.location}/${path}: this commit is empty`, {
    hint: 'the log is damaged; restore this file from a backup, or read the version before it',
  });
}

/** The actions of one commit. Throws StorageError TSD6015 when its file is missing. */
export async function readCommit(store: LogStore, version: number): Promise<Action[]> {
  const actions = await tryReadCommit(store, version);
  if (actions !== undefined) return actions;
  throw missingCommit(store, version);
}

function missingCommit(store: LogStore, version: number): StorageError {
  return new StorageError('TSD6015', `${store.location}: version ${version} is missing (${commitPath(version)})`, {
    hint: 'a file of the log was lost or cleaned up; restore it from a backup, or read another version',
  });
}

async function commitInfoOf(store: LogStore, version: number): Promise<CommitInfo | undefined> {
  return (await tryReadCommit(store, version))?.find((action) => action.commitInfo)?.commitInfo;
}

/** In-commit timestamp where the table has them, else when the commit file was written. */
export async function commitTimestamp(store: LogStore, version: number, info: CommitInfo | undefined): Promise<number> {
  if (info?.inCommitTimestamp !== undefined) return info.inCommitTimestamp;
  return (await store.modified(commitPath(version))) ?? info?.timestamp ?? 0;
}

/** The last version committed not after a time (PROTOCOL.md, "Recommendations for Readers of Tables with In-Commit Timestamps"). Throws StorageError TSD6016 when the table is younger. */
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
