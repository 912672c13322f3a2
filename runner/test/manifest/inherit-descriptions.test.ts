import { describe, expect, it } from 'vitest';
import { bytesOfManifest, manifestFrom } from '../../src/manifest/keep-manifest.js';
import type { Manifest } from '../../src/manifest/manifest.js';
import { parse } from './parse-project.js';
import { errorsOf, line, open, tempProject } from './temp-project.js';

const sources = `sources:
  - name: shop
    tables:
      - name: orders
        columns:
          - { name: ORDER_ID, description: Number of the order }
          - { name: placed_at, description: "{{ doc('placed') }}" }
          - { name: note, description: What the customer wrote }
`;

/** source → staged → joined (ephemeral, says nothing) → report, and a snapshot of it */
const chain = {
  'project.yml': 'name: p\nmodels: { +inherit_descriptions: true }\nsnapshots: { +inherit_descriptions: true }\n',
  'models/sources.yml': sources,
  'models/docs.md': '{% docs placed %}When it was *placed*, UTC{% enddocs %}',
  'models/staged.sql': "select * from {{ source('shop', 'orders') }}",
  'models/joined.sql': "{{ config(materialized='ephemeral') }} select * from {{ ref('staged') }}",
  'models/report.sql': "select * from {{ ref('joined') }}",
  'models/models.yml': `models:
  - name: staged
    columns: [{ name: order_id }, { name: placed_at }, { name: note, description: '' }, { name: total }]
  - name: report
    columns: [{ name: Order_Id }, { name: placed_at, description: Day of the order }, { name: note }, { name: total }]
`,
  'snapshots/past.yml':
    "snapshots:\n  - name: past\n    relation: ref('report')\n    config: { unique_key: order_id, strategy: check, check_cols: all }\n    columns: [{ name: order_id }, { name: placed_at }]\n",
};

/** `order_id: Number of the order ← source.p.shop.orders` */
function columnsOf(manifest: Manifest, name: string): string[] {
  return [...manifest.model(name)!.columns.values()].map(({ name, description, descriptionFrom: from }) =>
    `${name}: ${description}${from === undefined ? '' : ` ← ${from}`}`.trim(),
  );
}

describe('inherit_descriptions', () => {
  it('gives columns the description of the nearest column of their name, through all that says nothing of it', async () => {
    const manifest = await parse(chain);
    expect(columnsOf(manifest, 'staged')).toEqual([
      'order_id: Number of the order ← source.p.shop.orders',
      'placed_at: When it was *placed*, UTC ← source.p.shop.orders',
      'note:',
      'total:',
    ]);
    // of the description that is nearest, whose text it is; what staged leaves without a description, stays without
    expect(columnsOf(manifest, 'report')).toEqual([
      'Order_Id: Number of the order ← source.p.shop.orders',
      'placed_at: Day of the order',
      'note:',
      'total:',
    ]);
    expect(columnsOf(manifest, 'past')).toEqual([
      'order_id: Number of the order ← source.p.shop.orders',
      'placed_at: Day of the order ← model.p.report',
    ]);
    expect(manifest.model('staged')!.columns.get('placed_at')!.docBlocks).toEqual(['doc.p.placed']);
    expect(manifest.warnings.map(line)).toEqual([]);
  });

  it('is off where nothing asks for it, and an empty description there hides nothing from those below', async () => {
    const off = await parse({ ...chain, 'project.yml': 'name: p\n' });
    expect(columnsOf(off, 'staged')).toEqual(['order_id:', 'placed_at:', 'note:', 'total:']);
    const report = await parse({
      ...chain,
      'project.yml': 'name: p\n',
      'models/report.sql': "{{ config(inherit_descriptions=true) }} select * from {{ ref('joined') }}",
    });
    expect(columnsOf(report, 'staged')).toEqual(['order_id:', 'placed_at:', 'note:', 'total:']);
    expect(columnsOf(report, 'report')).toContain('note: What the customer wrote ← source.p.shop.orders');
  });

  it('is overridden by what is nearer to the model, as every config', async () => {
    const yaml = chain['models/models.yml'].replace(
      'name: staged\n',
      '$&    config: { inherit_descriptions: false }\n',
    );
    const manifest = await parse({ ...chain, 'models/models.yml': yaml });
    expect(columnsOf(manifest, 'staged')[0]).toBe('order_id:');
    expect(columnsOf(manifest, 'report')[0]).toBe('Order_Id: Number of the order ← source.p.shop.orders');
  });

  it('reaches the columns of TypeScript models, whose own description wins', async () => {
    const manifest = await parse({
      ...chain,
      'models/scored.ts': `export default {
  refs: ['staged'],
  columns: { order_id: 'int', placed_at: { type: 'text', description: 'As text' }, note: 'text' },
  run: () => [],
};`,
    });
    expect(columnsOf(manifest, 'scored')).toEqual([
      'order_id: Number of the order ← source.p.shop.orders',
      'placed_at: As text',
      'note:',
    ]);
  });

  const fork = {
    'project.yml': 'name: p\nmodels: { +inherit_descriptions: true }\n',
    'seeds/customers.csv': 'id,city\n1,x\n',
    'seeds/products.csv': 'id,city\n1,x\n',
    'seeds/seeds.yml': `seeds:
  - name: customers
    columns: [{ name: id, description: Of the customer }, { name: city, description: A city }]
  - name: products
    columns: [{ name: id, description: Of the product }, { name: city, description: A city }]
`,
    'models/orders.sql': "select c.* from {{ ref('customers') }} c join {{ ref('products') }} p using (id)",
    'models/report.sql': "select * from {{ ref('orders') }}",
    'models/models.yml': `models:
  - name: orders
    columns: [{ name: id }, { name: city }]
  - name: report
    columns: [{ name: id }, { name: city }]
`,
  };

  it('takes none of two that are equally near and differ, and says so once', async () => {
    const manifest = await parse(fork);
    for (const name of ['orders', 'report'])
      expect(columnsOf(manifest, name)).toEqual(['id:', 'city: A city ← seed.p.customers']);
    expect(manifest.warnings.map(line)).toEqual([
      'TSD3018 models/models.yml:3:23 "id" of "orders" inherits no description: "customers" (seeds/seeds.yml:3:23) and "products" (seeds/seeds.yml:5:23) are equally near and describe it differently' +
        " (describe it here, or write description: '' to leave it without)",
    ]);
    expect(manifest.warnings[0]!.via!.map(({ label, place }) => [label, place.source.path])).toEqual([
      ['customers', 'seeds/seeds.yml'],
      ['products', 'seeds/seeds.yml'],
    ]);
    const products = "export default { columns: { id: { type: 'int', description: 'Of a product' } }, run: () => [] };";
    const orders = fork['models/orders.sql'].replace('products', 'typed');
    const typed = await parse({ ...fork, 'models/typed.ts': products, 'models/orders.sql': orders });
    expect(typed.warnings.map(line)).toEqual([
      expect.stringContaining('"customers" (seeds/seeds.yml:3:23) and "typed" (models/typed.ts:1:1) are equally near'),
    ]);
    const left = fork['models/models.yml'].replace('{ name: id }', "{ name: id, description: '' }");
    expect((await parse({ ...fork, 'models/models.yml': left })).warnings).toEqual([]);
  });

  it('leaves nodes alone that declare no columns, for what columns they have is not known yet', async () => {
    const manifest = await parse({ ...fork, 'models/models.yml': 'models: [{ name: orders }]\n' });
    expect(columnsOf(manifest, 'orders')).toEqual([]);
  });

  it('says what is wrong with the graph, where models need each other', async () => {
    const files = { ...fork, 'models/orders.sql': "select * from {{ ref('report') }}" };
    expect(await errorsOf(parse(files))).toEqual([expect.stringMatching(/^TSD3005/)]);
  });

  it('is there again in a manifest that was kept', async () => {
    const read = await parse(fork);
    const kept = manifestFrom(bytesOfManifest(read)!, read.project);
    for (const name of ['orders', 'report']) expect(columnsOf(kept, name)).toEqual(columnsOf(read, name));
    expect(kept.warnings.map(line)).toEqual(read.warnings.map(line));
  });

  it('is a config of models and snapshots, and of dbt projects too', async () => {
    expect(
      await errorsOf(open(tempProject({ 'project.yml': 'name: p\nseeds: { +inherit_descriptions: true }\n' }))),
    ).toEqual(['TSD1010 project.yml:2:10 unknown key "inherit_descriptions"']);
    const { 'project.yml': _, ...models } = chain;
    const dbt = await parse({
      ...models,
      'dbt_project.yml': 'name: p\nprofile: p\nmodels: { p: { +inherit_descriptions: true } }\n',
      'profiles.yml': 'p:\n  target: dev\n  outputs:\n    dev: { type: duckdb, path: p.duckdb }\n',
    });
    expect(columnsOf(dbt, 'report')[0]).toBe('Order_Id: Number of the order ← source.p.shop.orders');
    expect(dbt.warnings.map(line)).toEqual([]);
  });
});
