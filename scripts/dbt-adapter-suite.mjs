// Runs dbt's own adapter test suite (the Python package dbt-tests-adapter) against tsdbt, with dbt-duckdb beside it as the
// measure: a test that dbt-duckdb does not pass says nothing of us. Prints for each area how many of dbt's passes we have.
// The area dbt-duckdb is that adapter's own tests: those of the suite as it adapts them, and more. The area dbt-core is the
// functional tests of dbt-core itself, which are written for Postgres; `dbt-core/selectors` is one part of them.
//
//   node scripts/dbt-adapter-suite.mjs [--details] [--reuse] [area …]
//
//   --details   list the tests that dbt passes and tsdbt does not
//   --reuse     take dbt's results of an earlier run from the cache
//   --only=X   only tests whose name or class X names, as pytest's -k reads it
//   --reference run dbt only, for a later --reuse
//   --own       run tsdbt only, and print what fails
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder, cloneOf, dbtReference } from './dbt-reference.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const given = process.argv.slice(2);
const details = given.includes('--details');
const reuse = given.includes('--reuse');
const referenceOnly = given.includes('--reference');
const ownOnly = given.includes('--own');
const only = given.find((word) => word.startsWith('--only='))?.slice('--only='.length);
const named = given.filter((word) => !word.startsWith('--'));
const python = join(dbtReference(), 'python');
const packages = join(cacheFolder, 'dbt-adapter-suite-1.20.0');
if (!existsSync(join(packages, 'complete'))) {
  rmSync(packages, { recursive: true, force: true });
  const wanted = ['dbt-tests-adapter==1.20.0', 'pytest', 'iniconfig', 'pluggy', 'pygments', 'freezegun', 'pytest-mock'];
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
const CORE = 'dbt-core';
/** The newest release of dbt-core's own tests, which no package holds. */
const CORE_TAG = 'v1.12.3';
const areas = (named.length > 0 ? named : [...all.map(({ name }) => name).sort(), ADAPTER, CORE]).flatMap(coreAreas);

/** Arguments for pytest: a file in `folder` that takes over the classes of one area. */
function suiteTests(folder, area) {
  const file = join(folder, `test_${area}.py`);
  writeFileSync(file, `from adapter_suite import *\nglobals().update(adopt("${area}"))\n`);
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

/** Arguments for pytest: a copy of a part of dbt-core's own tests, with DuckDB's profile in the place of Postgres's. */
function coreTests(folder, part) {
  cpSync(join(cloneOf('dbt-labs/dbt-core', CORE_TAG), 'tests'), join(folder, 'tests'), { recursive: true });
  writeFileSync(join(folder, 'tests', 'conftest.py'), 'from adapter_suite import dbt_profile_target, profile_user\n');
  const plugin = ['-p', 'tests.functional.v2_parser_parity.plugin'];
  return [join(folder, 'tests', 'functional', part), '--rootdir', folder, '--continue-on-collection-errors', ...plugin];
}

/** What `named` may say of dbt-core: all parts of its tests, or one. */
function coreAreas(name) {
  if (name !== CORE) return [name];
  const tests = join(cloneOf('dbt-labs/dbt-core', CORE_TAG), 'tests', 'functional');
  const holdsTests = (entry) =>
    entry.isDirectory()
      ? readdirSync(join(tests, entry.name), { recursive: true }).some((file) => /(^|\/)test_[^/]*\.py$/.test(file))
      : /^test_.*\.py$/.test(entry.name);
  const parts = readdirSync(tests, { withFileTypes: true }).filter(holdsTests);
  return parts.map((entry) => `${CORE}/${entry.name}`).sort();
}

function testsOf(area, folder) {
  if (area === ADAPTER) return adapterTests(folder);
  return area.startsWith(`${CORE}/`) ? coreTests(folder, area.slice(CORE.length + 1)) : suiteTests(folder, area);
}

/** Outcomes of one area's tests by their names. */
function run(area, program) {
  const kept = join(cacheFolder, 'dbt-adapter-suite', `${area.replace('/', '.')}.json`);
  if (program === 'dbt' && reuse && existsSync(kept)) return JSON.parse(readFileSync(kept, 'utf8'));
  const folder = mkdtempSync(join(tmpdir(), 'tsdbt-adapter-suite-'));
  try {
    // a folder of its own: dbt takes every module it can import whose name begins with dbt_ for a plugin, and runs it
    copyFileSync(join(root, 'scripts', 'dbt_adapter_suite.py'), join(folder, 'adapter_suite.py'));
    const tests = testsOf(area, folder);
    const report = join(folder, 'report.xml');
    const ended = spawnSync(
      python,
      [
        '-m',
        'pytest',
        '-q',
        '--show-capture=stdout',
        '-p',
        'adapter_suite',
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
          PYTHONPATH: [packages, folder].join(':'),
          PYTHONDONTWRITEBYTECODE: '1',
          TSDBT_BIN: process.env.TSDBT_BIN ?? join(root, 'runner', 'bin', 'tsdbt.js'),
          TSDBT_SUITE: program,
          DBT_SEND_ANONYMOUS_USAGE_STATS: 'false',
          DO_NOT_TRACK: '1',
        },
      },
    );
    if (process.env.TSDBT_SUITE_LOG !== undefined)
      writeFileSync(
        join(process.env.TSDBT_SUITE_LOG, `${area.replace('/', '.')}.${program}.log`),
        ended.stdout + ended.stderr,
      );
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
    const owner = /classname="([^"]*)"/.exec(attributes)[1].split('.').slice(-2).join('.');
    const why = /<(failure|error|skipped) (?:[^>]*?)message="([^"]*)"/.exec(body);
    outcomes[`${owner}::${name}`] = why === null ? 'pass' : `${why[1]}: ${why[2].split('&#10;')[0].slice(0, 160)}`;
  }
  return outcomes;
}

if (!ownOnly) console.log('| area | tests | dbt-duckdb passes | of these tsdbt |\n|---|---|---|---|');
const lost = [];
for (const area of areas) {
  if (ownOnly) {
    for (const [name, outcome] of Object.entries(run(area, 'tsdbt'))) console.log(`${area} ${name}: ${outcome}`);
    continue;
  }
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
