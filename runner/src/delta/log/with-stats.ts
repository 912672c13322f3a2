import { StorageError } from '../../errors/tsdbt-error.js';
import type { ParquetEngine } from '../parquet.js';
import type { AddFile } from '../protocol/actions.js';
import { logicalFile } from '../protocol/deletion-vectors.js';
import type { LogStore } from '../store.js';
import { loadSnapshot } from './load.js';
import { Snapshot } from './snapshot.js';

/**
 * A snapshot with the statistics of its files, by reading its version once more. The log may have changed meanwhile: checkpoints come and go,
 * and any that leads to the version does.
 *
 * @throws StorageError TSD6014, TSD6015 where the log does not reach the version any more, or is that of another table
 */
export async function withStats(
  store: LogStore,
  engine: ParquetEngine,
  snapshot: Snapshot,
): Promise<Snapshot<AddFile>> {
  if (snapshot.hasStats()) return snapshot;
  const { version, state } = snapshot;
  const again = await loadSnapshot(store, engine, { version, statistics: true }, snapshot);
  if (again === undefined || !sameFiles(snapshot, again))
    throw new StorageError('TSD6015', `${store.location}: version ${version} is not what it was when it was opened`, {
      hint: 'the table was removed or made anew meanwhile; open it again',
    });
  const { files, checkpoint } = again.state;
  const { location, timestamp, deletedRows, modified } = snapshot;
  return new Snapshot(location, version, timestamp, { ...state, files, checkpoint }, deletedRows, modified);
}

/** The log of another table has other files: their names are random. */
function sameFiles(a: Snapshot, b: Snapshot): boolean {
  const names = new Set(b.files.map(logicalFile));
  return names.size === a.state.files.size && a.files.every((file) => names.has(logicalFile(file)));
}
