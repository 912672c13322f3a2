// Delta tables beside the package deltalake (PyPI), in turn on the same machine: same rows, snappy, row groups of 122,880.
//   npm run bench -- delta                      10 million rows × 8 columns
//   BENCH_QUICK=1 npm run bench -- delta        1 million rows
//   BENCH_LARGE=1 npm run bench -- delta        also writes 100 million rows over 100 million, the engine held to 3 GiB
//   BENCH_ONLY=merge npm run bench -- delta     only the tasks whose name has this word
// Each task runs in a process of its own. Printed: seconds on the clock, CPU seconds, peak memory, and theirs divided by ours.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, linkSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const rows = Number(process.env.BENCH_ROWS ?? (process.env.BENCH_QUICK ? 1_000_000 : 10_000_000));
const only = process.env.BENCH_ONLY ?? '';
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
const ours = (task, count = rows) =>
  run(process.execPath, ['--import', 'jiti/register', here('ours.ts'), task, String(count), folder]);
const theirs = (task) => run(interpreter, [here('theirs.py'), task, String(rows), folder]);
const best = (results) => ({
  wall: Math.min(...results.map((result) => result.wall)),
  cpu: Math.min(...results.map((result) => result.cpu)),
  peak: Math.min(...results.map((result) => result.peak)),
});

/** Runs a task of both, in turn, and prints the best of the rounds. `before` puts the tables where they were. */
function compare(name, task, before = () => {}) {
  if (!name.includes(only)) return;
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

/** Puts a copy of a table in place of another. Data files are never changed, so a link is a copy. */
function put(from, to) {
  rmSync(join(folder, to), { recursive: true, force: true });
  for (const entry of readdirSync(join(folder, from), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const source = join(entry.parentPath, entry.name);
    const target = join(folder, to, source.slice(join(folder, from).length));
    mkdirSync(join(target, '..'), { recursive: true });
    if (source.includes('_delta_log')) copyFileSync(source, target);
    else linkSync(source, target);
  }
}

const remove = (...names) => {
  for (const name of names) rmSync(join(folder, name), { recursive: true, force: true });
};

function load(when) {
  process.stdout.write(`load ${when} ${loadavg()[0].toFixed(1)}\n`);
}

try {
  process.stdout.write(`${rows} rows × 8 columns\n`);
  load('before');
  const head = ['ours', 'theirs', 'ratio'].map((text) => text.padStart(8)).join('');
  process.stdout.write(
    `${''.padEnd(38)}${['seconds', 'CPU seconds', 'peak MB'].map((text) => text.padEnd(26)).join('')}\n`,
  );
  process.stdout.write(`${''.padEnd(38)}${[head, head, head].join('  ')}\n`);
  ours('data');
  compare('create', 'create', () => remove('ours', 'theirs'));
  compare('overwrite', 'create');
  remove('ours', 'theirs');
  ours('createWithVectors');
  renameSync(join(folder, 'ours'), join(folder, 'ours.vectors'));
  ours('create');
  theirs('create');
  renameSync(join(folder, 'ours'), join(folder, 'ours.kept'));
  renameSync(join(folder, 'theirs'), join(folder, 'theirs.kept'));
  const from = (kept) => () => {
    put(kept, 'ours');
    put('theirs.kept', 'theirs');
  };
  compare('merge, 1 % all over the table', 'merge', from('ours.kept'));
  compare('merge, the same, vectors (ours)', 'merge', from('ours.vectors'));
  compare('merge, 1 % at its end', 'mergeLate', from('ours.kept'));
  compare('merge, the same, vectors (ours)', 'mergeLate', from('ours.vectors'));
  remove('ours', 'theirs', 'ours.kept', 'theirs.kept', 'ours.vectors');
  ours('commits');
  const fresh = () => {
    put('commits', 'commits-ours');
    put('commits', 'commits-theirs');
  };
  compare('20 appends after 1,000, kept handle', 'append', fresh);
  compare('20 appends after 1,000, by path', 'appendByPath', fresh);
  compare('1 append after 1,000', 'appendOnce', fresh);
  compare('optimize of 1,000 small files', 'optimize', fresh);
  ours('log');
  compare('open 10,000 commits with a checkpoint', 'open');
  if ('commit of ten rows'.includes(only)) {
    const { all, beyond } = ours('small').said;
    process.stdout.write(
      `commit of ten rows: ${all.toFixed(1)} ms, ${beyond.toFixed(1)} ms of them beyond the Parquet file\n`,
    );
  }
  if (process.env.BENCH_LARGE) {
    const { wall, cpu, peak } = ours('large', 100_000_000);
    const figures = `${wall.toFixed(0)} s, ${cpu.toFixed(0)} CPU s, peak ${peak.toFixed(0)} MB`;
    process.stdout.write(`100 million rows, written and written over: ${figures}\n`);
  }
  load('after');
} finally {
  rmSync(folder, { recursive: true, force: true });
}
