import { StorageError } from '../../errors/tsdbt-error.js';
import type { ParquetEngine } from '../parquet.js';
import { type Action, parseActions, withoutNulls } from '../protocol/actions.js';
import { logicalFile } from '../protocol/deletion-vectors.js';
import { type DuckDBType, parseDuckDBType } from '../protocol/duckdb-type-parser.js';
import { quoteIdentifier, quoteLiteral } from '../sql.js';
import type { LogStore } from '../store.js';
import { addsOf, addTextSql, removesOf, removeTextSql } from './checkpoint-text.js';
import { LOG_FOLDER } from './file-names.js';
import { EMPTY_STATE, replay, type TableState } from './replay.js';

type Struct = DuckDBType & { kind: 'struct' };

/** Fields that are read of the actions that name no file, by column of the checkpoint (PROTOCOL.md, "Checkpoint Schema"). */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  protocol: ['minReaderVersion', 'minWriterVersion', 'readerFeatures', 'writerFeatures'],
  metaData: ['id', 'name', 'description', 'format', 'schemaString', 'partitionColumns', 'createdTime', 'configuration'],
  txn: ['appId', 'version', 'lastUpdated'],
  domainMetadata: ['domain', 'configuration', 'removed'],
  sidecar: ['path'],
};

/** So many actions leave the engine as one text: one by one they take several times as long. */
const ACTIONS_TOGETHER = 4096;

/**
 * Reads a checkpoint: classic, multi-part, or of the v2 specification in Parquet or JSON with its sidecars (PROTOCOL.md, "Checkpoints").
 * Other writers leave out columns and fields, or add some: only what is there is asked for.
 *
 * @param paths relative to the table
 * @throws StorageError TSD6015 where a sidecar is missing, TSD6010 for a damaged checkpoint
 */
export async function readCheckpoint(
  store: LogStore,
  engine: ParquetEngine,
  paths: readonly string[],
): Promise<TableState> {
  const { actions, state } = paths[0]!.endsWith('.json')
    ? await readJson(store, paths[0]!)
    : await readParquet(store, engine, paths);
  const sidecars = sidecarPaths(actions);
  if (sidecars.length === 0) return state;
  for (const path of sidecars)
    if ((await store.modified(path)) === undefined)
      throw new StorageError(
        'TSD6015',
        `${store.location}: the checkpoint ${paths[0]} needs ${path}, which is missing`,
        { hint: 'a file of the log was lost; restore it from a backup' },
      );
  const { state: further } = await readParquet(store, engine, sidecars);
  return {
    ...state,
    files: new Map([...state.files, ...further.files]),
    tombstones: new Map([...state.tombstones, ...further.tombstones]),
  };
}

/** The sidecars that a checkpoint names, relative to the table. */
export async function readSidecarPaths(
  store: LogStore,
  engine: ParquetEngine,
  paths: readonly string[],
): Promise<string[]> {
  const json = paths[0]!.endsWith('.json');
  const { actions } = json ? await readJson(store, paths[0]!) : await readParquet(store, engine, paths);
  return sidecarPaths(actions);
}

/** Sidecars lie in `_delta_log/_sidecars`, whatever comes before their name. */
function sidecarPaths(actions: readonly Action[]): string[] {
  return actions.flatMap(({ sidecar }) =>
    sidecar ? [`${LOG_FOLDER}/_sidecars/${decodeURIComponent(sidecar.path.split('/').at(-1)!)}`] : [],
  );
}

/** Actions that name no file, and the state that all of them give. */
interface Contents {
  readonly actions: readonly Action[];
  readonly state: TableState;
}

async function readJson(store: LogStore, path: string): Promise<Contents> {
  const actions = parseActions((await store.read(path)) ?? '', `${store.location}/${path}`);
  return { actions, state: replay(EMPTY_STATE, [actions]) };
}

async function readParquet(store: LogStore, engine: ParquetEngine, paths: readonly string[]): Promise<Contents> {
  const list = paths.map((path) => quoteLiteral(`${store.location}/${path}`));
  const source = `read_parquet([${list.join(', ')}], hive_partitioning=false, union_by_name=true)`;
  const structs = new Map<string, Struct>();
  for (const { name, type } of await engine.describe(`SELECT * FROM ${source}`)) {
    const parsed = parseDuckDBType(type);
    if (parsed.kind === 'struct') structs.set(name, parsed);
  }
  const has = (action: string) => (field: string) =>
    structs.get(action)?.fields.some((candidate) => candidate.name === field) ?? false;
  const columns = [
    ...(structs.has('add') ? [`string_agg(${addTextSql(has('add'))}, chr(31)) AS adds`] : []),
    ...(structs.has('remove') ? [`string_agg(${removeTextSql(has('remove'))}, chr(31)) AS removes`] : []),
    `string_agg(${othersSql(structs)}, ',') AS others`,
  ];
  const rows = await engine.query(
    `SELECT ${columns.join(', ')} FROM ${source} GROUP BY file_row_number // ${ACTIONS_TOGETHER}, filename`,
  );
  const text = (value: unknown) => (value === null || value === undefined ? '' : String(value));
  const actions = rows.flatMap((row) =>
    (JSON.parse(`[${text(row.others)}]`) as Record<string, unknown>[]).map((action) => withoutNulls(action)),
  );
  const state = replay(EMPTY_STATE, [actions]);
  const { location } = store;
  const files = new Map(state.files);
  const tombstones = new Map(state.tombstones);
  for (const row of rows) {
    for (const add of addsOf(text(row.adds), location)) files.set(add.path, add);
    for (const remove of removesOf(text(row.removes), location)) tombstones.set(logicalFile(remove), remove);
  }
  return { actions, state: { ...state, files, tombstones } };
}

/** The actions that name no file, as JSON: few of them. */
function othersSql(structs: ReadonlyMap<string, Struct>): string {
  const cases: string[] = [];
  for (const [name, wanted] of Object.entries(FIELDS)) {
    const column = quoteIdentifier(name);
    const fields = wanted
      .filter((field) => structs.get(name)?.fields.some((candidate) => candidate.name === field))
      .map((field) => `${quoteIdentifier(field)} := ${column}.${quoteIdentifier(field)}`);
    if (fields.length > 0)
      cases.push(
        `WHEN ${column} IS NOT NULL THEN '{${JSON.stringify(name)}:' || CAST(to_json(struct_pack(${fields.join(', ')})) AS VARCHAR) || '}'`,
      );
  }
  return cases.length === 0 ? 'CAST(NULL AS VARCHAR)' : `CASE ${cases.join(' ')} END`;
}
