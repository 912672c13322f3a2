import { describe, expect, it } from 'vitest';
import { DbtProject } from '../dbt-mode/dbt-project.js';

const models = {
  'seeds/countries.csv': 'code,name\nde,Germany\nfr,France\n',
  'models/sources.yml': `sources:
  - name: web
    tables:
      - name: visits
        columns: [{name: id, data_type: integer}, {name: at, data_type: timestamp}]
`,
  'models/orders.sql': `select 1 as id, 'de' as country, 10.0::double as total, date '2024-01-01' as day
`,
  'models/clean.sql': "{{ config(materialized='ephemeral') }} select * from {{ ref('orders') }} where total > 0\n",
  'models/revenue.sql': `select c.name, sum(o.total) as total
from {{ ref('clean') }} o join {{ ref('countries') }} c on c.code = o.country
where o.country not in ('{{ var("left_out", "xx") }}')
group by 1
`,
  'models/daily.sql': `{{ config(materialized='incremental', unique_key='id') }}
select id, total, day, '{{ env_var("STAGE", "dev") }}' as stage from {{ ref('orders') }}
{% if is_incremental() %} where day > (select max(day) from {{ this }}) {% endif %}
`,
};

const passing = `unit_tests:
  - name: adds_up
    model: revenue
    description: rows of one country are one row
    given:
      - input: ref('clean')
        rows:
          - {country: de, total: 1.5}
          - {COUNTRY: de, total: 2}
          - {country: fr, total: 3.0}
      - input: ref('countries')
    expect:
      rows:
        - {total: 3, name: France}
        - {total: 3.5, name: Germany}
  - name: leaves_out
    model: revenue
    config: {tags: [quick], meta: {owner: ada}}
    given:
      - input: ref('clean')
        format: csv
        rows: |
          country, total
          de, 1
          "fr",
      - input: ref('countries')
        format: sql
        rows: select 'de' as code, 'Germany' as name union all select 'fr', 'France'
    overrides: {vars: {left_out: de}}
    expect:
      format: csv
      fixture: only_france
  - name: first_run
    model: daily
    given: [{input: ref('orders'), rows: [{id: 7}]}]
    overrides: {macros: {is_incremental: false}, env_vars: {STAGE: test}}
    expect: {rows: [{id: 7, total: null, stage: test}]}
  - name: adds_new_days
    model: daily
    given:
      - {input: ref('orders'), rows: [{id: 1, day: 2024-01-01}, {id: 2, day: 2024-01-02}]}
      - {input: this, rows: [{id: 1, day: 2024-01-01}]}
    overrides: {macros: {is_incremental: true}}
    expect: {rows: [{id: 2}]}
`;
const fixture = { 'tests/fixtures/only_france.csv': 'name,total\nFrance,\n' };

const storages = {
  native: {},
  delta: {
    'profiles.yml': 'shop: {target: dev, outputs: {dev: {type: duckdb, storage: delta, threads: 2}}}\n',
  },
};

describe.each(Object.entries(storages))('unit tests with %s storage', (_, files) => {
  const shop = (yaml: string, more: Readonly<Record<string, string>> = {}) =>
    new DbtProject({ ...models, ...fixture, ...files, 'models/unit.yml': yaml, ...more });

  it('run before anything is built, over given rows alone', async () => {
    const project = shop(passing);
    const { exitCode, statuses, output } = await project.run('test', '--select', 'test_type:unit');
    expect(output).not.toContain('Failed');
    expect(statuses).toEqual({
      'unit_test.shop.revenue.adds_up': 'pass',
      'unit_test.shop.revenue.leaves_out': 'pass',
      'unit_test.shop.daily.first_run': 'pass',
      'unit_test.shop.daily.adds_new_days': 'pass',
    });
    expect(exitCode).toBe(0);
  });

  it('run in a build before their model, and read the types of what was built', async () => {
    const project = shop(passing);
    const { exitCode, statuses } = await project.run('build');
    expect(exitCode).toBe(0);
    expect(Object.values(statuses).sort()).toEqual(['pass', 'pass', 'pass', 'pass', ...Array(4).fill('success')]);
    expect((await project.run('build')).exitCode).toBe(0);
  });

  it('keep a model from being built when they fail, and show the rows that differ', async () => {
    const project = shop(
      `unit_tests:
  - name: wrong
    model: orders
    expect:
      rows: [{id: 1, total: 11}]
`,
      { 'models/below.sql': "select * from {{ ref('orders') }}" },
    );
    const { exitCode, statuses, output } = await project.run('build', '--select', 'orders', 'below');
    expect(exitCode).toBe(1);
    expect(statuses).toMatchObject({
      'unit_test.shop.orders.wrong': 'fail',
      'model.shop.orders': 'skipped',
      'model.shop.below': 'skipped',
    });
    expect(output).toContain('models/unit.yml:2:11');
    const table = output.split('\n').filter((line) => / (\| id \||expected \||actual {3}\|)/.test(line));
    expect(table.map((line) => line.replaceAll(/\s+/g, ' ').trim())).toEqual([
      expect.stringContaining('| id | total'),
      expect.stringContaining('expected | 1 | 11'),
      expect.stringContaining('actual | 1 | 10'),
    ]);
  });
});

describe('selection of unit tests', () => {
  const ls = async (...words: string[]) => {
    const project = new DbtProject({ ...models, ...fixture, 'models/unit.yml': passing });
    const { output } = await project.run('--quiet', 'ls', ...words);
    return output.trim().split('\n');
  };

  it('takes them by method, by type, by tag and by the model that they test', async () => {
    expect(await ls('--select', 'unit_test:adds_up')).toEqual(['unit_test:shop.adds_up']);
    expect(await ls('--select', 'unit_test:shop.first*')).toEqual(['unit_test:shop.first_run']);
    expect(await ls('--select', 'tag:quick')).toEqual(['unit_test:shop.leaves_out']);
    expect(await ls('--resource-type', 'unit_test', '--select', 'daily')).toEqual([
      'unit_test:shop.adds_new_days',
      'unit_test:shop.first_run',
    ]);
    expect(await ls('--select', 'resource_type:unit_test')).toHaveLength(4);
    expect(await ls('--select', 'path:models/daily.sql', '--indirect-selection', 'empty')).toEqual(['shop.daily']);
    expect(await ls('--select', 'path:models/daily.sql')).toHaveLength(3);
  });
});

describe('mistakes in unit tests', () => {
  const told = async (yaml: string, ...words: string[]) => {
    const project = new DbtProject({ ...models, 'models/unit.yml': `unit_tests:\n${yaml}` });
    const { output } = await project.run(...(words.length > 0 ? words : ['test', '--select', 'test_type:unit']));
    return output;
  };

  it('are told where they stand, with a suggestion', async () => {
    const unknownModel = await told('  - {name: t, model: revenu, expect: {rows: []}}', 'parse');
    expect(unknownModel).toContain('TSD3012');
    expect(unknownModel).toContain('models/unit.yml:2:22');
    expect(unknownModel).toContain('did you mean "revenue"?');
    expect(await told('  - {name: t, model: orders, expect: {format: csv, fixture: none_such}}', 'parse')).toContain(
      'TSD4114',
    );
    expect(await told('  - {name: t, model: orders, expect: {rows: "a,b"}}', 'parse')).toContain('add format: csv');
    expect(
      await told("  - {name: t, model: clean, given: [{input: ref('daily'), rows: []}], expect: {rows: []}}", 'parse'),
    ).toContain("clean does not read ref('daily')");
  });

  it('make the test an error when it runs', async () => {
    const column = await told(
      "  - {name: t, model: clean, given: [{input: ref('orders'), rows: [{totl: 1}]}], expect: {rows: []}}",
    );
    expect(column).toContain('TSD4112');
    expect(column).toContain('did you mean "total"?');
    const type = await told(
      "  - {name: t, model: clean, given: [{input: ref('orders'), rows: [{id: 1}, {day: soon}]}], expect: {rows: []}}",
    );
    expect(type).toContain("'soon' is no DATE: row 2 of ref('orders'), column day");
    const missing = await told('  - {name: t, model: clean, expect: {rows: []}}');
    expect(missing).toContain("clean reads ref('orders'), for which the unit test gives no rows");
    const self = await told(`  - name: t
    model: daily
    given: [{input: ref('orders'), rows: []}]
    overrides: {macros: {is_incremental: true}}
    expect: {rows: []}`);
    expect(self).toContain("Unit test 't' for incremental model 'daily' must have a 'this' input");
  });
});
