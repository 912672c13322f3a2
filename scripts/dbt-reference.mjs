// Installs dbt-core 1.12 and dbt-duckdb 1.11 into a virtual environment of their own, once, and prints the program's path.
// They are what `tsdbt` is compared with (scripts/dbt-parity.mjs) and timed against.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** The same DuckDB as @duckdb/node-api has, so that rows differ only where the programs do. */
const DUCKDB = '1.5.6';

/** Folder in which big tools and clones are kept between runs. */
export const cacheFolder = process.env.TSDBT_CACHE ?? join(homedir(), '.cache', 'tsdbt');

/** Absolute path of the folder that holds `dbt` and `python`. Installs them where they are missing. */
export function dbtReference() {
  const folder = join(cacheFolder, 'dbt-1.12');
  const bin = join(folder, 'bin');
  const done = join(folder, 'complete');
  if (existsSync(done)) return bin;
  rmSync(folder, { recursive: true, force: true });
  const run = (program, args) => execFileSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  run('python3', ['-m', 'venv', folder]);
  const pip = (...args) =>
    run(join(bin, 'python'), ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', ...args]);
  pip('--no-deps', 'dbt-core==1.12.*', 'dbt-duckdb==1.11.*');
  // dbt-core's needs without its experimental parser, which downloads a program and is not used here
  const list = `
import importlib.metadata as m
for package in ('dbt-core', 'dbt-duckdb'):
    for need in m.requires(package):
        if 'extra ==' not in need and 'experimental-parser' not in need and not need.startswith(('dbt-core', 'duckdb')):
            print(need)`;
  const needs = execFileSync(join(bin, 'python'), ['-c', list], { encoding: 'utf8' }).trim().split('\n');
  pip(...needs, `duckdb==${DUCKDB}`);
  writeFileSync(done, '');
  return bin;
}

/**
 * What dbt says of a list of cases: the Python program of this folder reads them as JSON and prints them again, as a list, with the answers.
 *
 * @param program name of the file, e.g. `dbt_state.py`
 * @param folder what it works in
 * @param cases objects that all begin with the same key
 */
export function askDbt(program, folder, cases) {
  const path = fileURLToPath(new URL(program, import.meta.url));
  // dbt takes modules beside the script for plugins where their names begin with dbt_: -I keeps them out
  const output = execFileSync(join(dbtReference(), 'python'), ['-I', path, folder], {
    input: JSON.stringify(cases),
    encoding: 'utf8',
    maxBuffer: 64 << 20,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  return JSON.parse(output.slice(output.lastIndexOf(`[{"${Object.keys(cases[0])[0]}"`)));
}

/** Writes a list as JSON, each of its items on a line. */
export function writeCases(path, cases) {
  writeFileSync(path, `[\n${cases.map((one) => `  ${JSON.stringify(one)}`).join(',\n')}\n]\n`);
}

/** Folder of a clone of a public repository (`owner/name`), of a tag of it where one is named; made at the first time it is asked for. */
export function cloneOf(repo, tag) {
  const plain = join(cacheFolder, 'dbt-projects', repo.replace('/', '+'));
  const folder = tag === undefined ? plain : `${plain}@${tag}`;
  if (existsSync(folder)) return folder;
  const git = (...args) => spawnSync('git', args, { stdio: ['ignore', 'ignore', 'inherit'] }).status === 0;
  const hasTag = tag !== undefined && existsSync(plain) && git('-C', plain, 'rev-parse', '-q', '--verify', tag);
  const from = hasTag ? `file://${plain}` : `https://github.com/${repo}.git`;
  const branch = tag === undefined ? [] : ['--branch', tag];
  const quiet = ['-c', 'advice.detachedHead=false', 'clone', '-q', '--depth', '1'];
  if (!git(...quiet, ...branch, from, folder)) throw new Error(`${repo} could not be cloned`);
  return folder;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) process.stdout.write(`${join(dbtReference(), 'dbt')}\n`);
