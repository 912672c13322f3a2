import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DbtProject } from './dbt-project.js';

const shop = {
  'seeds/raw_customers.csv': 'id,name,since\n1,Ada,2024-01-01\n2,Bo,2024-02-01\n',
  'models/staging/stg_customers.sql': "select id as customer_id, name, since from {{ ref('raw_customers') }}\n",
  'models/customers.sql': "{{ config(materialized='table') }}\nselect * from {{ ref('stg_customers') }}\n",
  'models/schema.yml': `version: 2
models:
  - name: customers
    columns:
      - name: customer_id
        tests: [unique, not_null]
`,
};

describe('tsdbt build in a dbt project', () => {
  it('leaves tables and views in the DuckDB file of the profile, and results under the ids that dbt gives', async () => {
    const project = new DbtProject(shop);
    const { exitCode, statuses } = await project.run('build');
    expect(exitCode).toBe(0);
    expect(statuses).toEqual({
      'seed.shop.raw_customers': 'success',
      'model.shop.stg_customers': 'success',
      'model.shop.customers': 'success',
      // the last part is dbt's own hash of a test: dbt-core 1.12.6 gives the same
      'test.shop.unique_customers_customer_id.c5af1ff4b1': 'pass',
      'test.shop.not_null_customers_customer_id.5c9bf9911d': 'pass',
    });
    expect(
      await project.rows('select table_name, table_type from information_schema.tables order by table_name'),
    ).toEqual([
      { table_name: 'customers', table_type: 'BASE TABLE' },
      { table_name: 'raw_customers', table_type: 'BASE TABLE' },
      { table_name: 'stg_customers', table_type: 'VIEW' },
    ]);
    expect(await project.rows('select * from customers order by 1')).toEqual([
      { customer_id: 1, name: 'Ada', since: '2024-01-01' },
      { customer_id: 2, name: 'Bo', since: '2024-02-01' },
    ]);
  });

  it('writes compiled SQL with the names that dbt prints', async () => {
    const project = new DbtProject(shop);
    await project.run('build');
    expect(readFileSync(project.path('target/compiled/shop/models/customers.sql'), 'utf8').trim()).toBe(
      'select * from "shop"."main"."stg_customers"',
    );
  });

  it('skips what lies below a test that fails, and not what lies below one that warns', async () => {
    const project = new DbtProject({
      'models/a.sql': 'select 1 as id union all select 1',
      'models/b.sql': "select * from {{ ref('a') }}",
      'models/c.sql': 'select 1 as id union all select 1',
      'models/d.sql': "select * from {{ ref('c') }}",
      'models/schema.yml': `models:
  - {name: a, columns: [{name: id, tests: [unique]}]}
  - {name: b, columns: [{name: id, tests: [not_null]}]}
  - {name: c, columns: [{name: id, tests: [{unique: {config: {severity: warn}}}]}]}
`,
    });
    const { exitCode, statuses } = await project.run('build');
    expect(exitCode).toBe(1);
    const short = Object.fromEntries(Object.entries(statuses).map(([id, status]) => [id.split('.')[2], status]));
    expect(short).toEqual({
      a: 'success',
      unique_a_id: 'fail',
      b: 'skipped',
      not_null_b_id: 'skipped',
      c: 'success',
      unique_c_id: 'warn',
      d: 'success',
    });
    // the data of a is there all the same: dbt publishes first
    expect(await project.rows('select count(*)::int as n from a')).toEqual([{ n: 2 }]);
  });

  it('replaces a table by a view and a view by a table', async () => {
    const project = new DbtProject({ 'models/a.sql': "{{ config(materialized='table') }} select 1 as x" });
    await project.run('build');
    project.write({ 'models/a.sql': "{{ config(materialized='view') }} select 2 as x" });
    expect((await project.run('build')).exitCode).toBe(0);
    expect(await project.rows('select x, table_type from a, information_schema.tables')).toEqual([
      { x: 2, table_type: 'VIEW' },
    ]);
    project.write({ 'models/a.sql': "{{ config(materialized='table') }} select 3 as x" });
    expect((await project.run('build')).exitCode).toBe(0);
    expect(await project.rows('select x, table_type from a, information_schema.tables')).toEqual([
      { x: 3, table_type: 'BASE TABLE' },
    ]);
  });

  it('leaves a table as it was where its model fails', async () => {
    const project = new DbtProject({ 'models/a.sql': "{{ config(materialized='table') }} select 1 as x" });
    await project.run('build');
    project.write({ 'models/a.sql': "{{ config(materialized='table') }} select nope as x" });
    const { exitCode, statuses, output } = await project.run('build');
    expect([exitCode, statuses]).toEqual([1, { 'model.shop.a': 'error' }]);
    expect(output).toContain('models/a.sql:1');
    expect(await project.rows('select x from a')).toEqual([{ x: 1 }]);
  });
});
