import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DbtProject } from './dbt-project.js';

const results = (project: DbtProject): { unique_id: string; status: string; message: string }[] =>
  JSON.parse(readFileSync(project.path('target/run_results.json'), 'utf8')).results;

describe('habits of dbt that scripts rely on', () => {
  it('takes its flags before the command and after it, those without a meaning here as well', async () => {
    const project = new DbtProject({
      'profiles.yml': `shop: {outputs: {dev: {type: duckdb, path: shop.duckdb}}}
other: {target: dev, outputs: {dev: {type: duckdb, path: other.duckdb}}}
`,
      'models/a.sql': 'select 1 as id',
      'seeds/s.csv': 'id\n1\n',
    });
    const given = ['--no-partial-parse', '--fail-fast', '--log-level-file', 'none', '--profile', 'other'];
    const run = await project.run(
      ...given,
      'build',
      '--no-use-colors',
      '--target-path',
      'out',
      '--resource-types',
      'seed',
    );
    expect(run.exitCode).toBe(0);
    expect(run.output).toContain('1 seed');
    expect(run.output).not.toContain('model');
    expect(existsSync(project.path('out/run_results.json'))).toBe(true);
    expect(existsSync(project.path('other.duckdb'))).toBe(true);
  });

  it('makes the tests of an entry for the node of its name, whatever its kind, and selects them with -m', async () => {
    const project = new DbtProject({
      'seeds/base.csv': 'id\n1\n',
      'seeds/schema.yml': 'models: [{name: base, columns: [{name: id, tests: [not_null]}]}]\n',
    });
    await project.run('seed');
    const { exitCode, statuses } = await project.run('test', '-m', 'base');
    expect(exitCode).toBe(0);
    expect(Object.values(statuses)).toEqual(['pass']);
  });

  it('skips what reads an ephemeral model that cannot be compiled, and says so in its words', async () => {
    const project = new DbtProject({
      'models/broken.sql': "{{ config(materialized='ephemeral') }} {{ adapter.no_such_method() }} select 1 as id",
      'models/reader.sql': "select * from {{ ref('broken') }}",
    });
    const { exitCode, output } = await project.run('run');
    expect(exitCode).toBe(1);
    const heading = 'Compilation Error in model broken (models/broken.sql)';
    expect(output).toContain(heading);
    expect(results(project)).toMatchObject([
      { unique_id: 'model.shop.reader', status: 'skipped', message: expect.stringContaining(heading) },
    ]);
  });

  it('begins the message of a failed node with the kind of error', async () => {
    const project = new DbtProject({ 'models/a.sql': 'select no_such_column from (select 1 as id)' });
    expect((await project.run('run')).exitCode).toBe(1);
    expect(results(project)[0]!.message).toMatch(/^Runtime Error in model a \(models\/a\.sql\)\n {2}/);
  });

  it('keeps the statement that built a model, ephemeral models under dbt’s name in it', async () => {
    const project = new DbtProject({
      'models/e.sql': "{{ config(materialized='ephemeral') }} select 1 as id",
      'models/v.sql': "select * from {{ ref('e') }}",
    });
    await project.run('run');
    const statement = readFileSync(project.path('target/run/shop/models/v.sql'), 'utf8').replaceAll(/\s+/g, ' ');
    expect(statement).toBe(
      'create view "shop"."main"."v__dbt_tmp" as ( with __dbt__cte__e as ( select 1 as id ) select * from __dbt__cte__e ); ',
    );
  });

  it('refuses a config() that says the same thing twice', async () => {
    const project = new DbtProject({
      'models/a.sql': "{{ config({'pre_hook': 'select 1', 'pre-hook': 'select 2'}) }} select 1 as id",
    });
    const { exitCode, output } = await project.run('run');
    expect(exitCode).toBe(2);
    expect(output).toContain('Compilation Error');
    expect(output).toContain('both "pre_hook" and "pre-hook"');
  });
});

describe('what runs first', () => {
  it('is the seed, before the tests of the source that is its table', async () => {
    const project = new DbtProject({
      'profiles.yml': 'shop: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb, threads: 1}}}\n',
      'seeds/raw.csv': 'id\n1\n',
      'models/a.sql': "select id from {{ source('lake', 'raw') }}",
      'models/b.sql': "select id from {{ ref('a') }}",
      'models/sources.yml':
        'sources: [{name: lake, schema: main, tables: [{name: raw, columns: [{name: id, tests: [not_null]}]}]}]\n',
    });
    const { exitCode, statuses } = await project.run('build');
    expect(exitCode).toBe(0);
    expect(Object.values(statuses)).toEqual(['success', 'pass', 'success', 'success']);
  });
});

describe('query-comment', () => {
  it('stands before every statement of a node, as a macro gives it, and in the log at level debug', async () => {
    const project = new DbtProject({
      'dbt_project.yml': 'name: shop\nprofile: shop\nquery-comment: "{{ return(about(node)) }}"\n',
      'macros/about.sql':
        "{% macro about(node) %}{{ return('by ' ~ (node.name if node else 'nobody')) }}{% endmacro %}",
      'models/a.sql': 'select 1 as id',
      'models/broken.sql': 'select\n  no_such_column\nfrom (select 1 as id)',
      'models/empty.sql': '\n',
    });
    const { exitCode, output } = await project.run('--debug', 'run');
    expect(exitCode).toBe(1);
    expect(output).toContain('/* by a */\ncreate or replace view "shop"."main"."a"');
    // places are those of the file all the same
    expect(output).toContain('models/broken.sql:2:3');
    // a file without SQL is no model to run
    expect(
      results(project)
        .map((one) => one.unique_id)
        .sort(),
    ).toEqual(['model.shop.a', 'model.shop.broken']);
  });

  it('that cannot be rendered ends the command', async () => {
    const project = new DbtProject({
      'dbt_project.yml': 'name: shop\nprofile: shop\nquery-comment: "{{ no_such_macro() }}"\n',
      'models/a.sql': 'select 1 as id',
    });
    expect((await project.run('run')).exitCode).toBe(2);
  });
});

describe('foreign keys of a contract', () => {
  it('name the table that a ref means', async () => {
    const project = new DbtProject({
      'models/parent.sql': "{{ config(materialized='table') }} select 1 as id",
      'models/child.sql':
        "{{ config(materialized='table') }}\n-- depends_on: {{ ref('parent') }}\nselect 2 as parent_id",
      'models/schema.yml': `models:
  - name: parent
    config: {contract: {enforced: true}}
    columns: [{name: id, data_type: integer, constraints: [{type: primary_key}]}]
  - name: child
    config: {contract: {enforced: true}}
    columns:
      - {name: parent_id, data_type: integer, constraints: [{type: foreign_key, to: "ref('parent')", to_columns: [id]}]}
`,
    });
    const { exitCode, output } = await project.run('run');
    expect(exitCode).toBe(1);
    expect(output.toLowerCase()).toContain('violates foreign key constraint');
  });
});

describe('persist_docs', () => {
  it('tells of columns that are described and not there, letter by letter where they are quoted', async () => {
    const project = new DbtProject({
      'models/a.sql': 'select 1 as id, 2 as "Two"',
      'models/schema.yml': `models:
  - name: a
    config: {persist_docs: {columns: true}}
    columns:
      - {name: ID, description: key}
      - {name: two, quote: true, description: quoted otherwise}
      - {name: three, description: not there}
`,
    });
    const { exitCode, output } = await project.run('run');
    expect(exitCode).toBe(0);
    expect(output).toContain('specified in the schema but are not present in the database: two, three');
    expect(await project.rows('select column_name, comment from duckdb_columns() where comment is not null')).toEqual([
      { column_name: 'id', comment: 'key' },
    ]);
  });
});
