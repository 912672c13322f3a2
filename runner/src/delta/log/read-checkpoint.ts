import { StorageError } from '../../errors/tsdbt-error.js';
import type { ParquetEngine } from '../parquet.js';
import { type Action, withoutNulls } from '../protocol/actions.js';
import { type DuckDBType, parseDuckDBType } from '../protocol/duckdb-type-parser.js';
import { quoteIdentifier, quoteLiteral } from '../sql.js';

/** Fields of each action that are read, by column of the checkpoint (PROTOCOL.md, "Checkpoint Schema"). */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  protocol: ['minReaderVersion', 'minWriterVersion', 'readerFeatures', 'writerFeatures'],
  metaData: ['id', 'name', 'description', 'format', 'schemaString', 'partitionColumns', 'createdTime', 'configuration'],
  txn: ['appId', 'version', 'lastUpdated'],
  add: ['path', 'partitionValues', 'size', 'modificationTime', 'dataChange', 'stats', 'tags', 'deletionVector'],
  remove: [
    'path',
    'deletionTimestamp',
    'dataChange',
    'extendedFileMetadata',
    'partitionValues',
    'size',
    'deletionVector',
  ],
  domainMetadata: ['domain', 'configuration', 'removed'],
};

/**
 * Reads a classic or multi-part checkpoint. Other writers leave out columns and fields, or add some: only what is there is asked for.
 * Throws StorageError TSD6012 for a checkpoint of the v2 specification.
 */
export async function readCheckpoint(engine: ParquetEngine, paths: readonly string[]): Promise<Action[]> {
  const source = `read_parquet([${paths.map(quoteLiteral).join(', ')}], hive_partitioning=false)`;
  const columns = await engine.describe(`SELECT * FROM ${source}`);
  const selects: string[] = [];
  for (const { name, type } of columns) {
    if (name === 'checkpointMetadata' || name === 'sidecar') {
      const rows = await engine.query(`SELECT 1 FROM ${source} WHERE ${quoteIdentifier(name)} IS NOT NULL LIMIT 1`);
      if (rows.length > 0)
        throw new StorageError(
          'TSD6012',
          `${paths[0]}: the table uses the feature v2Checkpoint, which is not supported to read`,
        );
    }
    const wanted = FIELDS[name];
    const parsed = parseDuckDBType(type);
    if (wanted === undefined || parsed.kind !== 'struct') continue;
    const column = quoteIdentifier(name);
    const pairs = wanted
      .filter((field) => has(parsed, field) || (field === 'stats' && has(parsed, 'stats_parsed')))
      .map((field) => `${quoteLiteral(field)}, ${jsonOf(parsed, column, field)}`);
    selects.push(
      `SELECT CAST(json_object(${quoteLiteral(name)}, json_object(${pairs.join(', ')})) AS VARCHAR) AS action FROM ${source} WHERE ${column} IS NOT NULL`,
    );
  }
  const rows = selects.length === 0 ? [] : await engine.query(selects.join('\nUNION ALL\n'));
  return rows.map((row) => withoutNulls(JSON.parse(String(row.action)) as Record<string, unknown>));
}

function has(type: DuckDBType & { kind: 'struct' }, field: string): boolean {
  return type.fields.some((candidate) => candidate.name === field);
}

/** Statistics kept only as a struct (`delta.checkpoint.writeStatsAsJson=false`) become JSON text again. */
function jsonOf(type: DuckDBType & { kind: 'struct' }, column: string, field: string): string {
  const value = `${column}.${quoteIdentifier(field)}`;
  if (field !== 'stats' || !has(type, 'stats_parsed')) return value;
  const text = `CAST(to_json(${column}.stats_parsed) AS VARCHAR)`;
  return has(type, 'stats') ? `coalesce(${value}, ${text})` : text;
}
