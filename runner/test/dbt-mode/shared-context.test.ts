import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DbtProject } from './dbt-project.js';

describe('what packages look for in dbt’s context', () => {
  it('ref.config tells of the project, its variables, its packages and the command', async () => {
    const project = new DbtProject({
      'dbt_project.yml': 'name: shop\nversion: "1.2"\nprofile: shop\nvars: {a: 1}\n',
      'dbt_packages/tools/dbt_project.yml': 'name: tools\nversion: "0.3.1"\n',
      'dbt_packages/tools/macros/told.sql': `{% macro told() %}
  {%- set config = builtins.ref.config -%}
  {{ return([config.project_name, config.version, config.dependencies['tools'].version, config.vars.to_dict().a, config.cli_vars.b,
    config.args.which, config.credentials.type, source.config.target_name, config.nothing is defined] | join(' ')) }}
{% endmacro %}`,
      'models/m.sql': `select '{{ tools.told() if execute }}' as told`,
    });
    expect((await project.run('build', '--vars', '{b: 2}')).exitCode).toBe(0);
    expect(await project.rows('select told from m')).toEqual([{ told: 'shop 1.2 0.3.1 1 2 build duckdb dev False' }]);
  });

  it('graph is one dict for the whole run: what one template puts in it, another reads', async () => {
    const project = new DbtProject({
      'models/a.sql': `{% if execute %}{% do graph.setdefault('notes', {}).update({'from_a': 7}) %}{% endif %} select 1 as id`,
      'models/b.sql': `-- depends_on: {{ ref('a') }}\nselect {{ graph.get('notes', {}).get('from_a', 0) if execute else 0 }} as note`,
    });
    expect((await project.run('build')).exitCode).toBe(0);
    expect(await project.rows('select note from b')).toEqual([{ note: 7 }]);
  });
});

describe('graph', () => {
  it('has the macros that a template has called itself, in order, and the SQL of what was compiled', async () => {
    const project = new DbtProject({
      'dbt_project.yml': 'name: shop\nprofile: shop\non-run-end: ["{{ seen(true) }}"]\n',
      'macros/m.sql': `{% macro inner(x) %}{{ return(x) }}{% endmacro %}
{% macro outer(x) %}{{ return(inner(x)) }}{% endmacro %}
{% macro late() %}{{ return(7) }}{% endmacro %}
{% macro seen(ended=false) %}
  {% set node = graph.nodes['model.shop.a'] %}
  {% set test = graph.nodes.values() | selectattr('name', 'eq', 'unique_a_id') | first %}
  {% set text = node.depends_on.macros | join(' ') ~ ' / ' ~ test.depends_on.macros | join(' ') ~ ' / ' ~ (node.compiled_code or '') | trim %}
  {% if ended %}create table after as select '{{ text }}' as told{% else %}{{ return(text) }}{% endif %}
{% endmacro %}`,
      'models/a.sql': 'select {{ outer(inner(1)) }} as id{% if execute %}, {{ late() }} as n{% endif %}',
      'models/z.sql': "-- depends_on: {{ ref('a') }}\nselect '{{ seen() if execute }}' as told",
      'models/a.yml': 'models: [{name: a, columns: [{name: id, data_tests: [unique]}]}]',
    });
    expect((await project.run('build')).exitCode).toBe(0);
    const [{ told: after } = {}] = await project.rows('select told from after');
    expect(after).toMatch(
      /^macro\.shop\.inner macro\.shop\.outer macro\.shop\.late \/ macro\.dbt\.test_unique macro\.dbt\.get_where_subquery.* \/ select 1 as id, 7 as n$/,
    );
    const { nodes } = JSON.parse(readFileSync(project.path('target/manifest.json'), 'utf8'));
    expect(nodes['model.shop.a'].depends_on.macros).toEqual([
      'macro.shop.inner',
      'macro.shop.outer',
      'macro.shop.late',
    ]);
  });

  it('knows before a run what the parse has called', async () => {
    const project = new DbtProject({
      'dbt_project.yml': `name: shop
profile: shop
on-run-start: ["create table before as select '{% for n in graph.nodes.values() %}{{ n.name }}: {{ n.depends_on.macros | join(' ') }}; {% endfor %}' as told"]
`,
      'macros/m.sql': '{% macro late() %}{{ return(7) }}{% endmacro %}',
      'models/a.sql': 'select 1 as id{% if execute %}, {{ late() }} as n{% endif %}',
      'models/a.yml':
        'models: [{name: a, columns: [{name: id, data_tests: [unique, {accepted_values: {arguments: {values: [1]}}}]}]}]',
    });
    expect((await project.run('run')).exitCode).toBe(0);
    const [{ told } = {}] = await project.rows('select told from before');
    expect(told).toBe(
      'a: ; unique_a_id: macro.dbt.test_unique; accepted_values_a_id__1: macro.dbt.test_accepted_values macro.dbt.get_where_subquery; ',
    );
  });

  it('has everything in the form that it has in manifest.json', async () => {
    const project = new DbtProject({
      'models/m.sql': `{{ config(materialized='table') }}
{% if execute %}
  {%- set node = graph.nodes['model.shop.m'] -%} {%- set source = graph.sources['source.shop.raw.t'] -%}
  {%- set exposure = graph.exposures['exposure.shop.page'] -%}
select '{{ node.columns['id'].description }}' as described, '{{ node.checksum.name }}' as checksum, '{{ source.freshness.warn_after.count }}' as warns,
  '{{ exposure.owner.name }}' as owner, '{{ exposure.depends_on.nodes | join }}' as reads
{% else %} select 1 as described {% endif %}`,
      'models/s.yml': `models: [{name: m, columns: [{name: id, description: a key}]}]
sources: [{name: raw, tables: [{name: t, loaded_at_field: at, freshness: {warn_after: {count: 3, period: day}}}]}]
exposures: [{name: page, type: dashboard, owner: {name: Ada}, depends_on: [ref('m')]}]
`,
    });
    expect((await project.run('build')).exitCode).toBe(0);
    expect(await project.rows('select * from m')).toEqual([
      { described: 'a key', checksum: 'sha256', warns: '3', owner: 'Ada', reads: 'model.shop.m' },
    ]);
  });
});

describe('hooks of models', () => {
  it('make what they name a parent of the model', async () => {
    const project = new DbtProject({
      'models/log.sql': `{{ config(materialized='table') }} select 0 as n`,
      'models/a.sql': `{{ config(post_hook="insert into {{ ref('log') }} values (1)") }} select 1 as id`,
      'macros/noted.sql': `{% macro noted() %}insert into {{ ref('log') }} values ({{ run_query('select 40 + 2').rows[0][0] }}){% endmacro %}`,
      'models/b.sql': `{{ config(pre_hook=[{'sql': '{{ noted() }}'}]) }} select 2 as id`,
    });
    expect((await project.run('ls', '--select', 'log+', '--output', 'name')).output.split('\n').sort()).toEqual(
      expect.arrayContaining(['a', 'b', 'log']),
    );
    expect((await project.run('build')).exitCode).toBe(0);
    expect(await project.rows('select n::int as n from log order by n')).toEqual([{ n: 0 }, { n: 1 }, { n: 42 }]);
  });

  it('may not call what is not there: nothing runs', async () => {
    const project = new DbtProject({
      'models/a.sql': `{{ config(post_hook="{{ adapter.dispatch('nowhere')() }}") }} select 1 as id`,
    });
    const run = await project.run('build');
    expect(run.exitCode).toBe(2);
    expect(run.output).toContain('Compilation Error');
    expect(run.output).toMatch(/nowhere[\s\S]*models\/a\.sql \(hook 1\):1:4/);
  });
});
