// Runs dbt projects with dbt-core + dbt-duckdb and with tsdbt, and holds tsdbt's artifacts against dbt's: dbt's own classes read them
// (manifest 12, run_results 6, catalog 1, sources 3, MetricFlow's of the semantic manifest), dbt-artifacts-parser reads them strictly, every field is compared with dbt's
// artifact of the same project, and dbt asks `state:modified` of tsdbt's target folder.
//
//   node scripts/dbt-artifacts.mjs [options] [folder …]
//
// A folder has dbt_project.yml and profiles.yml; without one these are runner/test/fixtures/dbt-artifacts, which has a bit of
// everything, and dbt-semantics, which has all of the semantic layer.
//   --details   print justified differences, too
//   --keep      leave the copies where they are and print their folder
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder, dbtReference } from './dbt-reference.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const tsdbt = process.env.TSDBT_BIN ?? join(root, 'runner', 'bin', 'tsdbt.js');
const flags = new Set(process.argv.slice(2).filter((word) => word.startsWith('--')));
const folders = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const bin = dbtReference();
const env = { ...process.env, DBT_SEND_ANONYMOUS_USAGE_STATS: '0' };

/** Folder of Python's dbt-artifacts-parser, installed once; it forbids every key that is not in dbt's schemas. */
function strictParser() {
  const folder = join(cacheFolder, 'artifact-tools');
  if (!existsSync(folder)) {
    const args = ['-m', 'pip', 'install', '-q', '--disable-pip-version-check', '--no-deps', '--target', folder];
    spawnSync(join(bin, 'python'), [...args, 'dbt-artifacts-parser'], { stdio: ['ignore', 'ignore', 'inherit'] });
  }
  return folder;
}

function call(program, args, cwd, more = {}) {
  return spawnSync(program, args, { cwd, encoding: 'utf8', maxBuffer: 1 << 28, env: { ...env, ...more } });
}

/** Everything that writes an artifact, in one copy of the project. Each is kept before the next command writes it anew. */
function run(program, first, folder, kept) {
  mkdirSync(kept);
  const keep = (...names) => {
    for (const name of names) {
      const file = join(folder, 'target', name);
      if (existsSync(file)) cpSync(file, join(kept, name));
    }
  };
  const command = (...args) => call(program, [...first, ...args, '--profiles-dir', '.'], folder);
  command('seed');
  const built = command('build');
  keep('manifest.json', 'semantic_manifest.json', 'run_results.json');
  command('source', 'freshness');
  keep('sources.json');
  command('docs', 'generate');
  keep('catalog.json');
  return built.status;
}

/** What dbt takes for modified when tsdbt's target folder is its state, by aspect. */
function modified(folder, state) {
  const aspects = ['body', 'configs', 'relation', 'persisted_descriptions', 'contract'];
  return Object.fromEntries(
    aspects.map((aspect) => {
      const select = ['--select', `state:modified.${aspect}`, '--state', state, '--output', 'name'];
      const { stdout } = call(join(bin, 'dbt'), ['-q', 'ls', ...select, '--profiles-dir', '.'], folder);
      return [aspect, stdout.split('\n').filter((line) => line !== '' && !line.startsWith('WARNING'))];
    }),
  );
}

let failed = false;
const fixtures = ['dbt-artifacts', 'dbt-semantics'].map((name) => join(root, 'runner', 'test', 'fixtures', name));
for (const given of folders.length > 0 ? folders : fixtures) {
  const from = resolve(given);
  const work = mkdtempSync(join(tmpdir(), 'tsdbt-artifacts-'));
  const copy = (name) => {
    cpSync(from, join(work, name), {
      recursive: true,
      filter: (path) => !/[\\/](target|logs)$|\.duckdb(\.wal)?$/.test(path),
    });
    return join(work, name);
  };
  const [ours, theirs] = [copy('tsdbt'), copy('dbt')];
  const [kept, reference] = [join(work, 'artifacts-tsdbt'), join(work, 'artifacts-dbt')];
  const statuses = [run(process.execPath, [tsdbt], ours, kept), run(join(bin, 'dbt'), [], theirs, reference)];
  const compared = call(join(bin, 'python'), [join(root, 'scripts', 'dbt_artifacts.py'), kept, reference], work, {
    PYTHONPATH: strictParser(),
  });
  if (compared.status !== 0) throw new Error(compared.stderr);
  const { dbt, parser, justified, differences } = JSON.parse(compared.stdout);
  const state = modified(theirs, kept);
  const wrong = [...dbt, ...(parser ?? []), ...differences, ...Object.values(state).flat()];
  failed ||= wrong.length > 0;
  console.log(`${basename(from)}: build ended with ${statuses.join(' (tsdbt) and ')} (dbt)`);
  console.log(`  dbt's classes: ${dbt.length === 0 ? 'read all' : dbt.join('\n    ')}`);
  console.log(
    `  dbt-artifacts-parser: ${parser?.length === 0 ? 'reads all' : (parser?.join('\n    ') ?? 'not there')}`,
  );
  console.log(`  fields that differ: ${differences.length} (justified: ${Object.keys(justified).length})`);
  for (const { artifact, kind, field, times, where, ours: a, dbt: b } of differences)
    console.log(`    ${artifact} ${kind} ${field} (${times}): ${where}\n      tsdbt ${a}\n      dbt   ${b}`);
  if (flags.has('--details'))
    for (const [what, times] of Object.entries(justified)) console.log(`    (${what}: ${times})`);
  for (const [aspect, names] of Object.entries(state))
    console.log(`  dbt, state:modified.${aspect}: ${names.length === 0 ? 'nothing' : names.join(' ')}`);
  if (flags.has('--keep')) console.log(`  ${work}`);
  else rmSync(work, { recursive: true, force: true });
}
process.exitCode = failed ? 1 : 0;
