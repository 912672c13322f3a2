import type { Metadata } from '../protocol/actions.js';
import type { LogStore } from '../store.js';
import { commitPath } from './file-names.js';
import type { Snapshot } from './snapshot.js';

export interface Timing {
  /** milliseconds since the epoch */
  readonly now: number;
  /** undefined where the table has none */
  readonly inCommitTimestamp: number | undefined;
  /** the change's, with what it takes to tell commits of before from those since */
  readonly metadata: Metadata | undefined;
}

/**
 * When a commit is made, for tables with in-commit timestamps later than the commit before (PROTOCOL.md, "Writer Requirements for In-Commit Timestamps").
 *
 * @param metadata that the commit sets
 * @param before the in-commit timestamp of the version before
 */
export async function timingOf(
  store: LogStore,
  base: Snapshot | undefined,
  metadata: Metadata | undefined,
  version: number,
  before: number | undefined,
): Promise<Timing> {
  const now = Date.now();
  const configuration = (metadata ?? base?.metadata)?.configuration;
  if (!isOn(configuration)) return { now, inCommitTimestamp: undefined, metadata };
  if (base === undefined || isOn(base.properties))
    return { now, inCommitTimestamp: Math.max(now, (before ?? 0) + 1), metadata };
  // switched on by this very commit: the file of the one before counts, and what came before is told apart by its version
  const modified = Math.floor((await store.modified(commitPath(version - 1))) ?? 0);
  const inCommitTimestamp = Math.max(now, modified + 1);
  const enablement = {
    'delta.inCommitTimestampEnablementVersion': String(version),
    'delta.inCommitTimestampEnablementTimestamp': String(inCommitTimestamp),
  };
  return {
    now,
    inCommitTimestamp,
    metadata: { ...metadata!, configuration: { ...configuration, ...enablement } },
  };
}

/** Whether a table has them (PROTOCOL.md, "In-Commit Timestamps"). */
function isOn(properties: Readonly<Record<string, string>> | undefined): boolean {
  return properties?.['delta.enableInCommitTimestamps']?.toLowerCase() === 'true';
}
