import { StorageError } from '../../errors/tsdbt-error.js';
import { retentionMillis } from '../log/checkpoint.js';
import { commitPath } from '../log/file-names.js';
import { tryReadCommit } from '../log/load.js';
import type { Snapshot } from '../log/snapshot.js';
import type { Action, RemoveFile } from '../protocol/actions.js';
import type { DeltaTable } from '../table.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const RETENTION = 'delta.deletedFileRetentionDuration';

/**
 * Files removed after a time. Checkpoints have only the tombstones that are younger than the table's `delta.deletedFileRetentionDuration`
 * (PROTOCOL.md, "Add File and Remove File": those that have expired may be left out); earlier removals are read from the commits, as far as these go.
 *
 * @param time milliseconds since the epoch
 * @throws StorageError TSD6040 where neither tells all that was removed since then
 */
export async function removedSince(
  table: DeltaTable,
  snapshot: Snapshot,
  time: number,
  now: number,
): Promise<readonly RemoveFile[]> {
  // a removal without a time is taken for a recent one, as checkpoints do
  const late = ({ deletionTimestamp }: RemoveFile) => (deletionTimestamp ?? Number.POSITIVE_INFINITY) > time;
  const known = snapshot.tombstones.filter(late);
  // the property may have been raised lately, and then checkpoints lack tombstones too: only the default is taken on trust
  if (now - time <= Math.min(retentionOf(snapshot), retentionMillis(undefined))) return known;
  const { commits, reaches } = await commitsSince(table, snapshot.version, time);
  if (!reaches) {
    const kept = Math.min(retentionOf(snapshot), await retentionBefore(table, snapshot.version, commits));
    if (now - time > kept) throw notTold(table.location, now - time, kept);
  }
  const removed = commits.flatMap((actions) =>
    actions.flatMap(({ remove }) => (remove && late(remove) ? [remove] : [])),
  );
  return [...known, ...removed];
}

/** Commits back to a time, the latest first; whether all were there. */
async function commitsSince({ store }: DeltaTable, latest: number, time: number) {
  const commits: Action[][] = [];
  for (let version = latest; version >= 0; version--) {
    const modified = await store.modified(commitPath(version));
    const actions = modified === undefined ? undefined : await tryReadCommit(store, version);
    if (actions === undefined) return { commits, reaches: false };
    if (modified! <= time) return { commits, reaches: true };
    commits.push(actions);
  }
  return { commits, reaches: true };
}

/** How long tombstones were kept before the earliest of some commits, milliseconds; 0 where nothing tells. */
async function retentionBefore(table: DeltaTable, latest: number, commits: readonly Action[][]): Promise<number> {
  // a checkpoint can be there without its commit, or without what came before
  const at = (version: number) => table.snapshot({ version }).catch(() => undefined);
  const earliest = latest - commits.length + 1;
  const changed = commits.at(-1)?.some(({ metaData }) => metaData) ?? false;
  const before = (await at(earliest - 1)) ?? (changed ? undefined : await at(earliest));
  return before === undefined ? 0 : retentionOf(before);
}

function notTold(location: string, asked: number, kept: number): StorageError {
  const time = (millis: number) =>
    millis < 2 * DAY ? `${Math.round(millis / HOUR)} hours` : `${Math.round(millis / DAY)} days`;
  const told = kept === 0 ? 'its commits do not go back so far' : `removals were kept for ${time(kept)}`;
  return new StorageError(
    'TSD6040',
    `${location}: the log does not tell which files were removed in the last ${time(asked)}: ${told}`,
    {
      hint: `ask for a shorter retention; and set the table property ${RETENTION} to 'interval ${time(asked)}', so that removals from now on are kept`,
    },
  );
}

function retentionOf({ properties }: Snapshot): number {
  return retentionMillis(properties[RETENTION]);
}
