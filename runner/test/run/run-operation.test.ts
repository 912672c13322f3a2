import { existsSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { temporaryFolder, tsdbt, writeFiles } from '../cli/recording-effects.js';

const PROJECTS = {
  delta: { 'project.yml': 'name: shop\nmodels: {+materialized: table}\n' },
  native: {
    'dbt_project.yml': 'name: shop\nprofile: shop\nmodels: {+materialized: table}\n',
    'profiles.yml': 'shop: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb, threads: 1}}}\n',
  },
} as const;

const macros = `{% macro greet(name='you', days=[]) %}
  {{ print('hello ' ~ name ~ ' ' ~ days | length) }}
  {{ log('to the log', info=True) }}
  {{ log('to nobody') }}
{% endmacro %}
{% macro count() %}
  {% set rows = run_query('select count(*) from ' ~ ref('a')) %}
  {{ print(rows.columns[0].values()[0] ~ ' ' ~ flags.WHICH ~ ' ' ~ adapter.get_relation(none, ref('a').schema, 'a')) }}
{% endmacro %}
{% macro fails() %}{% do run_query('select nope') %}{% endmacro %}
{% macro drops() %}{% do adapter.drop_relation(ref('a')) %}{% endmacro %}
{% macro exports(file) %}{% do run_query("copy (select * from " ~ ref('a') ~ ") to '" ~ file ~ "' (format csv)") %}{% endmacro %}
{% macro makes(name) %}{% do run_query('create table ' ~ name ~ ' as select 1 as id') %}{% endmacro %}
{% macro states(name, commits) %}
  {% call statement('s') %}create table {{ name }} as select 1 as id{% endcall %}
  {% if commits %}{% do adapter.commit() %}{% endif %}
{% endmacro %}
`;

const folders: (() => void)[] = [];
afterEach(() => {
  for (const remove of folders.splice(0)) remove();
});

function shop(kept: keyof typeof PROJECTS) {
  const { folder, remove } = temporaryFolder();
  folders.push(remove);
  const model = { 'models/staging/a.sql': 'select unnest([1, 2]) as id' };
  writeFiles(folder, { ...PROJECTS[kept], 'macros/all.sql': macros, ...model });
  const run = (...words: string[]) => tsdbt(folder, words);
  return { folder, run, call: (...words: string[]) => run('run-operation', ...words) };
}

describe.each(['delta', 'native'] as const)('run-operation, %s', (kept) => {
  it('calls a macro with arguments; what it prints is data, what it logs is not', async () => {
    const { call } = shop(kept);
    const run = await call('greet', '--args', '{name: ada, days: [1, 2]}');
    expect(run).toMatchObject({ code: 0, stdout: 'hello ada 2\n' });
    expect(run.stderr).toContain('to the log');
    expect(run.stderr).not.toContain('to nobody');
    expect(await call('shop.greet', '--quiet')).toMatchObject({ code: 0, stdout: 'hello you 0\n', stderr: '' });
  });

  it('calls a macro of a package', async () => {
    const { folder, call } = shop(kept);
    writeFiles(folder, {
      'dbt_packages/tools/dbt_project.yml': 'name: tools\n',
      'dbt_packages/tools/macros/t.sql': '{% macro who() %}{{ print(project_name) }}{% endmacro %}',
    });
    expect(await call('tools.who')).toMatchObject({ code: 0, stdout: 'shop\n' });
    expect(await call('who')).toMatchObject({ code: 0, stdout: 'shop\n' });
  });

  it('lets macros read what is published', async () => {
    const { run, call } = shop(kept);
    await run('run');
    const { code, stdout } = await call('count');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^2 run-operation .*"a"\n$/);
  });

  it('writes run results, which retry takes up', async () => {
    const { folder, run, call } = shop(kept);
    expect((await call('fails')).code).toBe(1);
    const { args, results } = JSON.parse(readFileSync(`${folder}/target/run_results.json`, 'utf8'));
    expect(args).toMatchObject({ which: 'run-operation', macro: 'fails' });
    expect(results).toMatchObject([
      { unique_id: 'macro.shop.fails', status: 'error', message: 'column "nope" not found' },
    ]);
    expect((await run('retry')).code).toBe(1);
    writeFiles(folder, { 'macros/all.sql': macros.replace('select nope', 'select 1') });
    expect((await run('retry')).code).toBe(0);
    expect((await run('retry')).stderr).toContain('Nothing to retry');
  });

  it('ends with 1 where the macro fails, at its place, and with 2 where it is not called rightly', async () => {
    const { call } = shop(kept);
    const failed = await call('fails');
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain('macros/all.sql:10:');
    const unknown = await call('gret');
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain('did you mean "greet"?');
    const argument = await call('greet', '--args', '{nam: x}');
    expect(argument.code).toBe(1);
    expect(argument.stderr).toContain('has no parameter "nam"');
    expect((await call()).code).toBe(2);
    expect((await call('greet', '--sql', 'select 1')).code).toBe(2);
    expect((await call('greet', '--args', '[1]')).stderr).toContain('--args takes a mapping');
  });

  it('runs SQL', async () => {
    const { folder, run, call } = shop(kept);
    await run('run');
    expect((await call('--sql', `copy (select * from {{ ref('a') }}) to '${folder}/a.csv' (format csv)`)).code).toBe(0);
    expect(readFileSync(`${folder}/a.csv`, 'utf8')).toBe('id\n1\n2\n');
  });
});

describe('statements of run-operation', () => {
  it('stay in a database file as dbt lets them', async () => {
    const { run, call } = shop('native');
    await run('run');
    expect((await call('makes', '--args', 'name: t1')).code).toBe(0);
    expect((await call('states', '--args', '{name: t2, commits: false}')).code).toBe(0);
    expect((await call('states', '--args', '{name: t3, commits: true}')).code).toBe(0);
    expect((await call('drops')).code).toBe(0);
    const tables = await run('show', '-q', '--output', 'json', '--inline', 'select table_name from duckdb_tables()');
    expect(JSON.parse(tables.stdout).show).toEqual([{ table_name: 't1' }, { table_name: 't3' }]);
  });

  it('read Delta tables and write elsewhere; one that would change the lake is an error', async () => {
    const { folder, run, call } = shop('delta');
    await run('run');
    for (const words of [
      ['drops'],
      ['makes', '--args', 'name: staging.b'],
      ['states', '--args', '{name: b, commits: true}'],
    ]) {
      const refused = await call(...words);
      expect(refused.code).toBe(1);
      expect(refused.stderr).toContain('TSD5040  a statement of run-operation wanted to change the lake');
      expect(refused.stderr).toContain('COPY … TO files');
    }
    expect((await call('exports', '--args', `{file: '${folder}/a.csv'}`)).code).toBe(0);
    expect(existsSync(`${folder}/a.csv`)).toBe(true);
    const attach = `attach '${folder}/other.duckdb' as other; create table other.t as select * from {{ ref('a') }}`;
    expect((await call('--sql', attach)).code).toBe(0);
    const rows = await run('show', '-q', '--output', 'json', '--select', 'a');
    expect(JSON.parse(rows.stdout).show).toHaveLength(2);
  });
});
