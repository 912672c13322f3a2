import { loadSnapshot } from '../delta/log/load.js';
import type { Snapshot } from '../delta/log/snapshot.js';
import { history } from '../delta/operations/history.js';
import type { DeltaTable } from '../delta/table.js';

/** One version of a table, as its log tells it. */
export interface TableVersion {
  readonly version: number;
  /** ISO 8601, UTC */
  readonly timestamp: string;
  readonly operation: string | undefined;
  /** the run that wrote it */
  readonly runId: string | undefined;
  /** rows in the table at this version; undefined where statistics are missing */
  readonly rows: number | undefined;
  /** bytes of the data files at this version */
  readonly bytes: number | undefined;
  readonly files: number | undefined;
  readonly filesAdded: number;
  readonly filesRemoved: number;
  /** what changed in the columns against the version before: `added x DOUBLE`, `removed y`, `z: INTEGER → BIGINT` */
  readonly schemaChanges: readonly string[];
}

/**
 * The versions that the log still holds, newest first.
 *
 * A version that can no longer be replayed (its checkpoint was cleaned up) is listed without rows and sizes.
 * @param limit at most so many
 */
export async function tableVersions(table: DeltaTable, limit: number): Promise<TableVersion[]> {
  const entries = (await history(table, limit)).reverse();
  const versions: TableVersion[] = [];
  let before: Snapshot | undefined;
  for (const entry of entries) {
    const snapshot = await loadSnapshot(table.store, table.engine, { version: entry.version }, before).catch(
      () => undefined,
    );
    const { runId } = entry.commitInfo ?? {};
    versions.push({
      version: entry.version,
      timestamp: entry.timestamp.toISOString(),
      operation: entry.operation,
      runId: typeof runId === 'string' ? runId : undefined,
      rows: snapshot?.numRecords,
      bytes: snapshot?.sizeBytes,
      files: snapshot?.files.length,
      filesAdded: entry.filesAdded,
      filesRemoved: entry.filesRemoved,
      schemaChanges: before === undefined || snapshot === undefined ? [] : schemaChanges(before, snapshot),
    });
    before = snapshot ?? before;
  }
  return versions.reverse();
}

/** What became of the columns between two versions, in words. */
export function schemaChanges(before: Pick<Snapshot, 'columns'>, after: Pick<Snapshot, 'columns'>): string[] {
  const old = new Map(before.columns.map((column) => [column.name, column.type]));
  const now = new Map(after.columns.map((column) => [column.name, column.type]));
  const changes: string[] = [];
  for (const [name, type] of now) {
    const was = old.get(name);
    if (was === undefined) changes.push(`added ${name} ${type}`);
    else if (was !== type) changes.push(`${name}: ${was} → ${type}`);
  }
  for (const name of old.keys()) if (!now.has(name)) changes.push(`removed ${name}`);
  return changes;
}
