import { StorageError } from '../../errors/tsdbt-error.js';
import type { ParquetEngine } from '../parquet.js';
import { type Action, parseActions, withoutNulls } from '../protocol/actions.js';
import { type DuckDBType, parseDuckDBType } from '../protocol/duckdb-type-parser.js';
import { quoteIdentifier, quoteLiteral } from '../sql.js';
import type { LogStore } from '../store.js';
import { LOG_FOLDER } from './file-names.js';

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
  sidecar: ['path'],
};

/** So many actions leave the engine as one text. */
const ACTIONS_TOGETHER = 4096;

/**
 * Reads a checkpoint: classic, multi-part, or of the v2 specification in Parquet or JSON with its sidecars (PROTOCOL.md, "Checkpoints").
 * Other writers leave out columns and fields, or add some: only what is there is asked for.
 *
 * @param paths relative to the table
 * @throws StorageError TSD6015 where a sidecar is missing
 */
export async function readCheckpoint(
  store: LogStore,
  engine: ParquetEngine,
  paths: readonly string[],
): Promise<Action[]> {
  const actions = paths[0]!.endsWith('.json')
    ? parseActions((await store.read(paths[0]!)) ?? '', `${store.location}/${paths[0]}`)
    : await readParquetActions(store, engine, paths);
  const sidecars = actions.flatMap(({ sidecar }) => (sidecar ? [sidecarPath(sidecar.path)] : []));
  if (sidecars.length === 0) return actions;
  for (const path of sidecars)
    if ((await store.modified(path)) === undefined)
      throw new StorageError(
        'TSD6015',
        `${store.location}: the checkpoint ${paths[0]} needs ${path}, which is missing`,
        {
          hint: 'a file of the log was lost; restore it from a backup',
        },
      );
  return [...actions, ...(await readParquetActions(store, engine, sidecars))];
}

/** Sidecars lie in `_delta_log/_sidecars`, whatever comes before their name. */
function sidecarPath(path: string): string {
  return `${LOG_FOLDER}/_sidecars/${decodeURIComponent(path.split('/').at(-1)!)}`;
}

async function readParquetActions(store: LogStore, engine: ParquetEngine, paths: readonly string[]): Promise<Action[]> {
  const files = paths.map((path) => quoteLiteral(`${store.location}/${path}`));
  const source = `read_parquet([${files.join(', ')}], hive_partitioning=false, union_by_name=true)`;
  const columns = await engine.describe(`SELECT * FROM ${source}`);
  const cases: string[] = [];
  for (const { name, type } of columns) {
    const wanted = FIELDS[name];
    const parsed = parseDuckDBType(type);
    if (wanted === undefined || parsed.kind !== 'struct') continue;
    const column = quoteIdentifier(name);
    const fields = wanted
      .filter((field) => has(parsed, field) || (field === 'stats' && has(parsed, 'stats_parsed')))
      .map((field) => `${quoteIdentifier(field)} := ${jsonOf(parsed, column, field)}`);
    cases.push(
      `WHEN ${column} IS NOT NULL THEN '{${JSON.stringify(name)}:' || CAST(to_json(struct_pack(${fields.join(', ')})) AS VARCHAR) || '}'`,
    );
  }
  if (cases.length === 0) return [];
  // thousands to a row: one by one they take twice the time
  const rows = await engine.query(
    `SELECT string_agg(action, ',') AS actions FROM (SELECT file_row_number // ${ACTIONS_TOGETHER} AS part, filename, CASE ${cases.join(' ')} END AS action FROM ${source}) WHERE action IS NOT NULL GROUP BY part, filename`,
  );
  return rows.flatMap((row) =>
    (JSON.parse(`[${String(row.actions)}]`) as Record<string, unknown>[]).map((action) => withoutNulls(action)),
  );
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
