import { join } from 'node:path';
import { StorageError } from '../../errors/tsdbt-error.js';
import { retentionMillis } from '../log/checkpoint.js';
import type { LiveFile } from '../protocol/actions.js';
import { deletionVectorPath } from '../protocol/deletion-vectors.js';
import { CHANGES_NOTHING, requireWritable } from '../protocol/features.js';
import { resolvePath } from '../protocol/paths.js';
import { realPaths } from '../real-paths.js';
import type { DeltaTable } from '../table.js';
import { removedSince } from './removed-since.js';

export interface VacuumOptions {
  /** files that no version within this many hours needs go; default: the table's delta.deletedFileRetentionDuration, else 7 days */
  readonly retentionHours?: number | undefined;
  /** only say what would go; default false */
  readonly dryRun?: boolean | undefined;
  /** absolute paths of files that must stay: those that live runs have staged */
  readonly protect?: Iterable<string> | undefined;
  /** nothing goes that was needed at this time or later, whatever the retention: when the oldest run at work began */
  readonly neededSince?: Date | undefined;
  /** lets the retention be shorter than 7 days: readers and writers at work may lose their files */
  readonly allowShortRetention?: boolean | undefined;
}

export interface VacuumResult {
  /** absolute paths, sorted */
  readonly files: readonly string[];
  /** bytes */
  readonly size: number;
  readonly dryRun: boolean;
}

const HOUR = 3_600_000;
/** Temporary files of the log that a crash has left. */
const LEFTOVER = /^_delta_log\/_tmp_[^/]+$/;
const SHORTEST_HOURS = 7 * 24;

/**
 * Deletes files in the table's folder that the log does not need any more: those removed longer ago than the retention, and those
 * that no commit ever named. A file younger than the retention always stays, and so do hidden files and folders, and tables that lie in it.
 * Versions older than the retention can no longer be read afterwards (tombstones: PROTOCOL.md, "Add File and Remove File";
 * who may: PROTOCOL.md, "VACUUM Protocol Check").
 *
 * @throws StorageError TSD6040 for a retention below 7 days without `allowShortRetention`, and for one so long that the log does not tell any more
 *   what was removed within it
 */
export async function vacuum(table: DeltaTable, options: VacuumOptions = {}): Promise<VacuumResult> {
  const snapshot = await table.snapshot();
  const { location, store } = table;
  const configured = retentionMillis(snapshot.properties['delta.deletedFileRetentionDuration']) / HOUR;
  const hours = options.retentionHours ?? configured;
  if (!(hours >= 0) || (hours < SHORTEST_HOURS && options.allowShortRetention !== true))
    throw new StorageError('TSD6040', `${location}: a retention of ${hours} hours is shorter than 7 days`, {
      hint: 'readers and runs at work may still need these files; where none are, allow it explicitly (allowShortRetention)',
    });
  requireWritable(location, snapshot.protocol, snapshot.metadata, snapshot.schema, CHANGES_NOTHING);
  const now = Date.now();
  const limit = Math.min(now - hours * HOUR, options.neededSince?.getTime() ?? Number.POSITIVE_INFINITY);
  // the log may name files by other ways to the folder than the one that it was opened by
  const real = realPaths();
  const root = real(location);
  const kept = new Set([...(options.protect ?? [])].map(real));
  const keep = (file: Pick<LiveFile, 'path' | 'deletionVector'>) => {
    kept.add(real(resolvePath(location, file.path)));
    const vector = file.deletionVector ? deletionVectorPath(file.deletionVector) : undefined;
    if (vector !== undefined) kept.add(real(resolvePath(location, vector)));
  };
  for (const file of snapshot.files) keep(file);
  for (const file of await removedSince(table, snapshot, limit, now)) keep(file);
  const partitions = snapshot.partitionColumns;
  const found = await store.listAll('');
  const others = new Set(found.flatMap(({ path }) => /^(.+)\/_delta_log\/\d{20}\.json$/.exec(path)?.[1] ?? []));
  const ofOthers = (path: string) => others.size > 0 && folders(path).some((folder) => others.has(folder));
  const doomed = found.filter(
    (file) =>
      file.modified < limit &&
      !ofOthers(file.path) &&
      (LEFTOVER.test(file.path) || file.path.startsWith('_change_data/') || !hidden(file.path, partitions)) &&
      !kept.has(join(root, file.path)),
  );
  if (options.dryRun !== true) await store.remove(doomed.map((file) => file.path));
  return {
    files: doomed.map((file) => join(location, file.path)).sort(),
    size: doomed.reduce((sum, file) => sum + file.size, 0),
    dryRun: options.dryRun ?? false,
  };
}

/** The folders of a file, from the inside out: `a/b/c` → `a/b`, `a` */
function folders(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, i) => parts.slice(0, parts.length - i).join('/'));
}

/** The log, and whatever begins with a dot or an underscore, unless it is a partition's folder. */
function hidden(path: string, partitionColumns: readonly string[]): boolean {
  return path
    .split('/')
    .some((part) => /^[._]/.test(part) && !partitionColumns.some((column) => part.startsWith(`${column}=`)));
}
