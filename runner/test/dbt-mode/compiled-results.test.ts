import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DbtProject } from './dbt-project.js';

interface Result {
  readonly unique_id: string;
  readonly status: string;
  readonly compiled: boolean | null;
  readonly compiled_code: string | null;
  readonly relation_name: string | null;
}

/** `run_results.json` as the last command left it. */
function written(project: DbtProject): { which: string; results: readonly Result[]; of(name: string): Result } {
  const { args, results } = JSON.parse(readFileSync(project.path('target/run_results.json'), 'utf8'));
  const of = (name: string) => results.find((one: Result) => one.unique_id.split('.')[2] === name);
  return { which: args.which, results, of };
}

const manifestOf = (project: DbtProject) => JSON.parse(readFileSync(project.path('target/manifest.json'), 'utf8'));

const asTables = { 'dbt_project.yml': 'name: shop\nprofile: shop\nmodels: {+materialized: table}\n' };

const files = {
  'seeds/s.csv': 'id\n3\n1\n2\n',
  'models/e.sql': "{{ config(materialized='ephemeral') }} select id + 10 as id from {{ ref('s') }}",
  'models/a.sql': "select id, '{{ flags.WHICH }}' as command from {{ ref('e') }}",
  'models/a.yml': 'models: [{name: a, columns: [{name: id, data_tests: [not_null]}]}]\n',
};

describe('results of compile', () => {
  it('are written for what it made SQL of, tests and seeds among them, and stand in the manifest', async () => {
    const project = new DbtProject(files);
    await project.run('build');
    expect((await project.run('compile')).exitCode).toBe(0);
    const { which, results, of } = written(project);
    expect(which).toBe('compile');
    expect(results.map((one) => one.unique_id.split('.')[2]).sort()).toEqual(['a', 'not_null_a_id', 's']);
    expect(of('a')).toMatchObject({ status: 'success', compiled: true, relation_name: '"shop"."main"."a"' });
    expect(of('a').compiled_code).toContain("'compile' as command");
    expect(of('not_null_a_id').compiled_code).toContain('where id is null');
    expect(of('s')).toMatchObject({ status: 'success', compiled: null, compiled_code: null });
    expect(manifestOf(project).nodes['model.shop.a'].compiled_code).toBe(of('a').compiled_code);
  });

  it('have ephemeral models where something is selected; only what is named is printed', async () => {
    const project = new DbtProject(files);
    await project.run('seed');
    const one = await project.run('compile', '--select', 'e');
    expect(one.output).toContain('select id + 10 as id');
    expect(written(project).results.map((result) => result.unique_id)).toEqual(['model.shop.e']);
    const tested = await project.run('compile', '--select', 'a');
    expect(tested.output).not.toContain('is null');
    expect(written(project).of('not_null_a_id')).toBeDefined();
  });

  it('leave nothing for retry', async () => {
    const project = new DbtProject(files);
    await project.run('compile');
    const { exitCode, output } = await project.run('retry');
    expect(exitCode).toBe(0);
    expect(output).toContain('Nothing to retry: the last compile ended well');
  });
});

describe('results of show', () => {
  it('hold the query that was sent, with its limit', async () => {
    const project = new DbtProject(files);
    await project.run('seed');
    await project.run('show', '--select', 'a', '--limit', '2');
    expect(written(project).which).toBe('show');
    expect(written(project).of('a').compiled_code).toMatch(/'show' as command[\s\S]*limit 2$/);
    await project.run('show', '--inline', "select * from {{ ref('e') }} order by id", '--limit', '-1');
    const [inline] = written(project).results;
    expect(inline).toMatchObject({ unique_id: 'sql_operation.shop.inline_query', status: 'success' });
    expect(inline!.compiled_code).not.toContain('limit');
  });

  it('come from the macros by which a project limits rows', async () => {
    const project = new DbtProject({
      ...files,
      'macros/limit.sql':
        '{% macro duckdb__get_limit_sql(sql, limit) %}{{ sql }} fetch first 1 rows only{% endmacro %}',
      'dbt_project.yml':
        "name: shop\nprofile: shop\ndispatch: [{macro_namespace: dbt, search_order: ['shop', 'dbt']}]\n",
    });
    await project.run('seed');
    const { output } = await project.run('show', '-q', '--output', 'json', '--inline', "select id from {{ ref('s') }}");
    expect(JSON.parse(output).show).toHaveLength(1);
    expect(written(project).results[0]!.compiled_code).toContain('fetch first 1 rows only');
  });

  it('begin with the header of the model, which may be a part of the statement', async () => {
    const project = new DbtProject({
      'models/h.sql': '{% call set_sql_header(config) %}with one as (select 1 as id){% endcall %} select id from one',
      'models/m.sql':
        '{% call set_sql_header(config) %}create temp macro twice(x) as 2 * x;{% endcall %} select twice(4) as id',
    });
    const shown = async (name: string) =>
      (await project.run('show', '-q', '--output', 'json', '--select', name)).output;
    expect(JSON.parse(await shown('h')).show).toEqual([{ id: 1 }]);
    expect(JSON.parse(await shown('m')).show).toEqual([{ id: 8 }]);
  });

  it('are not there for SQL that has a limit already', async () => {
    const project = new DbtProject();
    const { exitCode, output } = await project.run('show', '--inline', 'select 1 as id limit 1');
    expect(exitCode).toBe(2);
    expect(output).toContain('syntax error at or near "limit"');
    expect(output).toContain('--limit -1');
  });
});

describe('results of docs generate', () => {
  it('are those of all nodes; the pages still tell of the last run', async () => {
    const project = new DbtProject({ ...files, 'models/b.sql': "select error('no') as x", ...asTables });
    await project.run('build');
    for (const _ of [1, 2]) {
      expect((await project.run('docs', 'generate')).exitCode).toBe(0);
      expect(written(project).which).toBe('generate');
      expect(written(project).of('not_null_a_id').compiled_code).toContain('where id is null');
      const data = readdirSync(project.path('target/docs/data'))
        .map((name) => readFileSync(project.path(`target/docs/data/${name}`), 'utf8'))
        .join('');
      expect(data).toContain('"command":"build"');
      expect(data).toMatch(/"status":"error"/);
    }
  });
});

describe('the state', () => {
  const same = "The state and target directories are the same: 'target'";

  it('that is the target folder is warned of', async () => {
    const project = new DbtProject(files);
    await project.run('build');
    const run = (...words: string[]) => project.run('ls', '--select', 'state:modified', '--state', 'target', ...words);
    const { exitCode, output } = await run();
    expect(exitCode).toBe(0);
    expect(output).toContain(same);
    expect((await run('--warn-error')).exitCode).toBe(2);
    expect((await run('--warn-error-options', '{"silence": ["WarnStateTargetEqual"]}')).output).not.toContain(same);
  });

  it('cannot be cloned into itself where it lacks a table', async () => {
    const project = new DbtProject(files);
    await project.run('run', '--empty');
    await project.run('parse');
    const { exitCode, statuses } = await project.run('clone', '--state', 'target');
    expect(exitCode).toBe(1);
    expect(statuses).toEqual({ 'seed.shop.s': 'error', 'model.shop.a': 'error' });
    const none = await project.run('clone');
    expect(none.output).toContain('--state or --defer-state are required for deferral, but neither was provided');
    expect(none.output).toContain('Runtime Error\n');
  });
});
