import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DbtProject } from './dbt-project.js';

const tools = {
  'dbt_packages/tools/dbt_project.yml': `name: tools
vars: {greeting: from the package, target_table: "{{ ref('numbers') }}"}
models: {tools: {+schema: staging, +materialized: table}}
`,
  'dbt_packages/tools/macros/double.sql': `{% macro double(x) %}{{ return(adapter.dispatch('double', 'tools')(x)) }}{% endmacro %}
{% macro default__double(x) %}2 * {{ x }}{% endmacro %}
{% macro helper() %}{{ tools.double(21) }}{% endmacro %}
`,
  'dbt_packages/tools/macros/tests.sql': `{% test at_most(model, column_name, value) %}
select * from {{ model }} where {{ column_name }} > {{ value }}
{% endtest %}
`,
  'dbt_packages/tools/models/numbers.sql':
    "select {{ helper() }} as x, '{{ var('greeting') }}' as said, '{{ project_name }}' as project",
  'dbt_packages/tools/models/again.sql': "select x from {{ var('target_table') }}",
};

describe('packages of a dbt project', () => {
  it('are described, configured and tested by the project, too', async () => {
    const entry = `models:
  - name: numbers
    description: Numbers of the package.
    config: {alias: digits}
    columns: [{name: x, description: A number., data_tests: [not_null]}]
`;
    const project = new DbtProject({ ...tools, 'models/schema.yml': entry });
    expect(await project.run('build')).toMatchObject({
      exitCode: 0,
      statuses: { 'test.shop.not_null_numbers_x.2317bf7bb9': 'pass', 'model.tools.numbers': 'success' },
    });
    expect(await project.rows('select x from main_staging.digits')).toEqual([{ x: 42 }]);
    const manifest = JSON.parse(readFileSync(project.path('target/manifest.json'), 'utf8'));
    expect(manifest.nodes['model.tools.numbers']).toMatchObject({
      description: 'Numbers of the package.',
      columns: { x: { description: 'A number.' } },
      patch_path: 'shop://models/schema.yml',
    });
    // in two places it is a mistake
    project.write({ 'dbt_packages/tools/models/schema.yml': 'models: [{name: numbers, description: Numbers.}]\n' });
    const { exitCode, output } = await project.run('build');
    expect(exitCode).toBe(2);
    expect(output).toContain('the model "numbers" has two entries');
  });

  it('bring models, macros and tests, each under its own name', async () => {
    const project = new DbtProject({
      ...tools,
      'models/a.sql': "select x from {{ ref('tools', 'numbers') }}",
      'models/schema.yml': 'models: [{name: a, columns: [{name: x, tests: [{tools.at_most: {value: 100}}]}]}]\n',
    });
    const { exitCode, statuses } = await project.run('build');
    expect(exitCode).toBe(0);
    expect(
      Object.keys(statuses)
        .map((id) => id.split('.').slice(0, 3).join('.'))
        .sort(),
    ).toEqual(['model.shop.a', 'model.tools.again', 'model.tools.numbers', 'test.shop.tools_at_most_a_x__100']);
    expect(await project.rows('select * from main_staging.numbers')).toEqual([
      { x: 42, said: 'from the package', project: 'shop' },
    ]);
    // a variable that is a template is rendered where it is used
    expect(await project.rows('select x from main_staging.again')).toEqual([{ x: 42 }]);
  });

  it('are configured by the project that uses them, which has the last word', async () => {
    const project = new DbtProject({
      ...tools,
      'dbt_project.yml': `name: shop
profile: shop
models: {tools: {+schema: mine, again: {+enabled: false}}}
vars: {greeting: for all, tools: {greeting: for tools}}
dispatch: [{macro_namespace: tools, search_order: [shop, tools]}]
`,
      'macros/mine.sql': `{% macro duckdb__double(x) %}20 * {{ x }}{% endmacro %}
{% macro generate_schema_name(custom_schema_name, node) %}{{ custom_schema_name or 'bare' }}{% endmacro %}
`,
      'models/a.sql': 'select 1 as x',
    });
    const { exitCode, statuses } = await project.run('build');
    expect([exitCode, statuses]).toEqual([0, { 'model.tools.numbers': 'success', 'model.shop.a': 'success' }]);
    expect(await project.rows('select x, said from mine.numbers')).toEqual([{ x: 420, said: 'for tools' }]);
    expect(await project.rows('select * from bare.a')).toEqual([{ x: 1 }]);
  });

  it('run their on-run-start, and the results tell of each', async () => {
    const project = new DbtProject({
      'dbt_project.yml': 'name: shop\nprofile: shop\non-run-start: create table began (x int)\n',
      'dbt_packages/tools/dbt_project.yml': 'name: tools\non-run-start: ["{{ insert_one() }}"]\n',
      'dbt_packages/tools/macros/one.sql': '{% macro insert_one() %}insert into began values (1){% endmacro %}',
      'models/a.sql': 'select x from began',
    });
    expect((await project.run('build')).statuses).toEqual({
      'model.shop.a': 'success',
      'operation.shop.shop-on-run-start-0': 'success',
      'operation.tools.tools-on-run-start-0': 'success',
    });
    expect(await project.rows('select * from a')).toEqual([{ x: 1 }]);
  });
});
