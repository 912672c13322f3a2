import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DbtProject } from './dbt-project.js';

const flags = (given: string, more = '') => `name: shop\nprofile: shop\nflags: {${given}}\n${more}`;
const nodesOf = (project: DbtProject) =>
  JSON.parse(readFileSync(project.path('target/manifest.json'), 'utf8')).nodes as Record<
    string,
    { fqn: string[]; path: string; config: { tags: string[] }; depends_on: { nodes: string[] } }
  >;

// what dbt 1.12 does with each was looked up by running it
describe('config as dbt 1.12 takes it', () => {
  const versions = (config: string) =>
    `models: [{name: m, latest_version: 2, config: {${config}}, versions: [{v: 1}, {v: 2}, {v: 3}]}]`;
  const models = {
    'models/m_v1.sql': 'select 1 as id',
    'models/m_v2.sql': "{{ config(materialized='table') }} select 2 as id",
    'models/m_v3.sql': 'select 3 as id',
  };

  it('latest_version_pointer: a view beside the latest version, in a database file', async () => {
    const project = new DbtProject({ ...models, 'models/s.yml': versions('latest_version_pointer: {enabled: true}') });
    for (let i = 0; i < 2; i++) expect((await project.run('run')).exitCode).toBe(0);
    expect(await project.rows('from m')).toEqual([{ id: 2 }]);
    project.write({ 'models/s.yml': versions('latest_version_pointer: {enabled: true, alias: newest}') });
    expect((await project.run('run')).exitCode).toBe(0);
    expect(await project.rows('from newest')).toEqual([{ id: 2 }]);
  });

  it('latest_version_pointer: by a flag for all models, by a macro under another name, and for none that says so', async () => {
    const project = new DbtProject({
      ...models,
      'dbt_project.yml': flags('latest_version_pointer_enabled_by_default: true'),
      'macros/n.sql':
        '{% macro generate_latest_version_pointer_alias(custom_alias_name=none, node=none) %}{{ node.name }}_latest{% endmacro %}',
      'models/s.yml': versions(''),
    });
    expect((await project.run('run')).exitCode).toBe(0);
    expect(await project.rows('from m_latest')).toEqual([{ id: 2 }]);
    project.write({ 'models/s.yml': versions('latest_version_pointer: {enabled: false}') });
    await project.run('parse');
    expect(nodesOf(project)['model.shop.m.v2']!.config).toMatchObject({
      latest_version_pointer: { enabled: false, alias: null },
    });
  });

  it('latest_version_pointer: a view in the lake, which changes with the version that is the latest', async () => {
    const project = new DbtProject({
      ...models,
      'profiles.yml': 'shop: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb, storage: delta}}}\n',
      'models/s.yml': versions('latest_version_pointer: true'),
    });
    expect((await project.run('build')).exitCode).toBe(0);
    const shown = async () =>
      (await project.run('show', '--inline', 'select * from main.m', '--output', 'json')).output;
    expect(JSON.parse(await shown()).show).toEqual([{ id: 2 }]);
    project.write({
      'models/s.yml': versions('latest_version_pointer: true').replace('latest_version: 2', 'latest_version: 3'),
    });
    expect((await project.run('build')).exitCode).toBe(0);
    expect(JSON.parse(await shown()).show).toEqual([{ id: 3 }]);
    expect(await project.rows('from main.m', 'warehouse/lake.duckdb')).toEqual([{ id: 3 }]);
  });

  it('latest_version_pointer: a name that is taken is an error before anything runs', async () => {
    const config = 'latest_version_pointer: {enabled: true, alias: m_v2}';
    const project = new DbtProject({ ...models, 'models/s.yml': versions(config) });
    const run = await project.run('run');
    expect(run.exitCode).toBe(2);
    expect(run.output).toContain(
      'TSD3009  the latest version of "m" and the view that points to it are both main.m_v2',
    );
  });

  it.each(['native', 'delta'])(
    'on_error: continue runs what lies below a model that has failed (%s)',
    async (storage) => {
      const project = new DbtProject({
        'profiles.yml': `shop: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb, storage: ${storage}}}}\n`,
        'models/a.sql': "{{ config(materialized='table', on_error='continue') }} select 1 as id",
        'models/b.sql': "{{ config(materialized='table') }} select * from {{ ref('a') }}",
        'models/c.sql': "{{ config(materialized='table', on_error='skip_children') }} select 1 as id",
        'models/d.sql': "select * from {{ ref('c') }}",
      });
      expect((await project.run('run')).exitCode).toBe(0);
      const bad = "select error('no') as id";
      project.write({
        'models/a.sql': `{{ config(materialized='table', on_error='continue') }} ${bad}`,
        'models/c.sql': `{{ config(materialized='table', on_error='skip_children') }} ${bad}`,
      });
      const run = await project.run('run');
      expect(run.exitCode).toBe(1);
      expect(run.statuses).toEqual({
        'model.shop.a': 'error',
        'model.shop.b': 'success',
        'model.shop.c': 'error',
        'model.shop.d': 'skipped',
      });
    },
  );

  it('sql_header of a test runs before it where the flags say so', async () => {
    const project = new DbtProject({
      'models/a.sql': 'select 1 as id',
      'tests/t.sql': "{{ config(sql_header='create or replace temp macro off() as false;') }} select 1 where off()",
    });
    expect((await project.run('build')).statuses).toMatchObject({ 'test.shop.t': 'error' });
    project.write({ 'dbt_project.yml': flags('require_sql_header_in_test_configs: true') });
    expect((await project.run('build')).statuses).toMatchObject({ 'test.shop.t': 'pass' });
  });

  it('a schema that generate_schema_name does not give is an error at the macro', async () => {
    const project = new DbtProject({
      'models/a.sql': 'select 1 as id',
      'macros/n.sql': '{% macro generate_schema_name(c, n) %}{{ return(none) }}{% endmacro %}',
    });
    const run = await project.run('run');
    expect(run.exitCode).toBe(2);
    expect(run.output).toContain('generate_schema_name gives no name for model.shop.a');
    expect(run.output).toContain('macros/n.sql:1:1');
  });

  it('validate_macro_args: what YAML says of the arguments of a macro is held against it', async () => {
    const project = new DbtProject({
      'macros/m.sql': '{% macro f(a, b=2) %}1{% endmacro %}{% macro g(x) %}1{% endmacro %}',
      'macros/m.yml': [
        'macros:',
        '  - {name: f, arguments: [{name: a, type: "dict[str, list[ int ]]"}, {name: c, type: "list[strin]"}]}',
        '  - {name: g, arguments: [{name: x, type: optional}]}',
      ].join('\n'),
    });
    const run = await project.run('parse');
    expect(run.exitCode).toBe(0);
    expect(run.output.match(/TSD1035 .*/g)).toEqual([
      'TSD1035 the macro f has no argument "c" at this place: it takes a, b (macros/m.yml:2:77)',
      expect.stringMatching(/^TSD1035 "list\[strin\]" is no type of an argument: it may be str, .*m\.yml:2:86/),
      expect.stringMatching(/^TSD1035 "optional" is no type/),
    ]);
    const options = ['--warn-error-options', '{"error": ["InvalidMacroAnnotation"]}'];
    expect((await project.run('parse', ...options)).exitCode).toBe(2);
    project.write({ 'dbt_project.yml': flags('validate_macro_args: false') });
    expect((await project.run('parse', ...options)).exitCode).toBe(0);
  });

  it.each([
    ["unique_key='id'", 'TSD4014', 'it needs a strategy'],
    ["strategy='check', check_cols='all'", 'TSD4014', 'it needs a unique_key'],
    ["strategy='check', unique_key='id'", 'TSD4014', 'the strategy check needs check_cols'],
    ["strategy='check', unique_key='id', check_cols='v'", 'TSD4014', 'check_cols is "v"'],
    ["strategy='timestamp', unique_key='id'", 'TSD4014', 'the strategy timestamp needs updated_at'],
    ["strategy='timestamp', unique_key='id', updated_at='v', check_cols='all'", 'TSD4014', 'takes no check_cols'],
    ["strategy='check', unique_key='id', check_cols='all', materialized='table'", 'TSD1005', "'snapshot'"],
  ])('a snapshot that says %s is refused when the project is read', async (config, code, message) => {
    const project = new DbtProject({
      'models/m.sql': 'select 1 as id, 2 as v',
      'snapshots/s.sql': `{% snapshot s %}{{ config(${config}) }} select * from {{ ref('m') }}{% endsnapshot %}`,
    });
    const run = await project.run('parse');
    expect(run.exitCode).toBe(2);
    expect(run.output).toContain(code);
    expect(run.output).toContain(message);
  });

  it('seeds and tests have one materialization', async () => {
    const project = new DbtProject({
      'seeds/a.csv': 'id\n1\n',
      'seeds/s.yml':
        'seeds: [{name: a, config: {materialized: table}, columns: [{name: id, data_tests: [{unique: {config: {materialized: view}}}]}]}]',
      'tests/t.sql': "{{ config(materialized='view') }} select 1 where false",
    });
    const run = await project.run('parse');
    expect(run.exitCode).toBe(2);
    expect(run.output.match(/A \w+ must have a materialized value of '\w+'/g)!.toSorted()).toEqual([
      "A seed must have a materialized value of 'seed'",
      "A test must have a materialized value of 'test'",
      "A test must have a materialized value of 'test'",
    ]);
  });

  it('error_if may be any SQL behind a count, and what the engine does not take is told at the test', async () => {
    const yaml = (condition: string) =>
      `models: [{name: a, columns: [{name: id, data_tests: [{not_null: {config: {error_if: "${condition}"}}}]}]}]`;
    const project = new DbtProject({
      'models/a.sql': 'select unnest([null, null, 1]) as id',
      'models/s.yml': yaml('between 1 and 5'),
    });
    const outcome = async () =>
      Object.entries((await project.run('build')).statuses).find(([id]) => /^test/.test(id))![1];
    expect(await outcome()).toBe('fail');
    project.write({ 'models/s.yml': yaml('between 3 and 5') });
    expect(await outcome()).toBe('warn');
    project.write({ 'models/s.yml': yaml('1+1') });
    const run = await project.run('build');
    expect(run.output).toContain('TSD4102  error_if of test not_null_a_id is "1+1"');
    const { results } = JSON.parse(readFileSync(project.path('target/run_results.json'), 'utf8'));
    expect(results.map((one: { failures: unknown }) => one.failures)).toEqual([null, null]);
  });

  it('a foreign key stands in the manifest with the relation that it names, and a contract has dbt’s checksum', async () => {
    const project = new DbtProject({
      'models/m.sql': "{{ config(materialized='table') }} select 1 as id",
      'models/n.sql': "{{ config(materialized='table', contract={'enforced': true}) }} select 1 as id",
      'models/s.yml':
        "models: [{name: n, columns: [{name: id, data_type: integer, constraints: [{type: foreign_key, to: ref('m'), to_columns: [id]}]}]}]",
    });
    expect((await project.run('parse')).exitCode).toBe(0);
    expect(nodesOf(project)['model.shop.n']).toMatchObject({
      columns: { id: { constraints: [{ to: '"shop"."main"."m"', expression: null }] } },
      // dbt 1.12 gives it
      contract: { checksum: 'a32b8d9a8dbef2bf1a179abb8d643789a09dab5dc147d8fb6381dd928fc8c344' },
    });
  });

  it('a test that would warn has failed where warnings are errors', async () => {
    const project = new DbtProject({
      'models/a.sql': 'select 1 as id',
      'models/b.sql': "select * from {{ ref('a') }}",
      'models/s.yml':
        'models: [{name: a, columns: [{name: id, data_tests: [{accepted_values: {arguments: {values: [2]}, config: {severity: warn}}}]}]}]',
    });
    const tested = async (...words: string[]) => {
      const { statuses, exitCode } = await project.run('build', ...words);
      return [
        exitCode,
        ...Object.keys(statuses)
          .toSorted()
          .map((id) => statuses[id]),
      ];
    };
    expect(await tested()).toEqual([0, 'success', 'success', 'warn']);
    expect(await tested('--warn-error')).toEqual([1, 'success', 'skipped', 'fail']);
    expect(await tested('--warn-error-options', '{"error": ["LogTestResult"]}')).toEqual([
      1,
      'success',
      'skipped',
      'fail',
    ]);
    expect(await tested('--warn-error-options', '{"error": "all", "warn": ["LogTestResult"]}')).toEqual([
      0,
      'success',
      'success',
      'warn',
    ]);
  });

  it('sources with a blank in their name are refused where the flags say so', async () => {
    const project = new DbtProject({ 'models/s.yml': 'sources: [{name: a b, tables: [{name: t}, {name: u}]}]' });
    expect((await project.run('parse')).exitCode).toBe(0);
    project.write({ 'dbt_project.yml': flags('require_source_and_semantic_model_names_without_spaces: true') });
    const run = await project.run('parse');
    expect(run.exitCode).toBe(2);
    expect(run.output.match(/TSD1033 {2}/g)).toHaveLength(1);
  });
});
