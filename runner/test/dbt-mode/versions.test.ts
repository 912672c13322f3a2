import { describe, expect, it } from 'vitest';
import { DbtProject } from './dbt-project.js';

const versioned = {
  'models/orders_v1.sql': 'select 1 as id, 10 as amount',
  'models/orders_new.sql': 'select 2 as id, 20 as amount, 2 as cents',
  'models/schema.yml': `models:
  - name: orders
    latest_version: 2
    columns:
      - {name: id, tests: [not_null]}
      - {name: amount, tests: [not_null]}
    versions:
      - v: 1
      - v: 2
        defined_in: orders_new
        columns: [{include: all, exclude: [amount]}, {name: cents, tests: [not_null]}]
`,
};

describe('a model with versions', () => {
  it('is one relation and one node for each of them, under dbt’s names', async () => {
    const project = new DbtProject(versioned);
    const { exitCode, statuses } = await project.run('build');
    expect(exitCode).toBe(0);
    expect(
      Object.keys(statuses)
        .map((id) => id.replace(/\.[\da-f]{10}$/, ''))
        .sort(),
    ).toEqual([
      'model.shop.orders.v1',
      'model.shop.orders.v2',
      'test.shop.not_null_orders_v1_amount',
      'test.shop.not_null_orders_v1_id',
      'test.shop.not_null_orders_v2_cents',
      'test.shop.not_null_orders_v2_id',
    ]);
    expect(await project.rows('select id from orders_v1 union all select id from orders_v2 order by id')).toEqual([
      { id: 1 },
      { id: 2 },
    ]);
  });

  it('is read at its latest version where a ref names none', async () => {
    const project = new DbtProject({
      ...versioned,
      'models/a.sql':
        "select (select id from {{ ref('orders') }}) as latest, (select id from {{ ref('orders', v=1) }}) as first",
    });
    expect((await project.run('build')).exitCode).toBe(0);
    expect(await project.rows('select * from a')).toEqual([{ latest: 2, first: 1 }]);
  });
});
