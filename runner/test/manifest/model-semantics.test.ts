import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { temporaryFolder, tsdbt, writeFiles } from '../cli/recording-effects.js';

const made = temporaryFolder();
afterAll(() => made.remove());
let count = 0;

interface Parts {
  /** value of `semantic_model:` */
  readonly model?: string;
  /** lines of the entry, a column and a metric of it, and what stands at the top of the file */
  readonly more?: string;
  readonly column?: string;
  readonly metric?: string;
  readonly top?: string;
}

/** A file with one model that is a semantic model with one metric. */
const file = ({ model = 'true', more = '', column = '', metric = '', top = '' }: Parts): string => `models:
  - name: days
    time_spine: {standard_granularity_column: day}
    columns: [{name: day, granularity: day}]
  - name: orders
    semantic_model: ${model}
    agg_time_dimension: ordered_at
    ${more}
    columns:
      - {name: order_id, entity: {type: primary, name: order}}
      - {name: ordered_at, granularity: day, dimension: {type: time}}
      ${column === '' ? '' : `- ${column}`}
    metrics:
      - {name: revenue, type: simple, agg: sum, expr: amount}
      ${metric === '' ? '' : `- ${metric}`}
${top}
`;

const files = {
  dbt: {
    'dbt_project.yml': 'name: shop\nprofile: shop\n',
    'profiles.yml': 'shop: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb}}}\n',
  },
  own: { 'project.yml': 'name: shop\n' },
} as const;

/** What `parse` says of a project with such a file: the code, the place and the first line of each error and warning. */
async function said(parts: Parts, kind: keyof typeof files = 'dbt', models: Record<string, string> = {}) {
  const folder = `${made.folder}/${++count}`;
  writeFiles(folder, {
    ...files[kind],
    'models/days.sql': "select date '2024-01-01' as day",
    'models/orders.sql': "select 1 as order_id, 2 as amount, date '2024-01-01' as ordered_at",
    'models/m.yml': file(parts),
    ...models,
  });
  const { stderr, code } = await tsdbt(folder, ['parse', '--profiles-dir', '.']);
  return { code, stderr: stderr.replaceAll(/(TSD\d+) +/g, '$1 '), folder };
}

const manifestOf = (folder: string) => JSON.parse(readFileSync(`${folder}/target/manifest.json`, 'utf8'));

describe('the semantic layer in the entry of a model', () => {
  it('makes a semantic model of the model, and metrics of it', async () => {
    const { code, folder, stderr } = await said({ model: '{name: sales, config: {meta: {a: 1}}}' });
    expect(code, stderr).toBe(0);
    const { semantic_models: models, metrics } = manifestOf(folder);
    expect(models['semantic_model.shop.sales']).toMatchObject({
      model: "ref('orders')",
      depends_on: { nodes: ['model.shop.orders'] },
      entities: [{ name: 'order', type: 'primary', expr: 'order_id' }],
      dimensions: [{ name: 'ordered_at', type_params: { time_granularity: 'day' }, config: { meta: { a: 1 } } }],
      defaults: { agg_time_dimension: 'ordered_at' },
      config: { meta: { a: 1 } },
    });
    expect(metrics['metric.shop.revenue']).toMatchObject({
      depends_on: { nodes: ['semantic_model.shop.sales'] },
      label: 'revenue',
      type_params: { expr: 'amount', metric_aggregation_params: { semantic_model: 'sales', agg: 'sum' } },
    });
  });

  it('is counted', async () => {
    const top =
      'saved_queries: [{name: q1, query_params: {metrics: [revenue]}}, {name: q2, query_params: {metrics: [revenue]}}]';
    const { stderr } = await said({ top }, 'dbt', {
      'analyses/a.sql': 'select 1',
      'analyses/b.sql': 'select 2',
      'dbt_project.yml': 'name: shop\nprofile: shop\nanalysis-paths: [analyses]\n',
    });
    expect(stderr).toContain('2 analyses, 1 semantic_model, 1 metric, 2 saved_queries');
  });

  it('keeps what columns are in the model itself', async () => {
    const { folder } = await said({ column: '{name: status, description: Its state, dimension: categorical}' });
    const { columns } = manifestOf(folder).nodes['model.shop.orders'];
    expect(columns.order_id.entity).toEqual({
      name: 'order',
      type: 'primary',
      description: '',
      label: null,
      config: {},
    });
    expect(columns.status.dimension).toBe('categorical');
    expect(columns.ordered_at.dimension).toMatchObject({ name: 'ordered_at', type: 'time', is_partition: false });
  });

  it.each<[string, Parts]>([
    ['false', { model: 'false' }],
    ['switched off', { model: '{enabled: false}' }],
  ])('is nothing where it is %s', async (_, parts) => {
    const { folder, code, stderr } = await said(parts);
    expect(stderr).not.toContain('TSD');
    expect(code).toBe(0);
    expect(manifestOf(folder).semantic_models).toEqual({});
  });

  const errors: readonly (readonly [what: string, parts: Parts, told: RegExp])[] = [
    [
      'a type that there is not',
      { column: '{name: xx, dimension: tim}' },
      /TSD1005 .*dimension.*"tim"\n.*m\.yml:12:31/,
    ],
    [
      'a unit that there is not',
      { column: '{name: xx, granularity: dy}' },
      /TSD1005 .*granularity must be one of.*"dy"/,
    ],
    ['an aggregation that there is not', { metric: '{name: aa, agg: summ}' }, /TSD1005 .*agg must be one of.*"summ"/],
    [
      'no aggregation',
      { metric: '{name: aa, type: simple}' },
      /TSD1006 .*"aa": a simple metric needs agg\n.*m\.yml:15:16/,
    ],
    [
      'nothing to add up',
      { metric: '{name: aa, type: cumulative}' },
      /TSD1006 .*a cumulative metric needs input_metric/,
    ],
    ['half a ratio', { metric: '{name: aa, type: ratio, numerator: revenue}' }, /a ratio metric needs denominator/],
    ['no inputs', { metric: '{name: aa, type: derived, expr: 1}' }, /a derived metric needs input_metrics/],
    [
      'half a conversion',
      { metric: '{name: aa, type: conversion, base_metric: revenue}' },
      /needs entity.*needs conversion_metric/s,
    ],
    [
      'another metric',
      { metric: '{name: aa, type: ratio, numerator: revenue, denominator: revenu}' },
      /TSD3015 .*"revenu" does not exist/,
    ],
    [
      'a window without a unit',
      { metric: '{name: aa, type: cumulative, input_metric: revenue, window: x days}' },
      /TSD1005 .*"x days" is no window of time/,
    ],
    ['a name that is taken', { metric: '{name: revenue, agg: sum}' }, /TSD1029 two metrics are named "revenue"/],
    [
      'rows to add up in a ratio',
      { metric: '{name: aa, type: ratio, agg: sum, numerator: revenue, denominator: revenue}' },
      /TSD1005 .*"aa": agg belongs to a simple metric/,
    ],
    [
      'a simple metric of no model',
      { top: 'metrics: [{name: aa, type: simple, agg: sum}]' },
      /TSD1005 .*"aa": agg belongs to a simple metric in the entry of a model/,
    ],
    ['a group that there is not', { model: '{group: gone, config: {}}' }, /TSD1030 .*"gone"/],
    [
      'another semantic model of its name',
      { top: "semantic_models: [{name: orders, model: ref('days')}]" },
      /TSD1029 two semantic models are named "orders"/,
    ],
  ];
  it.each(errors)('is refused with %s', async (_, parts, told) => {
    const { code, stderr } = await said(parts);
    expect(stderr).toMatch(told);
    expect(code).toBe(2);
  });

  it('of a disabled model is refused', async () => {
    const { stderr } = await said({ more: 'config: {enabled: false}' });
    expect(stderr).toMatch(/TSD3002 ref\("orders"\) means a model that is disabled/);
  });

  const unread: readonly (readonly [what: string, parts: Parts, told: RegExp])[] = [
    ['a key that it does not know', { metric: '{name: aa, agg: sum, exr: 1}' }, /TSD1004 .*"exr".*"expr"/s],
    ['such a key of the model', { model: '{nme: x}' }, /TSD1004 .*"nme".*"name"/s],
    [
      'such a key of a column',
      { column: '{name: xx, entity: {type: foreign, lable: X}}' },
      /TSD1004 .*"lable".*"label"/s,
    ],
    [
      'such a key at the top',
      { top: 'metrics: [{name: aa, type: ratio, numerator: revenue, denominator: revenue, filtr: x}]' },
      /TSD1004 .*"filtr".*"filter"/s,
    ],
    [
      'validity without a unit',
      {
        more: 'derived_semantics: {dimensions: [{name: xx, type: categorical, expr: x, validity_params: {is_end: true}}]}',
      },
      /TSD1006 the dimension "xx" has validity_params and no granularity/,
    ],
    [
      'no expression',
      { metric: '{name: aa, type: derived, input_metrics: [revenue]}' },
      /TSD1006 .*a derived metric needs expr/,
    ],
    [
      'a percentile of neither type',
      { metric: '{name: aa, agg: percentile, percentile: 0.5, percentile_type: discret}' },
      /TSD1005 percentile_type must be discrete or continuous, not "discret"/,
    ],
    ['metrics of no semantic model', { model: 'null' }, /TSD1013 metrics: has no effect here/],
    [
      'a model with versions',
      { more: 'versions: [{v: 1, defined_in: orders}]' },
      /TSD1013 semantic_model: has no effect here/,
    ],
  ];
  it.each(unread)(
    'is read with %s in a dbt project, with a warning, and refused in another',
    async (_, parts, told) => {
      const dbt = await said(parts);
      expect(dbt.stderr).toMatch(told);
      expect(dbt.code, dbt.stderr).toBe(0);
      const own = await said(parts, 'own');
      expect(own.stderr).toMatch(told);
      expect(own.code).toBe(2);
    },
  );

  it('has templates rendered, but for filters', async () => {
    const { folder, stderr, code } = await said(
      {
        metric: `{name: aa, agg: sum, expr: "{{ 1 + 1 }}", filter: "{{ Dimension('order__x') }}", description: "{{ doc('d') }}"}`,
        top: "semantic_models: [{name: more_orders, model: ref('orders'), defaults: {agg_time_dimension: at_time}, primary_entity: one, dimensions: [{name: at_time, type: time, type_params: {time_granularity: day}}], measures: [{name: yy, agg: sum, description: \"{{ doc('d') }}\", expr: \"{{ 'y' }}\"}]}]",
      },
      'dbt',
      { 'models/d.md': '{% docs d %}Words.{% enddocs %}' },
    );
    expect(code, stderr).toBe(0);
    const { metrics, semantic_models: models } = manifestOf(folder);
    expect(metrics['metric.shop.aa']).toMatchObject({
      description: 'Words.',
      filter: { where_filters: [{ where_sql_template: "{{ Dimension('order__x') }}" }] },
      type_params: { expr: '2' },
    });
    expect(models['semantic_model.shop.more_orders'].measures[0]).toMatchObject({ description: 'Words.', expr: 'y' });
  });
});
