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

/** So many tables are remembered on the local disk, and of each other store. */
const REMEMBERED = 16;
const LOCAL_DISK = {};
const remembered = new WeakMap<object, Map<string, Snapshot>>();

/** Opens a target. Of a table that this process has opened before, only the commits since are read. */
export async function openTarget(target: Target): Promise<OpenTarget> {
  const { engine } = target;
  const store = target.store ?? new LocalStore(target.location);
  if (target.table !== undefined) return { store, engine, base: target.table };
  const owner = target.store ?? LOCAL_DISK;
  const tables = remembered.get(owner) ?? new Map<string, Snapshot>();
  remembered.set(owner, tables);
  const base = await loadSnapshot(store, engine, {}, tables.get(store.location));
  tables.delete(store.location);
  if (base !== undefined) tables.set(store.location, base);
  if (tables.size > REMEMBERED) tables.delete(tables.keys().next().value!);
  return { store, engine, base };
}
