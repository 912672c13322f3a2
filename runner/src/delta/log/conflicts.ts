import { StorageError } from '../../errors/tsdbt-error.js';
import type { Action, LiveFile } from '../protocol/actions.js';
import { CLUSTERING_DOMAIN } from '../protocol/clustering.js';
import type { Change } from './commit.js';
import type { Snapshot } from './snapshot.js';

/**
 * What a change has read of the table, and therefore depends on: nothing (a blind append), all of it, or the rows that it has looked for.
 */
export type ReadSet = 'nothing' | 'table' | RowsRead;

/** The rows that a change has looked for, in the version it started from and in what others have added since. */
export interface RowsRead {
  /** whether files that a version has added may hold one */
  added(files: readonly LiveFile[], version: number): Promise<boolean>;
  /** whether files of the version that the change started from hold one which the change has left as it was */
  removed(files: readonly LiveFile[]): Promise<boolean>;
}

/**
 * Decides whether a change may go behind a commit that was made after the version it started from, so that the result
 * is as if the two had run one after the other (isolation level Serializable). In a table with the isolation level WriteSerializable,
 * a blind append may count as if it had come after the change.
 *
 * @throws StorageError TSD6020 saying what the other commit did
 */
export async function requireNoConflict(
  location: string,
  base: Snapshot | undefined,
  change: Change,
  other: readonly Action[],
  version: number,
): Promise<void> {
  const info = other.find((action) => action.commitInfo)?.commitInfo;
  const fail = (did: string): never => {
    const who = info?.engineInfo === undefined ? '' : ` by ${info.engineInfo}`;
    throw new StorageError(
      'TSD6020',
      `${location}: ${change.operation} from version ${base?.version ?? 'none'} conflicts with version ${version} (${info?.operation ?? 'unknown operation'}${who}), which ${did}`,
      { hint: 'nothing was published; run again, so that the write starts from the new version' },
    );
  };
  if (base === undefined) fail('created the table');
  const removed = new Set(change.removes.map((file) => file.path));
  const [gone, come]: [LiveFile[], LiveFile[]] = [[], []];
  for (const { protocol, metaData, add, remove, domainMetadata } of other) {
    if (protocol) fail('changed the table’s protocol');
    if (metaData) fail('changed the table’s schema or properties');
    if (domainMetadata?.domain === CLUSTERING_DOMAIN) fail('changed what the table is clustered by');
    if (remove) {
      if (removed.has(remove.path)) fail('removed a file that this change removes too');
      const file = base!.state.files.get(remove.path);
      if (file && remove.dataChange !== false) gone.push(file);
    }
    if (add && add.dataChange !== false) come.push(add);
    // e.g. gives it row ids; where it was removed too, that was said before
    else if (add && removed.has(add.path)) fail('says more of a file that this change removes');
  }
  const { reads } = change;
  const blind =
    isolationOf(base!.properties) === 'WriteSerializable' && info?.isBlindAppend === true && gone.length === 0;
  if (reads !== 'nothing') {
    if (gone.length > 0 && (reads === 'table' || (await reads.removed(gone))))
      fail('removed rows that this change has read');
    if (come.length > 0 && !blind && (reads === 'table' || (await reads.added(come, version))))
      fail('added rows that this change has not seen and depends on');
  }
  if (change.metadata !== undefined && other.some((action) => action.add))
    fail('wrote rows with the schema from before this change');
}

/** How commits of a table are kept apart: `delta.isolationLevel`. */
export function isolationOf(
  properties: Readonly<Record<string, string>> | undefined,
): 'Serializable' | 'WriteSerializable' {
  const asked = properties?.['delta.isolationLevel']?.toLowerCase();
  return asked === 'writeserializable' ? 'WriteSerializable' : 'Serializable';
}
