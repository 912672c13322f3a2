import { StorageError } from '../../errors/tsdbt-error.js';
import type { CommitProvenance } from '../log/commit.js';
import type { Snapshot } from '../log/snapshot.js';
import type { AddFile, DomainMetadata, LiveFile, Metadata } from '../protocol/actions.js';
import { CLUSTERING_DOMAIN } from '../protocol/clustering.js';
import { MAX_COLUMN_ID } from '../protocol/column-mapping.js';
import { logicalFile } from '../protocol/deletion-vectors.js';
import { protocolFor, requireWritable } from '../protocol/features.js';
import { resolvePath } from '../protocol/paths.js';
import type { DeltaTable } from '../table.js';
import { type CommitResult, StagedCommit } from './staged-commit.js';
import { relativePath } from './write-files.js';

/**
 * Stages a commit after which the table holds again what it held at an earlier version: rows, schema and properties.
 * History stays, the restore is a version of its own. Versions of tables never go down, nor does the protocol.
 *
 * @throws StorageError TSD6014 for a version that does not exist, TSD6039 when vacuum has deleted files or deletion vectors of it
 */
export async function stageRestore(table: DeltaTable, version: number): Promise<StagedCommit> {
  const base = await table.snapshot();
  const wanted = await table.snapshot({ version, statistics: true }).catch((error) => {
    throw error instanceof StorageError && error.code === 'TSD6017'
      ? gone(table, version, error.message, error)
      : error;
  });
  requireWritable(table.location, base.protocol, base.metadata, base.schema, {
    removesRows: true,
    rewritesRows: false,
  });
  const adds = wanted.files
    .filter((file) => !isLive(base, file))
    .map((file): AddFile => ({ ...file, dataChange: true }));
  const removes = base.files.filter((file) => !isLive(wanted, file));
  for (const file of adds)
    if ((await table.store.modified(relativePath(table.store, file))) === undefined)
      throw gone(table, version, `${resolvePath(table.location, file.path)}: this file is missing`);
  const same = JSON.stringify(withoutTime(base.metadata)) === JSON.stringify(withoutTime(wanted.metadata));
  const protocol = protocolFor(base.protocol, wanted.schema, wanted.properties);
  return new StagedCommit(
    {
      store: table.store,
      engine: table.engine,
      base,
      schema: wanted.schema,
      partitionColumns: wanted.partitionColumns,
      properties: wanted.properties,
      protocol: protocol === base.protocol ? undefined : protocol,
      metadata: same ? undefined : withHighestId(wanted.metadata, base.properties[MAX_COLUMN_ID]),
    },
    {
      operation: 'RESTORE',
      parameters: { version: String(version) },
      metrics: {
        numRestoredFiles: adds.length,
        numRemovedFiles: removes.length,
        tableSizeAfterRestore: wanted.sizeBytes,
        numOfFilesAfterRestore: wanted.files.length,
      },
      adds,
      removes,
      domains: restoredClustering(base, wanted),
      deletedRows: wanted.deletedRows,
      writesFiles: false,
      reads: 'table',
    },
  );
}

function gone(table: DeltaTable, version: number, why: string, cause?: StorageError): StorageError {
  return new StorageError(
    'TSD6039',
    `${table.location}: version ${version} cannot be restored, for a file of it is gone`,
    { hint: `${why}; vacuum may have deleted it: restore a later version`, cause },
  );
}

/** What the table was clustered by, where that is another now. */
function restoredClustering(base: Snapshot, wanted: Snapshot): readonly DomainMetadata[] {
  const of = ({ domains }: Snapshot) => domains.find(({ domain }) => domain === CLUSTERING_DOMAIN);
  const [now, then] = [of(base), of(wanted)];
  if (now?.configuration === then?.configuration) return [];
  return [then ?? { ...now!, removed: true }];
}

/** Ids of columns are never given twice (PROTOCOL.md, "Column Mapping"), not even those that came after the version. */
function withHighestId(metadata: Metadata, highest: string | undefined): Metadata {
  const before = metadata.configuration[MAX_COLUMN_ID];
  if (before === undefined || Number(highest ?? 0) <= Number(before)) return metadata;
  return { ...metadata, configuration: { ...metadata.configuration, [MAX_COLUMN_ID]: highest! } };
}

/** Stages and commits a restore. */
export async function restore(table: DeltaTable, version: number, provenance: CommitProvenance): Promise<CommitResult> {
  return (await stageRestore(table, version)).commit(provenance);
}

/** The file counts in a version, with the same rows. */
function isLive(snapshot: Snapshot, file: LiveFile): boolean {
  const found = snapshot.state.files.get(file.path);
  return found !== undefined && logicalFile(found) === logicalFile(file);
}

function withoutTime({ createdTime: _, ...metadata }: Metadata): Omit<Metadata, 'createdTime'> {
  return metadata;
}
