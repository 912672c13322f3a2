import { describe, expect, it } from 'vitest';
import { tempProject } from '../manifest/temp-project.js';
import { LakeProject } from '../run/lake-project.js';

/** A dbt project whose profile says that its tables are Delta tables. */
function deltaProject(files: Readonly<Record<string, string>>): LakeProject {
  return new LakeProject(
    tempProject({
      'dbt_project.yml': 'name: shop\nversion: "1.0"\nprofile: shop\n',
      'profiles.yml': 'shop: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb, storage: delta}}}\n',
      ...files,
    }),
  );
}

describe('a dbt project with Delta tables', () => {
  it('gives seeds the types that dbt gives them', async () => {
    const project = deltaProject({
      'seeds/facts.csv':
        'i,d,day,at,yes,t,pct\n1,1.5,2024-01-02,2024-01-02 03:04:05,true,x,0012\n2,2,2024-01-03,2024-01-03 00:00:00,false,,7\n',
      'seeds/s.yml': 'seeds: [{name: facts, config: {column_types: {pct: varchar}}}]\n',
    });
    expect((await project.build()).errors).toEqual([]);
    const snapshot = await project.table('main.facts');
    expect(Object.fromEntries(snapshot!.columns.map(({ name, type }) => [name, type]))).toEqual({
      ...{ i: 'INTEGER', d: 'DOUBLE', day: 'DATE', at: 'TIMESTAMP', yes: 'BOOLEAN', t: 'VARCHAR', pct: 'VARCHAR' },
    });
    expect(await project.rows('main.facts', 'i, t, pct')).toEqual([
      { i: 1, t: 'x', pct: '0012' },
      { i: 2, t: null, pct: '7' },
    ]);
  });

  it('names the columns of seeds as dbt names them', async () => {
    const project = deltaProject({
      'seeds/twice.csv': 'id,, n ,id,id_2\n1,2,3,4,5\n',
      'seeds/s.yml': 'seeds: [{name: twice, config: {column_types: {id_2: varchar}}}]\n',
    });
    expect((await project.build()).errors).toEqual([]);
    const snapshot = await project.table('main.twice');
    expect(snapshot!.columns.map(({ name, type }) => `${name}: ${type}`)).toEqual([
      ...['id: INTEGER', 'b: INTEGER', ' n : INTEGER', 'id_2: VARCHAR', 'id_2_2: INTEGER'],
    ]);
  });

  it('names the row of a seed that cannot be read', async () => {
    const project = deltaProject({
      'seeds/facts.csv': 'i,n\n1,a\n2,b\nx,c\n',
      'seeds/s.yml': 'seeds: [{name: facts, config: {column_types: {i: int}}}]\n',
    });
    expect((await project.build()).errors).toEqual([
      expect.stringMatching(/^TSD1090 seeds\/facts.csv:4:1 seed facts cannot/),
    ]);
  });

  const again = async (config: string) => {
    const project = deltaProject({
      'models/t.sql': `{{ config(materialized='incremental', ${config}) }}
select * from (values {{ "(1, 'new'), (1, 'twin'), (3, 'c')" if is_incremental() else "(1, 'a'), (2, 'b')" }}) as v(id, name)`,
    });
    const first = await project.build();
    expect(first.errors).toEqual([]);
    const second = await project.build();
    return { errors: second.errors, rows: (await project.rows('main.t')).map((row) => `${row.id} ${row.name}`) };
  };

  it('adds to incremental models as dbt-duckdb does where no strategy is named', async () => {
    expect((await again("unique_key='id'")).rows).toEqual(['1 new', '1 twin', '2 b', '3 c']);
    expect((await again("unique_key='id', incremental_strategy='default'")).rows).toEqual([
      '1 new',
      '1 twin',
      '2 b',
      '3 c',
    ]);
    expect((await again("incremental_strategy='merge'")).rows).toEqual(['1 a', '1 new', '1 twin', '2 b', '3 c']);
  });

  it('judges a strategy when there is something to add to', async () => {
    expect((await again("incremental_strategy='by_time'")).errors).toEqual([
      expect.stringMatching(/^TSD4010 models\/t.sql:1:1 t: incremental_strategy "by_time" is not one of/),
    ]);
  });

  it('builds what it can: a node that cannot run is an error, what reads it is skipped, all else is built', async () => {
    const project = deltaProject({
      'models/numbers.sql': 'select 1 as n',
      'models/typo.sql': "select m from {{ ref('numbers') }}",
      'models/below.sql': "select * from {{ ref('typo') }}",
      'models/visits.sql': "select * from {{ source('web', 'visits') }}",
      'models/snake.py': "def model(dbt, session):\n    return dbt.ref('numbers')\n",
      'models/judged.sql': "{{ config(materialized='table') }} select * from {{ ref('numbers') }}",
      'models/beside.sql': "{{ config(materialized='table') }} select * from {{ ref('numbers') }}",
      'models/s.yml': `sources: [{name: web, tables: [{name: visits, columns: [{name: seen, data_tests: [not_null]}]}]}]
models: [{name: judged, columns: [{name: nowhere, data_tests: [not_null]}]}]
`,
    });
    const { exitCode, statuses, errors } = await project.build();
    expect(exitCode).toBe(1);
    expect(statuses).toEqual({
      ...{ numbers: 'success', beside: 'success', typo: 'error', below: 'skipped', visits: 'error', snake: 'error' },
      ...{ judged: 'blocked', not_null_judged_nowhere: 'error', source_not_null_web_visits_seen: 'error' },
    });
    expect(errors.sort()).toEqual([
      expect.stringMatching(/^TSD2020 models\/snake.py:1:1 models in Python cannot be run/),
      expect.stringMatching(/^TSD5002 models\/s.yml:1:\d+ .*visits/),
      expect.stringMatching(/^TSD5002 models\/visits.sql:1:15 .*visits/),
      expect.stringMatching(/^TSD5003 models\/s.yml:2:\d+ column "nowhere" not found/),
      expect.stringMatching(/^TSD5003 models\/typo.sql:1:8 column "m" not found/),
    ]);
    expect(await project.rows('main.beside')).toEqual([{ n: 1 }]);
    expect(await project.table('main.judged')).toBeUndefined();
  });

  it('builds a node also where another node that a test of it reads was not built', async () => {
    const project = deltaProject({
      'models/bad.sql': 'select nothing',
      'models/lost.sql': "select * from {{ ref('bad') }}",
      'models/good.sql': 'select 1 as id',
      'models/above.sql': "select * from {{ ref('good') }}",
      'models/s.yml': `models:
  - name: good
    columns:
      - name: id
        data_tests:
          - unique
          - relationships: {arguments: {to: ref('bad'), field: id}}
          - relationships: {arguments: {to: ref('lost'), field: id}}
`,
    });
    const { exitCode, statuses } = await project.build();
    expect(exitCode).toBe(1);
    expect(statuses).toMatchObject({
      ...{ bad: 'error', lost: 'skipped', good: 'success', above: 'success', unique_good_id: 'pass' },
      ...{ relationships_good_id__id__ref_bad_: 'skipped', relationships_good_id__id__ref_lost_: 'skipped' },
    });
  });

  it('runs on-run-start and on-run-end of packages with its own, in turn', async () => {
    const told = (kind: string, where: string) => `  - "{% do log('${kind} of ${where}', info=true) %}"\n`;
    const project = deltaProject({
      'dbt_project.yml': `name: shop
version: "1.0"
profile: shop
on-run-start:
${told('start 0', 'shop')}${told('start 1', 'shop')}on-run-end:
${told('end 0', 'shop')}  - "select 1 from nowhere"
`,
      'dbt_packages/tools/dbt_project.yml': `name: tools
version: "1.0"
on-run-start:
  - create table kept as select 41 as n
on-run-end:
  - "{% do log('end of tools: ' ~ (results | length) ~ ' in ' ~ (schemas | join), info=true) %}"
`,
      'models/counted.sql': "{{ config(materialized='table') }} select n + 1 as n from kept",
    });
    const { exitCode, errors, logs, result } = await project.build();
    expect(exitCode).toBe(1);
    expect(logs.filter((line) => / of /.test(line))).toEqual([
      'info: start 0 of shop',
      'info: start 1 of shop',
      'info: end 0 of shop',
      'info: end of tools: 1 in main',
    ]);
    expect(errors).toEqual([expect.stringMatching(/^TSD5002 dbt_project.yml:9:20 table "nowhere"/)]);
    expect(await project.rows('main.counted')).toEqual([{ n: 42 }]);
    expect(result.operations!.map(({ uniqueId, status }) => `${uniqueId} ${status}`)).toEqual([
      'operation.shop.shop-on-run-start-0 success',
      'operation.tools.tools-on-run-start-0 success',
      'operation.shop.shop-on-run-start-1 success',
      'operation.shop.shop-on-run-end-0 success',
      'operation.tools.tools-on-run-end-0 success',
      'operation.shop.shop-on-run-end-1 error',
    ]);
  });

  it('runs unit tests of a model in turn in a build: after one that fails the others are skipped', async () => {
    const test = (name: string, n: number) =>
      `  - {name: ${name}, model: a, given: [{input: ref('s'), rows: [{id: 1}]}], expect: {rows: [{id: ${n}}]}}\n`;
    const project = deltaProject({
      'seeds/s.csv': 'id\n1\n',
      'models/a.sql': "select id from {{ ref('s') }}",
      'models/a.yml': `unit_tests:\n${test('first', 2)}${test('second', 1)}`,
    });
    expect((await project.build()).statuses).toEqual({ s: 'success', first: 'fail', second: 'skipped', a: 'skipped' });
    expect((await project.run('test')).statuses).toEqual({ first: 'fail', second: 'pass' });
  });
});
