import { StorageError } from '../errors/tsdbt-error.js';
import { LocalStore } from './local-store.js';
import { loadSnapshot, type SnapshotAt, type SnapshotWithStatsAt } from './log/load.js';
import type { Snapshot } from './log/snapshot.js';
import type { ParquetEngine } from './parquet.js';
import type { AddFile } from './protocol/actions.js';
import type { LogStore } from './store.js';

export interface TableOptions {
  /** where the bytes live; default: a folder on the local disk */
  readonly store?: LogStore | undefined;
}

/** A Delta table at a place. */
export class DeltaTable {
  #latest: Snapshot;

  private constructor(
    readonly store: LogStore,
    readonly engine: ParquetEngine,
    latest: Snapshot,
  ) {
    this.#latest = latest;
  }

  /**
   * Opens a table; undefined when the place has no `_delta_log` with at least one version.
   *
   * @throws StorageError TSD6010, TSD6011, TSD6015 for a damaged log, TSD6012 for a feature that is not supported
   */
  static async open(
    location: string,
    engine: ParquetEngine,
    options: TableOptions = {},
  ): Promise<DeltaTable | undefined> {
    const store = options.store ?? new LocalStore(location);
    const latest = await loadSnapshot(store, engine);
    return latest === undefined ? undefined : new DeltaTable(store, engine, latest);
  }

  /** The table's folder, absolute. */
  get location(): string {
    return this.store.location;
  }

  /**
   * The latest version, or the one asked for. Reads only what has been committed since the last call.
   *
   * @throws StorageError TSD6014 or TSD6016 for a version that does not exist, TSD6001 when the table was removed meanwhile
   */
  snapshot(at: SnapshotWithStatsAt): Promise<Snapshot<AddFile>>;
  snapshot(at?: SnapshotAt): Promise<Snapshot>;
  async snapshot(at: SnapshotAt = {}): Promise<Snapshot> {
    if (at.version !== undefined && !Number.isSafeInteger(at.version))
      throw new StorageError('TSD6014', `${this.location}: there is no version ${at.version}`, {
        hint: 'versions are whole numbers from 0',
      });
    if (at.timestamp !== undefined && Number.isNaN(at.timestamp.getTime()))
      throw new StorageError('TSD6016', `${this.location}: there is no version at a time that is no valid date`);
    const timeTravel = at.version !== undefined || at.timestamp !== undefined;
    const snapshot = await loadSnapshot(this.store, this.engine, at, this.#latest);
    if (snapshot === undefined) throw noTable(this.location);
    if (!timeTravel) this.#latest = snapshot;
    return snapshot;
  }
}

/** The error for a place that should hold a table and does not. */
export function noTable(location: string): StorageError {
  return new StorageError('TSD6001', `${location}: there is no Delta table here`, {
    hint: 'check the path; a table has a folder _delta_log',
  });
}
