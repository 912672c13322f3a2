/**
 * Many processes that append at once, and processes killed at random moments. The specs run short rounds; the long ones:
 * `npm run test:delta-long -- [kills] [writers] [commits of each] [tables]` (500, 8, 200 and 4 when not given): the kills are shared by so many
 * tables, each of which is written, killed and looked at beside the others.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DeltaTable, stageAppend } from '../../src/delta/index.js';
import { compileWorker } from './compile-worker.js';
import { openTestEngine, type TestEngine } from './duckdb-parquet.js';
import { type Rows, rowsAfter } from './mixed-steps.js';

export interface Worker {
  readonly process: ChildProcess;
  /** numbers of the commits that the worker was promised are there, in order */
  readonly acknowledged: number[];
  readonly errors: string[];
}

/** Starts `write-worker.ts`. @param from number of the first commit */
export function startWorker(operation: string, location: string, name: string, commits: number, from = 0): Worker {
  const args = [compileWorker(), operation, location, name, String(commits), String(from)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const acknowledged: number[] = [];
  const errors: string[] = [];
  let rest = '';
  child.stdout!.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop()!;
    for (const line of lines) acknowledged.push(Number(line.split(' ')[0]));
  });
  child.stderr!.setEncoding('utf8').on('data', (text: string) => errors.push(text));
  return { process: child, acknowledged, errors };
}

/** What is wrong after so many writers have appended at once; nothing when all their commits are there once. */
export async function appendAtOnce(
  engine: TestEngine,
  location: string,
  writers: number,
  commits: number,
): Promise<string[]> {
  const by = { runId: 'first', engineInfo: 'tsdbt/test' };
  await (await stageAppend({ location, engine }, { select: "SELECT 'first' AS writer, 0 AS n" })).commit(by);
  const workers = Array.from({ length: writers }, (_, i) => startWorker('append', location, `w${i}`, commits));
  const codes = await Promise.all(workers.map(async ({ process: child }) => (await once(child, 'close'))[0] as number));
  const wrong = workers.flatMap(({ errors }, i) =>
    codes[i] === 0 ? [] : [`writer ${i} ended with ${codes[i]}: ${errors.join('')}`],
  );
  const snapshot = await (await DeltaTable.open(location, engine))!.snapshot();
  if (snapshot.version !== writers * commits) wrong.push(`version ${snapshot.version} instead of ${writers * commits}`);
  const rows = await engine.rows(
    `SELECT writer, count(*)::INTEGER AS n, count(DISTINCT n)::INTEGER AS d FROM (${snapshot.toSql()}) GROUP BY ALL`,
  );
  if (rows.length !== writers + 1) wrong.push(`rows of ${rows.length} writers`);
  for (const { writer, n, d } of rows)
    if (writer !== 'first' && (n !== commits || d !== commits)) wrong.push(`${writer}: ${n} rows, ${d} different`);
  return wrong;
}

/** Kills a process in the midst of its steps, again and again. Returns what is wrong with the table after one of the kills. */
export async function killAgainAndAgain(
  engine: TestEngine,
  location: string,
  kills: number,
  survived: (kill: number) => void = () => {},
): Promise<string[]> {
  let rows: Rows = new Map();
  let next = 0;
  for (let kill = 0; kill < kills; kill++) {
    const worker = startWorker('mixed', location, 'w', 1_000_000, next);
    const patience = 1 + Math.floor(Math.random() * 5);
    while (worker.acknowledged.length < patience && worker.process.exitCode === null)
      await Promise.race([once(worker.process.stdout!, 'data'), once(worker.process, 'close')]);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 60));
    worker.process.kill('SIGKILL');
    if (worker.process.signalCode === null && worker.process.exitCode === null) await once(worker.process, 'close');
    if (worker.process.exitCode !== null) return [`the process ended by itself: ${worker.errors.join('')}`];
    for (const step of worker.acknowledged) rows = rowsAfter(step, rows);
    next += worker.acknowledged.length;
    const found = await readRows(engine, location);
    const after = rowsAfter(next, rows);
    if (same(found, after)) {
      rows = after;
      next++;
    } else if (!same(found, rows))
      return [
        `kill ${kill + 1}, in step ${next}: ${found.size} rows, neither the ${rows.size} before nor the ${after.size} after`,
      ];
    const commits = (await readdir(join(location, '_delta_log'))).filter((name) => /^\d{20}\.json$/.test(name));
    const { version } = await (await DeltaTable.open(location, engine))!.snapshot();
    if (commits.length !== version + 1) return [`kill ${kill + 1}: ${commits.length} commits up to version ${version}`];
    survived(kill + 1);
  }
  return [];
}

async function readRows(engine: TestEngine, location: string): Promise<Rows> {
  const table = await DeltaTable.open(location, engine);
  if (table === undefined) return new Map();
  const rows = await engine.rows(`SELECT id, step FROM (${(await table.snapshot()).toSql()})`);
  const found = new Map(rows.map((row) => [Number(row.id), Number(row.step)]));
  if (found.size !== rows.length) throw new Error('a row is there twice');
  return found;
}

function same(a: Rows, b: Rows): boolean {
  return a.size === b.size && [...a].every(([id, step]) => b.get(id) === step);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [kills = 500, writers = 8, commits = 200, tables = 4] = process.argv.slice(2).map(Number);
  const folder = await mkdtemp(join(tmpdir(), 'tsdbt-endurance-'));
  const engine = await openTestEngine();
  const say = (text: string) => process.stdout.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);
  try {
    const wrong = await appendAtOnce(engine, join(folder, 'append'), writers, commits);
    say(`${writers} × ${commits} commits: ${wrong.length === 0 ? 'nothing lost, nothing doubled' : 'wrong'}`);
    const lane = async (i: number) => {
      const own = await openTestEngine();
      const share = Math.floor(kills / tables) + (i < kills % tables ? 1 : 0);
      try {
        wrong.push(
          ...(await killAgainAndAgain(own, join(folder, `kill-${i}`), share, (kill) => {
            if (kill % 25 === 0) say(`table ${i + 1}: ${kill} of ${share} kills`);
          })),
        );
      } finally {
        own.close();
      }
    };
    await Promise.all(Array.from({ length: tables }, (_, i) => lane(i)));
    const said =
      wrong.length === 0
        ? `${writers} × ${commits} commits and ${kills} kills: nothing lost, nothing doubled`
        : wrong.join('\n');
    say(said);
    process.exitCode = wrong.length === 0 ? 0 : 1;
  } finally {
    engine.close();
    await rm(folder, { recursive: true, force: true });
  }
}
