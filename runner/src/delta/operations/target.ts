import { LocalStore } from '../local-store.js';
import { loadSnapshot } from '../log/load.js';
import type { Snapshot } from '../log/snapshot.js';
import { withStats } from '../log/with-stats.js';
import type { ParquetEngine } from '../parquet.js';
import type { AddFile, LiveFile } from '../protocol/actions.js';
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

/** @typeParam File `AddFile` where the statistics of the table's files have been read */
export interface OpenTarget<File extends LiveFile = LiveFile> {
  readonly store: LogStore;
  readonly engine: ParquetEngine;
  /** undefined when the table does not exist yet */
  readonly base: Snapshot<File> | undefined;
}

/** So many tables are remembered on the local disk, and of each other store. */
const REMEMBERED = 16;
const LOCAL_DISK = {};
const remembered = new WeakMap<object, Map<string, Snapshot>>();

/** Opens a target. Of a table that this process has opened before, only the commits since are read. */
export function openTarget(target: Target): Promise<OpenTarget> {
  return open(target, (store, known) => loadSnapshot(store, target.engine, {}, known));
}

/** Opens a target for an operation that needs the statistics of its files: one that skips files, or changes rows in some. */
export async function openTargetWithStats(target: Target): Promise<OpenTarget<AddFile>> {
  const opened = await open(target, (store, known) => loadSnapshot(store, target.engine, { statistics: true }, known));
  const { store, engine, base } = opened;
  return { store, engine, base: base && (await withStats(store, engine, base)) };
}

/** Whether a table has been opened by {@link openTarget} before, and a later version of it is worth remembering. */
export function isRemembered(store: LogStore): boolean {
  return tablesOf(store) !== undefined;
}

/** Takes a version that this process has committed for what is known of its table, so that it need not be read. */
export function remember(store: LogStore, snapshot: Snapshot): void {
  tablesOf(store)?.set(store.location, snapshot);
}

function tablesOf(store: LogStore): Map<string, Snapshot> | undefined {
  const owners = store instanceof LocalStore ? [store, LOCAL_DISK] : [store];
  return owners.map((owner) => remembered.get(owner)).find((tables) => tables?.has(store.location));
}

async function open(
  target: Target,
  load: (store: LogStore, known: Snapshot | undefined) => Promise<Snapshot | undefined>,
): Promise<OpenTarget> {
  const { engine } = target;
  const store = target.store ?? new LocalStore(target.location);
  if (target.table !== undefined) return { store, engine, base: target.table };
  const owner = target.store ?? LOCAL_DISK;
  const tables = remembered.get(owner) ?? new Map<string, Snapshot>();
  remembered.set(owner, tables);
  const base = await load(store, tables.get(store.location));
  tables.delete(store.location);
  if (base !== undefined) tables.set(store.location, base);
  if (tables.size > REMEMBERED) tables.delete(tables.keys().next().value!);
  return { store, engine, base };
}
