import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DbtProject } from './dbt-project.js';

const model = { 'models/a.sql': 'select i as id, case when i > 1 then i end as n from range(4) t(i)' };
const tests = (...entries: readonly string[]) =>
  `models: [{name: a, columns: [{name: n, data_tests: [${entries.join(', ')}]}]}]\n`;

describe('failing rows of a data test', () => {
  it('are kept as the test says before the command does, as a view where it says so', async () => {
    const project = new DbtProject({
      'dbt_project.yml': 'name: shop\nprofile: shop\ndata_tests: {shop: {+store_failures: false}}\n',
      ...model,
      'models/a.yml': tests(
        '{not_null: {name: plain}}',
        '{not_null: {name: as_table, config: {store_failures: true}}}',
        '{not_null: {name: as_view, config: {store_failures_as: view}}}',
        '{not_null: {name: as_nothing, config: {store_failures: true, store_failures_as: ephemeral}}}',
      ),
    });
    const { statuses } = await project.run('build', '--store-failures');
    expect(Object.values(statuses).filter((status) => status === 'fail')).toHaveLength(4);
    const kept =
      "select table_name as name, table_type as type from information_schema.tables where table_schema like '%audit' order by 1";
    expect(await project.rows(kept)).toEqual([
      { name: 'as_table', type: 'BASE TABLE' },
      { name: 'as_view', type: 'VIEW' },
    ]);
    expect(await project.rows('select count(*)::int as n from main_dbt_test__audit.as_view')).toEqual([{ n: 2 }]);
  });

  it('that fail_calc makes null of are an error', async () => {
    const project = new DbtProject({
      ...model,
      'models/a.yml': tests('{not_null: {name: total, config: {fail_calc: sum(n)}}}'),
    });
    const { exitCode, output } = await project.run('build');
    expect(exitCode).toBe(1);
    expect(output).toContain('TSD4102  fail_calc of test total gives no number');
  });
});

describe('freshness of a source', () => {
  it('whose table says loaded_at_field: null is asked for by the field of its source', async () => {
    const project = new DbtProject({
      'models/a.sql': 'select now()::timestamp as came',
      'models/s.yml': `sources:
  - name: s
    schema: main
    config: {loaded_at_field: came, freshness: {error_after: {count: 1, period: day}}}
    tables: [{name: a, config: {loaded_at_field: null}}]
`,
    });
    await project.run('run');
    expect((await project.run('source', 'freshness')).exitCode).toBe(0);
    const { results } = JSON.parse(readFileSync(project.path('target/sources.json'), 'utf8'));
    expect(results).toMatchObject([{ unique_id: 'source.shop.s.a', status: 'pass' }]);
  });
});
