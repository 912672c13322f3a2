import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DbtProject } from './dbt-project.js';

describe('a dbt project that is not quite right', () => {
  it('runs with keys that dbt does not know, and says which', async () => {
    const project = new DbtProject({
      'dbt_project.yml': 'name: shop\nprofile: shop\nmodels: {shop: {+materialised: table}}\n',
      'models/a.sql':
        "{{ config(materialized='view', owner_team='x') }} select '{{ config.get('owner_team') }}' as team",
      'models/schema.yml':
        'models: [{name: a, descripton: mine, columns: [{name: team, format: text, data_tests: [{not_null: {config: {steward: Ada}}}]}]}]\n',
    });
    const { exitCode, output } = await project.run('build');
    expect(exitCode).toBe(0);
    for (const word of ['materialised', 'owner_team', 'descripton', 'format', 'steward'])
      expect(output).toMatch(new RegExp(`Warning.*"${word}"`));
    expect(output).toContain('did you mean "description"?');
    // what dbt keeps is kept
    expect(await project.rows('select * from a')).toEqual([{ team: 'x' }]);
    const { nodes } = JSON.parse(readFileSync(project.path('target/manifest.json'), 'utf8'));
    const [test] = Object.keys(nodes).filter((id) => id.startsWith('test.'));
    expect(nodes[test!].config).toMatchObject({ steward: 'Ada' });
  });

  it('is refused where names have spaces, unless its flags say that dbt is to take them', async () => {
    const project = new DbtProject({
      'models/daily orders.sql': 'select 1 as id',
      'models/a.sql': 'select 1 as id',
      'models/schema.yml': 'models: [{name: a, columns: [{name: id, data_tests: [{not_null: {name: a has ids}}]}]}]\n',
    });
    const { exitCode, output } = await project.run('parse');
    expect(exitCode).toBe(2);
    expect(output).toContain('TSD1033  Resource names cannot contain spaces: "daily orders"');
    expect(output).toMatch(/"a has ids"\n.*models\/schema\.yml:1:/);
    project.write({
      'dbt_project.yml': 'name: shop\nprofile: shop\nflags: {require_resource_names_without_spaces: false}\n',
    });
    expect((await project.run('parse')).exitCode).toBe(0);
  });

  it('runs with what dbt takes for right: any value of config for other nodes, capital letters in the semantic layer', async () => {
    const project = new DbtProject({
      'dbt_project.yml': 'name: shop\nprofile: shop\nseeds: {shop: {+batch_size: 200, +lookback: two}}\n',
      'seeds/people.csv': 'id\n1\n',
      'models/people_at.sql': "select id, date '2024-01-01' as day from {{ ref('people') }}",
      'models/semantic.yml': `semantic_models:
  - name: people
    model: ref('people_at')
    defaults: {agg_time_dimension: as_of}
    entities: [{name: id, type: PRIMARY}]
    dimensions: [{name: as_of, expr: day, type: Time, type_params: {time_granularity: day}}]
    measures: [{name: heads, agg: SUM, expr: "1"}]
metrics: [{name: all_heads, label: Heads, type: SIMPLE, type_params: {measure: heads}}]
`,
      'models/days.sql': "select date '2024-01-01' as day",
      'models/days.yml':
        'models: [{name: days, time_spine: {standard_granularity_column: day}, columns: [{name: day, granularity: day}]}]\n',
    });
    const { exitCode, output } = await project.run('build');
    expect([exitCode, output.match(/TSD\d+/g)]).toEqual([0, null]);
    const { metrics } = JSON.parse(readFileSync(project.path('target/manifest.json'), 'utf8'));
    expect(metrics['metric.shop.all_heads'].type).toBe('simple');
  });

  it('builds what does not need a variable that nobody gives', async () => {
    const project = new DbtProject({
      'models/a.sql': 'select 1 as id',
      'models/b.sql': "select '{{ var('day') }}' as day",
      'models/c.sql': "select * from {{ ref('b') }}",
    });
    const { exitCode, statuses, output } = await project.run('build');
    expect(exitCode).toBe(1);
    expect(statuses).toEqual({ 'model.shop.a': 'success', 'model.shop.b': 'error', 'model.shop.c': 'skipped' });
    expect(output).toMatch(/TSD2013 .*"day" is not set\n +models\/b\.sql:1:12/);
  });

  it('ends with exit code 2 and dbt’s heading where something cannot be compiled', async () => {
    const project = new DbtProject({ 'models/a.sql': "select * from {{ ref('nope') }}" });
    const { exitCode, output } = await project.run('build');
    expect(exitCode).toBe(2);
    expect(output).toContain('Encountered an error:\nCompilation Error\nTSD3001');
  });

  it.each([
    ['profile', 'Runtime', { 'dbt_project.yml': 'name: shop\nprofile: elsewhere\n' }],
    ['YAML', 'Parsing', { 'models/schema.yml': 'models:\n  - name: [a\n' }],
    ['template', 'Compilation', { 'models/a.sql': 'select {{ nope( }}' }],
    [
      'circle',
      'Runtime',
      { 'models/a.sql': "select * from {{ ref('b') }}", 'models/b.sql': "select * from {{ ref('a') }}" },
    ],
  ])('calls a wrong %s a %s Error', async (_, heading, files) => {
    const { exitCode, output } = await new DbtProject(files).run('build');
    expect(exitCode).toBe(2);
    expect(output).toContain(`Encountered an error:\n${heading} Error\n`);
  });

  it('leaves out tests of what is disabled, and fails those whose macro is missing', async () => {
    const project = new DbtProject({
      'models/a.sql': 'select 1 as id',
      'models/off.sql': '{{ config(enabled=false) }} select 1 as id',
      'models/schema.yml': `models:
  - name: a
    columns:
      - name: id
        tests: [{relationships: {to: ref('off'), field: id}}, elsewhere.is_fine]
`,
    });
    const { exitCode, statuses } = await project.run('build');
    expect(exitCode).toBe(1);
    expect(Object.entries(statuses).map(([id, status]) => `${id.split('.')[2]} ${status}`)).toEqual([
      'a success',
      'elsewhere_is_fine_a_id error',
    ]);
  });
});

describe('profiles.yml', () => {
  it('is rendered for the target that is used, and for no other', async () => {
    const project = new DbtProject({
      'profiles.yml': `other: {target: x, outputs: {x: {type: postgres, host: "{{ env_var('NOT_SET') }}"}}}
shop:
  target: "{{ 'de' ~ 'v' }}"
  outputs:
    dev: {type: duckdb, path: "{{ 'shop' }}.duckdb", schema: raw}
    prod: {type: snowflake, account: "{{ env_var('NOT_SET') }}"}
`,
      'models/a.sql': "select '{{ target.name }} {{ target.schema }} {{ target.database }}' as t",
    });
    expect((await project.run('build')).exitCode).toBe(0);
    expect(await project.rows('select t from raw.a')).toEqual([{ t: 'dev raw shop' }]);
  });

  it('of the folder that --profiles-dir names is the only one that counts', async () => {
    const project = new DbtProject({
      'models/a.sql': 'select 1 as x',
      'ci/profiles.yml': 'shop: {outputs: {default: {type: duckdb, path: shop.duckdb, schema: ci}}}\n',
      'empty/readme.md': '',
    });
    expect((await project.run('build', '--profiles-dir', 'ci')).exitCode).toBe(0);
    expect(await project.rows('select * from ci.a')).toEqual([{ x: 1 }]);
    const { exitCode, output } = await project.run('build', '--profiles-dir', 'empty');
    expect(exitCode).toBe(2);
    expect(output).toContain("Could not find profile named 'shop'");
  });

  it('with storage: delta keeps tables in the warehouse', async () => {
    const project = new DbtProject({
      'profiles.yml': 'shop: {target: dev, outputs: {dev: {type: duckdb, storage: delta}}}\n',
      'models/a.sql': "{{ config(materialized='table') }} select 1 as x",
    });
    const { exitCode, statuses } = await project.run('build');
    expect([exitCode, statuses]).toEqual([0, { 'model.shop.a': 'success' }]);
    expect((await project.run('show', '--select', 'a')).output).toMatch(/\bx\b[\s\S]*\b1\b/);
  });

  it('without a profile is refused by every command', async () => {
    const project = new DbtProject({ 'dbt_project.yml': 'name: shop\n', 'models/a.sql': 'select 1 as id' });
    for (const command of ['parse', 'ls', 'build']) {
      const { exitCode, output } = await project.run(command);
      expect(exitCode).toBe(2);
      expect(output).toMatch(/TSD1008 +no profile was specified for this dbt project\n +dbt_project\.yml:1:7/);
    }
    expect((await project.run('parse', '--profile', 'shop')).exitCode).toBe(0);
  });

  it('whose schemas cannot be made is not run: the command ends with 2', async () => {
    const project = new DbtProject({
      'models/a.sql': "{{ config(database='nowhere') }} select 1 as id",
      'models/b.sql': 'select 1 as id',
    });
    const { exitCode, output, statuses } = await project.run('run');
    expect([exitCode, statuses]).toEqual([2, {}]);
    expect(output).toMatch(/Encountered an error:[\s\S]*TSD5003 +catalog "nowhere" does not exist/i);
  });
});
