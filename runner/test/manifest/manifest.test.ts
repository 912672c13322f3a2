import { beforeAll, describe, expect, it } from 'vitest';
import type { Manifest } from '../../src/manifest/manifest.js';
import type { ModelNode, TestNode } from '../../src/manifest/nodes.js';
import { parse } from './parse-project.js';
import { shopCopy } from './temp-project.js';

const model = (manifest: Manifest, name: string): ModelNode => manifest.model(name)!;
const test = (manifest: Manifest, name: string): TestNode => [...manifest.tests()].find((t) => t.name === name)!;

describe('the shop', () => {
  let shop: Manifest;
  beforeAll(async () => {
    shop = await parse(shopCopy());
  });

  it('has its nodes', () => {
    const count = (kind: string) => [...shop.all()].filter((node) => node.resourceType === kind).length;
    expect({
      models: count('model'),
      seeds: count('seed'),
      sources: count('source'),
      exposures: count('exposure'),
    }).toEqual({
      models: 9,
      seeds: 3,
      sources: 1,
      exposures: 1,
    });
    expect(shop.warnings).toEqual([]);
  });

  it('resolves what they read', () => {
    expect(model(shop, 'orders_paid').dependsOn).toEqual(['model.shop.orders', 'model.shop.order_payments']);
    expect(model(shop, 'exchange_rates').dependsOn).toEqual(['source.shop.files.exchange_rates']);
    expect(model(shop, 'customer_segments').dependsOn).toEqual(['model.shop.customer_value']);
    expect(shop.exposures.get('exposure.shop.sales_board')?.dependsOn).toEqual([
      'model.shop.daily_revenue',
      'model.shop.customer_segments',
    ]);
    const { order } = shop;
    expect(order.indexOf('model.shop.orders')).toBeLessThan(order.indexOf('model.shop.orders_paid'));
  });

  it('names them by file, folder and package', () => {
    const node = model(shop, 'orders_paid');
    expect(node.uniqueId).toBe('model.shop.orders_paid');
    expect(node.fqn).toEqual(['shop', 'silver', 'orders_paid']);
    expect(node.path).toBe('models/silver/orders_paid.sql');
    expect([node.schema, node.alias]).toEqual(['silver', 'orders_paid']);
    expect(model(shop, 'raw_orders').schema).toBe('seeds');
    expect(node.checksum).toMatch(/^[0-9a-f]{64}$/);
  });

  it('merges config from project.yml, YAML and the file; tags and meta add up', () => {
    const daily = model(shop, 'daily_revenue');
    expect(daily.config.materialized).toBe('view');
    expect(daily.tags).toEqual(['report', 'daily']);
    expect(daily.meta).toEqual({ owner: 'analytics' });
    expect(model(shop, 'orders').config.materialized).toBe('table');
    expect(model(shop, 'orders_paid').config).toMatchObject({ materialized: 'incremental', unique_key: 'order_id' });
    expect(model(shop, 'customer_value').config.group).toBe('analytics');
    expect(model(shop, 'raw_orders').config.column_types).toEqual({ ordered_at: 'timestamp' });
  });

  it('joins the columns of a TypeScript model with its YAML', () => {
    const node = model(shop, 'customer_segments');
    expect(node.language).toBe('typescript');
    expect(node.description).toBe('One segment per customer.');
    expect([...node.columns.values()].map((c) => [c.name, c.dataType, c.description])).toEqual([
      ['customer_id', 'bigint', 'Key.'],
      ['segment', 'varchar', 'high, low or none.'],
      ['revenue', 'double', ''],
    ]);
    expect(node.columns.get('segment')?.constraints.map((c) => c.type)).toEqual(['not_null']);
    expect(node.config.contract.enforced).toBe(true);
    expect(node.tags).toEqual(['report', 'segments']);
  });

  it('prints doc blocks in descriptions', () => {
    expect(model(shop, 'orders').columns.get('status')?.description).toBe(
      'Where an order stands: `placed`, `completed` or `returned`.',
    );
  });

  it('makes a node of each generic test', () => {
    const node = test(shop, 'accepted_values_orders_status__placed__completed__returned');
    expect(node.uniqueId).toMatch(
      /^test\.shop\.accepted_values_orders_status__placed__completed__returned\.[0-9a-f]{10}$/,
    );
    expect(node).toMatchObject({
      attachedNode: 'model.shop.orders',
      columnName: 'status',
      dependsOn: ['model.shop.orders'],
      path: 'models/bronze/_bronze.yml',
      generic: {
        name: 'accepted_values',
        kwargs: { column_name: 'status', values: ['placed', 'completed', 'returned'] },
      },
    });
    expect(node.config).toMatchObject({ severity: 'error', warn_if: '!= 0', fail_calc: 'count(*)' });
  });

  it('finds what a test reads besides its own table', () => {
    const node = test(shop, 'relationships_orders_customer_id__customer_id__ref_customers_');
    expect(node.dependsOn).toEqual(['model.shop.orders', 'model.shop.customers']);
    expect(node.attachedNode).toBe('model.shop.orders');
  });

  it('takes config of tests inline, under config and from the file', () => {
    expect(test(shop, 'amounts_above_one').config.severity).toBe('warn');
    expect(test(shop, 'not_null_orders_paid_paid').config.where).toBe("status = 'completed'");
    expect(test(shop, 'returned_orders_are_paid').config.severity).toBe('warn');
    expect(test(shop, 'returned_orders_are_paid').generic).toBeUndefined();
  });

  it('knows the macros that a node calls', () => {
    expect(model(shop, 'payments').dependsOnMacros).toContain('macro.shop.cents_to_units');
    expect(shop.macroProperties.get('macro.shop.cents_to_units')?.description).toBe('Cents as units of the currency.');
  });

  it('has the source with its location', () => {
    expect([...shop.sources.values()][0]).toMatchObject({
      uniqueId: 'source.shop.files.exchange_rates',
      location: 'data/exchange_rates.csv',
      tags: ['external'],
      schema: 'files',
    });
  });
});

describe('schemas', () => {
  const files = {
    'models/top.sql': 'select 1 as id',
    'models/gold/daily/a.sql': 'select 1 as id',
    'models/gold/b.sql': "{{ config(schema='other', alias='bb') }} select 1 as id",
    'seeds/s.csv': 'id\n1\n',
  };
  const schemas = (manifest: Manifest) =>
    Object.fromEntries([...manifest.models()].map((node) => [node.name, `${node.schema}.${node.alias}`]));

  it("are the first folder's name, what config says, or the target's", async () => {
    expect(schemas(await parse(files))).toEqual({ a: 'gold.a', b: 'other.bb', top: 'main.top', s: 'seeds.s' });
  });

  it('are as dbt has them in a dbt project', async () => {
    const dbt = await parse({
      ...files,
      'dbt_project.yml': 'name: p\nprofile: p\nseeds: {+schema: raw}\n',
      'profiles.yml': 'p: {target: dev, outputs: {dev: {type: duckdb, path: p.duckdb}}}\n',
    });
    expect(schemas(dbt)).toEqual({ a: 'main.a', b: 'main_other.bb', top: 'main.top', s: 'main_raw.s' });
  });

  it('are named by macros of the project', async () => {
    const own = await parse({
      ...files,
      'macros/names.sql':
        "{% macro generate_schema_name(custom_schema_name, node) %}{{ (custom_schema_name or target.schema) ~ '_x' }}{% endmacro %}\n" +
        "{% macro generate_alias_name(custom_alias_name=none, node=none) %}{{ custom_alias_name or 'm_' ~ node.name }}{% endmacro %}",
    });
    expect(schemas(own)).toEqual({ a: 'gold_x.m_a', b: 'other_x.bb', top: 'main_x.m_top', s: 'seeds_x.m_s' });
  });
});

describe('disabled nodes', () => {
  it('are put apart, with their tests', async () => {
    const manifest = await parse({
      'project.yml': 'name: p\nmodels: {old: {+enabled: false}}\n',
      'models/old/a.sql': "select * from {{ ref('gone') }}",
      'models/old/a.yml': 'models: [{name: a, columns: [{name: id, tests: [unique]}]}]',
      'models/b.sql': 'select 1 as id',
      'models/b.yml': 'models: [{name: b, columns: [{name: id, tests: [unique: {enabled: false}]}]}]',
    });
    expect([...manifest.nodes.keys()]).toEqual(['model.p.b']);
    expect([...manifest.disabled.values()].map((node) => node.name).sort()).toEqual(['a', 'unique_b_id']);
  });
});

describe('config that applies to nothing', () => {
  it('is a warning', async () => {
    const manifest = await parse({
      'project.yml': 'name: p\nmodels: {gold: {+tags: a}, sliver: {+tags: b}}\n',
      'models/gold/a.sql': 'select 1 as id',
    });
    expect(manifest.warnings.map((w) => `${w.code} ${w.message}`)).toEqual([
      'TSD1012 models.sliver applies to nothing: no file lies there',
    ]);
  });
});

describe('config()', () => {
  it('is seen by config.get, the nearest value winning', async () => {
    const manifest = await parse({
      'project.yml': 'name: p\nmodels: {+meta: {a: 1, b: 1}, +tags: x, +pre-hook: select 1}\n',
      'models/a.sql':
        "{{ config(meta={'b': 2}, tags='y', pre_hook=['select 2'], alias=config.get('materialized') ~ '_a') }} select 1 as id",
      'models/a.yml': 'models: [{name: a, tags: [z], config: {meta: {c: 3}, materialized: table}}]',
    });
    const { config, alias } = manifest.model('a')!;
    expect(config.meta).toEqual({ a: 1, b: 2, c: 3 });
    expect(config.tags).toEqual(['x', 'z', 'y']);
    expect(config.pre_hook).toEqual(['select 1', 'select 2']);
    expect(alias).toBe('table_a');
  });
});
