import { commitTimestamp, readCommit } from '../log/load.js';
import { listLog } from '../log/segment.js';
import type { CommitInfo } from '../protocol/actions.js';
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
  const { commits } = await listLog(table.store);
  const entries: HistoryEntry[] = [];
  for (const version of commits.toReversed().slice(0, limit)) {
    const actions = await readCommit(table.store, version);
    const commitInfo = actions.find((action) => action.commitInfo)?.commitInfo;
    entries.push({
      version,
      timestamp: new Date(await commitTimestamp(table.store, version, commitInfo)),
      operation: commitInfo?.operation,
      commitInfo,
      filesAdded: actions.filter((action) => action.add).length,
      filesRemoved: actions.filter((action) => action.remove).length,
    });
  }
  return entries;
}
