// Runs dbt projects with dbt-core + dbt-duckdb and with tsdbt, each in a copy of its own, and compares node statuses
// (target/run_results.json) and the rows of every table and view in the DuckDB files. Prints a Markdown table.
//
//   node scripts/dbt-parity.mjs [options] [project …]
//
// A project is a name of dbt-parity-projects.mjs (cloned into the cache) or a folder with dbt_project.yml and dbt_packages/.
//   --command <name>   dbt's command, build by default
//   --details          list every node and relation that differs
//   --keep             leave the copies where they are and print their folder
//   --reuse            take dbt's results of an earlier run from the cache
//   --twice            run the command twice and compare the second run: incremental models, snapshots, seeds that are there
//   --delta            tsdbt keeps its tables as Delta tables: rows are read through warehouse/lake.duckdb, types by what Delta has
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { projects } from './dbt-parity-projects.mjs';
import { cacheFolder, cloneOf, dbtReference } from './dbt-reference.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const tsdbt = process.env.TSDBT_BIN ?? join(root, 'runner', 'bin', 'tsdbt.js');
const flags = new Set(process.argv.slice(2).filter((word) => word.startsWith('--')));
const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const command = process.argv.includes('--command') ? words.shift() : 'build';
const bin = dbtReference();

const ignored = /(^|\/)(\.git|target|logs|dbt_packages|node_modules|[^/]*\.duckdb(\.wal)?)$/;

/** Copies a project with its packages, as `dbt deps` would lay them out, and writes a profile of type duckdb. */
function prepare(name, copy, storage) {
  const known = projects[name];
  const inner = known?.folder ?? '';
  const whole = known?.whole === true;
  const from = known === undefined ? resolve(name) : join(cloneOf(known.repo), whole ? '' : inner);
  const folder = whole ? join(copy, inner) : copy;
  const filter = (path) => existsSync(path) && !ignored.test(path.slice(from.length));
  cpSync(from, copy, { recursive: true, filter: known === undefined ? undefined : filter, dereference: true });
  for (const [packageName, { repo, ref, folder: inner }] of Object.entries(known?.packages ?? {})) {
    const source = join(cloneOf(repo, ref), inner ?? '');
    cpSync(source, join(folder, 'dbt_packages', packageName), {
      recursive: true,
      dereference: true,
      filter: (path) =>
        existsSync(path) &&
        !ignored.test(path.slice(source.length)) &&
        !/\/integration[-_]tests(\/|$)/.test(path.slice(source.length)),
    });
  }
  if (known?.packages !== undefined) {
    // dbt counts what is installed against this list
    const packages = Object.keys(known.packages).map((packageName) => ({ local: `dbt_packages/${packageName}` }));
    writeFileSync(join(folder, 'packages.yml'), JSON.stringify({ packages }));
    for (const file of ['package-lock.yml', 'dependencies.yml']) rmSync(join(folder, file), { force: true });
  }
  for (const [path, text] of Object.entries(known?.files ?? {})) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const named = parse(readFileSync(join(folder, 'dbt_project.yml'), 'utf8')).profile;
  const profile = named ?? 'default';
  const profiles = join(folder, 'parity-profiles');
  mkdirSync(profiles, { recursive: true });
  const output = {
    type: 'duckdb',
    path: join(folder, known?.file ?? 'parity.duckdb'),
    schema: known?.schema ?? 'main',
    threads: 1,
  };
  if (storage !== undefined) Object.assign(output, { storage });
  writeFileSync(
    join(profiles, 'profiles.yml'),
    JSON.stringify({ [profile]: { target: 'dev', outputs: { dev: output } } }),
  );
  const database = storage === 'delta' ? join(folder, 'warehouse', 'lake.duckdb') : output.path;
  const before = [known?.before ?? [], flags.has('--twice') ? [command] : []].flat();
  const options = ['--profiles-dir', profiles];
  if (named === undefined) options.push('--profile', profile);
  if (known?.vars !== undefined) options.push('--vars', JSON.stringify(known.vars));
  return { cwd: folder, options, database, before, env: known?.env };
}

function run(program, args, prepared) {
  const { cwd, options, env } = prepared;
  const one = (name) =>
    spawnSync(program, [...args, name, ...options], {
      cwd,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      env: { ...process.env, ...env, DBT_SEND_ANONYMOUS_USAGE_STATS: 'false', NO_COLOR: '1', DO_NOT_TRACK: '1' },
    });
  for (const name of prepared.before) one(name);
  const began = Date.now();
  const ended = one(command);
  const seconds = (Date.now() - began) / 1000;
  writeFileSync(join(cwd, 'parity.log'), `${ended.stdout}\n${ended.stderr}`);
  const file = join(cwd, 'target', 'run_results.json');
  const results = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).results : [];
  const statuses = Object.fromEntries(results.map((r) => [r.unique_id, r.status]));
  const messages = Object.fromEntries(results.map((r) => [r.unique_id, r.message]));
  return {
    seconds,
    exit: ended.status,
    statuses,
    messages,
    relations: contents(prepared.database),
    output: ended.stdout + ended.stderr,
  };
}

/** For each table and view: its kind, columns with types, number of rows, an order-independent hash of them and one of each column. */
function contents(database) {
  if (!existsSync(database)) return {};
  const script = `
import duckdb, json, sys
c = duckdb.connect(sys.argv[1], read_only=True)
c.execute("set enable_progress_bar = false")
found = {}
for schema, name, kind in c.execute("select table_schema, table_name, table_type from information_schema.tables where table_catalog = current_database() order by 1, 2").fetchall():
    r = '"%s"."%s"' % (schema.replace('"', '""'), name.replace('"', '""'))
    try:
        columns = [(d[0], d[1]) for d in c.execute("describe select * from " + r).fetchall()]
        # when a row was written differs from run to run
        def quoted(name): return '"' + name.replace('"', '""') + '"'
        now = [n for n, t in columns if t.startswith('TIMESTAMP') and c.execute("select bool_and(%s between current_timestamp::timestamp - interval 1 day and current_timestamp::timestamp + interval 1 day) from %s" % (quoted(n) + '::timestamp', r)).fetchone()[0]]
        rest = ', '.join(quoted(n) for n, t in columns if n not in now)
        rows, digest = c.execute("select count(*), coalesce(sum(hash(t::varchar))::varchar, '') from (select " + (rest or '1') + " from " + r + ") t").fetchone()
        kept = [n for n, t in columns if n not in now]
        sums = c.execute("select " + (', '.join("coalesce(sum(hash(" + quoted(n) + "::varchar))::varchar, '')" for n in kept) or '1') + " from " + r).fetchone()
        found[schema + '.' + name] = [kind, columns, rows, digest, dict(zip(kept, sums))]
    except Exception as e:
        found[schema + '.' + name] = [kind, 'unreadable', str(e).split(chr(10))[0], '']
print(json.dumps(found))`;
  const read = spawnSync(join(bin, 'python'), ['-c', script, database], { encoding: 'utf8', maxBuffer: 1 << 28 });
  return read.status === 0 ? JSON.parse(read.stdout) : { unreadable: [read.stderr] };
}

function reference(name, folder) {
  const kept = keptResults(name);
  if (flags.has('--reuse') && existsSync(kept)) return JSON.parse(readFileSync(kept, 'utf8'));
  const result = run(join(bin, 'dbt'), [], prepare(name, folder));
  keep(name, result);
  return result;
}

function keptResults(name) {
  return join(
    cacheFolder,
    'dbt-parity',
    `${name.replaceAll(/[^\w.-]/g, '_')}.${command}${flags.has('--twice') ? '.twice' : ''}.json`,
  );
}

function keep(name, result) {
  mkdirSync(join(cacheFolder, 'dbt-parity'), { recursive: true });
  if (Object.keys(result.statuses).length > 0) writeFileSync(keptResults(name), JSON.stringify(result));
}

/** Relations with the types that Delta has for those of their columns, as docs/delta.md lists them. */
function asDelta(relations) {
  const types = [
    [/\bU?HUGEINT\b/g, 'DECIMAL(38,0)'],
    [/\bUBIGINT\b/g, 'DECIMAL(20,0)'],
    [/\bUINTEGER\b/g, 'BIGINT'],
    [/\bUSMALLINT\b/g, 'INTEGER'],
    [/\bUTINYINT\b/g, 'SMALLINT'],
    [/\bTIMESTAMP_(S|MS|NS)\b/g, 'TIMESTAMP'],
    [/\b(TIME|INTERVAL|UUID|JSON|BIT|BIGNUM|ENUM\([^)]*\))(?!\w)/g, 'VARCHAR'],
    [/"NULL"|"INTEGER\[0\]"/g, 'VARCHAR'],
  ];
  const mapped = ([name, type]) => [name, types.reduce((text, [from, to]) => text.replace(from, to), type)];
  return Object.fromEntries(
    Object.entries(relations).map(([name, [kind, columns, ...rest]]) => [
      name,
      [
        kind === 'VIEW' || kind === 'BASE TABLE' ? 'relation' : kind,
        Array.isArray(columns) ? columns.map(mapped) : columns,
        ...rest,
      ],
    ]),
  );
}

/** Columns of dbt's relations that differ between two runs of dbt itself (random numbers, ids and times of runs) are not compared. */
function stableIn(relations, unstable) {
  return Object.fromEntries(
    Object.entries(relations).map(([name, relation]) => {
      const loose = unstable[name];
      if (loose === undefined || relation.length < 5) return [name, relation];
      const [kind, columns, rows, , sums] = relation;
      return [
        name,
        [kind, columns, rows, '', Object.fromEntries(Object.entries(sums).filter(([c]) => !loose.includes(c)))],
      ];
    }),
  );
}

/** For each relation that another run of dbt makes otherwise: the columns that differ. */
function unstableColumns(name, dbt) {
  const folder = mkdtempSync(join(tmpdir(), 'dbt-parity-'));
  const again = run(join(bin, 'dbt'), [], prepare(name, folder)).relations;
  rmSync(folder, { recursive: true, force: true });
  return Object.fromEntries(
    differences(dbt.relations, again)
      .filter(({ dbt: one, own: other }) => one?.[4] !== undefined && other?.[4] !== undefined)
      .map(({ key, dbt: one, own: other }) => [
        key,
        [...new Set([...Object.keys(one[4]), ...Object.keys(other[4])])].filter((c) => one[4][c] !== other[4][c]),
      ]),
  );
}

/** Keys whose values differ, with both values. */
function differences(dbt, own) {
  const keys = [...new Set([...Object.keys(dbt), ...Object.keys(own)])].sort();
  return keys
    .filter((key) => JSON.stringify(dbt[key]) !== JSON.stringify(own[key]))
    .map((key) => ({ key, dbt: dbt[key], own: own[key] }));
}

function counts(statuses) {
  const found = {};
  for (const status of Object.values(statuses)) found[status] = (found[status] ?? 0) + 1;
  return (
    Object.entries(found)
      .sort()
      .map(([status, n]) => `${n} ${status}`)
      .join(', ') || 'none'
  );
}

const lines = [
  '| project | dbt: nodes | tsdbt: nodes | same status | same relations | dbt s | tsdbt s |',
  '|---|---|---|---|---|---|---|',
];
let failed = false;
for (const name of words.length > 0 ? words : Object.keys(projects)) {
  const folder = mkdtempSync(join(tmpdir(), 'dbt-parity-'));
  const [a, b] = ['dbt', 'tsdbt'].map((side) => join(folder, side));
  mkdirSync(a);
  mkdirSync(b);
  const dbt = reference(name, a);
  const own = run(process.execPath, [tsdbt], prepare(name, b, flags.has('--delta') ? 'delta' : undefined));
  if (flags.has('--delta')) for (const side of [dbt, own]) side.relations = asDelta(side.relations);
  const statuses = differences(dbt.statuses, own.statuses);
  let relations = differences(dbt.relations, own.relations);
  if (relations.some((one) => one.dbt !== undefined && one.own !== undefined)) {
    if (dbt.unstable === undefined) {
      dbt.unstable = unstableColumns(name, dbt);
      keep(name, dbt);
    }
    relations = differences(stableIn(dbt.relations, dbt.unstable), stableIn(own.relations, dbt.unstable));
  }
  const total = Object.keys(dbt.statuses).length;
  const all = Object.keys(dbt.relations).length;
  const same = statuses.length === 0 && relations.length === 0 && dbt.exit === own.exit;
  failed ||= !same;
  const shown = projects[name]?.repo ?? basename(name);
  lines.push(
    `| ${shown} | ${counts(dbt.statuses)} | ${counts(own.statuses)} | ${total - statuses.filter((d) => d.dbt !== undefined).length} of ${total} | ${all - relations.filter((d) => d.dbt !== undefined).length} of ${all} | ${dbt.seconds.toFixed(1)} | ${own.seconds.toFixed(1)} |`,
  );
  if (flags.has('--details')) {
    process.stderr.write(`\n== ${name}: exit ${dbt.exit} / ${own.exit}\n`);
    if (total === 0) process.stderr.write(dbt.output.slice(-2000));
    if (Object.keys(own.statuses).length === 0) process.stderr.write(own.output.slice(0, 4000));
    for (const { key, dbt: d, own: o } of statuses)
      process.stderr.write(
        `  ${key}: ${d} / ${o}  ${(own.messages[key] ?? '').slice(0, 300)}${d === 'error' ? `  [dbt: ${(dbt.messages[key] ?? '').slice(0, 200)}]` : ''}\n`,
      );
    for (const { key, dbt: d, own: o } of relations)
      process.stderr.write(`  ${key}: ${columnsThatDiffer(d, o)}\n    ${short(d)}\n    ${short(o)}\n`);
  }
  if (flags.has('--keep')) process.stderr.write(`  ${folder}\n`);
  else rmSync(folder, { recursive: true, force: true });
}
process.stdout.write(`${lines.join('\n')}\n`);
process.exitCode = failed ? 1 : 0;

function columnsThatDiffer(dbt, own) {
  if (dbt?.[4] === undefined || own?.[4] === undefined) return '';
  return `${dbt[2]} / ${own[2]} rows; ${differences(dbt[4], own[4])
    .map(({ key }) => key)
    .join(', ')}`;
}

function short(relation) {
  const text = JSON.stringify(relation) ?? 'none';
  return text.length > 700 ? `${text.slice(0, 700)}…` : text;
}
