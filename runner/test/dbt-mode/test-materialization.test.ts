import { describe, expect, it } from 'vitest';
import { DbtProject } from './dbt-project.js';

const files = {
  'models/a.sql': 'select 1 as id union all select null',
  'models/a.yml': 'models: [{name: a, columns: [{name: id, data_tests: [not_null, unique]}]}]\n',
};
const statement = (sql: string) => `{% call statement('main', fetch_result=true) %}${sql}{% endcall %}`;
const counting = statement('select 0 as failures, false as should_warn, false as should_error');
const test = (body: string, type = 'default') =>
  `{% materialization test, ${type} %}${body}{{ return({'relations': []}) }}{% endmaterialization %}`;

/** Exit code and statuses of the data tests. */
async function statuses(macros: Record<string, string>) {
  const project = new DbtProject({ ...files, ...macros });
  const { exitCode, output, statuses: all } = await project.run('build');
  const found = Object.entries(all).flatMap(([id, status]) => {
    const name = /^test\.shop\.(not_null|unique)_/.exec(id)?.[1];
    return name === undefined ? [] : [`${name} ${status}`];
  });
  return { exitCode, output, found: found.sort() };
}

describe('data tests by a materialization of the project', () => {
  it('are what its statement says', async () => {
    expect((await statuses({})).found).toEqual(['not_null fail', 'unique pass']);
    expect((await statuses({ 'macros/t.sql': test(counting) })).found).toEqual(['not_null pass', 'unique pass']);
  });

  it('are run by the one for the adapter, with the SQL and the config of the test', async () => {
    const own = statement(
      "select count(*) as failures, {{ config.get('fail_calc') }} {{ config.get('warn_if') }} as should_warn, " +
        "count(*) {{ config.get('error_if') }} as should_error from ({{ sql }}) where '{{ model.name }}' like 'unique%'",
    );
    const macros = { 'macros/t.sql': test(counting), 'macros/u.sql': test(own, "adapter='duckdb'") };
    expect((await statuses(macros)).found).toEqual(['not_null pass', 'unique pass']);
  });

  it('are run by a get_test_sql of the project', async () => {
    const sql =
      '{% macro get_test_sql(main_sql, fail_calc, warn_if, error_if, limit) %}' +
      'select 7 as failures, true as should_warn, true as should_error{% endmacro %}';
    const { found, output } = await statuses({ 'macros/t.sql': sql });
    expect(found).toEqual(['not_null fail', 'unique fail']);
    expect(output).toContain('got 7 results');
  });

  it('say what is wrong with a materialization that counts nothing', async () => {
    const { exitCode, output } = await statuses({ 'macros/t.sql': test(statement('select 1 as one')) });
    expect(output).toMatch(
      /TSD2021 +the materialization "test" gave 1 rows of one, not one row of failures, should_warn, should_error/,
    );
    expect(exitCode).toBe(1);
  });

  it('are run by that of a package only where the project allows it', async () => {
    const ofPackage = {
      'dbt_packages/watch/dbt_project.yml': 'name: watch\n',
      'dbt_packages/watch/macros/t.sql': `{% macro run_it() %}${counting}{% endmacro %}${test('{{ watch.run_it() }}')}`,
    };
    expect((await statuses(ofPackage)).found).toEqual(['not_null fail', 'unique pass']);
    const flags = 'flags: {require_explicit_package_overrides_for_builtin_materializations: false}';
    const project = `name: shop\nprofile: shop\n${flags}\n`;
    expect((await statuses({ ...ofPackage, 'dbt_project.yml': project })).found).toEqual([
      'not_null pass',
      'unique pass',
    ]);
  });
});
