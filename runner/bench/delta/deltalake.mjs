// Delta tables beside the package deltalake (PyPI), in turn on the same machine: same rows, snappy, row groups of 122,880.
//   npm run bench -- delta                      10 million rows × 8 columns
//   BENCH_QUICK=1 npm run bench -- delta        1 million rows
//   BENCH_LARGE=1 npm run bench -- delta        also writes 100 million rows over 100 million, the engine held to 3 GiB
//   BENCH_ONLY=merge npm run bench -- delta     only the tasks whose name has this word
// Each task runs in a process of its own. "After 100 others": as in a program that appends all day; those without were the first of their process.
// "One thread": our engine is given one, as is best for small statements (docs/delta.md).
// Printed is one table: CPU seconds, seconds on the clock and peak memory of both, how many times
// theirs is ours, and whether the aim (in CPU seconds) is met. "floor": what DuckDB takes to write the same rows as plain Parquet, without a table. "vectors": our table has deletion vectors, which deltalake does not know.
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

/** What is measured is what a program gets that imports `tsdbt/delta`. */
function build() {
  const { status } = spawnSync('npm', ['run', '--silent', 'build'], { cwd: here('../..'), stdio: 'inherit' });
  if (status !== 0) process.exit(1);
}

build();
const interpreter = python();
const ours = (task, count = rows) => run(process.execPath, [here('ours.js'), task, String(count), folder]);
const theirs = (task) => run(interpreter, [here('theirs.py'), task, String(rows), folder]);
const best = (results) => ({
  wall: Math.min(...results.map((result) => result.wall)),
  cpu: Math.min(...results.map((result) => result.cpu)),
  peak: Math.min(...results.map((result) => result.peak)),
});
const wanted = (name) => name.includes(only);

const WIDTHS = [42, 6, 6, 6, 6, 6, 6, 6, 6, 6, 4, 6];
const row = (cells) => {
  const padded = cells.map((cell, i) => (i === 0 ? cell.padEnd(WIDTHS[i]) : cell.padStart(WIDTHS[i])));
  process.stdout.write(`| ${padded.join(' | ')} |\n`);
};

/** A table in Markdown: CPU seconds, seconds on the clock and peak memory of both, and how many times theirs is ours. */
function head() {
  row(['', 'CPU s', 'theirs', '×', 'clock', 'theirs', '×', 'MB', 'theirs', '×', 'aim', '']);
  process.stdout.write(`|---${'|---:'.repeat(WIDTHS.length - 2)}|---|\n`);
}

/**
 * Runs a task of both, in turn, and prints the best of the rounds.
 *
 * @param aim how many times less CPU time it is to take; none for a floor
 * @param memory what share of their memory it may take; default: any
 * @param before puts the tables where they were
 */
function compare(name, task, { aim, memory = Number.POSITIVE_INFINITY, before = () => {} }) {
  if (!wanted(name)) return;
  const results = { ours: [], theirs: [] };
  for (let round = 0; round < ROUNDS; round++) {
    before();
    results.ours.push(ours(task));
    results.theirs.push(theirs(task));
  }
  const [a, b] = [best(results.ours), best(results.theirs)];
  const number = (value) => value.toFixed(value < 1 ? 3 : value < 100 ? 1 : 0);
  const figures = ['cpu', 'wall', 'peak'].flatMap((key) => [
    number(a[key]),
    number(b[key]),
    (b[key] / a[key]).toFixed(2),
  ]);
  const met = b.cpu / a.cpu >= aim && a.peak <= memory * b.peak;
  row([name, ...figures, ...(aim === undefined ? ['', 'floor'] : [`${aim}×`, met ? 'met' : 'missed'])]);
}

let outOfTheWay = 0;

/**
 * Puts a copy of a table in place of another. Data files are never changed, so a link is a copy. The other is only moved: where
 * thousands of files have just been deleted, ext4 looks longer for each new one, which is most of what some tasks would then measure.
 */
function put(from, to) {
  if (existsSync(join(folder, to))) renameSync(join(folder, to), join(folder, `before-${outOfTheWay++}`));
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
  process.stdout.write(`${rows} rows × 8 columns, the best of ${ROUNDS} rounds\n`);
  load('before');
  head();
  ours('data');
  compare('create', 'create', { aim: 1, before: () => remove('ours', 'theirs') });
  compare('overwrite', 'create', { aim: 1 });
  const merges = [
    ['merge 1 %, rows that came last', 'mergeLate', 'ours.kept'],
    ['merge 1 %, all over the table', 'merge', 'ours.kept'],
    ['merge 1 %, all over the table, floor', 'mergeFloor', 'ours.kept'],
    ['merge 1 %, rows that came last, vectors', 'mergeLate', 'ours.vectors'],
    ['merge 1 %, all over the table, vectors', 'merge', 'ours.vectors'],
  ];
  if (merges.some(([name]) => wanted(name))) {
    remove('ours', 'theirs');
    ours('createWithVectors');
    renameSync(join(folder, 'ours'), join(folder, 'ours.vectors'));
    ours('create');
    theirs('create');
    renameSync(join(folder, 'ours'), join(folder, 'ours.kept'));
    renameSync(join(folder, 'theirs'), join(folder, 'theirs.kept'));
  }
  for (const [name, task, kept] of merges) {
    const before = () => {
      remove('ours', 'theirs');
      put(kept, 'ours');
      put('theirs.kept', 'theirs');
    };
    compare(name, task, { aim: task === 'mergeFloor' ? undefined : 5, memory: 0.5, before });
  }
  remove('ours', 'theirs', 'ours.kept', 'theirs.kept', 'ours.vectors');
  const small = [
    ['20 appends to 1,000 commits, kept handle', 'append', 5],
    ['20 appends, floor', 'appendFloor', undefined],
    ['20 appends, the same, nothing synced', 'appendUnsynced', 5],
    ['20 appends to 1,000 commits, by path', 'appendByPath', 5],
    ['1 append to 1,000 commits, by path', 'appendOnce', 5],
    ['100 appends after 100 others, kept handle', 'appendSteady', 5],
    ['100 appends after 100 others, floor', 'appendSteadyFloor', undefined],
    ['100 appends after 100 others, by path', 'appendSteadyByPath', 5],
    ['100 after 100 others, kept handle, one thread', 'appendSteadyOneThread', 5],
    ['100 after 100 others, by path, one thread', 'appendSteadyByPathOneThread', 5],
    ['optimize of 1,000 small files', 'optimize', 1],
  ];
  if (small.some(([name]) => wanted(name))) ours('commits');
  for (const [name, task, aim] of small) {
    const before = () => {
      put('commits', 'commits-ours');
      put('commits', 'commits-theirs');
    };
    compare(name, task, { aim, before });
  }
  const opening = 'open 10,000 commits with a checkpoint';
  if (wanted(opening)) ours('log');
  compare(opening, 'open', { aim: 1 });
  if (wanted('commit of ten rows')) {
    const { all, beyond } = ours('small').said;
    process.stdout.write(
      `commit of ten rows: ${all.toFixed(1)} ms, ${beyond.toFixed(1)} ms of them beyond the Parquet file (aim: 8 ms): ${beyond <= 8 ? 'met' : 'missed'}\n`,
    );
  }
  if (process.env.BENCH_LARGE) {
    const { wall, cpu, peak } = ours('large', 100_000_000);
    const figures = `${wall.toFixed(0)} s, ${cpu.toFixed(0)} CPU s, peak ${peak.toFixed(0)} MB`;
    process.stdout.write(
      `100 million rows, written and written over: ${figures} (aim: 4,096 MB): ${peak <= 4096 ? 'met' : 'missed'}\n`,
    );
  }
  load('after');
} finally {
  rmSync(folder, { recursive: true, force: true });
}
