import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DbtProject } from './dbt-project.js';

// biome-ignore lint/suspicious/noExplicitAny: artifacts are read as JSON
const artifact = (project: DbtProject, name: string): any =>
  JSON.parse(readFileSync(project.path(`target/${name}`), 'utf8'));

describe('results of a dbt project', () => {
  it('are told as dbt tells them: of what was skipped, of exposures, of SQL to its end', async () => {
    const project = new DbtProject({
      'models/bad.sql': 'select no_such_column\n\n  {{ "" }}\n',
      'models/below.sql': "select * from {{ ref('bad') }}",
      'models/good.sql': 'select 1 as id\n{% if true %}\n{% endif %}',
      'models/s.yml': `exposures: [{name: page, type: dashboard, owner: {name: Ada}, depends_on: [ref('good')]}]
unit_tests: [{name: u, model: below, given: [{input: ref('bad'), rows: [{id: 1}]}], expect: {rows: [{id: 1}]}}]
`,
    });
    expect((await project.run('build')).exitCode).toBe(1);
    const { results } = artifact(project, 'run_results.json');
    const of = (id: string) => results.find((one: { unique_id: string }) => one.unique_id === id);
    expect(of('model.shop.good')).toMatchObject({ compiled: true, compiled_code: 'select 1 as id\n\n', message: 'OK' });
    expect(of('model.shop.bad').message).toMatch(/^Runtime Error in model bad/);
    expect(of('model.shop.bad').compiled_code).toBe('select no_such_column\n\n  ');
    expect(of('model.shop.below')).toMatchObject({
      ...{ status: 'skipped', message: null, failures: null, compiled: false, compiled_code: null },
      ...{ relation_name: '"shop"."main"."below"', adapter_response: { reason: 'bad failed' } },
    });
    expect(of('exposure.shop.page')).toMatchObject({ status: 'no-op', message: 'NO-OP', failures: 0, compiled: null });
    expect(of('unit_test.shop.below.u')).toMatchObject({ status: 'skipped', compiled: null });
    for (const one of results) expect(one.overload_results).toBeNull();
    expect(readFileSync(project.path('target/compiled/shop/models/good.sql'), 'utf8')).toBe('select 1 as id\n\n');
  });
});

describe('messages of data tests that find rows', () => {
  it('are dbt’s', async () => {
    const project = new DbtProject({
      'models/a.sql': 'select 1 as id union all select null union all select null',
      'models/a.yml':
        'models: [{name: a, columns: [{name: id, data_tests: [not_null, {unique: {config: {severity: warn, where: "id is null or true", warn_if: "<> 7"}}}]}]}]\n',
    });
    await project.run('build');
    const messages = artifact(project, 'run_results.json').results.map((one: { message: string }) => one.message);
    expect(messages.sort()).toEqual([
      ...['Got 0 results, configured to warn if <> 7', 'Got 2 results, configured to fail if != 0', 'OK'],
    ]);
  });
});

describe('the manifest of a dbt project', () => {
  it('has the macros that a node has called by the end of the run, those that are written without templates among them', async () => {
    const project = new DbtProject({
      'models/a.sql': `{{ config(materialized='incremental') }}
select 1 as id {% if is_incremental() %} where false {% endif %}
{% if execute %}{% set found = run_query('select 1 as n') %}{% set other = dbt.run_query('select 1 as n') %}{% endif %}`,
      'macros/m.sql': '{% macro asks() %}{{ is_incremental() }}{% endmacro %}',
      'models/b.sql': 'select 1 as id -- {{ asks() }}',
      'models/a.yml': 'models: [{name: a, columns: [{name: id, data_tests: [unique]}]}]\n',
    });
    const { statuses } = await project.run('build');
    const { nodes } = artifact(project, 'manifest.json');
    expect(nodes['model.shop.a'].depends_on.macros).toEqual(['macro.dbt.is_incremental', 'macro.dbt.run_query']);
    expect(nodes['model.shop.b'].depends_on.macros).toEqual(['macro.shop.asks']);
    const test = Object.keys(statuses).find((id) => id.startsWith('test.'))!;
    expect(nodes[test].depends_on.macros).toEqual([
      ...['macro.dbt.test_unique', 'macro.dbt.get_where_subquery', 'macro.dbt.get_limit_subquery_sql'],
      ...['macro.dbt.should_store_failures', 'macro.dbt.statement'],
    ]);
  });

  it('has the paths that dbt has', async () => {
    const values = Array.from({ length: 12 }, (_, i) => `value_${i}`).join(', ');
    const project = new DbtProject({
      'dbt_project.yml': 'name: shop\nprofile: shop\nseed-paths: [files/data]\n',
      'files/data/plain/s.csv': 'id\n1\n',
      'snapshots/both.sql':
        "{% snapshot kept %}{{ config(strategy='check', unique_key='id', check_cols='all') }}select 1 as id{% endsnapshot %}",
      'models/a.sql': "select 'value_0' as name",
      'models/a.yml': `models: [{name: a, columns: [{name: name, data_tests: [{accepted_values: {arguments: {values: [${values}]}, config: {alias: mine}}}]}]}]\n`,
      'dbt_packages/other/dbt_project.yml': 'name: other\n',
      'dbt_packages/other/models/of_root.yml': `models:\n  - name: b\n    description: >\n      Said by\n      a package.\n\n`,
      'models/b.sql': 'select 1 as id',
    });
    const { statuses } = await project.run('build');
    const { nodes } = artifact(project, 'manifest.json');
    expect(nodes['seed.shop.s'].path).toBe('plain/s.csv');
    expect(nodes['snapshot.shop.kept'].path).toBe('both.sql');
    expect(nodes['model.shop.b']).toMatchObject({
      patch_path: 'other://models/of_root.yml',
      description: 'Said by a package.',
    });
    const test = nodes[Object.keys(statuses).find((id) => id.startsWith('test.'))!];
    expect(test.path).toMatch(/^accepted_values_a_name__value__[\da-f]{32}\.sql$|^accepted_values_a_[\da-f]{32}\.sql$/);
    expect(test.alias).toBe('mine');
    expect(test.compiled_path).toBe(`target/compiled/shop/models/a.yml/${test.path}`);
    expect(existsSync(project.path(test.compiled_path))).toBe(true);
  });

  it('has a ref that a test is given once', async () => {
    const project = new DbtProject({
      'models/a.sql': 'select 1 as id',
      'models/b.sql': 'select 1 as id',
      'macros/t.sql':
        '{% test like(model, other) %}select * from {{ model }} where id not in (select id from {{ other }}){% endtest %}',
      'models/a.yml': "models: [{name: a, data_tests: [{like: {arguments: {other: ref('b')}}}]}]\n",
    });
    const { statuses } = await project.run('build');
    const { nodes } = artifact(project, 'manifest.json');
    const test = nodes[Object.keys(statuses).find((id) => id.startsWith('test.'))!];
    expect(test.refs.map(({ name }: { name: string }) => name)).toEqual(['b', 'a']);
  });

  it('is told to hooks as it is by then', async () => {
    const project = new DbtProject({
      'macros/keep.sql': `{% macro keep() %}create table said as select '{{ graph.nodes[model.unique_id].compiled_code | trim }}' as code,
  '{{ adapter.quote('a"b') }}' as quoted, '{{ dbt_version }}' as version{% endmacro %}`,
      'models/a.sql': `{{ config(materialized='table', post_hook="{{ keep() }}") }} select 1 as id`,
    });
    expect((await project.run('run')).exitCode).toBe(0);
    expect(await project.rows('from said')).toEqual([{ code: 'select 1 as id', quoted: '"a"b"', version: '1.12.6' }]);
  });

  it('is what model is in templates, without what is null', async () => {
    const project = new DbtProject({
      'macros/t.sql': `{% test keeps(model, column_name) %}
  {% if execute %}{% do run_query("create table if not exists said (what text)") %}
  {% set own = test_model() %}
  {% set had = [own.attached_node, 'group' in own, 'relation_name' in own, own.config.severity, own.test_metadata.kwargs.column_name, own.path] %}
  {% do run_query("insert into said values ('" ~ had | join(' ') ~ "')") %}{% endif %}
  select * from {{ model }} where false{% endtest %}
{% macro test_model() %}{{ return(context['model']) }}{% endmacro %}`,
      'macros/about.sql': `{% macro about() %}{% set id = model.columns.id %}
  create table about as select '{{ [id.data_type, 'quote' in id, model.config['pre-hook'] | length, model.config.get('schema', 'none'), model.patch_path, 'compiled_sql' in model] | join(' ') }}' as what{% endmacro %}`,
      'models/a.sql': `{{ config(materialized='table', pre_hook="{{ about() }}") }} select 1 as id`,
      'models/a.yml': 'models: [{name: a, columns: [{name: id, data_type: string, data_tests: [keeps]}]}]\n',
    });
    const { exitCode, output } = await project.run('build');
    expect(output).not.toMatch(/TSD\d/);
    expect(exitCode).toBe(0);
    expect(await project.rows('from about')).toEqual([{ what: 'TEXT False 1 none shop://models/a.yml True' }]);
    expect(await project.rows('from said')).toEqual([{ what: 'model.shop.a False False ERROR id keeps_a_id.sql' }]);
  });
});
