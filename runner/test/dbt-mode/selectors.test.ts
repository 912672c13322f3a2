import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DbtProject } from './dbt-project.js';

const models = {
  'models/a.sql': 'select 1 as id',
  'models/b.sql': "select * from {{ ref('a') }}",
};
const selectors = (definition: string) => ({
  'selectors.yml': `selectors: [{name: mine, definition: ${definition}}]\n`,
});

describe('selectors.yml of a dbt project', () => {
  it('may hold keys in definitions that dbt ignores: they are warnings', async () => {
    const project = new DbtProject({ ...models, ...selectors('{method: fqn, value: a, children_parents: true}') });
    const { exitCode, output, statuses } = await project.run('run', '--selector', 'mine');
    expect(output).toContain('unknown key "children_parents"');
    expect(output).toContain('childrens_parents');
    expect([exitCode, Object.keys(statuses)]).toEqual([0, ['model.shop.a']]);
  });

  it('is read by every command before anything runs', async () => {
    const project = new DbtProject({ ...models, ...selectors('{method: nonsense}') });
    const { exitCode, output } = await project.run('run');
    expect(exitCode).toBe(2);
    expect(output).toContain('selectors.yml:1:');
    expect(output).not.toContain('Succeeded');
  });
});

describe('--selector of a dbt project', () => {
  it('stands alone: --select and --exclude beside it are ignored, with a warning', async () => {
    const project = new DbtProject({ ...models, ...selectors('{method: fqn, value: a, children: true}') });
    const ls = (...words: string[]) => project.run('ls', '--selector', 'mine', '--output', 'name', ...words);
    const { exitCode, output } = await ls('--select', 'b', '--exclude', 'a');
    expect(exitCode).toBe(0);
    expect(output).toContain('TSD1918 The --select and --exclude arguments are being ignored');
    expect(output).toMatch(/^a\nb\n/m);
    expect((await ls()).output).not.toContain('TSD1918');
    const name = 'SelectExcludeIgnoredWithSelectorWarning';
    expect((await ls('--exclude', 'a', '--warn-error-options', `{"error": ["${name}"]}`)).exitCode).toBe(2);
  });
});

describe('--warn-error', () => {
  it('makes a test that would warn fail, with what lies below it', async () => {
    const test = '{not_null: {config: {severity: warn}}}';
    const project = new DbtProject({
      'models/a.sql': 'select null as id',
      'models/b.sql': "select * from {{ ref('a') }}",
      'models/a.yml': `models: [{name: a, columns: [{name: id, data_tests: [${test}]}]}]\n`,
    });
    const statuses = async (...words: string[]) => Object.values((await project.run(...words)).statuses).sort();
    expect(await statuses('build')).toEqual(['success', 'success', 'warn']);
    expect(await statuses('--warn-error', 'build')).toEqual(['fail', 'skipped', 'success']);
    expect(await statuses('build', '--warn-error-options', '{"error": ["LogTestResult"]}')).toContain('fail');
    expect(await statuses('build', '--warn-error-options', '{"error": ["NothingToDo"]}')).toContain('warn');
  });
});

describe('ls of a dbt project', () => {
  const versioned = new DbtProject({
    'models/orders_v1.sql': 'select 1 as id',
    'models/orders_v2.sql': 'select 1 as id',
    'models/a.sql': "select * from {{ ref('orders', v=1) }}",
    'models/orders.yml': `models:
  - name: orders
    latest_version: 2
    columns: [{name: id, policy_tags: [secret]}]
    versions: [{v: 1}, {v: 2}]
unit_tests:
  - name: counts
    model: orders
    versions: {include: [1]}
    given: []
    expect: {rows: [{id: 1}]}
`,
  });
  const ls = async (...words: string[]) => {
    const { exitCode, output } = await versioned.run('ls', '--quiet', ...words);
    return { exitCode, lines: output.trim().split('\n').sort() };
  };

  it('names versions of models and their unit tests as dbt does', async () => {
    expect((await ls('--output', 'name')).lines).toEqual(['a', 'counts', 'orders.v1', 'orders.v2']);
    const { lines } = await ls('--output', 'json');
    const nodes = lines.map((line) => JSON.parse(line));
    expect(nodes.find(({ name }) => name === 'a').direct_parents).toEqual(['model.shop.orders.v1']);
    expect(nodes.find(({ resource_type: type }) => type === 'unit_test')).toMatchObject({
      unique_id: 'unit_test.shop.orders.counts_v1',
      name: 'counts',
    });
    await versioned.run('parse');
    const manifest = JSON.parse(readFileSync(versioned.path('target/manifest.json'), 'utf8'));
    expect(manifest.unit_tests['unit_test.shop.orders.counts_v1']).toMatchObject({
      fqn: ['shop', 'orders', 'counts'],
      versions: { include: [1], exclude: null },
      version: 1,
    });
    expect(manifest.nodes['model.shop.orders.v1'].columns.id.policy_tags).toEqual(['secret']);
    for (const term of ['unit_test:counts', 'unit_test:counts_v1', 'test_name:counts'])
      expect((await ls('--select', term)).lines).toEqual(['unit_test:shop.counts_v1']);
  });

  it('takes no types of tests and resources that there are none of', async () => {
    for (const term of ['test_type:generc', 'resource_type:modle']) {
      const { exitCode, lines } = await ls('--select', term);
      expect(exitCode).toBe(2);
      expect(lines.join('\n')).toMatch(/did you mean "(generic|model)"/);
    }
    expect((await ls('--select', 'resource_type:data_test')).exitCode).toBe(0);
  });
});
