import { describe, expect, it } from 'vitest';
import { DbtProject } from './dbt-project.js';

const files = {
  'dbt_project.yml': [
    'name: shop',
    'profile: shop',
    'on-run-start: ["create table if not exists kept (id text, what text)"]',
    'on-run-end: ["{{ keep(results, schemas, database_schemas) }}"]',
  ].join('\n'),
  'models/a.sql': "{{ config(materialized='table', schema='side') }}\nselect 1 as id",
  'models/b.sql': 'select * from {{ ref("a") }} where nothing_has_it',
  'models/c.sql': 'select * from {{ ref("b") }}',
  'models/a.yml': 'models: [{name: a, columns: [{name: id, data_tests: [unique]}]}]',
  'seeds/s.csv': 'id\n1\n2\n',
};

describe('hooks of on-run-end', () => {
  it('see what became of every node, with its SQL, its time and what the engine said', async () => {
    const project = new DbtProject({
      ...files,
      'macros/keep.sql': `{% macro keep(given, schemas, pairs) %}
  {% set rows = [] %}
  {# a macro finds the names of its hook by itself, too #}
  {% for r in results %}
    {% set execute_step = (r.timing | selectattr('name', 'eq', 'execute') | list | first) or {} %}
    {% set dict = r.to_dict(omit_none=False) %}
    {% set said = [r.status, r.node.resource_type, r.failures, r.adapter_response.get('_message'), r.thread_id[:7],
      (r.node.compiled_code or '') | trim, execute_step.started_at.strftime('%Y') | length if execute_step else 0,
      dict['status'], dict['node']['name'], r.node.config.materialized, r.node.to_dict()['alias'], r is mapping] %}
    {% do rows.append("('" ~ r.node.unique_id ~ "', '" ~ (said | join('|') | replace("'", '')) ~ "')") %}
  {% endfor %}
  insert into kept values {{ rows | join(', ') }},
    ('given', '{{ given | length }}'), ('schemas', '{{ schemas | sort | join(',') }}'),
    ('pairs', '{{ pairs | map('join', '.') | sort | join(',') }}'),
    ('graph', '{{ (graph.nodes['model.shop.a'].compiled_code or '') | trim }}')
{% endmacro %}`,
    });
    const { statuses, output } = await project.run('build');
    expect(output).not.toMatch(/TSD2005/);
    expect(statuses['operation.shop.shop-on-run-end-0']).toBe('success');
    const kept = Object.fromEntries(
      (await project.rows('select id, what from kept order by id')).map(({ id, what }) => [id, what]),
    );
    expect(kept).toEqual({
      'model.shop.a': 'success|model|None|OK|Thread-|select 1 as id|4|success|a|table|a|False',
      'model.shop.b': expect.stringMatching(/^error\|model\|None\|None\|Thread-\|select \* from "shop"/),
      'model.shop.c': 'skipped|model|None|None|Thread-||0|skipped|c|view|c|False',
      'seed.shop.s': 'success|seed|None|INSERT 2|Thread-||4|success|s|seed|s|False',
      [Object.keys(kept).find((id) => id.startsWith('test.'))!]: expect.stringMatching(
        /^pass\|test\|0\|OK\|Thread-\|.*\|4\|pass\|unique_a_id\|test\|unique_a_id\|False$/s,
      ),
      given: '5',
      graph: 'select 1 as id',
      pairs: 'shop.main,shop.main_side',
      schemas: 'main,main_side',
    });
  });

  it('have no results before anything has run', async () => {
    const project = new DbtProject({
      ...files,
      'dbt_project.yml': [
        'name: shop',
        'profile: shop',
        `on-run-start: ["create table seen as select '{{ results is defined }}' as before"]`,
      ].join('\n'),
    });
    await project.run('seed');
    expect(await project.rows('from seen')).toEqual([{ before: 'False' }]);
  });
});
