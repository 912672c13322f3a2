import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LakeProject } from './lake-project.js';

const POSITIVE = `
models:
  - name: amounts
    columns:
      - name: n
        data_tests: [not_null, {accepted_values: {values: [1, 2, 3], quote: false}}]
`;
const BELOW = `select sum(n)::bigint as total from {{ ref('amounts') }}`;
const typescript = (rows: string) => `import { defineModel } from 'tsdbt';
export default defineModel({ columns: { n: 'integer' }, async run() { return ${rows}; } });
`;

/** How the same good and bad rows (1, 2 and then 9) come about in every kind of node. */
const KINDS: Record<
  string,
  { good: Record<string, string>; bad: Record<string, string>; next: Record<string, string> }
> = {
  table: {
    good: { 'models/s/amounts.sql': 'select unnest([1, 2])::int as n' },
    bad: { 'models/s/amounts.sql': 'select unnest([1, 9])::int as n' },
    next: { 'models/s/amounts.sql': 'select unnest([1, 3])::int as n' },
  },
  append: {
    good: { 'models/s/amounts.sql': `{{ config(materialized='incremental') }} select unnest([1, 2])::int as n` },
    bad: { 'models/s/amounts.sql': `{{ config(materialized='incremental') }} select 9::int as n` },
    next: { 'models/s/amounts.sql': `{{ config(materialized='incremental') }} select 3::int as n` },
  },
  merge: {
    good: {
      'models/s/amounts.sql': `{{ config(materialized='incremental', unique_key='k') }} select unnest([1, 2])::int as n, unnest([1, 2]) as k`,
    },
    bad: {
      'models/s/amounts.sql': `{{ config(materialized='incremental', unique_key='k') }} select 9::int as n, 2 as k`,
    },
    next: {
      'models/s/amounts.sql': `{{ config(materialized='incremental', unique_key='k') }} select 3::int as n, 2 as k`,
    },
  },
  seed: {
    good: { 'seeds/s/amounts.csv': 'n\n1\n2\n' },
    bad: { 'seeds/s/amounts.csv': 'n\n1\n9\n' },
    next: { 'seeds/s/amounts.csv': 'n\n1\n3\n' },
  },
  view: {
    good: { 'models/s/amounts.sql': `{{ config(materialized='view') }} select unnest([1, 2])::int as n` },
    bad: { 'models/s/amounts.sql': `{{ config(materialized='view') }} select unnest([1, 9])::int as n` },
    next: { 'models/s/amounts.sql': `{{ config(materialized='view') }} select unnest([1, 3])::int as n` },
  },
  typescript: {
    good: { 'models/s/amounts.ts': typescript('[{ n: 1 }, { n: 2 }]') },
    bad: { 'models/s/amounts.ts': typescript('[{ n: 1 }, { n: 9 }]') },
    next: { 'models/s/amounts.ts': typescript('[{ n: 1 }, { n: 3 }]') },
  },
};
const ENVELOPE = {
  'models/s/s.yml': POSITIVE,
  'models/s/below.sql': BELOW,
};

describe.each(Object.entries(KINDS))('a %s whose rows fail a test', (kind, { good, bad, next }) => {
  const files = kind === 'seed' ? { ...ENVELOPE, 'models/s/s.yml': POSITIVE.replace('models:', 'seeds:') } : ENVELOPE;
  const relation = kind === 'seed' ? 'seeds.amounts' : 's.amounts';
  const published = (project: LakeProject) => project.read(`select n::int as n from ${relation} order by n`);

  it('is not published: readers keep what they had, what lies below is skipped', async () => {
    const project = new LakeProject({ ...files, ...good });
    expect((await project.build()).exitCode).toBe(0);
    const before = [await published(project), await project.version(relation), await project.version('s.below')];
    expect(before[0]).toEqual([{ n: 1 }, { n: 2 }]);

    project.write(bad);
    const run = await project.build();
    expect(run.exitCode).toBe(1);
    expect(run.statuses).toEqual({
      amounts: 'blocked',
      not_null_amounts_n: 'pass',
      accepted_values_amounts_n__False__1__2__3: 'fail',
      below: 'skipped',
    });
    const { message, hint } = run.outcome('amounts');
    expect(message).toMatch(
      /^1 of 2 tests failed: accepted_values_amounts_n__False__1__2__3; readers keep (version 0|what was there)$/,
    );
    expect(hint).toMatch(
      /^mend the data or the model, then: tsdbt build --select amounts\+( \(rows published before stay: --full-refresh builds the table anew\))?$/,
    );
    expect(run.outcome('below').message).toBe('amounts was not published');
    expect([await published(project), await project.version(relation), await project.version('s.below')]).toEqual(
      before,
    );

    project.write(next);
    const mended = await project.build();
    expect([mended.exitCode, mended.errors]).toEqual([0, []]);
    expect((await published(project)).at(-1)).toEqual({ n: 3 });
  });

  it('does not come to be when it fails on its first run', async () => {
    const project = new LakeProject({ ...files, ...bad });
    const run = await project.build();
    expect(run.outcome('amounts')).toMatchObject({ status: 'blocked' });
    expect(run.outcome('amounts').message).toContain('nothing was published');
    expect(await project.table(relation)).toBeUndefined();
    expect(existsSync(project.path('warehouse', 's', 'amounts.view.json'))).toBe(false);
    expect(existsSync(project.path('warehouse', 'lake.duckdb'))).toBe(false);
    project.write(good);
    expect((await project.build()).exitCode).toBe(0);
    expect(await published(project)).toEqual([{ n: 1 }, { n: 2 }]);
  });

  it('is published by `run` and `seed`, which do not test', async () => {
    const project = new LakeProject({ ...files, ...bad });
    const command = kind === 'seed' ? 'seed' : 'run';
    const run = await project.run(command, { select: ['amounts'] });
    expect([run.exitCode, run.outcome('amounts').status]).toEqual([0, 'success']);
    expect((await published(project)).at(-1)).toEqual({ n: 9 });
    expect((await project.run('test', { select: ['amounts'] })).exitCode).toBe(1);
  });
});

describe('what decides', () => {
  const model = (test: string) => ({
    'models/s/a.sql': 'select unnest([1, null, null]) as n',
    'models/s/below.sql': `select * from {{ ref('a') }}`,
    'models/s/s.yml': `models: [{name: a, columns: [{name: n, data_tests: [{not_null: ${test}}]}]}]\n`,
  });
  it.each([
    ['severity warn', '{config: {severity: warn}}', 'warn', 'success', 0],
    ['error_if that is not met', '{config: {error_if: ">2", warn_if: ">5"}}', 'pass', 'success', 0],
    ['warn_if met, error_if not', '{config: {error_if: ">2"}}', 'warn', 'success', 0],
    ['error_if met', '{config: {error_if: "== 2"}}', 'fail', 'blocked', 1],
    ['error_if met at severity warn', '{config: {severity: warn, error_if: ">0"}}', 'warn', 'success', 0],
    ['a threshold that is no comparison', '{config: {error_if: "many"}}', 'error', 'blocked', 1],
  ])('%s', async (_, config, test, node, exitCode) => {
    const run = await new LakeProject(model(config)).build();
    expect([run.statuses.not_null_a_n, run.statuses.a, run.exitCode]).toEqual([test, node, exitCode]);
    expect(run.statuses.below).toBe(node === 'blocked' ? 'skipped' : 'success');
  });

  it('a singular test gates the last node that it reads, the others are published before', async () => {
    const project = new LakeProject({
      'models/s/a.sql': 'select 1 as n',
      'models/s/b.sql': `select n + 1 as n from {{ ref('a') }}`,
      'tests/sums.sql': `select a.n from {{ ref('a') }} a join {{ ref('b') }} b on b.n <> a.n`,
    });
    const run = await project.build();
    expect(run.statuses).toEqual({ a: 'success', b: 'blocked', sums: 'fail' });
    expect([await project.version('s.a'), await project.version('s.b')]).toEqual([0, undefined]);
  });

  it('a relationship is checked against the other table as it has just been published', async () => {
    const project = new LakeProject({
      'models/s/orders.sql': 'select unnest([1, 2]) as customer',
      'models/s/customers.sql': 'select unnest([1]) as id',
      'models/s/s.yml': `models: [{name: orders, columns: [{name: customer, data_tests: [{relationships: {to: ref('customers'), field: id}}]}]}]\n`,
    });
    const run = await project.build({ threads: 1 });
    expect([run.statuses.customers, run.statuses.orders]).toEqual(['success', 'blocked']);
    project.write({ 'models/s/customers.sql': 'select unnest([1, 2]) as id' });
    expect((await project.build()).exitCode).toBe(0);
  });

  it('a test of a node against one below it gates neither, and holds up what lies further below', async () => {
    const project = new LakeProject({
      'models/s/a.sql': 'select unnest([1, 2]) as n',
      'models/s/b.sql': `select n from {{ ref('a') }} where n > 1`,
      'models/s/c.sql': `select n from {{ ref('b') }}`,
      'models/s/s.yml': `models: [{name: a, columns: [{name: n, data_tests: [{relationships: {to: ref('b'), field: n}}]}]}]\n`,
    });
    const run = await project.build();
    expect(run.statuses).toEqual({ a: 'success', b: 'success', c: 'skipped', relationships_a_n__n__ref_b_: 'fail' });
    expect(run.outcome('c').message).toBe('relationships_a_n__n__ref_b_ failed');
  });

  it('two tests that compare a node with two of its children stop nothing from being built', async () => {
    const compare = (child: string) => `{relationships: {to: ref('${child}'), field: n}}`;
    const project = new LakeProject({
      'models/s/a.sql': 'select 1 as n',
      'models/s/b.sql': `select n from {{ ref('a') }}`,
      'models/s/c.sql': `select n from {{ ref('a') }}`,
      'models/s/s.yml': `models: [{name: a, columns: [{name: n, data_tests: [${compare('b')}, ${compare('c')}]}]}]\n`,
    });
    const run = await project.build();
    expect([run.exitCode, Object.values(run.statuses).sort()]).toEqual([
      0,
      ['pass', 'pass', 'success', 'success', 'success'],
    ]);
  });
});
