import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LakeProject } from '../run/lake-project.js';

describe('before anything is written', () => {
  const refused = async (files: Record<string, string>, prepare?: (project: LakeProject) => Promise<unknown>) => {
    const project = new LakeProject(files);
    if (prepare !== undefined) await prepare(project);
    const existed = existsSync(project.path('warehouse'));
    const errors = await project.refused();
    expect(existsSync(project.path('warehouse'))).toBe(existed);
    return errors;
  };

  it('an unknown column two models down is found at its place', async () => {
    const errors = await refused({
      'models/s/a.sql': 'select 1 as amount, 2 as other',
      'models/s/b.sql': `select amount, other from {{ ref('a') }}`,
      'models/s/c.sql': `select\n  other,\n  sum(amuont) as total\nfrom {{ ref('b') }}\ngroup by 1`,
      'models/s/d.sql': `select total from {{ ref('c') }}`,
    });
    expect(errors).toEqual(['TSD5003 models/s/c.sql:3:7 column "amuont" not found (did you mean "amount"?)']);
  });

  it('all errors come at once, of SQL, tests, contracts and seeds', async () => {
    const errors = await refused({
      'seeds/raw.csv': 'id\n1\n',
      'models/s/a.sql': `select idd from {{ ref('raw') }}`,
      'models/s/b.sql': `select nofunction(id) from {{ ref('raw') }}`,
      'models/s/c.sql': `select id from {{ ref('raw') }} wher id > 1`,
      'models/s/d.sql': `select id from {{ ref('raw') }}`,
      'models/s/s.yml': `models:
  - name: d
    data_tests:
      - accepted_values: {column_name: idd, values: [1]}
    columns:
      - name: nope
        data_tests: [not_null]
`,
      'tests/t.sql': `select * from {{ ref('d') }}\nwhere missing > 1`,
    });
    expect(errors.map((error) => error.replace(/ \(.*/, '')).sort()).toEqual([
      'TSD5001 models/s/c.sql:1:38 syntax error at or near "id"',
      expect.stringMatching(/^TSD5002 models\/s\/b.sql:1:8 /),
      'TSD5003 models/s/a.sql:1:8 column "idd" not found',
      'TSD5003 models/s/s.yml:4:40 column "idd" not found',
      expect.stringMatching(/^TSD5003 models\/s\/s.yml:[67]:\d+ column "nope" not found/),
      'TSD5003 tests/t.sql:2:7 column "missing" not found',
    ]);
  });

  it('columns of what is built already and not selected count as well', async () => {
    const project = new LakeProject({
      'models/s/a.sql': 'select 1 as n',
      'models/s/b.sql': `select n from {{ ref('a') }}`,
    });
    await project.build();
    project.write({ 'models/s/b.sql': `select m from {{ ref('a') }}` });
    expect(await project.refused('build', { select: ['b'] })).toEqual([
      'TSD5003 models/s/b.sql:1:8 column "m" not found (did you mean "n"?)',
    ]);
    expect(await project.version('s.b')).toBe(0);
  });

  it('an incremental model is checked as it will run: with `this` on its second run', async () => {
    const sql = (column: string) =>
      `{{ config(materialized='incremental') }} select 1 as n {% if is_incremental() %} where (select max(${column}) from {{ this }}) = 1 {% endif %}`;
    const project = new LakeProject({ 'models/s/a.sql': sql('n'), 'models/s/b.sql': `select n from {{ ref('a') }}` });
    await project.build();
    expect((await project.build()).exitCode).toBe(0);
    project.write({ 'models/s/a.sql': sql('m') });
    expect((await project.refused())[0]).toMatch(/^TSD5003 models\/s\/a.sql:1:\d+ column "m" not found/);
    project.write({ 'models/s/a.sql': sql('n'), 'models/s/b.sql': `select m from {{ ref('a') }}` });
    expect((await project.refused())[0]).toMatch(/^TSD5003 models\/s\/b.sql:1:8 column "m" not found/);
  });

  it('templates that ask the database are left to run time, whatever they make of an empty answer', async () => {
    const project = new LakeProject({
      'models/s/a.sql': `select unnest(['x', 'y']) as kind`,
      'models/s/b.sql': `{% set kinds = run_query('select distinct kind from ' ~ ref('a') ~ ' order by 1').columns[0].values() %}
select {% for kind in kinds %}count(*) filter (where kind = '{{ kind }}') as {{ kind }}{{ ',' if not loop.last }}{% endfor %} from {{ ref('a') }}`,
      'models/s/c.sql': `{% set rows = run_query('select max(kind) from ' ~ ref('a')).rows %} select '{{ rows[0][0] }}' as most`,
      'models/s/d.sql': `select x, y from {{ ref('b') }}`,
    });
    const run = await project.build();
    expect([run.exitCode, run.errors]).toEqual([0, []]);
    expect(await project.rows('s.d')).toEqual([{ x: '1', y: '1' }]);
    expect(await project.rows('s.c')).toEqual([{ most: 'y' }]);
    project.write({ 'models/s/d.sql': `select z from {{ ref('b') }}` });
    const late = await project.build();
    expect(late.statuses).toMatchObject({ a: 'success', b: 'success', d: 'error' });
    expect(late.errors).toEqual([expect.stringMatching(/^TSD5003 models\/s\/d.sql:1:8 column "z" not found/)]);
  });

  it('an ephemeral model’s error is found in its own file', async () => {
    const errors = await refused({
      'models/s/a.sql': 'select 1 as n',
      'models/s/e.sql': `{{ config(materialized='ephemeral') }}\nselect m from {{ ref('a') }}`,
      'models/s/b.sql': `select * from {{ ref('e') }}`,
    });
    expect(errors).toEqual([expect.stringMatching(/^TSD5003 models\/s\/e.sql:2:8 column "m" not found/)]);
  });

  it('more than one statement, or none that selects, is not a model', async () => {
    expect(await refused({ 'models/s/a.sql': 'select 1 as n; select 2 as n' })).toEqual([
      expect.stringMatching(/^TSD5011 models\/s\/a.sql/),
    ]);
    expect(await refused({ 'models/s/a.sql': 'create table x (n int)' })).toEqual([
      expect.stringMatching(/^TSD5011 models\/s\/a.sql/),
    ]);
  });

  it('a semicolon at the end of a model does no harm', async () => {
    const project = new LakeProject({
      'models/s/a.sql': 'select 1 as n;\n',
      'models/s/b.sql': `{{ config(materialized='view') }} select n from {{ ref('a') }} ;`,
      'tests/t.sql': `select * from {{ ref('a') }} where n > 1;`,
    });
    const run = await project.build();
    expect([run.exitCode, run.errors]).toEqual([0, []]);
  });
});
