// Measures the command line on this project and prints a Markdown table: time and peak memory of builds, cold and warm, and of parse,
// on the sample and, where it lies beside the checkout, on real input. Run it on an otherwise idle machine, after `npm run build`:
//
//   node scripts/measure.mjs            three runs each, the median counts
//   node scripts/measure.mjs --runs 1
//   node scripts/measure.mjs --data <folder>   another folder for data/ (kaggle/dataset.csv, spotify-export/…) as real input
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir, totalmem } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const BESIDE = resolve(ROOT, '..', 'shared', 'data');
const PARTS = ['project.yml', 'package.json', 'models', 'macros', 'seeds', 'tests', 'ingest', 'ml'];
/** Loaded into the measured process; writes its own resources down when it ends. */
const PROBE = `import { writeFileSync } from 'node:fs';
process.on('exit', () => writeFileSync(process.env.MEASURE_INTO, JSON.stringify(process.resourceUsage())));`;

const { values: options } = parseArgs({
  options: { runs: { type: 'string', default: '3' }, data: { type: 'string' } },
});
const runs = Number(options.runs);
if (!Number.isInteger(runs) || runs < 1) fail('--runs takes a whole number from 1');
if (!existsSync(join(ROOT, 'runner', 'dist'))) fail('the engine has not been built: npm run build');
if (options.data !== undefined && !existsSync(options.data)) fail(`no folder ${options.data}`);

const folder = mkdtempSync(join(tmpdir(), 'tsdbt-measure-'));
try {
  const inputs = [['sample', () => undefined]];
  if (options.data !== undefined)
    inputs.push(['real', (dir) => cpSync(options.data, join(dir, 'data'), { recursive: true })]);
  else if (existsSync(join(BESIDE, 'kaggle_sample.csv.gz'))) inputs.push(['real', addRealData]);
  else console.error('no real data beside the checkout: only the sample is measured (--data takes a folder)');

  const rows = [];
  for (const [input, addData] of inputs) {
    const measured = { 'build, cold': [], 'build, warm': [], parse: [] };
    for (let i = 0; i < runs; i++) {
      const dir = copyOfProject(join(folder, `${input}-${i}`));
      addData(dir);
      measured['build, cold'].push(await measure(['build', '--quiet'], dir));
      measured['build, warm'].push(await measure(['build', '--quiet'], dir));
      measured.parse.push(await measure(['parse', '--quiet'], dir));
      rmSync(dir, { recursive: true });
    }
    for (const [what, all] of Object.entries(measured)) rows.push([input, what, ...summary(all)]);
  }
  print(rows);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** The project without anything that a run left behind. */
function copyOfProject(dir) {
  mkdirSync(dir, { recursive: true });
  for (const part of PARTS) cpSync(join(ROOT, part), join(dir, part), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(dir, 'node_modules'));
  return dir;
}

function addRealData(dir) {
  const put = (from, to) => {
    mkdirSync(dirname(join(dir, to)), { recursive: true });
    writeFileSync(join(dir, to), gunzipSync(readFileSync(join(BESIDE, from))));
  };
  put('kaggle_sample.csv.gz', 'data/kaggle/dataset.csv');
  put('history/account_2020_StreamingHistory0.json.gz', 'data/spotify-export/2020/StreamingHistory0.json');
  for (const i of [0, 1])
    put(`history/account_2022_StreamingHistory${i}.json.gz`, `data/spotify-export/2022/StreamingHistory${i}.json`);
}

/**
 * Runs `tsdbt <args>` as a process of its own.
 * @returns {Promise<{seconds: number, cpu: number, peak: number}>} wall-clock and CPU seconds, and the largest resident set in MiB
 */
function measure(args, cwd) {
  const into = join(folder, 'usage.json');
  const probe = `data:text/javascript,${encodeURIComponent(PROBE)}`;
  const started = performance.now();
  const child = spawn(process.execPath, ['--import', probe, join(ROOT, 'runner', 'bin', 'tsdbt.js'), ...args], {
    cwd,
    env: { ...process.env, NO_COLOR: '1', CI: 'true', MEASURE_INTO: into },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return new Promise((done, failed) => {
    child.on('error', failed);
    child.on('close', (code) => {
      if (code !== 0) return failed(new Error(`tsdbt ${args.join(' ')} ended with ${code}`));
      const seconds = (performance.now() - started) / 1000;
      const usage = JSON.parse(readFileSync(into, 'utf8'));
      done({ seconds, cpu: (usage.userCPUTime + usage.systemCPUTime) / 1e6, peak: usage.maxRSS / 1024 });
    });
  });
}

function summary(all) {
  const median = (key) => {
    const sorted = all.map((each) => each[key]).sort((a, b) => a - b);
    return sorted[Math.floor(sorted.length / 2)];
  };
  return [`${median('seconds').toFixed(1)} s`, `${median('cpu').toFixed(1)} s`, `${Math.round(median('peak'))} MiB`];
}

function print(rows) {
  const table = [
    ['input', 'command', 'time', 'CPU time', 'peak memory'],
    ['---', '---', '---:', '---:', '---:'],
    ...rows,
  ];
  console.log(table.map((row) => `| ${row.join(' | ')} |`).join('\n'));
  const memory = Math.round(totalmem() / 2 ** 30);
  console.log(
    `\n${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}, ${memory} GiB, ${process.platform}, Node.js ${process.version}; ` +
      `median of ${runs} run${runs === 1 ? '' : 's'}: node scripts/measure.mjs --runs ${runs}`,
  );
}

function fail(message) {
  console.error(message);
  process.exit(2);
}
