import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DbtProject } from './dbt-project.js';

const json = (project: DbtProject, name: string) =>
  JSON.parse(readFileSync(project.path(`target/${name}.json`), 'utf8'));

const merge = (config: string) => ({
  'models/m.sql': `{{ config(materialized='incremental', incremental_strategy='merge', unique_key='id', ${config}) }} select 1 as id`,
});

describe('the configs of a merge', () => {
  it.each([
    ['merge_update_condition=123', 'merge_update_condition must be a string, found: 123'],
    ["merge_update_columns='id'", 'merge_update_columns must be a list'],
    ["merge_update_set_expressions=['a']", "merge_update_set_expressions must be a dictionary, found: ['a']"],
    ["merge_clauses='x'", 'merge_clauses must be a dictionary, found: x'],
    ['merge_clauses={}', "merge_clauses must contain at least one of 'when_matched' or 'when_not_matched' keys"],
    ["merge_clauses={'when_matched': 'x'}", 'merge_clauses.when_matched must be a list'],
    ["merge_clauses={'when_matched': ['x']}", 'merge_clauses.when_matched elements must be dictionaries, found: x'],
    [
      "merge_update_condition='true', merge_clauses={'when_matched': [{'action': 'update', 'mode': 'by_name'}]}",
      'basic merge configurations will be ignored and should be removed: merge_update_condition',
    ],
  ])('are checked when there is something to merge into: %s', async (config, message) => {
    const project = new DbtProject(merge(config));
    expect((await project.run('run')).exitCode).toBe(0);
    const { exitCode, output } = await project.run('run');
    expect(exitCode).toBe(1);
    expect(output).toContain(message);
  });
});

describe('indexes', () => {
  it('are made for seeds and snapshots, and stay when they are loaded again', async () => {
    const project = new DbtProject({
      'seeds/s.csv': 'id,name\n1,a\n2,b\n',
      'seeds/s.yml': 'seeds: [{name: s, config: {indexes: [{columns: [id], unique: true}, {columns: [id, name]}]}}]\n',
      'snapshots/h.yml':
        "snapshots: [{name: h, relation: ref('s'), config: {strategy: check, check_cols: all, unique_key: id, indexes: [{columns: [name]}]}}]\n",
    });
    const indexes = () =>
      project.rows(
        `select table_name, is_unique, replace(expressions, chr(34), '') as columns from duckdb_indexes() order by table_name, is_unique`,
      );
    for (const _ of [1, 2]) {
      const { exitCode, output } = await project.run('build');
      expect(exitCode, output).toBe(0);
      expect(await indexes()).toEqual([
        { table_name: 'h', is_unique: false, columns: "['name']" },
        { table_name: 's', is_unique: false, columns: "[id, 'name']" },
        { table_name: 's', is_unique: true, columns: '[id]' },
      ]);
    }
  });
});

describe('external_location', () => {
  const source = (config: string) => `sources:
  - name: raw
    tables: [{name: orders, identifier: o, meta: {day: monday, name_of_: orders_}, config: {${config}}}]
`;
  const files = {
    'data/orders_o_monday.csv': 'id\n7\n',
    'models/m.sql': "select id from {{ source('raw', 'orders') }}",
  };

  it.each([
    ["external_location: 'data/{name}_{identifier}_{day}.csv'"],
    ['external_location: "read_csv(\'data/%(name)s_%(identifier)s_%(day)s.csv\')", formatter: oldstyle'],
    [`external_location: 'data/$name_of_\${identifier}_$day.csv', formatter: template`],
  ])('has the fields of its source filled in: %s', async (config) => {
    const project = new DbtProject({ ...files, 'models/s.yml': source(config) });
    const { exitCode, output } = await project.run('show', '-q', '--output', 'json', '--select', 'm');
    expect(exitCode, output).toBe(0);
    expect(JSON.parse(output).show).toEqual([{ id: 7 }]);
  });

  it('says which field the source does not have', async () => {
    const project = new DbtProject({ ...files, 'models/s.yml': source("external_location: 'data/{nam}.csv'") });
    const { exitCode, output } = await project.run('parse');
    expect(exitCode).toBe(2);
    expect(output).toContain('TSD1005');
    expect(output).toContain('models/s.yml:3');
  });
});

describe('contracts', () => {
  it('tell JSON from text', async () => {
    const project = new DbtProject({
      'models/m.sql': "select '{}'::json as j",
      'models/m.yml':
        'models: [{name: m, config: {contract: {enforced: true}}, columns: [{name: j, data_type: varchar}]}]\n',
    });
    const { exitCode, output } = await project.run('run');
    expect(exitCode).toBe(1);
    expect(output).toContain('column "j" is JSON, declared VARCHAR (data type mismatch)');
    project.write({
      'models/m.yml':
        'models: [{name: m, config: {contract: {enforced: true}}, columns: [{name: j, data_type: json}]}]\n',
    });
    expect((await project.run('run')).exitCode).toBe(0);
  });
});

describe('values of unit tests', () => {
  it('that their column does not take are an error where the comparison reads them, else a warning', async () => {
    const project = new DbtProject({
      'models/a.sql': 'select 1 as id, current_date as day',
      'models/b.sql': "select id, day from {{ ref('a') }}",
      'models/b.yml': `unit_tests:
  - name: unread
    model: b
    given: [{input: ref('a'), rows: [{id: 1, day: monday}]}]
    expect: {rows: [{id: 1}]}
  - name: given_day
    model: b
    given: [{input: ref('a'), rows: [{id: 1, day: monday}]}]
    expect: {rows: [{id: 1, day: null}]}
  - name: expected_day
    model: b
    given: [{input: ref('a'), rows: [{id: 1, day: 2024-01-01}]}]
    expect: {rows: [{id: 1, day: monday}]}
`,
    });
    await project.run('run');
    const { statuses, output } = await project.run('test');
    expect(statuses).toEqual({
      'unit_test.shop.b.unread': 'pass',
      'unit_test.shop.b.given_day': 'error',
      'unit_test.shop.b.expected_day': 'error',
    });
    expect(output).toContain("'monday' is no DATE: row 1 of ref('a'), column day: nothing that is compared reads it");
    expect(output).toContain("TSD4113  'monday' is no DATE: row 1 of expect, column day");
  });
});

describe('docs generate', () => {
  it('copies the folders of asset-paths, and writes no manifest with --no-compile', async () => {
    const project = new DbtProject({
      'dbt_project.yml': 'name: shop\nprofile: shop\nasset-paths: [assets, missing, .., "."]\n',
      'assets/plan.txt': 'x',
      'models/a.sql': 'select 1 as id',
    });
    await project.run('docs', 'generate', '--no-compile');
    expect(existsSync(project.path('target/manifest.json'))).toBe(false);
    expect(readFileSync(project.path('target/assets/plan.txt'), 'utf8')).toBe('x');
    expect(readFileSync(project.path('target/docs/assets/plan.txt'), 'utf8')).toBe('x');
    expect(existsSync(project.path('dbt_project.yml'))).toBe(true);
    await project.run('docs', 'generate');
    expect(json(project, 'manifest').metadata.env).toEqual({});
  });
});

describe('a foreign key', () => {
  const keyed = (to: string) => `models:
  - name: a_orders
    config: {contract: {enforced: true}, materialized: table}
    columns:
      - {name: id, data_type: integer}
      - {name: customer, data_type: integer, constraints: [{type: foreign_key, to: "${to}", to_columns: [id]}]}
  - name: z_customers
    config: {contract: {enforced: true}, materialized: table}
    columns: [{name: id, data_type: integer, constraints: [{type: primary_key}]}]
`;
  const files = {
    'models/a_orders.sql': 'select 1 as id, 7 as customer',
    'models/z_customers.sql': 'select 7 as id',
  };

  it('has what it refers to built first, and selected with +', async () => {
    const project = new DbtProject({ ...files, 'models/all.yml': keyed("ref('z_customers')") });
    const { exitCode, output, statuses } = await project.run('run', '--select', '+a_orders');
    expect(exitCode, output).toBe(0);
    expect(Object.keys(statuses)).toEqual(['model.shop.z_customers', 'model.shop.a_orders']);
    expect(json(project, 'manifest').nodes['model.shop.a_orders'].depends_on.nodes).toEqual(['model.shop.z_customers']);
  });

  it('is refused where it refers to no ref', async () => {
    const project = new DbtProject({ ...files, 'models/all.yml': keyed('customers') });
    const { exitCode, output } = await project.run('parse');
    expect(exitCode).toBe(2);
    expect(output).toContain('"customers" is neither a ref nor a source');
  });
});

describe('debug --connection', () => {
  it('opens the database file, and says in dbt’s words what keeps it from it', async () => {
    const project = new DbtProject();
    const debug = (...words: string[]) => project.run('debug', '--connection', ...words);
    const well = await debug();
    expect(well.exitCode, well.output).toBe(0);
    expect(well.output).toContain('Skipping steps before connection verification');
    expect(well.output).toContain('connection: ');
    expect(existsSync(project.path('shop.duckdb'))).toBe(false);
    for (const [words, message] of [
      [['--target', 'none'], "The profile 'shop' does not have a target named 'none'."],
      [['--profile', 'none'], "Could not find profile named 'none'"],
      [['--profiles-dir', 'none'], 'dbt looked for a profiles.yml file in none'],
    ] as const) {
      const { exitCode, output } = await debug(...words);
      expect(exitCode).toBe(1);
      expect(output).toContain('Profile loading failed for the following reason');
      expect(output).toContain(message);
      expect(output).toContain('1 check failed');
    }
    project.write({ 'shop.duckdb': 'no database', 'broken/dbt_project.yml': 'nam: shop\n' });
    const both = await debug('--project-dir', 'broken', '--profile', 'none');
    expect(both.output).toContain('unknown key "nam"');
    expect(both.output).toContain("Could not find profile named 'none'");
    expect(both.output).toContain('2 checks failed');
    const broken = await debug();
    expect(broken.exitCode).toBe(1);
    expect(broken.output).toContain('fail  connection');
    expect((await project.run('debug', '--project-dir', 'nowhere')).output).toContain(
      '--project-dir nowhere is no folder',
    );
  });
});

describe('a hook of a seed', () => {
  it('may not read other nodes', async () => {
    const project = new DbtProject({
      'dbt_project.yml': 'name: shop\nprofile: shop\nseeds: {+post-hook: "select * from {{ ref(\'a\') }}"}\n',
      'seeds/s.csv': 'id\n1\n',
      'models/a.sql': 'select 1 as id',
    });
    const { exitCode, output } = await project.run('parse');
    expect(exitCode).toBe(2);
    expect(output).toContain('Parsing Error');
    expect(output).toContain('Seeds cannot depend on other nodes');
  });
});
