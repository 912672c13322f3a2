import { join } from 'node:path';
import type { SnapshotAt } from '../delta/log/load.js';
import { cleanUpLog } from '../delta/operations/clean-up-log.js';
import { sumBytes } from '../delta/operations/metrics.js';
import { stageOptimize } from '../delta/operations/optimize.js';
import { stageRestore } from '../delta/operations/restore.js';
import { vacuum } from '../delta/operations/vacuum.js';
import { checkpointWarning, together } from '../materialize/checkpoint-warning.js';
import { bytes } from './bytes.js';
import { oldestLiveRun } from './live-runs.js';
import type { MaintainedTable, TableOutcome } from './maintain-tables.js';

const HOUR = 3_600_000;

export interface OptimizeWork {
  /** bytes that files grow to; default: the table's own setting */
  readonly targetSize?: number | undefined;
  /** rows are put into the order of the model's `cluster_by`, all files are written anew */
  readonly sort?: boolean | undefined;
}

/** Puts small files together. Rows stay what they are. */
export async function optimizeTable(
  { node, table, session: _, ...run }: MaintainedTable,
  options: OptimizeWork,
): Promise<TableOutcome> {
  const before = await table.snapshot();
  const staged = await stageOptimize(
    { location: table.location, engine: table.engine, table: before },
    { targetSize: options.targetSize, sortBy: options.sort ? node.config.cluster_by : undefined },
  );
  const files = `${before.files.length} ${before.files.length === 1 ? 'file' : 'files'}, ${bytes(before.sizeBytes)}`;
  const { cluster_by: sortBy } = node.config;
  const unsorted = options.sort && !sortBy?.length ? ', and no cluster_by to sort by' : '';
  if (staged.isNoop)
    return { version: before.version, unchanged: true, message: `${files}: nothing to put together${unsorted}` };
  const late = checkpointWarning(await staged.commit(provenance(run)));
  const after = await table.snapshot();
  const now = `${after.files.length} ${after.files.length === 1 ? 'file' : 'files'}, ${bytes(sumBytes(after.files))}`;
  return {
    version: after.version,
    rows: after.numRecords,
    unchanged: false,
    message: together(`${files} → ${now}`, late),
  };
}

/** Brings back what the table held at an earlier version or time, as a new version. */
export async function restoreTable(
  { table, node: _node, session: _, ...run }: MaintainedTable,
  to: SnapshotAt,
): Promise<TableOutcome> {
  const before = await table.snapshot();
  const wanted = await table.snapshot(to);
  const time = `${wanted.timestamp.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
  const staged = await stageRestore(table, wanted.version);
  if (staged.isNoop)
    return {
      version: before.version,
      rows: before.numRecords,
      unchanged: true,
      message: `is as in version ${wanted.version}`,
    };
  const late = checkpointWarning(await staged.commit(provenance(run)));
  const after = await table.snapshot();
  return {
    version: after.version,
    rows: after.numRecords,
    unchanged: false,
    message: together(`as in version ${wanted.version} of ${time}`, late),
  };
}

export interface VacuumWork {
  /** files that no version within this time needs go, milliseconds; default: the table's own setting, else 7 days */
  readonly retention?: number | undefined;
  readonly allowShortRetention: boolean;
  /** only say what would go */
  readonly dryRun: boolean;
  /** absolute folder of the warehouse */
  readonly warehouse: string;
  /** called with every file that goes, or would go: absolute path */
  onFile(path: string): void;
}

/**
 * Deletes files that no version within the retention needs, and what of the log has outlived its own. What runs at work have staged or read stays,
 * whatever the retention.
 */
export async function vacuumTable(maintained: MaintainedTable, options: VacuumWork): Promise<TableOutcome> {
  const { table } = maintained;
  const oldest = oldestLiveRun(options.warehouse, maintained.invocationId);
  const result = await vacuum(table, {
    retentionHours: options.retention === undefined ? undefined : options.retention / HOUR,
    neededSince: oldest,
    allowShortRetention: options.allowShortRetention,
    dryRun: options.dryRun,
  });
  for (const file of result.files) options.onFile(file);
  const { version, properties } = await table.snapshot();
  const keepsLog = properties['delta.enableExpiredLogCleanup']?.toLowerCase() === 'false';
  const log = keepsLog ? undefined : await cleanUpLog(table, { now: oldest, dryRun: options.dryRun });
  for (const file of log?.files ?? []) options.onFile(join(table.location, file));
  const parts = [
    ...(result.files.length === 0 ? [] : [`${count(result.files.length)}, ${bytes(result.size)}`]),
    ...(log === undefined || log.files.length === 0
      ? []
      : [`${count(log.files.length)} of the log before version ${log.earliest}`]),
  ];
  if (parts.length === 0) return { version, message: 'nothing to delete' };
  return { version, message: `${options.dryRun ? 'would delete' : 'deleted'} ${parts.join(', and ')}` };
}

function count(files: number): string {
  return `${files.toLocaleString('en-US')} ${files === 1 ? 'file' : 'files'}`;
}

function provenance(run: { readonly invocationId: string; readonly engineInfo: string }) {
  return { runId: run.invocationId, engineInfo: run.engineInfo };
}
