import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { createProgram } from '../../src/cli/program.js';
import { selectorMethods } from '../../src/manifest/select/methods.js';
import { configSchemas } from '../../src/project/config-schema.js';
import { filterNames } from '../../src/template/filters/registry.js';
import { testNames } from '../../src/template/tests.js';
import { recordingEffects, temporaryFolder, tsdbt, writeFiles } from '../cli/recording-effects.js';
import { misspelt, type SchemaLevel, schemaLevels, written } from './misspelt-key.js';

const made = temporaryFolder();
afterAll(() => made.remove());
let count = 0;

const profile = 'shop: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb}}}\n';
const projects = {
  'project.yml': { 'project.yml': 'name: shop\n' },
  'dbt_project.yml': { 'dbt_project.yml': 'name: shop\nprofile: shop\n', 'profiles.yml': profile },
} as const;
type Kind = keyof typeof projects;

/** The schemas, the files that they describe, and the command that reads these. */
const files: readonly (readonly [schema: string, file: string, kinds: readonly Kind[], ...command: string[]])[] = [
  ['properties', 'models/any.yml', ['project.yml', 'dbt_project.yml'], 'parse'],
  ['project', 'project.yml', ['project.yml'], 'parse'],
  ['dbt-project', 'dbt_project.yml', ['dbt_project.yml'], 'parse'],
  ['profiles', 'profiles.yml', ['dbt_project.yml'], 'parse'],
  ['selectors', 'selectors.yml', ['project.yml', 'dbt_project.yml'], 'parse'],
  ['packages', 'packages.yml', ['project.yml', 'dbt_project.yml'], 'deps'],
  ['dependencies', 'dependencies.yml', ['project.yml', 'dbt_project.yml'], 'deps'],
  ['dashboard', 'dashboards/page/chart.yml', ['project.yml'], 'dashboard', 'check'],
  ['dashboard-page', 'dashboards/page/page.yml', ['project.yml'], 'dashboard', 'check'],
];

const cases = files.flatMap(([schema, file, kinds, ...command]) => {
  const json = JSON.parse(readFileSync(new URL(`../../schemas/${schema}.schema.json`, import.meta.url), 'utf8'));
  const levels = schemaLevels(json, (label) => (schema !== 'profiles' ? 'x' : label === '' ? 'shop' : 'default'));
  return kinds.flatMap((kind) =>
    levels.map(
      (level) => [`${file} of a ${kind} project: ${level.label || 'the file'}`, kind, file, level, command] as const,
    ),
  );
});

/** Every key of a level misspelt: what is told of each, and where. */
async function told(kind: Kind, file: string, level: SchemaLevel, command: readonly string[]) {
  const wrong = new Map(level.keys.map((key) => [key, misspelt(key, level.keys)]));
  const names = [...wrong.values()];
  const mapping = Object.fromEntries(names.map((name) => [name, 1]));
  const { text, placeOf } = written(named(file, level.document(mapping)), names);
  const folder = `${made.folder}/${++count}`;
  writeFiles(folder, { ...projects[kind], [file]: text });
  const { stderr, stdout } = await tsdbt(folder, [...command]);
  const said = `${stderr}\n${stdout}`;
  const lost = [...wrong].filter(([key, name]) => {
    const place = `${file}:${placeOf(name)}`;
    const [shown, meant] = [name, key].map((one) => one.replace(/^\+/, ''));
    const warning = `"${shown}": did you mean "${meant}"? (${place})`;
    const error = new RegExp(`"${shown}"[^\\n]*\\n  ${place}\\n(?:[^\\n]*\\n){1,5}?  did you mean "${meant}"\\?`);
    return !said.includes(warning) && !error.test(said);
  });
  return { lost: lost.map(([key, name]) => `${name} (${key})`), text, said };
}

/** Files of a project have its name and profile. */
function named(file: string, document: unknown): unknown {
  if (!file.endsWith('project.yml')) return document;
  return { ...(document as object), name: 'shop', ...(file === 'dbt_project.yml' ? { profile: 'shop' } : {}) };
}

describe('every key that a schema knows, misspelt, is told at its place with what was meant', () => {
  it('in more than a hundred mappings', () => {
    expect(cases.length).toBeGreaterThan(100);
  });

  it.each(cases)('%s', async (_label, kind, file, level, command) => {
    const { lost, text, said } = await told(kind, file, level, command);
    expect(lost, `${text}\n${said}`).toEqual([]);
  });
});

const kinds = ['project.yml', 'dbt_project.yml'] as const;

/** What a command says in a new project. */
async function said(kind: Kind, written: Readonly<Record<string, string>>, ...command: string[]): Promise<string> {
  const folder = `${made.folder}/${++count}`;
  writeFiles(folder, { ...projects[kind], ...written });
  const { stderr } = await tsdbt(folder, command.length === 0 ? ['parse'] : command);
  return stderr;
}

describe.each(kinds)('in a %s project', (kind) => {
  const blocks = [
    ['models', 'models/m.sql', (config: string) => `{{ config(${config}) }}\nselect 1 as id\n`],
    [
      'snapshots',
      'snapshots/s.sql',
      (config: string) => `{% snapshot s %}{{ config(${config}) }}\nselect 1 as id{% endsnapshot %}\n`,
    ],
    ['tests', 'tests/t.sql', (config: string) => `{{ config(${config}) }}\nselect 1 as id\n`],
  ] as const;

  it.each(blocks)('keys of config() of %s', async (of, file, template) => {
    const keys = Object.keys(configSchemas[of].shape).filter((key) => /^\w+$/.test(key));
    const wrong = keys.map((key) => misspelt(key, keys));
    const text = template(wrong.map((key) => `\n${key}=1`).join(','));
    const stderr = await said(kind, { [file]: text });
    const lost = keys.filter((key, i) => {
      const place = `${file}:${i + 2}:1`;
      const warning = stderr.includes(`"${wrong[i]}": did you mean "${key}"? (${place})`);
      const error = new RegExp(`"${wrong[i]}"\\n  ${place}\\n(?:[^\\n]*\\n){1,5}?  did you mean "${key}"\\?`).test(
        stderr,
      );
      return kind === 'dbt_project.yml' ? !warning : !error;
    });
    expect(lost, stderr).toEqual([]);
  });

  it('names of macros, filters, tests of Jinja2, refs and sources, as errors', async () => {
    const cases: [template: string, meant: string][] = [
      ...[...filterNames()]
        .filter((one) => one.length > 1)
        .map((one): [string, string] => [`{{ 'x' | ${misspelt(one, [...filterNames()])} }}`, one]),
      ...[...testNames()]
        .filter((one) => /^\w{3,}$/.test(one))
        .map((one): [string, string] => [`{{ 1 is ${misspelt(one, [...testNames()])} }}`, one]),
      ['{{ my_macroo() }}', 'my_macro'],
      ["{{ ref('otherr') }}", 'other'],
      ["{{ source('raw', 'tabl') }}", 'table'],
      ["{{ source('raww', 'table') }}", 'raw'],
    ];
    const models = Object.fromEntries(
      cases.map(([template], i) => [`models/m${i}.sql`, `select '${template.replaceAll("'", '"')}' as id\n`]),
    );
    const stderr = await said(kind, {
      ...models,
      'models/other.sql': 'select 1 as id',
      'macros/my.sql': '{% macro my_macro() %}{% endmacro %}',
      'models/any.yml': 'sources: [{name: raw, tables: [{name: table}]}]',
    });
    const lost = cases.filter(([, meant], i) => {
      const meant_ = `did you mean "${meant.replace(/[.]/g, '\\.')}"`;
      const error = new RegExp(`  models/m${i}\\.sql:1:\\d+\\n(?:[^\\n]*\\n){1,5}?  ${meant_}`);
      const warning = new RegExp(`Warning TSD2005 .*${meant_}\\? \\(models/m${i}\\.sql:1:\\d+\\)`);
      // a macro that nobody defines is an error of its node alone in a dbt project
      return !error.test(stderr) && !(kind === 'dbt_project.yml' && meant === 'my_macro' && warning.test(stderr));
    });
    expect(lost, stderr).toEqual([]);
  });

  it('generic tests, and their arguments and configs', async () => {
    const tests = [
      'uniqueee',
      '{accepted_valuess: {values: [1]}}',
      '{not_null: {config: {severityy: warn}}}',
      '{accepted_values: {arguments: {valuess: [1]}}}',
    ];
    const stderr = await said(kind, {
      'models/m.sql': 'select 1 as id',
      'models/m.yml': `models:\n  - name: m\n    columns:\n      - name: id\n        data_tests:\n${tests.map((one) => `          - ${one}\n`).join('')}`,
    });
    for (const [i, meant] of ['unique', 'accepted_values', 'severity', 'values'].entries())
      expect(stderr, stderr).toMatch(
        new RegExp(
          `(m.yml:${i + 6}:\\d+\\n(?:[^\\n]*\\n){1,5}?  did you mean "${meant}"\\?)|(did you mean "${meant}"\\? \\(models/m.yml:${i + 6})`,
        ),
      );
  });

  it('methods of selectors', async () => {
    const methods = Object.keys(selectorMethods);
    for (const method of methods) {
      const stderr = await said(kind, {}, 'ls', '--select', `${misspelt(method, [...methods, 'selector'])}:x`);
      expect(stderr).toContain(`did you mean "${method}"?`);
    }
  });
});

describe('on the command line', () => {
  it('commands and flags', async () => {
    const program = createProgram(recordingEffects(made.folder).effects, () => {});
    const lost: string[] = [];
    const names = program.commands.map((command) => command.name());
    for (const command of program.commands) {
      const { stderr } = await tsdbt(made.folder, [misspelt(command.name(), names)]);
      if (!stderr.includes(`did you mean "${command.name()}"?`)) lost.push(command.name());
      const flags = command.options.flatMap((option) => option.long ?? []);
      for (const flag of flags) {
        const wrong = `--${misspelt(
          flag.slice(2),
          flags.map((one) => one.slice(2)),
        )}`;
        const told = await tsdbt(made.folder, [command.name(), wrong]);
        if (!told.stderr.includes(`did you mean "${flag}"?`))
          lost.push(`${command.name()} ${wrong} (${flag}): ${told.stderr}`);
      }
    }
    expect(lost).toEqual([]);
  });
});
