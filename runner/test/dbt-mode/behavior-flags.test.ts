import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DbtProject } from './dbt-project.js';

const flags = (given: string, more = '') => `name: shop\nprofile: shop\nflags: {${given}}\n${more}`;
const tools = { 'dbt_packages/tools/dbt_project.yml': 'name: tools\n' };
const nodesOf = (project: DbtProject) =>
  JSON.parse(readFileSync(project.path('target/manifest.json'), 'utf8')).nodes as Record<
    string,
    { fqn: string[]; path: string; config: { tags: string[] }; depends_on: { nodes: string[] } }
  >;

// what dbt 1.12 does with each was looked up by running it
describe('flags of behaviour', () => {
  it('skip_nodes_if_on_run_start_fails: nodes are skipped, or run all the same', async () => {
    const hook = 'on-run-start: ["select * from nowhere"]\n';
    const project = new DbtProject({ 'dbt_project.yml': flags('', hook), 'models/a.sql': 'select 1 as id' });
    expect((await project.run('run')).statuses).toMatchObject({ 'model.shop.a': 'skipped' });
    project.write({ 'dbt_project.yml': flags('skip_nodes_if_on_run_start_fails: false', hook) });
    const run = await project.run('run');
    expect(run.statuses).toEqual({ 'operation.shop.shop-on-run-start-0': 'error', 'model.shop.a': 'success' });
    expect(run.exitCode).toBe(1);
  });

  it('source_freshness_run_project_hooks: hooks of a run stand around a look at sources', async () => {
    const hooks =
      'on-run-start: ["create or replace table t as select now() as ts"]\non-run-end: ["create table seen as select 1 as n"]\n';
    const project = new DbtProject({
      'dbt_project.yml': flags('source_freshness_run_project_hooks: false', hooks),
      'models/s.yml':
        'sources: [{name: raw, schema: main, tables: [{name: t, loaded_at_field: ts, freshness: {error_after: {count: 1, period: day}}}]}]',
    });
    expect((await project.run('source', 'freshness')).exitCode).toBe(1);
    project.write({ 'dbt_project.yml': flags('', hooks) });
    expect((await project.run('source', 'freshness')).exitCode).toBe(0);
    expect(await project.rows('from seen')).toEqual([{ n: 1 }]);
    project.write({ 'dbt_project.yml': flags('', 'on-run-start: ["from nowhere"]\n') });
    const failed = await project.run('source', 'freshness');
    expect(failed.exitCode).toBe(1);
    expect(failed.output).toContain('table "nowhere" does not exist');
  });

  it('allow_jinja_file_extensions: .sql.jinja and the like are SQL', async () => {
    const files = {
      'models/a.sql.jinja': "select {{ one() }} as id, '{{ doc }}' as d",
      'models/b.sql': "select * from {{ ref('a') }}",
      'macros/m.sql.j2': '{% macro one() %}1{% endmacro %}',
      'tests/none.sql.jinja2': "select * from {{ ref('a') }} where id = 2",
      'models/d.md.jinja': '{% docs about %}Said here.{% enddocs %}',
      'models/s.yml': 'models: [{name: a, description: "{{ doc(\'about\') }}"}]',
    };
    const project = new DbtProject({ 'dbt_project.yml': flags('allow_jinja_file_extensions: true'), ...files });
    const run = await project.run('build');
    expect(run.statuses).toEqual({
      'model.shop.a': 'success',
      'model.shop.b': 'success',
      'test.shop.none': 'pass',
    });
    expect(nodesOf(project)['model.shop.a']).toMatchObject({ description: 'Said here.', path: 'a.sql.jinja' });
    project.write({ 'dbt_project.yml': flags('') });
    expect((await project.run('build')).output).toContain('ref("a"): there is no model, seed or snapshot of this name');
  });

  it('require_corrected_analysis_fqns: analyses have a tree of their own', async () => {
    const trees = 'models: {shop: {+tags: [m]}}\nanalyses: {shop: {+tags: [a]}}\n';
    const project = new DbtProject({ 'dbt_project.yml': flags('', trees), 'analyses/sub/look.sql': 'select 1' });
    await project.run('parse');
    const id = 'analysis.shop.look';
    expect(nodesOf(project)[id]).toMatchObject({
      fqn: ['shop', 'analysis', 'sub', 'look'],
      path: 'analysis/sub/look.sql',
      config: { tags: ['m'] },
    });
    project.write({ 'dbt_project.yml': flags('require_corrected_analysis_fqns: true', trees) });
    await project.run('parse');
    expect(nodesOf(project)[id]).toMatchObject({
      fqn: ['shop', 'sub', 'look'],
      path: 'sub/look.sql',
      config: { tags: ['a'] },
    });
  });

  it('require_unique_project_resource_names: a seed may have the name of a model, and ref means it', async () => {
    const seeds = 'seeds: {+schema: raw}\n';
    const project = new DbtProject({
      'dbt_project.yml': flags('', seeds),
      'models/m.sql': 'select 1 as id',
      'models/n.sql': "select * from {{ ref('m') }}",
      'seeds/m.csv': 'id\n2\n',
    });
    const run = await project.run('build');
    expect(run.statuses).toEqual({ 'model.shop.m': 'success', 'model.shop.n': 'success', 'seed.shop.m': 'success' });
    expect(nodesOf(project)['model.shop.n']!.depends_on.nodes).toEqual(['seed.shop.m']);
    expect(await project.rows('from n')).toEqual([{ id: 2 }]);
    project.write({ 'dbt_project.yml': flags('require_unique_project_resource_names: true', seeds) });
    expect((await project.run('build')).output).toContain('two nodes are named "m"');
  });

  it('require_ref_searches_node_package_before_root: whose model and source a package means', async () => {
    const sources = (at: string) => `sources: [{name: raw, schema: ${at}, tables: [{name: t}]}]`;
    const project = new DbtProject({
      ...tools,
      'dbt_packages/tools/models/m.sql': "{{ config(schema='p') }} select 'package' as whose",
      'dbt_packages/tools/models/q.sql': "select * from {{ ref('m') }} -- {{ source('raw', 't') }}",
      'dbt_packages/tools/models/s.yml': sources('of_package'),
      'models/m.sql': "select 'root' as whose",
      'models/s.yml': sources('of_root'),
    });
    await project.run('parse');
    expect(nodesOf(project)['model.tools.q']!.depends_on.nodes.toSorted()).toEqual([
      'model.shop.m',
      'source.shop.raw.t',
    ]);
    project.write({ 'dbt_project.yml': flags('require_ref_searches_node_package_before_root: true') });
    await project.run('parse');
    expect(nodesOf(project)['model.tools.q']!.depends_on.nodes.toSorted()).toEqual([
      'model.tools.m',
      'source.tools.raw.t',
    ]);
  });
});

describe('vars.yml', () => {
  it('holds the variables of a project and of a package', async () => {
    const project = new DbtProject({
      ...tools,
      'dbt_packages/tools/vars.yml': 'vars: {c: 3, d: 4}',
      'dbt_packages/tools/models/p.sql': "select {{ var('c') }} as c, {{ var('d') }} as d",
      'vars.yml': 'vars: {a: 1, shop: {b: 2}, tools: {d: 5}, at: late}',
      'dbt_project.yml': 'name: shop\nprofile: shop\nmodels: {+schema: "{{ var(\'at\') }}"}\n',
      'models/a.sql': "select {{ var('a') }} as a, {{ var('b') }} as b",
    });
    expect((await project.run('build')).exitCode).toBe(0);
    expect(await project.rows('from main_late.a')).toEqual([{ a: 1, b: 2 }]);
    expect(await project.rows('from main_late.p')).toEqual([{ c: 3, d: 5 }]);
    project.write({ 'vars.yml': 'vars: {a: 7, b: 8, at: late}' });
    expect((await project.run('build')).exitCode).toBe(0);
    expect(await project.rows('from main_late.a')).toEqual([{ a: 7, b: 8 }]);
  });

  it('stands instead of vars: of the project file', async () => {
    const project = new DbtProject({
      'vars.yml': 'vars: {a: 1}',
      'dbt_project.yml': 'name: shop\nprofile: shop\nvars: {b: 1}\n',
    });
    const run = await project.run('parse');
    expect(run.exitCode).toBe(2);
    expect(run.output).toContain('variables stand in both vars.yml and dbt_project.yml');
    expect(run.output).toContain('dbt_project.yml:3:1');
  });
});
