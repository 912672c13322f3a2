import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DbtProject } from './dbt-project.js';

const parsed = async (files: Readonly<Record<string, string>>) => {
  const { exitCode, output } = await new DbtProject({ 'models/a.sql': 'select 1 as id', ...files }).run('parse');
  return { exitCode, output };
};
const models = (yaml: string) => ({ 'models/a.yml': `models:\n  - name: a\n${yaml}` });

describe('what dbt refuses in the YAML of a model', () => {
  it.each([
    ['    deprecation_date: soon\n', 'deprecation_date of "a" is no date: "soon"'],
    [
      '    latest_version: 3\n    versions: [{v: 1}, {v: 2, defined_in: a}]\n',
      "latest_version: 3 is not one of model 'a'",
    ],
    ['    versions: [{v: 1, defined_in: a, deprecation_date: 2024-13-40}]\n', 'is no date: "2024-13-40"'],
    ['    versions: [{defined_in: a}]\n', 'a version of "a" has no v'],
    [
      '    versions: [{v: 1, defined_in: a, columns: [{include: all}, {include: [id]}]}]\n    columns: [{name: id}]\n',
      'say twice what they include',
    ],
  ])('is an error at its place: %s', async (yaml, message) => {
    const { exitCode, output } = await parsed(models(yaml));
    expect(exitCode).toBe(2);
    expect(output).toContain(message);
    expect(output).toContain('models/a.yml:3:');
  });

  it('is none of the keys of a version that dbt ignores: they are warnings', async () => {
    const { exitCode, output } = await parsed(models('    versions: [{v: 1, defind_in: a, defined_in: a}]\n'));
    expect(exitCode).toBe(0);
    expect(output).toContain('unknown key "defind_in": did you mean "defined_in"?');
  });
});

describe('what dbt refuses elsewhere', () => {
  it('is a key of the project file that nothing knows, not one below it', async () => {
    const project = (more: string) => parsed({ 'dbt_project.yml': `name: shop\nprofile: shop\n${more}` });
    const wrong = await project('modles: {shop: {+materialized: table}}\n');
    expect(wrong.exitCode).toBe(2);
    expect(wrong.output).toContain('unknown key "modles"');
    expect(wrong.output).toContain('did you mean "models"?');
    expect((await project('query-comment: {commnt: x}\nfunction-paths: [functions]\n')).exitCode).toBe(0);
  });

  it('is a doc block without an end', async () => {
    const { exitCode, output } = await parsed({
      'models/a.md': '{% docs a %}the {% enddocs %}\n{# {% docs not %} #}\n{% docs b %}the rest',
    });
    expect(exitCode).toBe(2);
    expect(output).toContain('the doc block "b" is never closed');
    expect(output).toContain('models/a.md:3:1');
    expect(output).not.toContain('"not"');
  });

  it('is a doc block that is not there, whatever its name; computed names and methods are taken', async () => {
    const files = (description: string) => ({
      'models/a.md': '{% docs a_b %}the {name} of {{ it }}{% enddocs %}',
      ...models(`    description: ${JSON.stringify(description)}\n`),
    });
    const wrong = await parsed(files("{{ doc('x.a_b') }}"));
    expect(wrong.exitCode).toBe(2);
    expect(wrong.output).toContain('there is no doc block "x.a_b"');
    const computed = await parsed(files("{{ doc('a_' ~ 'c') }}"));
    expect(computed.exitCode).toBe(2);
    expect(computed.output).toContain('there is no doc block "a_c"');
    const project = new DbtProject({
      'models/a.sql': 'select 1 as id',
      ...files("{% if true %}{{ doc('a_' ~ 'b').replace('{name}', 'name') }}{% endif %}, {{ doc('shop', 'a_b') }}"),
    });
    expect((await project.run('parse')).exitCode).toBe(0);
    const manifest = JSON.parse(readFileSync(project.path('target/manifest.json'), 'utf8'));
    expect(manifest.nodes['model.shop.a'].description).toBe('the name of {{ it }}, the {name} of {{ it }}');
  });

  it('is a selector of a method that there is not, and a second default', async () => {
    const selectors = (list: string) => parsed({ 'selectors.yml': `selectors: ${list}\n` });
    for (const definition of ['{method: tga, value: x}', '{tga: x}', '"tga:x"', '{union: ["tga:x"]}']) {
      const { exitCode, output } = await selectors(`[{name: s, definition: ${definition}}]`);
      expect(exitCode).toBe(2);
      expect(output).toContain('there is no selector method "tga"');
      expect(output).toContain('did you mean "tag"?');
    }
    const two = await selectors('[{name: s, default: true, definition: a}, {name: t, default: true, definition: a}]');
    expect(two.exitCode).toBe(2);
    expect(two.output).toContain('two selectors are the default: "s" and "t"');
  });
});

describe('require-dbt-version', () => {
  it('counts unless a flag, the environment or the project says otherwise', async () => {
    const project = new DbtProject({
      'dbt_project.yml': 'name: shop\nprofile: shop\nrequire-dbt-version: ">=9.0.0"\n',
      'models/a.sql': 'select 1 as id',
    });
    const refused = await project.run('parse');
    expect([refused.exitCode, (await project.run('parse', '--version-check')).exitCode]).toEqual([2, 2]);
    expect(refused.output).toContain('TSD1009');
    expect((await project.run('parse', '--no-version-check')).exitCode).toBe(0);
    project.write({
      'dbt_project.yml': 'name: shop\nprofile: shop\nrequire-dbt-version: ">=9.0.0"\nflags: {version_check: false}\n',
    });
    expect((await project.run('parse')).exitCode).toBe(0);
    expect((await project.run('parse', '--version-check')).exitCode).toBe(2);
  });
});
