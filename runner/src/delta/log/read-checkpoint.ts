import { StorageError } from '../../errors/tsdbt-error.js';
import type { ParquetEngine } from '../parquet.js';
import { type Action, type LiveFile, parseActions, withoutNulls } from '../protocol/actions.js';
import { logicalFile } from '../protocol/deletion-vectors.js';
import { parseDuckDBType } from '../protocol/duckdb-type-parser.js';
import { quoteLiteral } from '../sql.js';
import type { LogStore } from '../store.js';
import { fileColumns, parquetSql } from './checkpoint-columns.js';
import { addsOf, addTextSql, jsonSql, removesOf, removeTextSql, type WantedStats } from './checkpoint-text.js';
import { LOG_FOLDER } from './file-names.js';
import { EMPTY_STATE, replay, type TableState } from './replay.js';

/** Columns of the actions that name no file. */
const OTHERS = ['protocol', 'metaData', 'txn', 'domainMetadata', 'sidecar'];

/** So many actions leave the engine as one text: one by one they take several times as long, and texts of megabytes longer too. */
const ACTIONS_TOGETHER = 256;

/**
 * Reads a checkpoint: classic, multi-part, or of the v2 specification in Parquet or JSON with its sidecars (PROTOCOL.md, "Checkpoints").
 * Other writers leave out columns and fields, add some, or have them in another order: what is missing is read as null.
 *
 * @param paths relative to the table
 * @param wanted what of the statistics of files is read from Parquet
 * @throws StorageError TSD6015 where a sidecar is missing, TSD6010 for a damaged checkpoint
 */
export async function readCheckpoint(
  store: LogStore,
  engine: ParquetEngine,
  paths: readonly string[],
  wanted: WantedStats,
): Promise<TableState> {
  const { actions, state } = await readContents(store, engine, paths, wanted);
  // a file of other columns reads as one that says nothing
  const lacks = state.protocol === undefined ? 'protocol' : state.metadata === undefined ? 'metaData' : undefined;
  if (lacks !== undefined)
    throw new StorageError('TSD6010', `${store.location}/${paths[0]}: this checkpoint has no ${lacks} action`, {
      hint: 'the log is damaged; restore this file from a backup, or read a version before it',
    });
  const sidecars = sidecarPaths(actions);
  if (sidecars.length === 0) return state;
  for (const path of sidecars)
    if ((await store.modified(path)) === undefined)
      throw new StorageError(
        'TSD6015',
        `${store.location}: the checkpoint ${paths[0]} needs ${path}, which is missing`,
        { hint: 'a file of the log was lost; restore it from a backup' },
      );
  const { state: further } = await readParquet(store, engine, sidecars, wanted);
  return {
    ...state,
    checkpoint: undefined,
    files: new Map([...state.files, ...further.files]),
    tombstones: new Map([...state.tombstones, ...further.tombstones]),
  };
}

/** The sidecars that a checkpoint names, relative to the table (PROTOCOL.md, "Sidecar Files"). */
export async function readSidecarPaths(
  store: LogStore,
  engine: ParquetEngine,
  paths: readonly string[],
): Promise<string[]> {
  const { actions } = await readContents(store, engine, paths, 'records');
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

function readContents(
  store: LogStore,
  engine: ParquetEngine,
  paths: readonly string[],
  wanted: WantedStats,
): Promise<Contents> {
  return paths[0]!.endsWith('.json') ? readJson(store, paths[0]!) : readParquet(store, engine, paths, wanted);
}

async function readJson(store: LogStore, path: string): Promise<Contents> {
  const actions = parseActions((await store.read(path)) ?? '', `${store.location}/${path}`);
  return { actions, state: replay(EMPTY_STATE, [actions]) };
}

async function readParquet(
  store: LogStore,
  engine: ParquetEngine,
  paths: readonly string[],
  wanted: WantedStats,
): Promise<Contents> {
  const list = `[${paths.map((path) => quoteLiteral(`${store.location}/${path}`)).join(', ')}]`;
  const all = fileColumns({ vectors: true, rowIds: true });
  const columns: Readonly<Record<string, string>> = { ...all, sidecar: 'STRUCT(path VARCHAR)' };
  let asText = true;
  let rows = await engine.query(actionsSql(list, columns, '"add".stats', wanted));
  if (rows.some((row) => row.bare === true)) {
    const parsed = await parsedStatsType(engine, list);
    if (parsed !== undefined) {
      asText = false;
      const add = `${columns.add!.slice(0, -1)}, stats_parsed ${parsed})`;
      const stats = `coalesce("add".stats, ${jsonSql('"add".stats_parsed')})`;
      rows = await engine.query(actionsSql(list, { ...columns, add }, stats, wanted));
    }
  }
  // files stay in the order of the log, and so rows that are read without another one
  rows = [...rows].sort((a, b) => compare(a.file, b.file) || compare(a.part, b.part));
  const text = (value: unknown) => (value === null || value === undefined ? '' : String(value));
  const actions = rows.flatMap((row) =>
    (JSON.parse(`[${text(row.others)}]`) as Record<string, unknown>[]).map((action) => withoutNulls(action)),
  );
  const state = replay(EMPTY_STATE, [actions]);
  const { location } = store;
  const files = new Map<string, LiveFile>(state.files);
  const tombstones = new Map(state.tombstones);
  for (const row of rows) {
    for (const add of addsOf(text(row.adds), wanted, location)) files.set(add.path, add);
    for (const remove of removesOf(text(row.removes), location)) tombstones.set(logicalFile(remove), remove);
  }
  const checkpoint = asText ? { paths, files } : undefined;
  return { actions, state: { ...state, files, tombstones, checkpoint } };
}

function actionsSql(
  files: string,
  columns: Readonly<Record<string, string>>,
  stats: string,
  wanted: WantedStats,
): string {
  const results = [
    'filename AS file',
    `file_row_number // ${ACTIONS_TOGETHER} AS part`,
    `string_agg(${addTextSql(stats, wanted)}, chr(31)) AS adds`,
    `string_agg(${removeTextSql()}, chr(31)) AS removes`,
    `string_agg(${othersSql()}, ',') AS others`,
    `count("add".path) > count(${stats}) AS bare`,
  ];
  return `SELECT ${results.join(', ')} FROM ${parquetSql(files, columns)} GROUP BY file, part`;
}

function compare(a: unknown, b: unknown): number {
  return (a as string | bigint) < (b as string | bigint) ? -1 : a === b ? 0 : 1;
}

/** Type of the statistics where a checkpoint has them as a struct (`delta.checkpoint.writeStatsAsStruct`). */
async function parsedStatsType(engine: ParquetEngine, files: string): Promise<string | undefined> {
  const source = `read_parquet(${files}, hive_partitioning=false, union_by_name=true)`;
  const [add] = await engine.describe(`SELECT "add" FROM ${source}`);
  const type = parseDuckDBType(add!.type);
  if (type.kind !== 'struct' || !type.fields.some((field) => field.name === 'stats_parsed')) return undefined;
  return (await engine.describe(`SELECT "add".stats_parsed FROM ${source}`))[0]!.type;
}

/** The actions that name no file, as JSON: few of them. */
function othersSql(): string {
  const cases = OTHERS.map(
    (name) =>
      `WHEN "${name}" IS NOT NULL THEN '{${JSON.stringify(name)}:' || CAST(to_json("${name}") AS VARCHAR) || '}'`,
  );
  return `CASE ${cases.join(' ')} END`;
}
