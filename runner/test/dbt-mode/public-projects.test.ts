import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DbtProject } from './dbt-project.js';

/** What public dbt projects do, and dbt-core 1.12 with dbt-duckdb 1.11 answers: held here as it was found. */

describe('the layout that a table asks for in a database file', () => {
  const ordered = "select 1 as id, date '2024-01-01' as ordered_on";

  it.each([
    ['table', "partition_by={'field': 'ordered_on', 'data_type': 'date'}", 'partitioned_by/partition_by'],
    ['incremental', "partition_by={'field': 'ordered_on'}", 'partitioned_by/partition_by'],
    ['table', 'partitioned_by=[1]', 'partitioned_by/partition_by'],
    ['table', 'sort_by=[]', 'sorted_by/sort_by'],
  ])('of a %s, %s, is an error that names no columns', async (materialized, config, label) => {
    const project = new DbtProject({
      'models/m.sql': `{{ config(materialized='${materialized}', ${config}) }} ${ordered}`,
      'models/below.sql': "select * from {{ ref('m') }}",
    });
    const { statuses, output } = await project.run('run');
    expect(statuses).toEqual({ 'model.shop.m': 'error', 'model.shop.below': 'skipped' });
    expect(output).toContain(`TSD1005  m: ${label} must be a list of strings or a string`);
  });

  it('is left out with a warning, and is nobody’s concern in a view', async () => {
    const project = new DbtProject({
      'models/m.sql': `{{ config(materialized='table', partition_by=['ordered_on'], sort_by='id') }} ${ordered}`,
      'models/v.sql': `{{ config(materialized='view', partition_by={'field': 'ordered_on'}) }} ${ordered}`,
    });
    const { statuses, output } = await project.run('run');
    expect(statuses).toEqual({ 'model.shop.m': 'success', 'model.shop.v': 'success' });
    expect(output).toMatch(/partitioned_by\/partition_by is only kept in DuckLake; ignored for \S*"m"/);
    expect(output).toMatch(/sorted_by\/sort_by is only kept in DuckLake; ignored for \S*"m"/);
    expect(await project.rows('select id from m')).toEqual([{ id: 1 }]);
  });

  it('does not count when rows are added to what is there', async () => {
    const model = (config: string) => ({
      'models/m.sql': `{{ config(materialized='incremental'${config}) }} ${ordered}`,
    });
    const project = new DbtProject(model(''));
    expect((await project.run('run')).exitCode).toBe(0);
    project.write(model(", partition_by={'field': 'ordered_on'}"));
    expect((await project.run('run')).exitCode).toBe(0);
    expect((await project.run('run', '--full-refresh')).exitCode).toBe(1);
  });
});

describe('a column that YAML lists twice', () => {
  it('is a warning for models and sources, and the later entry counts', async () => {
    const columns = 'columns: [{name: id, description: first}, {name: other}, {name: id, description: second}]';
    const project = new DbtProject({
      'models/m.sql': "{{ config(persist_docs={'columns': true}) }} select 1 as id, 2 as other",
      'models/m.yml': `models: [{name: m, ${columns}}]\nsources: [{name: raw, tables: [{name: t, ${columns}}]}]`,
    });
    const { exitCode, output } = await project.run('build');
    expect(exitCode).toBe(0);
    expect(new Set(output.match(/TSD1022 the column "id" is listed twice \(\S+\)/g))).toHaveProperty('size', 2);
    const { nodes, sources } = JSON.parse(readFileSync(project.path('target/manifest.json'), 'utf8'));
    for (const node of [nodes['model.shop.m'], sources['source.shop.raw.t']])
      expect(
        Object.entries(node.columns).map(([name, column]) => [name, (column as { description: string }).description]),
      ).toEqual([
        ['id', 'second'],
        ['other', ''],
      ]);
  });
});

describe('a package in templates', () => {
  it('is a mapping of its macros', async () => {
    const project = new DbtProject({
      'dbt_packages/kit/dbt_project.yml': 'name: kit\n',
      'dbt_packages/kit/macros/kit.sql': '{% macro one() %}1{% endmacro %}{% macro items_of() %}2{% endmacro %}',
      'models/m.sql': `select '{{ kit.keys() | sort | join(",") }} {{ kit.get("one")() }} {{ kit.get("two", "none") }} {{ "one" in kit }} {{ "two" in kit }} {{ kit | length }} {{ kit is mapping }} {{ context.get("kit", {}).get("one") is none }} {{ kit.items() | map(attribute=0) | sort | join(",") }}' as said`,
    });
    expect((await project.run('run')).exitCode).toBe(0);
    expect(await project.rows('select said from m')).toEqual([
      { said: 'items_of,one 1 none True False 2 True False items_of,one' },
    ]);
  });
});

describe('config-version', () => {
  const one = 'name: shop\nprofile: shop\nconfig-version: 1\n';
  const kit = { 'dbt_packages/kit/dbt_project.yml': 'name: kit\nconfig-version: 1\n' };

  it('other than 2 is an error of the project, and of a package that holds nodes', async () => {
    const ofProject = await new DbtProject({ 'models/m.sql': 'select 1 as id', 'dbt_project.yml': one }).run('build');
    expect(ofProject.exitCode).toBe(2);
    expect(ofProject.output).toContain('TSD1005  config-version: expected 2, found 1\n  dbt_project.yml:3:17');
    const models = { ...kit, 'models/m.sql': 'select 1 as id', 'dbt_packages/kit/models/n.sql': 'select 1 as id' };
    expect((await new DbtProject(models).run('build')).output).toContain('dbt_packages/kit/dbt_project.yml:2:17');
    const macros = {
      ...kit,
      'models/m.sql': 'select 1 as id',
      'dbt_packages/kit/macros/n.sql': '{% macro n() %}{% endmacro %}',
    };
    expect((await new DbtProject(macros).run('build')).exitCode).toBe(0);
  });
});

describe('a source that is met only when the node runs', () => {
  it('is read, as nothing builds it', async () => {
    const project = new DbtProject({
      'seeds/prices.csv': 'id\n7\n',
      'models/m.yml': 'sources: [{name: raw, schema: main, tables: [{name: plans}, {name: prices}]}]',
      'models/m.sql': "{% set name = 'prices' if execute else 'plans' %}select * from {{ source('raw', name) }}",
      'models/n.sql': "{% if execute %}select * from {{ ref('m') }}{% endif %}",
    });
    expect((await project.run('seed')).exitCode).toBe(0);
    const { statuses, output } = await project.run('run');
    expect(statuses).toEqual({ 'model.shop.m': 'success', 'model.shop.n': 'error' });
    expect(output).toContain("TSD3011  ref('m') was not met when the project was parsed");
    expect(await project.rows('select id from m')).toEqual([{ id: 7 }]);
  });
});

describe('templates of dbt_project.yml', () => {
  it('are rendered in the types of a column, and in what meta holds, that is called description', async () => {
    const project = new DbtProject({
      'dbt_project.yml': `name: shop
profile: shop
seeds:
  shop:
    t:
      +meta: {description: "{{ target.name }}"}
      +column_types:
        description: "{{ 'varchar' if target.type == 'duckdb' else 'string' }}"
`,
      'seeds/t.csv': 'id,description\n1,2\n',
    });
    expect((await project.run('seed')).exitCode).toBe(0);
    expect(await project.rows('select typeof(description) as type from t')).toEqual([{ type: 'VARCHAR' }]);
    const { nodes } = JSON.parse(readFileSync(project.path('target/manifest.json'), 'utf8'));
    expect(nodes['seed.shop.t'].config.meta).toEqual({ description: 'dev' });
  });
});

describe('templates in YAML', () => {
  it('see dbt’s base context', async () => {
    const said = [
      "{{ dbt_version.split('.')[0] }}",
      '{{ modules.datetime.date(2024, 1, 2).isoformat() }}',
      '{{ fromjson(\'[\\"a\\"]\')[0] }}',
      '{{ run_started_at.year > 2000 }}',
      '{{ project_name }}{{ execute }}{{ adapter }}',
    ];
    const project = new DbtProject({
      'models/m.sql': 'select 1 as id',
      'models/old.sql': 'select 1 as id',
      'models/m.yml': `models:
  - {name: m, config: {meta: {said: [${said.map((one) => `"${one}"`).join(', ')}]}}}
  - {name: old, config: {enabled: "{{ (dbt_version.split('.')[0] | int) < 1 }}"}}
`,
    });
    const { statuses } = await project.run('build');
    expect(statuses).toEqual({ 'model.shop.m': 'success' });
    const { nodes } = JSON.parse(readFileSync(project.path('target/manifest.json'), 'utf8'));
    expect(nodes['model.shop.m'].config.meta.said).toEqual(['1', '2024-01-02', 'a', true, 'shop']);
  });
});

describe('a key of YAML without a value', () => {
  const empty = {
    'models/m.sql': 'select 1 as id',
    'seeds/s.csv': 'id\n1\n',
    'models/m.yml': `models:
  - name: m
    group:
    tags:
    config: {tags: null, on_schema_change: null}
    columns: [{name: id, data_type: null, quote: null, config: {meta: null}, data_tests: [{not_null: {tags: null, meta: null, config: {meta: null, tags: null}}}]}]
seeds: [{name: s, config: {delimiter: null, tags: [2024, a]}}]
sources: [{name: raw, schema: null, database: null, loaded_at_field: null, tables: [{name: t, identifier: null, config: {meta: null, tags: null}}]}]
exposures: [{name: e, type: dashboard, maturity: null, label: null, url: null, owner: {name: a}}]
`,
  };

  it('is not there in a dbt project, and a number may be a tag', async () => {
    const { statuses, output } = await new DbtProject(empty).run('build');
    expect(output).not.toContain('TSD1005');
    expect(Object.values(statuses).sort()).toEqual(['no-op', 'pass', 'success', 'success']);
    const tagged = await new DbtProject(empty).run('ls', '--select', 'tag:2024');
    expect(tagged.output).toContain('shop.s');
  });

  it('is an error where a value must be, and in other projects', async () => {
    const unnamed = await new DbtProject({ 'models/m.yml': 'models: [{name: null, tags: null}]' }).run('parse');
    expect(unnamed.output).toContain('TSD1005  models[1].name must be text, not empty');
    const { 'models/m.yml': properties } = empty;
    const own = new DbtProject({ ...empty, 'project.yml': 'name: shop\n', 'models/m.yml': properties });
    expect((await own.run('parse')).output).toContain('TSD1005  models[1].tags must be text or a list, not empty');
  });
});
