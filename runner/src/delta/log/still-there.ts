import { StorageError } from '../../errors/tsdbt-error.js';
import type { LogStore } from '../store.js';
import { commitPath } from './file-names.js';
import { tryReadCommit } from './load.js';
import { listLog } from './segment.js';
import type { Snapshot } from './snapshot.js';

/**
 * Makes sure that the version which a change was made from is still in the log, and is that of the same table. Without its commit, the name of the
 * next one may be free although the table has gone on (its log was cleaned up), or is another one by now (removed and made anew): what is
 * committed there would be lost, or break the other table.
 *
 * @throws StorageError TSD6020 where it is not; nothing is written then
 */
export async function requireStillThere(store: LogStore, base: Snapshot): Promise<void> {
  const modified = await store.modified(commitPath(base.version));
  if (modified !== undefined && modified === base.modified) return;
  const commit = await tryReadCommit(store, base.version);
  const same =
    commit === undefined
      ? // a table may have a checkpoint for its latest version, and no commit
        base.modified === undefined && (await listLog(store)).latest === base.version
      : // a copy of the file has another time, but tells of the same commit
        base.modified !== undefined &&
        sameInfo(commit.find((action) => action.commitInfo)?.commitInfo, base.commitInfo);
  if (same) return;
  const what = commit === undefined ? 'is not in the log any more' : 'is another one in the log than it was';
  throw new StorageError(
    'TSD6020',
    `${store.location}: version ${base.version}, which the change starts from, ${what}`,
    {
      hint: 'the table was removed, made anew, or its log cleaned up meanwhile; nothing was published: run again, so that the write starts from what is there now',
    },
  );
}

function sameInfo(a: unknown, b: unknown): boolean {
  return a !== undefined && JSON.stringify(a) === JSON.stringify(b);
}
