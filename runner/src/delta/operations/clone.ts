import { randomUUID } from 'node:crypto';
import { isAbsolute, relative, sep } from 'node:path';
import { StorageError } from '../../errors/tsdbt-error.js';
import type { SnapshotAt } from '../log/load.js';
import type { Snapshot } from '../log/snapshot.js';
import type { AddFile } from '../protocol/actions.js';
import { deletedRowsOf, deletionVectorId, deletionVectorPath } from '../protocol/deletion-vectors.js';
import { CHANGES_NOTHING, requireWritable } from '../protocol/features.js';
import { absoluteAddress, encodePath, resolvePath } from '../protocol/paths.js';
import { givesRowIds, noRowIds } from '../protocol/row-tracking.js';
import type { LogStore } from '../store.js';
import type { DeltaTable } from '../table.js';
import { StagedCommit } from './staged-commit.js';
import { openTarget, type Target } from './target.js';

/**
 * Makes a table of its own that shares the files of another (shallow clone). Writing to one never changes the other. On one disk files get a further name
 * in the clone (hard link): every reader finds them, and they stay when vacuum takes those of the source away. Elsewhere the clone names them where they
 * lie, by addresses that not every reader follows, and vacuum of the source deletes files that only the clone still needs.
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
  const shared = await shareFiles(store, from);
  const adds = from.files.map((file): AddFile => {
    const { deletionVector } = file;
    const vector = deletionVector ? deletionVectorPath(deletionVector) : undefined;
    const keepsVector = vector === undefined || !deletionVector || shared.has(vector);
    return {
      ...file,
      path: shared.get(file.path) ?? absoluteAddress(resolvePath(from.location, file.path)),
      dataChange: true,
      ...(keepsVector
        ? {}
        : {
            deletionVector: {
              ...deletionVector,
              storageType: 'p',
              pathOrInlineDv: absoluteAddress(resolvePath(from.location, vector)),
            },
          }),
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
      furtherFiles: [...shared.values()].map(decodeURIComponent),
      writesFiles: false,
      reads: 'table',
    },
  );
}

/**
 * Gives the files of a table names in its clone, the places that they have in the source.
 *
 * @returns `add.path` in the source, or path of a deletion vector → `add.path` in the clone, of the files that have got one
 */
async function shareFiles(store: LogStore, from: Snapshot): Promise<ReadonlyMap<string, string>> {
  if (store.link === undefined) return new Map();
  const vectors = from.files.flatMap(({ deletionVector }) =>
    deletionVector?.storageType === 'u' ? [deletionVectorPath(deletionVector)!] : [],
  );
  const places = new Map<string, string>();
  for (const path of new Set([...from.files.map((file) => file.path), ...vectors])) {
    const place = relative(from.location, resolvePath(from.location, path));
    // what lies elsewhere has no place in the source
    if (!place.startsWith('..') && !isAbsolute(place)) places.set(path, place.split(sep).join('/'));
  }
  const files = new Map([...places].map(([path, place]) => [place, resolvePath(from.location, path)]));
  const linked = new Set(await store.link(files));
  return new Map(
    [...places].filter(([, place]) => linked.has(place)).map(([path, place]) => [path, encodePath(place)]),
  );
}
