import { retentionMillis } from '../log/checkpoint.js';
import { commitPath, LOG_FOLDER, parseLogFileName } from '../log/file-names.js';
import { readSidecarPaths } from '../log/read-checkpoint.js';
import { type LogListing, listLog } from '../log/segment.js';
import { CHANGES_NOTHING, requireWritable } from '../protocol/features.js';
import type { DeltaTable } from '../table.js';

export interface CleanUpResult {
  /** paths relative to the table, sorted */
  readonly files: readonly string[];
  /** the earliest version that can still be read */
  readonly earliest: number;
  readonly dryRun: boolean;
}

const DAY = 86_400_000;
/** How long the log is kept where `delta.logRetentionDuration` does not say. */
const DEFAULT = 'interval 30 days';

/**
 * Deletes commits and checkpoints that are older than `delta.logRetentionDuration` (default 30 days) and that no younger version
 * needs (PROTOCOL.md, "Metadata Cleanup"): everything before the last checkpoint that is older than that, and sidecars that only checkpoints
 * before it name. Without such a checkpoint nothing goes.
 *
 * @param now the time to reckon from; default: now
 */
export async function cleanUpLog(
  table: DeltaTable,
  options: { readonly dryRun?: boolean | undefined; readonly now?: Date | undefined } = {},
): Promise<CleanUpResult> {
  const snapshot = await table.snapshot();
  const { store, location } = table;
  const dryRun = options.dryRun ?? false;
  requireWritable(location, snapshot.protocol, snapshot.metadata, snapshot.schema, CHANGES_NOTHING);
  const retention = retentionMillis(snapshot.properties['delta.logRetentionDuration'] ?? DEFAULT);
  // days end at midnight UTC, so that clean-ups of one day agree
  const limit = Math.floor(((options.now ?? new Date()).getTime() - retention) / DAY) * DAY;
  const listing = await listLog(store);
  let keepFrom: number | undefined;
  for (const checkpoint of listing.checkpoints) {
    const written = await store.modified(commitPath(checkpoint.version));
    const own = written ?? (await store.modified(checkpoint.paths[0]!));
    if (own !== undefined && own < limit) keepFrom = checkpoint.version;
  }
  const earliest = listing.commits[0] === 0 ? 0 : (listing.checkpoints[0]?.version ?? listing.commits[0] ?? 0);
  if (keepFrom === undefined) return { files: [], earliest, dryRun };
  const doomed: string[] = [];
  for (const name of await store.list(LOG_FOLDER)) {
    const version = parseLogFileName(name)?.version ?? checksumVersion(name);
    const compacted = compactedFrom(name);
    if ((version !== undefined && version < keepFrom) || (compacted !== undefined && compacted <= keepFrom))
      doomed.push(`${LOG_FOLDER}/${name}`);
  }
  // oldest first: a crash in between leaves a log without gaps behind what remains
  doomed.sort();
  doomed.push(...(await sidecarsOf(table, listing, keepFrom, limit)));
  if (!dryRun) await store.remove(doomed);
  return { files: doomed, earliest: doomed.length === 0 ? earliest : keepFrom, dryRun };
}

/**
 * Sidecars that only checkpoints before a version name. One that no checkpoint names yet may belong to a checkpoint that is
 * being written: it stays until it is as old as what else goes.
 */
async function sidecarsOf(
  { store, engine }: DeltaTable,
  listing: LogListing,
  keepFrom: number,
  limit: number,
): Promise<string[]> {
  const all = (await store.listAll(`${LOG_FOLDER}/_sidecars`)).filter((file) => file.modified < limit);
  if (all.length === 0) return [];
  const kept = new Set<string>();
  for (const { version, paths } of listing.checkpoints)
    if (version >= keepFrom) for (const path of await readSidecarPaths(store, engine, paths)) kept.add(path);
  return all
    .map((file) => file.path)
    .filter((path) => !kept.has(path))
    .sort();
}

/** Checksums of other writers go with their version (PROTOCOL.md, "Version Checksum File"). */
function checksumVersion(name: string): number | undefined {
  const match = /^(\d{20})\.crc$/.exec(name);
  return match === null ? undefined : Number(match[1]);
}

/** The first version of a log compaction file of another writer (PROTOCOL.md, "Log Compaction Files"). */
function compactedFrom(name: string): number | undefined {
  const match = /^(\d{20})\.\d{20}\.compacted\.json$/.exec(name);
  return match === null ? undefined : Number(match[1]);
}
