// Reads every Delta table below a folder, such as a checkout of the Delta projects with their test data, and says of each whether it was
// read, and with which rows, or refused, and why. Rows are compared with the Parquet files in `expected` beside a table, where there are some,
// and else with Delta Kernel (`npm test` installs it in the system's temporary folder), where it is there.
//
//   npm run build && node scripts/delta-golden.mjs <folder> [--only <part of a path>] [--details]
//
// Ends with 1 where rows differ, or reading failed in another way than by an error of tsdbt's own.
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import { DeltaTable, duckDBEngine } from 'tsdbt/delta';

const run = promisify(execFile);
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string' }, details: { type: 'boolean' } },
});
if (positionals.length !== 1) {
  console.error('usage: node scripts/delta-golden.mjs <folder> [--only <part of a path>] [--details]');
  process.exit(2);
}
const root = resolve(positionals[0]);
const scratch = mkdtempSync(join(tmpdir(), 'tsdbt-golden-'));
const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
const connection = await instance.connect();
const engine = await duckDBEngine(connection);
const KERNEL = join(tmpdir(), `tsdbt-delta-kernel-1.5.5-${process.getuid?.() ?? 0}`);
const SESSION = fileURLToPath(new URL('../runner/test/delta/delta-kernel-session.mjs', import.meta.url));

/** Folders below a folder that hold a table. */
function tablesIn(folder) {
  const entries = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const own = entries.some((entry) => entry.name === '_delta_log') ? [folder] : [];
  const below = entries.filter((entry) => entry.name !== '_delta_log' && entry.name !== '.git');
  return [...own, ...below.flatMap((entry) => tablesIn(join(folder, entry.name)))];
}

function parquetIn(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.parquet') && !entry.parentPath.includes('_delta_log'))
    .map((entry) => join(entry.parentPath, entry.name));
}

/** `add.path` → path of the file */
function pathOf(table, path) {
  if (/^file:/i.test(path)) return fileURLToPath(path);
  try {
    return resolve(table, decodeURIComponent(path));
  } catch {
    return resolve(table, path);
  }
}

const literal = (text) => `'${text.replaceAll("'", "''")}'`;
const select = (files) => `SELECT * FROM read_parquet([${files.map(literal).join(', ')}], hive_partitioning=false)`;

/** A SELECT over the rows that somebody else says the table has; undefined where nobody says so. */
async function expectedRows(table) {
  const beside = join(dirname(table), 'expected');
  const latest = parquetIn(join(beside, 'latest'));
  const files = latest.length > 0 ? latest : parquetIn(beside);
  if (files.length > 0) return { by: 'expected', sql: select(files) };
  if (!existsSync(KERNEL)) return undefined;
  const into = join(scratch, 'kernel.parquet');
  rmSync(into, { force: true });
  const extension = join(KERNEL, 'py/duckdb_extension_delta/extensions/v1.5.5/delta.duckdb_extension');
  const reading = run(process.execPath, [SESSION], { timeout: 60_000 });
  reading.child.stdin.on('error', () => {});
  reading.child.stdin.end(
    JSON.stringify({ folder: KERNEL, extension, location: table, reads: [{ into }], predicates: [] }),
  );
  try {
    await reading;
  } catch {
    return undefined;
  }
  return existsSync(into) ? { by: 'Delta Kernel', sql: select([into]) } : undefined;
}

/** Rows of one side that the other lacks, with columns in one order, instants without their zone. */
async function difference(ours, theirs) {
  const columns = async (sql) => new Map((await engine.describe(sql)).map(({ name, type }) => [name, type]));
  const [mine, others] = [await columns(ours), await columns(theirs)];
  const missing = [...mine.keys()].filter((name) => !others.has(name));
  const further = [...others.keys()].filter((name) => !mine.has(name));
  if (missing.length + further.length > 0) return `columns differ: only here ${missing}; only there ${further}`;
  const list = [...mine.keys()].map((name) => {
    const quoted = `"${name.replaceAll('"', '""')}"`;
    return mine.get(name).startsWith('TIMESTAMP') ? `${quoted}::TIMESTAMP AS ${quoted}` : quoted;
  });
  const of = (sql) => `SELECT ${list.join(', ') || '1'} FROM (${sql})`;
  const count = async (a, b) => {
    const [row] = await engine.query(`SELECT count(*)::INTEGER AS n FROM ((${of(a)}) EXCEPT ALL (${of(b)}))`);
    return row.n;
  };
  const [onlyHere, onlyThere] = [await count(ours, theirs), await count(theirs, ours)];
  return onlyHere + onlyThere === 0 ? undefined : `${onlyHere} rows only here, ${onlyThere} only there`;
}

async function verdict(table) {
  let sql;
  try {
    const opened = await DeltaTable.open(table, engine);
    if (opened === undefined) return { kind: 'no table' };
    const snapshot = await opened.snapshot();
    // many golden tables are logs alone: their files were never kept
    const gone = snapshot.files.find((file) => !existsSync(pathOf(table, file.path)));
    if (gone !== undefined) return { kind: 'log read, data files are not there', detail: gone.path };
    sql = snapshot.toSql();
    const [row] = await engine.query(`SELECT count(*)::INTEGER AS n FROM (${sql})`);
    const expected = await expectedRows(table);
    if (expected === undefined) return { kind: 'read, compared with nothing', detail: `${row.n} rows` };
    const differs = await difference(sql, expected.sql);
    if (differs !== undefined) return { kind: 'MISMATCH', detail: `${differs} (${expected.by})` };
    return { kind: `read, same as ${expected.by}`, detail: `${row.n} rows` };
  } catch (error) {
    const named = typeof error.code === 'string' && error.code.startsWith('TSD');
    return {
      kind: named ? 'refused' : 'FAILED',
      detail: `${named ? `${error.code} ` : ''}${error.message.split('\n')[0]}`,
    };
  }
}

const counts = new Map();
for (const table of tablesIn(root).sort()) {
  const name = relative(root, table);
  if (values.only !== undefined && !name.includes(values.only)) continue;
  const { kind, detail } = await verdict(table);
  counts.set(kind, (counts.get(kind) ?? 0) + 1);
  if (values.details || !kind.startsWith('read, same'))
    console.log(`${kind}\t${name}\t${(detail ?? '').replaceAll(`${table}: `, '')}`);
}
for (const [kind, count] of [...counts].sort()) console.log(`${String(count).padStart(5)} ${kind}`);
connection.closeSync();
instance.closeSync();
rmSync(scratch, { recursive: true, force: true });
process.exitCode = counts.has('MISMATCH') || counts.has('FAILED') ? 1 : 0;
