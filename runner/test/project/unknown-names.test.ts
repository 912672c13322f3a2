import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { temporaryFolder, tsdbt, writeFiles } from '../cli/recording-effects.js';

const made = temporaryFolder();
afterAll(() => made.remove());
let count = 0;

/** What `parse` says of a project, in a line for each diagnostic: `CODE message hint place`. */
async function told(
  files: Readonly<Record<string, string>>,
  ...flags: string[]
): Promise<{ code: number; lines: string[] }> {
  const folder = `${made.folder}/${++count}`;
  writeFiles(folder, files);
  const { code, stderr } = await tsdbt(folder, ['parse', '--no-partial-parse', ...flags]);
  return { code, lines: stderr.split('\n') };
}

const dbt = {
  'dbt_project.yml': 'name: shop\nprofile: shop\nvars: {minimum: 1}\n',
  'profiles.yml': 'shop: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb}}}\n',
};
const own = { 'project.yml': 'name: shop\nvars: {minimum: 1}\n' };

/** What is written, and what is said of it where the name stands. */
const templates: readonly [template: string, name: string, meant: string][] = [
  ['{{ target.nme }}', 'target', 'name'],
  ["{{ target['schma'] }}", 'target', 'schema'],
  ['{{ flags.FULL_REFRSH }}', 'flags', 'FULL_REFRESH'],
  ['{{ this.identifer }}', 'Relation', 'identifier'],
  ['{{ model.nme }}', 'model', 'name'],
  ['{{ graph.noodes }}', 'graph', 'nodes'],
  ['{{ config.gett }}', 'config', 'get'],
  ['{{ adapter.quot }}', 'adapter', 'quote'],
  ["{{ adapter.quot('x') }}", 'adapter', 'quote'],
  ['{{ api.Relation.creat }}', 'Relation', 'create'],
  ["{{ dbt.dateaddd('day', 1, 'x') }}", 'package', 'dateadd'],
  ['{{ builtins.reff }}', 'builtins', 'ref'],
  ['{{ exceptions.wran }}', 'exceptions', 'warn'],
  ['{{ modules.datetim }}', 'modules', 'datetime'],
  ['{% for x in [1] %}{{ loop.indx }}{% endfor %}', 'loop', 'index'],
  ['{% if target.nme == "prod" %}{% endif %}', 'target', 'name'],
  ['{{ target.nme | upper }}', 'target', 'name'],
];

describe('a name of the context that is misspelt in a template', () => {
  it.each(templates)('%s is an error, and a warning in a dbt project', async (template, holder, meant) => {
    const model = { 'models/m.sql': `select 1 as id -- ${template}\n` };
    const column =
      19 +
      template.search(/(target|flags|this|model|graph|config|adapter|api|dbt|builtins|exceptions|modules|loop)[.[]/);
    const strict = await told({ ...own, ...model });
    expect(strict.code).toBe(2);
    const at = strict.lines.findIndex((line) => line.startsWith(`TSD2005  ${holder} has no `));
    expect(strict.lines[at + 1]).toBe(`  models/m.sql:1:${column}`);
    expect(strict.lines).toContain(`  did you mean "${meant}"?`);
    const lenient = await told({ ...dbt, ...model });
    expect(lenient.code).toBe(0);
    expect(lenient.lines.join('\n')).toMatch(
      new RegExp(`Warning TSD2005 ${holder} has no .*: did you mean "${meant}"\\? \\(models/m\\.sql:1:${column}\\)`),
    );
  });

  it('may be asked for, and be what another target has', async () => {
    const model = {
      'models/m.sql': `select 1 as id {{ target.nme is defined }} {{ target.nme | default('x') }} {{ target.get('nme') }} {{ target.catalog }} {{ target.dbname }}\n`,
    };
    expect((await told({ ...own, ...model })).code).toBe(0);
    expect((await told({ ...dbt, ...model })).lines.join('\n')).not.toMatch(/Warning/);
  });

  it('changes nothing of what a dbt project gives, and is told once', async () => {
    const folder = `${made.folder}/once`;
    writeFiles(folder, {
      ...dbt,
      'models/m.sql': `select 1 as id -- {% for i in [1, 2] %}[{{ target.nme }}]{% endfor %}\n`,
    });
    for (const command of ['compile', 'compile']) {
      const { code, stderr } = await tsdbt(folder, [command]);
      expect(code).toBe(0);
      expect(stderr.match(/TSD2005/g)).toHaveLength(1);
    }
  });

  it('is told with all others of the file, and a name that nothing has too', async () => {
    const { lines } = await told({
      ...own,
      'models/m.sql': `select {{ minimun }}, {{ target.nme }}, {{ this.identifer }}\n`,
      'macros/m.sql': '{% macro minimum() %}1{% endmacro %}',
    });
    expect(lines.filter((line) => line.startsWith('TSD2005'))).toEqual([
      'TSD2005  "minimun" is undefined',
      'TSD2005  target has no attribute "nme"',
      'TSD2005  Relation has no attribute "identifer"',
    ]);
  });

  it('that is called is an error of its node alone in a dbt project', async () => {
    const files = {
      'models/m.sql': "{{ minimun(ref('n')) }}",
      'models/n.sql': 'select 1 as id',
      'tests/t.sql': 'select {{ minimun() | upper }}',
      'macros/m.sql': '{% macro minimum() %}1{% endmacro %}',
    };
    const strict = await told({ ...own, ...files });
    expect(strict.code).toBe(2);
    expect(strict.lines.filter((line) => line.startsWith('TSD2005'))).toEqual([
      'TSD2005  there is no macro or function "minimun"',
      'TSD2005  there is no macro or function "minimun"',
    ]);
    const folder = `${made.folder}/called`;
    writeFiles(folder, { ...dbt, ...files });
    const { code, stderr } = await tsdbt(folder, ['build']);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /Warning TSD2005 there is no macro or function "minimun": did you mean "minimum"\? \(models\/m\.sql:1:4\)/,
    );
    const { results } = JSON.parse(readFileSync(`${folder}/target/run_results.json`, 'utf8'));
    const statuses = results.map((one: { unique_id: string; status: string }) => [one.unique_id, one.status]);
    expect(Object.fromEntries(statuses)).toEqual({
      'model.shop.m': 'error',
      'model.shop.n': 'success',
      'test.shop.t': 'error',
    });
  });

  it.each([
    ['{{ minimun() }}', 'there is no macro or function "minimun"'],
    ['{{ dbt.dateaddd() }}', 'package has no attribute "dateaddd"'],
    ['{{ target.nme.x }}', 'target has no attribute "nme"'],
    ['{{ given.x }}', 'the parameter "given" of m() was not given'],
  ])('%s in a macro that a node calls is an error of the project', async (template, message) => {
    const { code, lines } = await told({
      ...dbt,
      'models/m.sql': 'select 1 as id {{ m() }}',
      'macros/m.sql': `{% macro m(given) %}${template}{% endmacro %}`,
    });
    expect(code).toBe(2);
    expect(lines).toContain(`TSD2005  ${message}`);
  });

  it('may be set where the engine can be asked', async () => {
    const { code } = await told({
      ...own,
      'models/m.sql': `{% if execute %}{% set rows = [1] %}{% endif %}select 1 as id {% for row in rows %}, {{ row }}{% endfor %} {{ rows }}`,
    });
    expect(code).toBe(0);
  });
});

/** What is written in a model's config, in YAML or in the project's file; where; and what is meant. */
const values: readonly [files: Readonly<Record<string, string>>, said: string, place: string, meant: string][] = [
  [
    { 'models/m.sql': "{{ config(materialized='tabel') }} select 1 as id" },
    'TSD1080 m: unknown materialization "tabel"',
    'models/m.sql:1:24',
    'table',
  ],
  [
    { 'models/m.sql': 'select 1 as id', 'models/m.yml': 'models: [{name: m, config: {materialized: veiw}}]' },
    'TSD1080 m: unknown materialization "veiw"',
    'models/m.yml:1:43',
    'view',
  ],
  [
    {
      'models/m.sql':
        "{{ config(materialized='incremental', incremental_strategy='mrge', unique_key='id') }} select 1 as id",
    },
    'TSD4010 m: incremental_strategy "mrge" is not one of',
    'models/m.sql:1:60',
    'merge',
  ],
  [
    {
      'models/m.sql': 'select 1 as id',
      'snapshots/s.yml':
        "snapshots: [{name: s, relation: ref('m'), config: {unique_key: id, strategy: chek, check_cols: all}}]",
    },
    'TSD4014 snapshot s: there is no strategy "chek"',
    'snapshots/s.yml:1:78',
    'check',
  ],
  [
    {
      'models/m.sql': 'select 1 as id',
      'models/m.yml':
        'models: [{name: m, config: {contract: {enforced: true}}, columns: [{name: id, data_type: integer}]}]\nunit_tests: [{name: u, model: m, given: [], expect: {rows: [{idd: 1}]}}]',
    },
    'TSD1004 m has no column "idd"',
    'models/m.yml:2:67',
    'id',
  ],
  ...(
    [
      ['macros', 'is_incrementall: true', 'the macro "is_incrementall"', 'is_incremental'],
      ['vars', 'minimun: 2', 'the variable "minimun"', 'minimum'],
      ['env_vars', 'STGE: x', 'the environment variable "STGE"', 'STAGE'],
    ] as const
  ).map(
    ([kind, pair, what, meant]) =>
      [
        {
          'models/m.sql': `select 1 as id -- {{ var('minimum') }} {{ env_var('STAGE', 'x') }}`,
          'models/m.yml': `unit_tests: [{name: u, model: m, overrides: {${kind}: {${pair}}}, given: [], expect: {rows: [{id: 1}]}}]`,
        },
        `TSD1004 unit test "u" overrides ${what}`,
        `models/m.yml:1:${49 + kind.length}`,
        meant,
      ] as [Record<string, string>, string, string, string],
  ),
  [
    { 'models/m.yml': 'exposures: [{name: e, type: dashboard, owner: {name: a, emial: b}}]' },
    'TSD1004 unknown key "emial"',
    'models/m.yml:1:57',
    'email',
  ],
  [
    { 'models/m.yml': 'groups: [{name: g, owner: {nmae: a}}]' },
    'TSD1004 unknown key "nmae"',
    'models/m.yml:1:28',
    'name',
  ],
];

describe('a name in a value that dbt does not look up before it is used', () => {
  it.each(values)('%j', async (files, said, place, meant) => {
    const strict = await told({ ...own, ...files });
    expect(strict.code).toBe(2);
    const at = strict.lines.findIndex((line) => line.replace('  ', ' ').startsWith(said));
    expect(strict.lines[at + 1]).toBe(`  ${place}`);
    expect(strict.lines).toContain(`  did you mean "${meant}"?`);
    const lenient = await told({ ...dbt, ...files });
    expect(lenient.code).toBe(0);
    const line = lenient.lines.find((one) => one.includes(`Warning ${said}`));
    expect(line).toMatch(`did you mean "${meant}"? (${place})`);
  });

  it('says nothing of an owner’s other keys, of strategies and materializations that are macros', async () => {
    const { lines } = await told({
      ...dbt,
      'models/m.sql': "{{ config(materialized='incremental', incremental_strategy='mine') }} select 1 as id",
      'models/n.sql': "{{ config(materialized='heap') }} select 1 as id",
      'models/m.yml': 'groups: [{name: g, owner: {name: a, slack: c}}]',
      'macros/m.sql':
        '{% macro get_incremental_mine_sql(arg_dict) %}{% endmacro %}{% materialization heap, default %}{{ return({}) }}{% endmaterialization %}',
    });
    expect(lines.join('\n')).not.toMatch(/Warning/);
  });
});

describe('names on the command line', () => {
  const files = { ...own, 'models/m.sql': "{{ config(materialized='view') }} select {{ var('minimum') }} as id" };

  it('--vars that nothing reads are a warning', async () => {
    expect((await told(files, '--vars', '{minimun: 2}')).lines.join('\n')).toMatch(
      /Warning TSD1907 --vars gives "minimun", which nothing reads: did you mean "minimum"\?/,
    );
    expect((await told(files, '--vars', '{minimum: 2}')).lines.join('\n')).not.toMatch(/Warning/);
  });

  it('config.…: selectors suggest the key', async () => {
    const folder = `${made.folder}/select`;
    writeFiles(folder, files);
    const { stderr } = await tsdbt(folder, ['ls', '--select', 'config.materialised:view']);
    expect(stderr).toMatch(/did you mean "config\.materialized:view"\?/);
  });
});
