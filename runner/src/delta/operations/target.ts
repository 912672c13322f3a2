import { LocalStore } from '../local-store.js';
import { loadSnapshot } from '../log/load.js';
import type { Snapshot } from '../log/snapshot.js';
import type { ParquetEngine } from '../parquet.js';
import type { LogStore } from '../store.js';

/** The table that an operation writes. */
export interface Target {
  /** the table's folder */
  readonly location: string;
  readonly engine: ParquetEngine;
  /** the version to start from; default: the latest. A target without a table is created by overwrite, append or merge. */
  readonly table?: Snapshot | undefined;
  /** default: the local disk */
  readonly store?: LogStore | undefined;
}

export interface OpenTarget {
  readonly store: LogStore;
  readonly engine: ParquetEngine;
  /** undefined when the table does not exist yet */
  readonly base: Snapshot | undefined;
}

export async function openTarget(target: Target): Promise<OpenTarget> {
  const store = target.store ?? new LocalStore(target.location);
  return { store, engine: target.engine, base: target.table ?? (await loadSnapshot(store, target.engine)) };
}
