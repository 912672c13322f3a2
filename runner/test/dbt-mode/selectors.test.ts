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
