import { randomUUID } from 'node:crypto';
import { StorageError } from '../../errors/tsdbt-error.js';
import type { SnapshotAt } from '../log/load.js';
import type { AddFile } from '../protocol/actions.js';
import { deletedRowsOf, deletionVectorId, deletionVectorPath } from '../protocol/deletion-vectors.js';
import { CHANGES_NOTHING, requireWritable } from '../protocol/features.js';
import { absoluteAddress, resolvePath } from '../protocol/paths.js';
import { givesRowIds, noRowIds } from '../protocol/row-tracking.js';
import type { DeltaTable } from '../table.js';
import { StagedCommit } from './staged-commit.js';
import { openTarget, type Target } from './target.js';

/**
 * Makes a table of its own that reads the files of another where they lie (shallow clone). Writing to one never changes the other; but vacuum of the
 * source deletes files that only the clone still needs.
 *
 * @param source the table to clone, at a version or time
 * @throws StorageError TSD6045 when there is a table at the target already, TSD6012 for a source with a feature that is not supported to write
 */
export async function stageShallowClone(
  target: Target,
  source: DeltaTable,
  at: SnapshotAt = {},
): Promise<StagedCommit> {
  const { store, engine, base } = await openTarget(target);
  if (base !== undefined)
    throw new StorageError('TSD6045', `${store.location}: a clone needs a place without a table`, {
      hint: 'choose another place, or remove the table there',
    });
  const from = await source.snapshot({ ...at, statistics: true });
  // what a feature keeps in the actions of files must come along
  requireWritable(from.location, from.protocol, from.metadata, from.schema, CHANGES_NOTHING);
  if (givesRowIds(from.protocol, from.properties)) throw noRowIds(from.location);
  const absolute = (path: string) => absoluteAddress(resolvePath(from.location, path));
  const adds = from.files.map((file): AddFile => {
    const { deletionVector } = file;
    const vector = deletionVector ? deletionVectorPath(deletionVector) : undefined;
    return {
      ...file,
      path: absolute(file.path),
      dataChange: true,
      ...(vector === undefined || !deletionVector
        ? {}
        : { deletionVector: { ...deletionVector, storageType: 'p', pathOrInlineDv: absolute(vector) } }),
    };
  });
  // vectors that lie elsewhere have other ids
  const deletedRows = new Map(
    adds.flatMap(({ deletionVector }, i) =>
      deletionVector ? [[deletionVectorId(deletionVector), deletedRowsOf(from.files[i]!, from.deletedRows)!]] : [],
    ),
  );
  // since when the source has in-commit timestamps says nothing of the clone, which has them from its first version on
  const own = ([key]: [string, string]) => !key.startsWith('delta.inCommitTimestampEnablement');
  const configuration = Object.fromEntries(Object.entries(from.properties).filter(own));
  return new StagedCommit(
    {
      store,
      engine,
      base: undefined,
      schema: from.schema,
      partitionColumns: from.partitionColumns,
      properties: configuration,
      protocol: from.protocol,
      metadata: { ...from.metadata, id: randomUUID(), createdTime: Date.now(), configuration },
    },
    {
      operation: 'CLONE',
      parameters: { source: from.location, sourceVersion: String(from.version), isShallow: 'true' },
      metrics: { sourceNumOfFiles: adds.length, sourceTableSize: from.sizeBytes, numCopiedFiles: 0 },
      adds,
      removes: [],
      domains: from.domains,
      deletedRows,
      writesFiles: false,
      reads: 'table',
    },
  );
}
