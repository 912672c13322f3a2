// Runs dbt's own adapter test suite (the Python package dbt-tests-adapter) against tsdbt, with dbt-duckdb beside it as the
// measure: a test that dbt-duckdb does not pass says nothing of us. Prints for each area how many of dbt's passes we have.
// The area dbt-duckdb is that adapter's own tests: those of the suite as it adapts them, and more.
//
//   node scripts/dbt-adapter-suite.mjs [--details] [--reuse] [area …]
//
//   --details   list the tests that dbt passes and tsdbt does not
//   --reuse     take dbt's results of an earlier run from the cache
//   --only=X   only tests whose name or class X names, as pytest's -k reads it
//   --reference run dbt only, for a later --reuse
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder, cloneOf, dbtReference } from './dbt-reference.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const given = process.argv.slice(2);
const details = given.includes('--details');
const reuse = given.includes('--reuse');
const referenceOnly = given.includes('--reference');
const only = given.find((word) => word.startsWith('--only='))?.slice('--only='.length);
const named = given.filter((word) => !word.startsWith('--'));
const python = join(dbtReference(), 'python');
const packages = join(cacheFolder, 'dbt-adapter-suite-1.20');
if (!existsSync(join(packages, 'complete'))) {
  rmSync(packages, { recursive: true, force: true });
  const wanted = ['dbt-tests-adapter==1.20.0', 'pytest', 'iniconfig', 'pluggy', 'pygments', 'freezegun'];
  const made = spawnSync(python, ['-m', 'pip', 'install', '-q', '--no-deps', '--target', packages, ...wanted], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (made.status !== 0) process.exit(1);
  writeFileSync(join(packages, 'complete'), '');
}

// python_model runs Python inside dbt, catalog_integrations needs a catalog of another engine
const excluded = ['python_model', 'catalog_integrations'];
const suite = join(packages, 'dbt', 'tests', 'adapter');
const isArea = (entry) => entry.isDirectory() && !entry.name.startsWith('__') && !excluded.includes(entry.name);
const all = readdirSync(suite, { withFileTypes: true }).filter(isArea);
const ADAPTER = 'dbt-duckdb';
const areas = named.length > 0 ? named : [...all.map(({ name }) => name).sort(), ADAPTER];

/** Arguments for pytest: a file in `folder` that takes over the classes of one area. */
function suiteTests(folder, area) {
  const file = join(folder, `test_${area}.py`);
  writeFileSync(file, `from dbt_adapter_suite import *\nglobals().update(adopt("${area}"))\n`);
  return [file];
}

/** Arguments for pytest: a copy of the adapter's own tests, which need neither a network nor Python in a model. */
function adapterTests(folder) {
  cpSync(join(cloneOf('duckdb/dbt-duckdb'), 'tests'), join(folder, 'tests'), { recursive: true });
  const left = ['test_python_model', 'test_community_extensions', 'test_ducklake', 'test_database_type'];
  return [
    join(folder, 'tests', 'functional', 'adapter'),
    '--profile',
    'file',
    '--continue-on-collection-errors',
    ...left.map((name) => `--ignore-glob=*/${name}*`),
  ];
}

/** Outcomes of one area's tests by their names. */
function run(area, program) {
  const kept = join(cacheFolder, 'dbt-adapter-suite', `${area}.json`);
  if (program === 'dbt' && reuse && existsSync(kept)) return JSON.parse(readFileSync(kept, 'utf8'));
  const folder = mkdtempSync(join(tmpdir(), 'tsdbt-adapter-suite-'));
  try {
    const tests = area === ADAPTER ? adapterTests(folder) : suiteTests(folder, area);
    const report = join(folder, 'report.xml');
    const ended = spawnSync(
      python,
      [
        '-m',
        'pytest',
        '-q',
        '--show-capture=stdout',
        '-p',
        'dbt_adapter_suite',
        '-p',
        'no:cacheprovider',
        `--junitxml=${report}`,
        ...(only === undefined ? [] : ['-k', only]),
        ...tests,
      ],
      {
        cwd: folder,
        encoding: 'utf8',
        maxBuffer: 1 << 28,
        env: {
          ...process.env,
          PYTHONPATH: [packages, join(root, 'scripts')].join(':'),
          PYTHONDONTWRITEBYTECODE: '1',
          TSDBT_BIN: process.env.TSDBT_BIN ?? join(root, 'runner', 'bin', 'tsdbt.js'),
          TSDBT_SUITE: program,
          DBT_SEND_ANONYMOUS_USAGE_STATS: 'false',
          DO_NOT_TRACK: '1',
        },
      },
    );
    if (process.env.TSDBT_SUITE_LOG !== undefined)
      writeFileSync(join(process.env.TSDBT_SUITE_LOG, `${area}.${program}.log`), ended.stdout + ended.stderr);
    if (!existsSync(report)) throw new Error(`${area}: pytest wrote no report\n${ended.stdout}${ended.stderr}`);
    const outcomes = outcomesOf(readFileSync(report, 'utf8'));
    mkdirSync(join(cacheFolder, 'dbt-adapter-suite'), { recursive: true });
    if (program === 'dbt' && only === undefined) writeFileSync(kept, JSON.stringify(outcomes));
    return outcomes;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function outcomesOf(xml) {
  const outcomes = {};
  for (const [, attributes, body = ''] of xml.matchAll(/<testcase ([^>]*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g)) {
    const name = /\bname="([^"]*)"/.exec(attributes)[1];
    const owner = /classname="([^"]*)"/.exec(attributes)[1].split('.').at(-1);
    const why = /<(failure|error|skipped) (?:[^>]*?)message="([^"]*)"/.exec(body);
    outcomes[`${owner}::${name}`] = why === null ? 'pass' : `${why[1]}: ${why[2].split('&#10;')[0].slice(0, 160)}`;
  }
  return outcomes;
}

console.log('| area | tests | dbt-duckdb passes | of these tsdbt |\n|---|---|---|---|');
const lost = [];
for (const area of areas) {
  const dbt = run(area, 'dbt');
  if (referenceOnly) continue;
  const ours = run(area, 'tsdbt');
  const isAsked = (name) => only === undefined || name in ours;
  const measure = Object.keys(dbt).filter((name) => dbt[name] === 'pass' && isAsked(name));
  const missing = measure.filter((name) => ours[name] !== 'pass');
  lost.push(...missing.map((name) => `${area} ${name}: ${ours[name] ?? 'not run'}`));
  console.log(`| ${area} | ${Object.keys(dbt).length} | ${measure.length} | ${measure.length - missing.length} |`);
}
if (details) console.log(`\n${lost.join('\n')}`);
