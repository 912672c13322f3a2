// A dbt project of 1,000 models and 2,000 tests, read and run by dbt-core and by tsdbt, one after the other:
//   node runner/bench/parse/parse.mjs [--models 1000] [--ours] [--runs 3] [--program <path of tsdbt.js>]
// Installs dbt into the cache folder once (scripts/dbt-reference.mjs). The figures of several runs are the smallest.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import { writeProject } from './project-data.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const { values: flags } = parseArgs({
  args: process.argv.slice(2).filter((word) => word.startsWith('-') || /^\d+$|\.js$/.test(word)),
  options: {
    models: { type: 'string', default: '1000' },
    runs: { type: 'string', default: '1' },
    ours: { type: 'boolean', default: false },
    program: { type: 'string', default: join(here, '..', '..', 'bin', 'tsdbt.js') },
  },
});
const count = Number(flags.models);
const work = mkdtempSync(join(tmpdir(), 'parse-bench-'));

try {
  const ours = [process.execPath, flags.program];
  const programs = { tsdbt: ours };
  if (!flags.ours) {
    const { dbtReference } = await import('../../../scripts/dbt-reference.mjs');
    programs.dbt = [join(dbtReference(), 'dbt')];
  }
  const names = Object.keys(programs);
  console.log(`${count} models, ${2 * count} tests; wall and CPU seconds, peak memory in MB\n`);
  row([
    'command',
    ...names.flatMap((name) => [`${name}: wall`, 'CPU', 'memory']),
    ...(programs.dbt ? ['wall ×', 'CPU ×'] : []),
  ]);
  row(['---', ...Array(programs.dbt ? 8 : 3).fill('---:')]);
  const all = [];
  for (const name of names) all.push(await measurements(name, programs[name]));
  // files that were written just now are not trusted to stay as they are
  await wait(3000);
  for (const command of Object.keys(all[0])) {
    const [a, b] = [await all[0][command](), await all[1]?.[command]()];
    const ratios = b === undefined ? [] : [(b.wall / a.wall).toFixed(1), (b.cpu / a.cpu).toFixed(1)];
    row([command, ...figures(a), ...(b === undefined ? [] : figures(b)), ...ratios]);
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}

/** Every measurement of one program, in a project folder of its own, in the order in which they are to be made. */
async function measurements(name, program) {
  const folder = join(work, name);
  const database = join(work, `${name}.duckdb`);
  const { last, sources } = writeProject(folder, count);
  const fresh = () => rmSync(join(folder, 'target'), { recursive: true, force: true });
  const noFile = () => rmSync(database, { force: true });
  const withSources = async () => {
    noFile();
    const instance = await DuckDBInstance.create(database);
    const connection = await instance.connect();
    for (const statement of sources) await connection.run(statement);
    connection.closeSync();
    instance.closeSync();
  };
  const run = (...args) => measure(folder, database, [...program, ...args]);
  const best = async (before, ...args) => {
    let least;
    for (let i = 0; i < Number(flags.runs); i++) {
      await before();
      const one = run(...args);
      if (least === undefined || one.wall < least.wall) least = one;
    }
    return least;
  };
  const nothing = () => {};
  await withSources();
  const parsing = { 'parse, cold': () => best(fresh, 'parse'), 'parse, warm': () => best(nothing, 'parse') };
  if (count > 2000) return parsing;
  return {
    ...parsing,
    'compile one, warm': () => best(nothing, 'compile', '--select', last),
    [`run ${count} views`]: () => best(withSources, 'run'),
    'compile all, warm': () => best(nothing, 'compile'),
    [`build ${count} views, ${2 * count} tests`]: () => best(withSources, 'build'),
  };
}

function measure(folder, database, command) {
  const log = join(work, 'log.txt');
  mkdirSync(work, { recursive: true });
  const output = execFileSync('python3', [join(here, 'measure.py'), log, ...command], {
    cwd: folder,
    encoding: 'utf8',
    env: {
      ...process.env,
      BENCH_DATABASE: database,
      DBT_SEND_ANONYMOUS_USAGE_STATS: 'false',
      DBT_PROFILES_DIR: folder,
    },
  });
  const result = JSON.parse(output);
  if (result.status !== 0)
    throw new Error(`${command.join(' ')} ended with ${result.status}\n${readFileSync(log, 'utf8').slice(-4000)}`);
  return result;
}

function row(cells) {
  console.log(`| ${cells.join(' | ')} |`);
}

function figures({ wall, cpu, megabytes }) {
  return [wall.toFixed(2), cpu.toFixed(2), megabytes.toFixed(0)];
}
