import type { ReadSet, RowsRead } from '../log/conflicts.js';
import { loadSnapshot } from '../log/load.js';
import { scanSql } from '../log/scan-sql.js';
import type { Snapshot } from '../log/snapshot.js';
import type { ParquetEngine } from '../parquet.js';
import type { LiveFile } from '../protocol/actions.js';
import type { StructType } from '../protocol/data-types.js';
import { conjunction, quoteLiteral, VIEW_NAMES } from '../sql.js';
import type { TableChange } from './metadata.js';
import { conjunctsOf, type Piece, parsedSql, piecesIn } from './parsed-sql.js';

/** Rows that a change has looked for. Nothing of it is worked out before another commit is met. */
export interface Sought {
  /** files that may hold one, by what the log says of them; default: all */
  readonly near?: ((file: LiveFile) => boolean) | undefined;
  /** SQL over the table's columns, all of which hold for each; where one does not judge a row by that row alone, all rows are looked for */
  readonly where?: readonly string[] | undefined;
  /** SQL over the aliases `target` and `source`: what of it is about the row of the table alone holds for each; the rest is left aside */
  readonly on?: readonly string[] | undefined;
}

export interface SoughtRows {
  /** of each kind, those of other commits: a change that has not seen them depends on them */
  readonly added: readonly Sought[];
  /** of each kind, those that may be in files which the change leaves as they are; default: none, all of them are in files that it removes */
  readonly removed?: readonly Sought[] | undefined;
  /** SQL of what else the change computes: where it looks at more than one row, all rows are looked for */
  readonly values?: readonly string[] | undefined;
}

/** What a change has read, where that is some rows of the table. */
export function rowsRead({ store, engine, base, metadata }: TableChange, sought: SoughtRows): ReadSet {
  // what changes the schema goes behind no commit that adds a file
  if (base === undefined || metadata !== undefined) return 'table';
  const { schema } = base;
  const { added, removed = [], values = [] } = sought;
  const anyIn = async (
    kinds: readonly Sought[],
    files: readonly LiveFile[],
    at: () => Promise<Snapshot | undefined>,
  ) => {
    const elsewhere = [...values, ...added.flatMap(({ on = [] }) => on)];
    for (const expression of elsewhere) if (await looksElsewhere(engine, expression)) return true;
    for (const { where = [] } of added) if (!(await judges(engine, schema, where))) return true;
    for (const { near = () => true, where = [], on = [] } of kinds) {
      const some = files.filter(near);
      if (some.length === 0) continue;
      const snapshot = await at();
      const conditions = [...where, ...(await ofTarget(engine, schema, on))];
      if (snapshot === undefined || (await anyRow(engine, snapshot, some, conditions))) return true;
    }
    return false;
  };
  const read: RowsRead = {
    added: (files, version) => anyIn(added, files, () => loadSnapshot(store, engine, { version }, base)),
    removed: (files) => anyIn(removed, files, async () => base),
  };
  return read;
}

/** Whether files hold a row for which all conditions hold. Where they cannot be read, they may. */
async function anyRow(
  engine: ParquetEngine,
  snapshot: Snapshot,
  files: readonly LiveFile[],
  conditions: readonly string[],
): Promise<boolean> {
  try {
    const rows = await engine.query(
      `SELECT 1 AS found FROM (${scanSql(snapshot, files)}) AS target WHERE ${conjunction(conditions)} LIMIT 1`,
    );
    return rows.length > 0;
  } catch {
    return true;
  }
}

/** Whether each of some conditions says the same of a row whenever it is asked, by that row's columns alone. */
async function judges(engine: ParquetEngine, schema: StructType, conditions: readonly string[]): Promise<boolean> {
  const isOwn = (names: readonly string[]) => hasColumn(schema, names[0]) || isOfTarget(schema, names);
  // where a column has the alias's name, they may be taken for each other
  if (conditions.length > 0 && hasColumn(schema, 'target')) return false;
  for (const condition of conditions) {
    const piece = await parsedSql(engine, condition);
    if (piece === undefined || !(await isStable(engine, piece, isOwn))) return false;
  }
  return true;
}

/** The conditions among others that are about columns of the alias `target` alone. */
async function ofTarget(engine: ParquetEngine, schema: StructType, conditions: readonly string[]): Promise<string[]> {
  if (hasColumn(schema, 'target')) return [];
  const found: string[] = [];
  for (const condition of conditions)
    for (const { sql, piece } of await conjunctsOf(engine, condition))
      if (await isStable(engine, piece, (names) => isOfTarget(schema, names))) found.push(sql);
  return found;
}

async function looksElsewhere(engine: ParquetEngine, expression: string): Promise<boolean> {
  const piece = await parsedSql(engine, expression);
  if (piece === undefined) return true;
  const pieces = piecesIn(piece);
  const names = [...new Set(pieces.flatMap((inner) => inner.function_name ?? []))];
  return pieces.some((inner) => inner.class === 'SUBQUERY') || (await scalars(engine, names)).known < names.length;
}

function isOfTarget(schema: StructType, [alias, name]: readonly string[]): boolean {
  return alias?.toLowerCase() === 'target' && hasColumn(schema, name);
}

function hasColumn(schema: StructType, name: string | undefined): boolean {
  return schema.fields.some((field) => field.name.toLowerCase() === name?.toLowerCase());
}

const JUDGING: ReadonlySet<string> = new Set([
  'COLUMN_REF',
  'CONSTANT',
  'COMPARISON',
  'BETWEEN',
  'CONJUNCTION',
  'CASE',
  'OPERATOR',
  'CAST',
  'FUNCTION',
]);

/** Functions of what a session is set to, which the engine counts among those that always say the same. */
const OF_SESSION: ReadonlySet<string> = new Set(['getvariable', 'current_setting']);

/** Whether an expression has the same value whenever it is asked for. @param isOwn for the names of a column that it may look at */
async function isStable(
  engine: ParquetEngine,
  piece: Piece,
  isOwn: (names: readonly string[]) => boolean,
): Promise<boolean> {
  const pieces = piecesIn(piece);
  if (pieces.some((inner) => !JUDGING.has(inner.class))) return false;
  if (pieces.some((inner) => inner.class === 'COLUMN_REF' && !isOwn(inner.column_names!))) return false;
  const names = [...new Set(pieces.flatMap((inner) => inner.function_name ?? []))];
  if (names.some((name) => OF_SESSION.has(name))) return false;
  const { known, stable } = await scalars(engine, names);
  return known === names.length && stable;
}

/** How many of some functions are the engine's own and of single values, not macros; whether all always say the same of the same. */
async function scalars(engine: ParquetEngine, names: readonly string[]): Promise<{ known: number; stable: boolean }> {
  if (names.length === 0) return { known: 0, stable: true };
  const [row] = await engine.query(
    `SELECT count(*) AS known, bool_and(stable) AS stable FROM (SELECT function_name, bool_and(function_type = 'scalar') AS scalar, bool_and(coalesce(stability, '') = 'CONSISTENT') AS stable FROM duckdb_functions() WHERE function_type <> 'pragma' AND function_name IN (${names.map(quoteLiteral).join(', ')}) GROUP BY function_name) WHERE scalar`,
  );
  return { known: Number(row!.known), stable: row!.stable === true };
}

/** Where the rows of a write come from. */
export interface RowsOrigin {
  /**
   * SQL that has made the rows, where the SELECT that is given only reads what it gave, from a temporary table or a file. A write of rows that
   * are made of the table itself depends on all of it, which else is not seen of such.
   */
  readonly madeBy?: string | undefined;
}

/** Whether a SELECT, or what has made its rows, may read the table itself: it names its files, or a view that does. */
export async function readsTable(
  engine: ParquetEngine,
  location: string,
  given: string,
  { madeBy }: RowsOrigin,
): Promise<boolean> {
  const select = madeBy === undefined ? given : `${given}\n${madeBy}`;
  if (holds(select, location)) return true;
  // their names alone are had for little
  const names = await (engine.views?.() ?? viewNames(engine));
  if (!names.some((name) => holds(select, name))) return false;
  const views = await engine.query('SELECT view_name AS name, sql FROM duckdb_views() WHERE NOT internal');
  const named = [location];
  let reached = 0;
  while (reached < named.length) {
    const name = named[reached++]!;
    for (const view of views)
      if (holds(String(view.sql), name) && !named.includes(String(view.name))) named.push(String(view.name));
  }
  return named.some((name) => holds(select, name));
}

async function viewNames(engine: ParquetEngine): Promise<string[]> {
  return (await engine.query(VIEW_NAMES)).map(({ name }) => String(name));
}

/** Whether SQL has a name or an address in it, not as a part of a longer word, as it is or as it is written between quotes. */
function holds(sql: string, name: string): boolean {
  const forms = [name, name.replaceAll("'", "''"), name.replaceAll('"', '""')];
  const either = forms.map((form) => form.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('|');
  return new RegExp(`(?<![\\p{L}\\p{N}_])(?:${either})(?![\\p{L}\\p{N}_])`, 'iu').test(sql);
}
