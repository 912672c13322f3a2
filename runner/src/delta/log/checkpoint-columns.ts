import { quoteLiteral } from '../sql.js';

const TEXT_MAP = 'MAP(VARCHAR, VARCHAR)';

/** Columns of a checkpoint (PROTOCOL.md, "Checkpoint Schema"), as DuckDB types. */
export const CHECKPOINT_COLUMNS: Readonly<Record<string, string>> = {
  txn: 'STRUCT(appId VARCHAR, version BIGINT, lastUpdated BIGINT)',
  add: `STRUCT(path VARCHAR, partitionValues ${TEXT_MAP}, size BIGINT, modificationTime BIGINT, dataChange BOOLEAN, stats VARCHAR, tags ${TEXT_MAP}, clusteringProvider VARCHAR)`,
  remove: `STRUCT(path VARCHAR, deletionTimestamp BIGINT, dataChange BOOLEAN, extendedFileMetadata BOOLEAN, partitionValues ${TEXT_MAP}, size BIGINT)`,
  metaData: `STRUCT(id VARCHAR, "name" VARCHAR, description VARCHAR, "format" STRUCT(provider VARCHAR, options ${TEXT_MAP}), schemaString VARCHAR, partitionColumns VARCHAR[], createdTime BIGINT, configuration ${TEXT_MAP})`,
  protocol:
    'STRUCT(minReaderVersion INTEGER, minWriterVersion INTEGER, readerFeatures VARCHAR[], writerFeatures VARCHAR[])',
  domainMetadata: 'STRUCT(domain VARCHAR, configuration VARCHAR, removed BOOLEAN)',
};

/** Further columns of one of the v2 specification (PROTOCOL.md, "V2 Spec" and "Checkpoint Metadata"). It may have sidecars; here it has none. */
export const V2_COLUMNS: Readonly<Record<string, string>> = {
  checkpointMetadata: `STRUCT(version BIGINT, tags ${TEXT_MAP})`,
  sidecar: `STRUCT(path VARCHAR, sizeInBytes BIGINT, modificationTime BIGINT, tags ${TEXT_MAP})`,
};

/** A table expression over Parquet files of a checkpoint. Told the columns, the engine asks nothing of the files before it reads them, and takes what they lack for null. */
export function parquetSql(files: string, columns: Readonly<Record<string, string>>): string {
  const schema = Object.entries(columns).map(([name, type]) => {
    const quoted = quoteLiteral(name);
    return `${quoted}: {name: ${quoted}, type: ${quoteLiteral(type)}, default_value: NULL}`;
  });
  return `read_parquet(${files}, hive_partitioning=false, schema=MAP {${schema.join(', ')}})`;
}

/** Fields of files by the action's columns, where a table has files with them. */
const VECTOR =
  'deletionVector STRUCT(storageType VARCHAR, pathOrInlineDv VARCHAR, "offset" INTEGER, sizeInBytes INTEGER, cardinality BIGINT)';

/** Fields of files by the action's columns, where a table tracks rows. */
const ROW_IDS = 'baseRowId BIGINT, defaultRowCommitVersion BIGINT';

/** The columns of files also with what some tables have of them; readers of other tables need not know them. */
export function fileColumns(having: {
  readonly vectors: boolean;
  readonly rowIds: boolean;
}): Readonly<Record<string, string>> {
  const further = [...(having.vectors ? [VECTOR] : []), ...(having.rowIds ? [ROW_IDS] : [])];
  const more = (struct: string) => [struct.slice(0, -1), ...further].join(', ').concat(')');
  const { add, remove } = CHECKPOINT_COLUMNS;
  return { ...CHECKPOINT_COLUMNS, add: more(add!), remove: more(remove!) };
}
