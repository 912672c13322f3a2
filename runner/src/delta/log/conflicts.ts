import { StorageError } from '../../errors/tsdbt-error.js';
import type { Action, LiveFile } from '../protocol/actions.js';
import { CLUSTERING_DOMAIN } from '../protocol/clustering.js';
import type { Change } from './commit.js';
import type { Snapshot } from './snapshot.js';

/**
 * What a change has read of the table, and therefore depends on: nothing (a blind append), all of it,
 * or the files for which the function says true (they might hold rows that the change looked for).
 */
export type ReadSet = 'nothing' | 'table' | ((file: LiveFile) => boolean);

/**
 * Decides whether a change may go behind a commit that was made after the version it started from, so that the result
 * is as if the two had run one after the other (isolation level Serializable).
 *
 * @throws StorageError TSD6020 saying what the other commit did
 */
export function requireNoConflict(
  location: string,
  base: Snapshot | undefined,
  change: Change,
  other: readonly Action[],
  version: number,
): void {
  const fail = (did: string): never => {
    const info = other.find((action) => action.commitInfo)?.commitInfo;
    const who = info?.engineInfo === undefined ? '' : ` by ${info.engineInfo}`;
    throw new StorageError(
      'TSD6020',
      `${location}: ${change.operation} from version ${base?.version ?? 'none'} conflicts with version ${version} (${info?.operation ?? 'unknown operation'}${who}), which ${did}`,
      { hint: 'nothing was published; run again, so that the write starts from the new version' },
    );
  };
  if (base === undefined) fail('created the table');
  const removed = new Set(change.removes.map((file) => file.path));
  for (const { protocol, metaData, add, remove, domainMetadata } of other) {
    if (protocol) fail('changed the table’s protocol');
    if (metaData) fail('changed the table’s schema or properties');
    if (domainMetadata?.domain === CLUSTERING_DOMAIN) fail('changed what the table is clustered by');
    if (remove) {
      if (removed.has(remove.path)) fail('removed a file that this change removes too');
      const file = base!.state.files.get(remove.path);
      if (file && remove.dataChange !== false && hasRead(change.reads, file))
        fail('removed rows that this change has read');
    }
    if (add && add.dataChange !== false && hasRead(change.reads, add))
      fail('added rows that this change has not seen and depends on');
  }
  if (change.metadata !== undefined && other.some((action) => action.add))
    fail('wrote rows with the schema from before this change');
}

function hasRead(reads: ReadSet, file: LiveFile): boolean {
  if (reads === 'nothing') return false;
  return reads === 'table' || reads(file);
}
