// Delta tables beside the package deltalake (PyPI), in turn on the same machine: same rows, snappy, row groups of 122,880.
//   npm run bench -- delta                     1 million rows × 8 columns
//   BENCH_ROWS=10000000 npm run bench -- delta
// Each task runs in a process of its own. Printed: seconds on the clock, CPU seconds, peak memory, and theirs divided by ours.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const rows = Number(process.env.BENCH_ROWS ?? 1_000_000);
const ROUNDS = 3;
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'tsdbt-bench-delta-'));

/** A Python with deltalake, kept under the system's temporary folder. */
function python() {
  const home = join(tmpdir(), `tsdbt-deltalake-1.6-${process.getuid?.() ?? 0}`);
  if (existsSync(join(home, 'bin', 'python'))) return join(home, 'bin', 'python');
  const making = `${home}.${process.pid}`;
  mkdirSync(making, { recursive: true });
  const steps = [
    ['python3', ['-m', 'venv', making]],
    [join(making, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', 'deltalake==1.6.*', 'pyarrow']],
  ];
  for (const [command, args] of steps)
    if (spawnSync(command, args, { stdio: 'inherit' }).status !== 0) {
      rmSync(making, { recursive: true, force: true });
      process.stderr.write('no Python with deltalake can be had: nothing to compare with\n');
      process.exit(0);
    }
  renameSync(making, home);
  return join(home, 'bin', 'python');
}

function run(command, args) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 26 });
  if (status !== 0) throw new Error(`${args.join(' ')}: ${stderr}`);
  return JSON.parse(stdout);
}

const interpreter = python();
const ours = (task) =>
  run(process.execPath, ['--import', 'jiti/register', here('ours.ts'), task, String(rows), folder]);
const theirs = (task) => run(interpreter, [here('theirs.py'), task, String(rows), folder]);
const best = (results) => ({
  wall: Math.min(...results.map((result) => result.wall)),
  cpu: Math.min(...results.map((result) => result.cpu)),
  peak: Math.min(...results.map((result) => result.peak)),
});

/** Runs a task of both, in turn, and prints the best of the rounds. `before` puts the tables where they were. */
function compare(name, task, before = () => {}) {
  const results = { ours: [], theirs: [] };
  for (let round = 0; round < ROUNDS; round++) {
    before();
    results.ours.push(ours(task));
    results.theirs.push(theirs(task));
  }
  print(name, best(results.ours), best(results.theirs));
}

function print(name, a, b) {
  const number = (value) => value.toFixed(value < 10 ? 3 : 0).padStart(8);
  const ratio = (key) => `${(b[key] / a[key]).toFixed(2)}×`.padStart(8);
  const cells = ['wall', 'cpu', 'peak'].map((key) => `${number(a[key])}${number(b[key])}${ratio(key)}`);
  process.stdout.write(`${name.padEnd(38)}${cells.join('  ')}\n`);
}

const keep = (name) => cpSync(join(folder, name), join(folder, `${name}.kept`), { recursive: true });
const put = (from, to) => {
  rmSync(join(folder, to), { recursive: true, force: true });
  cpSync(join(folder, from), join(folder, to), { recursive: true });
};

try {
  process.stdout.write(
    `${rows} rows × 8 columns; load ${loadavg()
      .map((load) => load.toFixed(1))
      .join(' ')}\n`,
  );
  const head = ['ours', 'theirs', 'ratio'].map((text) => text.padStart(8)).join('');
  process.stdout.write(
    `${''.padEnd(38)}${['seconds', 'CPU seconds', 'peak MB'].map((text) => text.padEnd(26)).join('')}\n`,
  );
  process.stdout.write(`${''.padEnd(38)}${[head, head, head].join('  ')}\n`);
  ours('data');
  compare('create', 'create', () => {
    for (const name of ['ours', 'theirs']) rmSync(join(folder, name), { recursive: true, force: true });
  });
  compare('overwrite', 'create');
  for (const name of ['ours', 'theirs']) {
    rmSync(join(folder, name), { recursive: true, force: true });
  }
  ours('create');
  theirs('create');
  keep('ours');
  keep('theirs');
  const reset = () => {
    put('ours.kept', 'ours');
    put('theirs.kept', 'theirs');
  };
  compare('merge, 1 % spread over the table', 'merge', reset);
  rmSync(join(folder, 'ours'), { recursive: true, force: true });
  ours('enableVectors');
  rmSync(join(folder, 'ours.kept'), { recursive: true, force: true });
  keep('ours');
  compare('merge, ours with deletion vectors', 'merge', reset);
  ours('commits');
  const fresh = () => {
    put('commits', 'commits-ours');
    put('commits', 'commits-theirs');
  };
  compare('20 appends after 1,000 commits', 'append', fresh);
  compare('optimize of 1,000 small files', 'optimize', fresh);
  ours('log');
  compare('open 10,000 commits with a checkpoint', 'open');
  process.stdout.write(
    `load ${loadavg()
      .map((load) => load.toFixed(1))
      .join(' ')}\n`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
