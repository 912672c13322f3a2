import { commitTimestamp, LISTINGS, tryReadCommit } from '../log/load.js';
import { listLog } from '../log/segment.js';
import type { Action, CommitInfo } from '../protocol/actions.js';
import type { DeltaTable } from '../table.js';

/** A version and what made it. */
export interface HistoryEntry {
  readonly version: number;
  readonly timestamp: Date;
  /** `WRITE`, `MERGE`, `DELETE`, …; undefined where the writer did not say */
  readonly operation: string | undefined;
  readonly commitInfo: CommitInfo | undefined;
  readonly filesAdded: number;
  readonly filesRemoved: number;
}

/**
 * The versions of a table that are still in its log, newest first.
 *
 * @param limit at most so many; default all
 */
export async function history(table: DeltaTable, limit = Number.POSITIVE_INFINITY): Promise<HistoryEntry[]> {
  for (let listings = 1; ; listings++) {
    const { commits } = await listLog(table.store);
    const versions = commits.toReversed().slice(0, limit);
    const entries: HistoryEntry[] = [];
    for (const version of versions) {
      const actions = await tryReadCommit(table.store, version);
      if (actions !== undefined) entries.push(await entryOf(table, version, actions));
    }
    // where some have gone since the log was listed, it was cleaned up, and may have others by now
    if (entries.length === versions.length || listings === LISTINGS) return entries;
  }
}

async function entryOf(table: DeltaTable, version: number, actions: readonly Action[]): Promise<HistoryEntry> {
  const commitInfo = actions.find((action) => action.commitInfo)?.commitInfo;
  return {
    version,
    timestamp: new Date(await commitTimestamp(table.store, version, commitInfo)),
    operation: commitInfo?.operation,
    commitInfo,
    filesAdded: actions.filter((action) => action.add).length,
    filesRemoved: actions.filter((action) => action.remove).length,
  };
}
