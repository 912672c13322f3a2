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
