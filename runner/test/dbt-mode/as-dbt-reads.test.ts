import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DbtProject } from './dbt-project.js';

const nodesOf = (project: DbtProject) =>
  JSON.parse(readFileSync(project.path('target/manifest.json'), 'utf8')).nodes as Record<
    string,
    { description: string; columns: object; checksum: { checksum: string }; test_metadata?: { kwargs: object } }
  >;

describe('what is read as dbt reads it', () => {
  it('descriptions keep the line break at their end, but for one that a template loses', async () => {
    const project = new DbtProject({
      'models/a.sql': 'select 1 as id',
      'models/b.sql': 'select 1 as id',
      'models/c.sql': 'select 1 as id',
      'models/s.yml': [
        'models:',
        '  - name: a',
        '    description: >',
        '      Folded.',
        '  - name: b',
        '    description: |',
        '      From {{ target.name }}.',
        '  - name: c',
        '    description: |',
        '      At the end of the file',
      ].join('\n'),
    });
    expect((await project.run('parse')).exitCode).toBe(0);
    const nodes = nodesOf(project);
    expect(nodes['model.shop.a']!.description).toBe('Folded.\n');
    expect(nodes['model.shop.b']!.description).toBe('From dev.');
    // PyYAML ends a block with a line break only where the file has one
    expect(nodes['model.shop.c']!.description).toBe('At the end of the file');
  });

  it('the checksum of a seed does not depend on how its lines end', async () => {
    const project = new DbtProject({ 'seeds/a.csv': 'id,n\r\n1,2\r\n', 'seeds/b.csv': '\nid,n\n1,2\n\n' });
    expect((await project.run('parse')).exitCode).toBe(0);
    const nodes = nodesOf(project);
    expect(nodes['seed.shop.a']!.checksum).toEqual(nodes['seed.shop.b']!.checksum);
  });

  it('arguments of a test come before its column and its model', async () => {
    const project = new DbtProject({
      'models/a.sql': 'select 1 as id',
      'models/a.yml':
        'models: [{name: a, columns: [{name: id, data_tests: [{accepted_values: {arguments: {values: [1]}}}]}]}]',
    });
    expect((await project.run('parse')).exitCode).toBe(0);
    const test = Object.entries(nodesOf(project)).find(([id]) => id.startsWith('test.'))![1];
    expect(Object.keys(test.test_metadata!.kwargs)).toEqual(['values', 'column_name', 'model']);
  });

  it('the entry of a seed that a package has, and the project has disabled, is that of the project’s own', async () => {
    const project = new DbtProject({
      'dbt_project.yml': 'name: shop\nprofile: shop\nseeds: {tools: {kept: {+enabled: false}}}\n',
      'seeds/kept.csv': 'id\n1\n',
      'dbt_packages/tools/dbt_project.yml': 'name: tools\n',
      'dbt_packages/tools/seeds/kept.csv': 'id\n2\n',
      'dbt_packages/tools/seeds/kept.yml':
        'seeds: [{name: kept, description: told by the package, columns: [{name: id, description: key}]}]\n',
    });
    expect((await project.run('parse')).exitCode).toBe(0);
    expect(nodesOf(project)['seed.shop.kept']).toMatchObject({
      description: 'told by the package',
      columns: { id: { description: 'key' } },
    });
  });

  it('macros that dispatch to what nobody has written end a command, called or not', async () => {
    const project = new DbtProject({
      'models/a.sql': 'select 1 as id',
      'dbt_packages/tools/dbt_project.yml': 'name: tools\n',
      'dbt_packages/tools/macros/m.sql': `{% macro m() %}{{ return(adapter.dispatch('m', 'tools')()) }}{% endmacro %}
{% macro snowflake__m() %}1{% endmacro %}`,
    });
    const { exitCode, output } = await project.run('build');
    expect(exitCode).toBe(2);
    expect(output).toMatch(/TSD2015 +no implementation of "m" for duckdb\n +dbt_packages\/tools\/macros\/m\.sql:1:26/);
  });

  it('a dispatch that finds its macro in any package, in dbt’s own, or only when it runs, is none of them', async () => {
    const project = new DbtProject({
      'models/a.sql': 'select 1 as id',
      'macros/m.sql': `{% macro m(name) %}{{ adapter.dispatch('others')() }}{{ adapter.dispatch(name)() }}{% endmacro %}
{% macro n(name) %}{{ adapter.dispatch('load_csv_rows')() }}{{ adapter.dispatch('concat', 'dbt')([]) }}{% endmacro %}`,
      'dbt_packages/tools/dbt_project.yml': 'name: tools\n',
      'dbt_packages/tools/macros/m.sql': '{% macro default__others() %}1{% endmacro %}',
    });
    expect((await project.run('build')).exitCode).toBe(0);
  });

  it('packages-install-path may be a template', async () => {
    const project = new DbtProject({
      'dbt_project.yml': `name: shop
profile: shop
packages-install-path: "{{ env_var('NOT_SET', 'held') }}"
`,
      'packages.yml': 'packages: [{local: held/tools}]\n',
      'models/a.sql': 'select {{ tools.one() }} as id',
      'held/tools/dbt_project.yml': 'name: tools\n',
      'held/tools/macros/one.sql': '{% macro one() %}1{% endmacro %}',
    });
    expect((await project.run('build')).exitCode).toBe(0);
    expect(await project.rows('from a')).toEqual([{ id: 1 }]);
  });

  it('as_bool and as_number mark a text, which only as a whole value has to be one', async () => {
    const project = new DbtProject({
      'dbt_project.yml': `name: shop
profile: shop
models:
  shop:
    other: {+enabled: "{{ target.type == 'snowflake' | as_bool() }}"}
    this_one: {+enabled: "{{ (target.type in ['duckdb', 'postgres'] | as_bool()) and target.name != 'dev2' | as_number }}"}
`,
      'models/this_one/a.sql': 'select 1 as id',
      'models/other/b.sql': 'select 1 as id',
    });
    const { statuses } = await project.run('run');
    expect(statuses).toEqual({ 'model.shop.a': 'success' });
    project.write({ 'dbt_project.yml': `name: shop\nprofile: shop\nmodels: {+enabled: "{{ 'maybe' | as_bool }}"}\n` });
    const { exitCode, output } = await project.run('run');
    expect(exitCode).toBe(2);
    expect(output).toContain("'maybe' is no bool, in {{ 'maybe' | as_bool }}");
  });

  it('the variables of a package are one variable of its name, too', async () => {
    const project = new DbtProject({
      'dbt_project.yml': 'name: shop\nprofile: shop\nvars: {tools: {sources: {it: {enabled: true}}}}\n',
      'dbt_packages/tools/dbt_project.yml': 'name: tools\n',
      'dbt_packages/tools/models/a.sql':
        "select '{{ var('tools', {}).get('sources', {}).keys() | join }} {{ var('sources').it.enabled }}' as told",
      'models/b.sql': "select '{{ var('tools').sources.it.enabled }}' as told",
    });
    expect((await project.run('build')).exitCode).toBe(0);
    expect(await project.rows('from a union all from b order by 1')).toEqual([{ told: 'True' }, { told: 'it True' }]);
  });

  it('after a unit test that fails, the others of its model are skipped', async () => {
    const test = (name: string, id: number) => `{name: ${name}, model: a, given: [], expect: {rows: [{id: ${id}}]}}`;
    const project = new DbtProject({
      'models/a.sql': 'select 1 as id',
      'models/b.sql': 'select 1 as id',
      'models/a.yml': `unit_tests: [${[test('first', 1), test('second', 2), test('third', 1)].join(', ')}]\n`,
    });
    const built = await project.run('build');
    expect(built.statuses).toEqual({
      'unit_test.shop.a.first': 'pass',
      'unit_test.shop.a.second': 'fail',
      'unit_test.shop.a.third': 'skipped',
      'model.shop.a': 'skipped',
      'model.shop.b': 'success',
    });
    const tested = await project.run('test');
    expect(tested.statuses).toMatchObject({ 'unit_test.shop.a.second': 'fail', 'unit_test.shop.a.third': 'pass' });
  });

  it('a test of a column may be given a column_name, which the column’s own replaces', async () => {
    const project = new DbtProject({
      'models/a.sql': 'select 1 as id, null as other',
      'models/a.yml':
        'models: [{name: a, columns: [{name: id, data_tests: [{not_null: {arguments: {column_name: other}}}]}]}]',
    });
    const { exitCode, statuses } = await project.run('build');
    expect([exitCode, Object.values(statuses).sort()]).toEqual([0, ['pass', 'success']]);
    expect(Object.keys(statuses).join()).toContain('test.shop.not_null_a_id.');
  });

  it('config of a test counts among its arguments, too, and is none of them', async () => {
    const project = new DbtProject({
      'macros/t.sql': `{% test odd(model, column_name, least, where=none) %}
select * from {{ model }} where {{ column_name }} % 2 = 0 and {{ column_name }} >= {{ least }} {{ 'and' ~ where if where }}
{% endtest %}`,
      'models/a.sql': 'select 1 as id union all select 2',
      'models/a.yml':
        'models: [{name: a, columns: [{name: id, data_tests: [{odd: {arguments: {least: 0, where: "id = 1", severity: warn}}}]}]}]',
    });
    const { exitCode, statuses } = await project.run('build');
    expect([exitCode, Object.values(statuses).sort()]).toEqual([0, ['pass', 'success']]);
    expect(Object.keys(statuses).join()).toMatch(/test\.shop\.odd_a_id__0\./);
  });

  it('seeds with line breaks in cells are loaded, and a cell that its column does not take is told', async () => {
    const project = new DbtProject({
      'seeds/a.csv': 'id,text\r\n1,"x\r\ny"\r\n2,z\r\n',
      'seeds/b.csv': 'id,text\n1,"x\ny"\n2,z\n',
      'seeds/c.csv': 'id,n\n1,99999999999\n',
    });
    const { statuses, output } = await project.run('seed');
    expect(statuses).toEqual({ 'seed.shop.a': 'success', 'seed.shop.b': 'success', 'seed.shop.c': 'error' });
    expect(await project.rows('select text from a union all select text from b order by text')).toEqual(
      ['x\ny', 'x\r\ny', 'z', 'z'].map((text) => ({ text })),
    );
    expect(output).toContain(`Could not convert string "99999999999" to 'INTEGER'`);
  });

  it('seeds with fast: false hold what dbt has read of their cells', async () => {
    const project = new DbtProject({
      'seeds/a.csv': 'a,b,c,d\n1,null,$5,true\n 2 ,x,"1,000",\n,NULL,7%,false\n',
      'seeds/b.csv': 'code,n\n007,1\n,null\n',
      'seeds/s.yml':
        'seeds: [{name: a, config: {fast: false}}, {name: b, config: {fast: false, column_types: {code: varchar}}}]\n',
    });
    const { exitCode, output } = await project.run('seed');
    expect(exitCode).toBe(0);
    expect(output).not.toContain('unknown key');
    expect(await project.rows('select * from a order by c')).toEqual([
      { a: 1, b: null, c: 5, d: true },
      { a: null, b: null, c: 7, d: false },
      { a: 2, b: 'x', c: 1000, d: null },
    ]);
    expect(await project.rows('select * from b order by n')).toEqual([
      { code: '007', n: 1 },
      { code: null, n: null },
    ]);
  });

  it('an on_schema_change that nothing has is a warning, and means ignore', async () => {
    const project = new DbtProject({
      'models/a.sql': "{{ config(materialized='incremental', on_schema_change='ignor') }} select 1 as id",
    });
    const { exitCode, output } = await project.run('run');
    expect(exitCode).toBe(0);
    expect(output).toContain(
      'TSD1005 on_schema_change must be one of ignore, fail, append_new_columns, sync_all_columns',
    );
  });

  it('merge_update_columns beside merge_exclude_columns is an error once there is something to merge into', async () => {
    const project = new DbtProject({
      'models/a.sql':
        "{{ config(materialized='incremental', incremental_strategy='merge', unique_key='id', merge_update_columns=['v'], merge_exclude_columns=['w']) }} select 1 as id, 2 as v, 3 as w",
    });
    expect((await project.run('run')).exitCode).toBe(0);
    const { exitCode, output } = await project.run('run');
    expect(exitCode).toBe(1);
    expect(output).toContain('TSD4012  a: merge_update_columns and merge_exclude_columns exclude each other');
  });
});
