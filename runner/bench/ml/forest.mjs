// Random forests against scikit-learn on the same data: node runner/bench/ml/forest.mjs
// Installs scikit-learn in a virtual environment of its own under target/; without Python or pip it says so and ends.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { classes, features, testRows, trainRows, writeForestData } from './forest-data.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..', '..');
const environment = join(root, 'target', 'bench', 'sklearn');
const python = join(environment, 'bin', 'python');
const work = mkdtempSync(join(tmpdir(), 'forest-bench-'));
const data = join(work, 'data.bin');
const shape = [data, trainRows, testRows, features, classes].map(String);

try {
  if (!prepare()) process.exit(0);
  writeForestData(data);
  const ours = run(process.execPath, ['--import', 'jiti/register', join(here, 'forest-ours.ts'), ...shape]);
  const theirs = run(python, [join(here, 'forest_sklearn.py'), ...shape]);
  console.log(
    `${trainRows} rows × ${features} features to train, ${testRows} to test, depth 10; CPU seconds of all threads`,
  );
  for (const [name, mine] of Object.entries(ours.results)) {
    const other = theirs.results[name];
    const measure = name.startsWith('regression') ? 'rmse' : 'accuracy';
    console.log(
      `${name.padEnd(20)} cpu ${mine.cpu.toFixed(2)} / ${other.cpu.toFixed(2)} s = ${(mine.cpu / other.cpu).toFixed(2)}×   ` +
        `wall ${mine.wall.toFixed(2)} / ${other.wall.toFixed(2)} s   ${measure} ${mine.score.toFixed(4)} / ${other.score.toFixed(4)}`,
    );
  }
  console.log(
    `peak memory ${ours.peakMegabytes.toFixed(0)} / ${theirs.peakMegabytes.toFixed(0)} MB (ours with ${ours.workers} workers)`,
  );
} finally {
  rmSync(work, { recursive: true, force: true });
}

/** Makes the virtual environment once. */
function prepare() {
  if (existsSync(python) && spawnSync(python, ['-c', 'import sklearn']).status === 0) return true;
  mkdirSync(dirname(environment), { recursive: true });
  const made =
    spawnSync('python3', ['-m', 'venv', environment]).status === 0 &&
    spawnSync(python, ['-m', 'pip', 'install', '--quiet', 'scikit-learn'], { stdio: 'inherit' }).status === 0;
  if (!made) console.log('skipped: python3 with venv and pip is needed to install scikit-learn');
  return made;
}

function run(command, args) {
  const output = execFileSync(command, args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 24 });
  return JSON.parse(output.trim().split('\n').at(-1));
}
