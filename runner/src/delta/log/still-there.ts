import { StorageError } from '../../errors/tsdbt-error.js';
import type { LogStore } from '../store.js';
import { commitPath } from './file-names.js';
import { tryReadCommit } from './load.js';
import { listLog } from './segment.js';
import type { Snapshot } from './snapshot.js';

const MEANWHILE =
  'the table was removed, made anew, or its log cleaned up meanwhile; nothing was published: run again, so that the write starts from what is there now';

/**
 * Makes sure that the version which a change was made from is still in the log, and is that of the same table. Without its commit, the name of the
 * next one may be free although the table has gone on (its log was cleaned up), or is another one by now (removed and made anew): what is
 * committed there would be lost, or break the other table.
 *
 * @throws StorageError TSD6020 where it is not; nothing is written then
 */
export async function requireStillThere(store: LogStore, base: Snapshot): Promise<void> {
  const found = await commitOf(store, base);
  // a table may have a checkpoint for its latest version, and no commit
  if (found === 'gone' && base.modified === undefined && (await listLog(store)).latest === base.version) return;
  if (found === 'same') return;
  const what = found === 'gone' ? 'is not in the log any more' : 'is another one in the log than it was';
  throw new StorageError(
    'TSD6020',
    `${store.location}: version ${base.version}, which the change starts from, ${what}`,
    { hint: MEANWHILE },
  );
}

/**
 * Makes sure that a commit which has just been written goes on from the log. Between {@link requireStillThere} and its writing the log may have been
 * cleaned up beyond it, or the table removed: then its name was free although it had been taken, or nothing comes before it. Logs are cleaned up
 * from their beginning, so where the version before is there, nothing of that has happened.
 *
 * @param base the version that the change was made from; undefined when it creates the table
 * @throws StorageError TSD6020 where it does not; the commit is taken back then
 */
export async function requireFollows(store: LogStore, base: Snapshot | undefined, version: number): Promise<void> {
  // where the log cannot be asked, the commit counts: the store has confirmed it
  if (await follows(store, base, version).catch(() => true)) return;
  await store.remove([commitPath(version)]);
  throw new StorageError(
    'TSD6020',
    `${store.location}: version ${version} would have come where the log has no version before it`,
    { hint: MEANWHILE },
  );
}

async function follows(store: LogStore, base: Snapshot | undefined, version: number): Promise<boolean> {
  if (version > 0 && (await isInLog(store, base, version - 1))) return true;
  const next = (await listLog(store)).checkpoints.find((checkpoint) => checkpoint.version >= version);
  return next === undefined ? version === 0 : isYounger(store, next, version);
}

/** Whether a version that comes just before a commit is there, and, where the change was made from it, is what it was. */
async function isInLog(store: LogStore, base: Snapshot | undefined, version: number): Promise<boolean> {
  if (base?.version !== version) return (await store.modified(commitPath(version))) !== undefined;
  if (base.modified !== undefined) return (await commitOf(store, base)) === 'same';
  return (await listLog(store)).checkpoints.some((checkpoint) => checkpoint.version === version);
}

/** Whether a checkpoint's version came after a commit: others have gone on from that, and cleaned up behind themselves. */
async function isYounger(
  store: LogStore,
  checkpoint: { readonly version: number; readonly paths: readonly string[] },
  version: number,
): Promise<boolean> {
  const own = await store.modified(commitPath(version));
  const committed = checkpoint.version === version ? undefined : await store.modified(commitPath(checkpoint.version));
  const other = committed ?? (await store.modified(checkpoint.paths[0]!));
  return own === undefined || (other !== undefined && other > own);
}

/** What the log has in place of a version's commit. A copy of the file has another time, but tells of the same commit. */
async function commitOf(store: LogStore, base: Snapshot): Promise<'same' | 'another' | 'gone'> {
  const modified = await store.modified(commitPath(base.version));
  if (modified !== undefined && modified === base.modified) return 'same';
  const commit = await tryReadCommit(store, base.version);
  if (commit === undefined) return 'gone';
  const info = commit.find((action) => action.commitInfo)?.commitInfo;
  return base.modified !== undefined && sameInfo(info, base.commitInfo) ? 'same' : 'another';
}

function sameInfo(a: unknown, b: unknown): boolean {
  return a !== undefined && JSON.stringify(a) === JSON.stringify(b);
}
