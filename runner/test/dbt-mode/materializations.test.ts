import { describe, expect, it } from 'vitest';
import { DbtProject } from './dbt-project.js';

const config = (text: string) => `{{ config(materialized='incremental', ${text}) }}\n`;
const day = (n: number, extra = '') =>
  `select ${n} as day, 1 as id, 'v${n}' as v${extra} union all select ${n}, ${n}, 'w${n}'${extra === '' ? '' : ', 1'}`;

async function twice(first: string, second: string): Promise<{ project: DbtProject; exitCode: number }> {
  const project = new DbtProject({ 'models/a.sql': first });
  expect((await project.run('build')).exitCode).toBe(0);
  project.write({ 'models/a.sql': second });
  return { project, exitCode: (await project.run('build')).exitCode };
}

describe('incremental models in a database file', () => {
  it('append where there is no key', async () => {
    const { project } = await twice(
      config("incremental_strategy='append'") + day(2),
      config("incremental_strategy='append'") + day(3),
    );
    expect(await project.rows('select count(*)::int as n from a')).toEqual([{ n: 4 }]);
  });

  it.each(["unique_key='id'", "unique_key=['id', 'day']", "unique_key='id', incremental_strategy='merge'"])(
    'replace the rows of a key: %s',
    async (key) => {
      const { project } = await twice(
        `${config(key)}select 1 as id, 1 as day, 10 as v union all select 2, 1, 20`,
        `${config(key)}select 2 as id, 1 as day, 21 as v union all select 3, 1, 30`,
      );
      expect(await project.rows('select id, v from a order by id')).toEqual([
        { id: 1, v: 10 },
        { id: 2, v: 21 },
        { id: 3, v: 30 },
      ]);
    },
  );

  it('merge only the columns that are asked for', async () => {
    const merge = config("unique_key='id', incremental_strategy='merge', merge_update_columns=['v']");
    const { project } = await twice(`${merge}select 1 as id, 1 as v, 1 as w`, `${merge}select 1 as id, 2 as v, 2 as w`);
    expect(await project.rows('select * from a')).toEqual([{ id: 1, v: 2, w: 1 }]);
  });

  it.each([
    ['ignore', 0, ['id']],
    ['append_new_columns', 0, ['id', 'fresh']],
    ['fail', 1, ['id']],
  ])('meet new columns with on_schema_change %s', async (mode, code, columns) => {
    const given = config(`on_schema_change='${mode}'`);
    const { project, exitCode } = await twice(`${given}select 1 as id`, `${given}select 2 as id, 5 as fresh`);
    expect(exitCode).toBe(code);
    expect((await project.rows('describe a')).map((row) => row.column_name)).toEqual(columns);
  });

  it('drop and retype columns with sync_all_columns, and are written anew with --full-refresh', async () => {
    const given = config("on_schema_change='sync_all_columns'");
    const { project } = await twice(`${given}select 1 as id, 1 as gone`, `${given}select 2 as id, 'x' as fresh`);
    expect(await project.rows('select * from a order by id')).toEqual([
      { id: 1, fresh: null },
      { id: 2, fresh: 'x' },
    ]);
    await project.run('build', '--full-refresh');
    expect(await project.rows('select * from a')).toEqual([{ id: 2, fresh: 'x' }]);
  });

  it('know whether they add to a table', async () => {
    const model = `${config("unique_key='id'")}select {% if is_incremental() %}2{% else %}1{% endif %} as id`;
    const { project } = await twice(model, model);
    expect(await project.rows('select id from a order by id')).toEqual([{ id: 1 }, { id: 2 }]);
  });
});

describe('seeds in a database file', () => {
  it('have the types that dbt infers from all their rows', async () => {
    const project = new DbtProject({
      'seeds/s.csv':
        'i,whole,f,d,ts,iso,b,t,none,code\n1,1.0,1.5,2024-1-2,2024-01-02 03:04:05,2024-01-02T03:04:05,true,x,,007\n2,2,2,2024-01-03,2024-01-02 03:04:06,2024-01-02T03:04:06,FALSE,1.2.3,,8\n',
      'dbt_project.yml': 'name: shop\nprofile: shop\nseeds: {shop: {s: {+column_types: {code: varchar}}}}\n',
    });
    expect((await project.run('seed')).exitCode).toBe(0);
    expect(Object.fromEntries((await project.rows('describe s')).map((c) => [c.column_name, c.column_type]))).toEqual({
      i: 'INTEGER',
      whole: 'INTEGER',
      f: 'DOUBLE',
      d: 'DATE',
      ts: 'TIMESTAMP',
      iso: 'TIMESTAMP',
      b: 'BOOLEAN',
      t: 'VARCHAR',
      none: 'INTEGER',
      code: 'VARCHAR',
    });
    expect(await project.rows('select code from s order by i')).toEqual([{ code: '007' }, { code: '8' }]);
  });

  it('are filled anew, and made anew with --full-refresh', async () => {
    const project = new DbtProject({ 'seeds/s.csv': 'x\n1\n' });
    await project.run('seed');
    project.write({ 'seeds/s.csv': 'x\n2\n3\n' });
    await project.run('seed');
    expect(await project.rows('select x from s order by x')).toEqual([{ x: 2 }, { x: 3 }]);
    project.write({ 'seeds/s.csv': 'y\na\n' });
    expect((await project.run('seed', '--full-refresh')).exitCode).toBe(0);
    expect(await project.rows('select * from s')).toEqual([{ y: 'a' }]);
  });
});

describe('snapshots in a database file', () => {
  it.each([
    [
      'a block',
      {
        'snapshots/h.sql':
          "{% snapshot h %}{{ config(target_schema='hist', unique_key='id', strategy='check', check_cols=['v']) }}select * from {{ ref('s') }}{% endsnapshot %}",
      },
    ],
    [
      'YAML',
      {
        'snapshots/h.yml':
          'snapshots: [{name: h, relation: "ref(\'s\')", config: {schema: t, target_schema: hist, unique_key: id, strategy: check, check_cols: [v]}}]\n',
      },
    ],
  ])('keep versions, declared in %s', async (_, files) => {
    const project = new DbtProject({ 'seeds/s.csv': 'id,v\n1,a\n2,b\n', ...files });
    expect((await project.run('build')).exitCode).toBe(0);
    project.write({ 'seeds/s.csv': 'id,v\n1,a\n2,c\n3,d\n' });
    expect((await project.run('build')).statuses).toMatchObject({ 'snapshot.shop.h': 'success' });
    expect(await project.rows('select id, v, dbt_valid_to is null as now from hist.h order by id, v')).toEqual([
      { id: 1, v: 'a', now: true },
      { id: 2, v: 'b', now: false },
      { id: 2, v: 'c', now: true },
      { id: 3, v: 'd', now: true },
    ]);
  });

  it.each([
    ['native', 'shop.duckdb'],
    ['delta', 'warehouse/lake.duckdb'],
  ])('begin a version where columns change and updated_at does not (%s)', async (storage, file) => {
    const project = new DbtProject({
      'profiles.yml': `shop: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb, storage: ${storage}}}}\n`,
      'models/s.sql': "select 1 as id, {{ var('v', 1) }} as v, date '2024-01-01' as day",
      'snapshots/h.sql':
        "{% snapshot h %}{{ config(unique_key='id', strategy='check', check_cols=['v'], updated_at='day') }}select * from {{ ref('s') }}{% endsnapshot %}",
    });
    await project.run('build');
    for (const v of [2, 2, 3]) expect((await project.run('build', '--vars', `{v: ${v}}`)).exitCode).toBe(0);
    expect(await project.rows('select v, dbt_valid_to is null as now from h order by v', file)).toEqual([
      { v: 1, now: false },
      { v: 2, now: false },
      { v: 3, now: true },
    ]);
  });

  it('remember of a row that is gone only what the source still has', async () => {
    const project = new DbtProject({
      'models/s.sql': "select 1 as id, 1 as v {{ var('more', ', 5 as w') }} where {{ var('there', true) }}",
      'snapshots/h.sql':
        "{% snapshot h %}{{ config(unique_key='id', strategy='check', check_cols=['v'], hard_deletes='new_record') }}select * from {{ ref('s') }}{% endsnapshot %}",
    });
    await project.run('build');
    await project.run('build', '--vars', '{more: "", there: false}');
    expect(await project.rows('select v, w, dbt_is_deleted as gone from h order by gone')).toEqual([
      { v: 1, w: 5, gone: 'False' },
      { v: 1, w: null, gone: 'True' },
    ]);
  });
});

describe('what a model asks for besides its rows', () => {
  it('hooks see whether rows were added, and run outside of the transaction where before_begin() or after_commit() says so', async () => {
    const project = new DbtProject({
      'dbt_project.yml': 'name: shop\nprofile: shop\non-run-start: create table if not exists told(v varchar)\n',
      'models/a.sql': `{{ config(materialized='incremental', post_hook="insert into told values ('{{ is_incremental() }}')") }} select 1 as id`,
      'models/b.sql': `{{ config(materialized='table', pre_hook=before_begin("insert into told values ('before')"), post_hook=after_commit("insert into told values ('after')")) }} select error('no') as id`,
    });
    await project.run('run');
    const { statuses } = await project.run('run');
    expect(statuses).toEqual({
      'model.shop.a': 'success',
      'model.shop.b': 'error',
      'operation.shop.shop-on-run-start-0': 'success',
    });
    expect(await project.rows('select v from told order by v')).toEqual(
      ['False', 'True', 'before', 'before'].map((v) => ({ v })),
    );
  });

  it('hooks run around it, inside and outside of its transaction', async () => {
    const project = new DbtProject({
      'dbt_project.yml': 'name: shop\nprofile: shop\non-run-start: create table if not exists log (what text)\n',
      'models/a.sql': `{{ config(materialized='table',
        pre_hook=["insert into log values ('before')", {'sql': "insert into log values ('outside')", 'transaction': false}],
        post_hook="insert into log select 'after ' || count(*) from {{ this }}") }} select 1 as x`,
      'models/bad.sql': `{{ config(materialized='table', pre_hook="insert into log values ('taken back')") }} select nope`,
    });
    await project.run('build', '--threads', '1');
    expect(await project.rows('select what from log order by what')).toEqual([
      { what: 'after 1' },
      { what: 'before' },
      { what: 'outside' },
    ]);
  });

  it('contracts give its columns their types and constraints', async () => {
    const project = new DbtProject({
      'models/a.sql': "{{ config(materialized='table') }} select 1::integer as id, 'x' as v",
      'models/schema.yml': `models:
  - name: a
    config: {contract: {enforced: true}}
    columns:
      - {name: id, data_type: integer, constraints: [{type: not_null}, {type: check, expression: id > 0}]}
      - {name: v, data_type: varchar}
`,
    });
    expect((await project.run('build')).exitCode).toBe(0);
    expect(
      (await project.rows("select constraint_type from duckdb_constraints() where table_name = 'a' order by 1")).map(
        (row) => row.constraint_type,
      ),
    ).toEqual(['CHECK', 'NOT NULL']);
    project.write({ 'models/a.sql': "{{ config(materialized='table') }} select 'one' as id, 'x' as v" });
    const { exitCode, output } = await project.run('build');
    expect(exitCode).toBe(1);
    expect(output).toContain('column "id" is VARCHAR, declared INTEGER');
  });

  it('descriptions are kept as comments', async () => {
    const project = new DbtProject({
      'models/a.sql':
        "{{ config(materialized='table', persist_docs={'relation': true, 'columns': true}) }} select 1 as id",
      'models/schema.yml':
        "models: [{name: a, description: it's a table, columns: [{name: id, description: a key}]}]\n",
    });
    await project.run('build');
    expect(
      await project.rows(
        "select comment from duckdb_tables() union all select comment from duckdb_columns() where table_name = 'a'",
      ),
    ).toEqual([{ comment: "it's a table" }, { comment: 'a key' }]);
  });
});
