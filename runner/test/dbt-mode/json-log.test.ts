import { describe, expect, it } from 'vitest';
import { tsdbt } from '../cli/recording-effects.js';
import { DbtProject } from './dbt-project.js';

interface Line {
  readonly info: Readonly<Record<string, unknown>>;
  readonly data: Readonly<Record<string, unknown>> & { readonly node_info?: Readonly<Record<string, unknown>> };
}

const files = {
  'seeds/raw.csv': 'id\n1\n2\n',
  'models/good.sql':
    "{{ config(materialized='table', meta={'owner': 'Ada'}) }} {{ log('hello', info=true) }} select 1 as id from {{ ref('raw') }}",
  'models/bad.sql': "select no_such_column from {{ ref('raw') }}",
  'models/below.sql': "select * from {{ ref('bad') }}",
  'models/s.yml': `models: [{name: good, columns: [{name: id, data_tests: [not_null, {accepted_values: {arguments: {values: [1]}}}]}]}]
exposures: [{name: page, type: dashboard, owner: {name: Ada}, depends_on: [ref('raw')]}]
`,
};

function linesOf(text: string): Line[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

describe('--log-format json in a dbt project', () => {
  it("has dbt's events on standard output, under dbt's names", async () => {
    const project = new DbtProject(files);
    const run = await tsdbt(project.folder, ['--log-format', 'json', '--log-level', 'debug', 'build']);
    expect(run.code).toBe(1);
    expect(run.stderr).toBe('');
    const lines = linesOf(run.stdout);
    const named = (name: string): Line[] => lines.filter(({ info }) => info.name === name);
    const of = (name: string, id: string): Line => named(name).find(({ data }) => data.node_info?.unique_id === id)!;

    expect(lines.every(({ info }) => info.invocation_id === lines[0]!.info.invocation_id)).toBe(true);
    expect(of('LogSeedResult', 'seed.shop.raw')).toMatchObject({
      info: { code: 'Q016', level: 'info' },
      data: { schema: 'main', relation: 'raw', status: 'success', node_info: { node_status: 'success' } },
    });
    const good = of('LogModelResult', 'model.shop.good');
    expect(good.info.msg).toMatch(/^\d of 7 OK created sql table model main\.good \.+ \[OK in \d+\.\d\ds\]$/);
    expect(good.data.node_info).toMatchObject({
      materialized: 'table',
      meta: { owner: 'Ada' },
      node_name: 'good',
      node_path: 'good.sql',
      node_relation: { database: 'shop', schema: 'main', alias: 'good', relation_name: '"shop"."main"."good"' },
      node_started_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+$/),
      node_finished_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+$/),
      node_status: 'success',
      resource_type: 'model',
    });
    expect(good.data.node_info!.node_checksum).toMatch(/^[0-9a-f]{64}$/);
    expect(of('JinjaLogInfo', 'model.shop.good').info.msg).toBe('hello');
    expect(of('LogModelResult', 'model.shop.bad')).toMatchObject({
      info: { level: 'error' },
      data: { status: 'error' },
    });
    expect(of('SkippingDetails', 'model.shop.below').data.node_info).toMatchObject({
      node_status: 'skipped',
      node_finished_at: '',
    });
    expect(named('LogTestResult').map(({ data }) => data.node_info!.node_status)).toEqual(
      expect.arrayContaining(['pass']),
    );
    expect(of('LogNodeNoOpResult', 'exposure.shop.page').info.msg).toContain('NO-OP exposure page');
    expect(of('NodeFinished', 'model.shop.good').data.run_result).toMatchObject({ status: 'success' });
    expect(
      named('RunResultError')
        .map(({ info }) => info.msg)
        .join(),
    ).toContain('no_such_column');
    expect(named('StatsLine')[0]!.data.stats).toMatchObject({ error: 1, skip: 1, noop: 1, total: 7 });
  });

  it('is told what fails as an error, by the environment too', async () => {
    const project = new DbtProject({
      'models/one.sql': 'select 1 as id',
      'models/s.yml':
        'models: [{name: one, columns: [{name: id, data_tests: [{accepted_values: {arguments: {values: [2]}}}]}]}]\n',
    });
    const run = await tsdbt(project.folder, ['build'], { DBT_LOG_FORMAT: 'json' });
    const test = linesOf(run.stdout).find(({ info }) => info.name === 'LogTestResult')!;
    expect(test).toMatchObject({ info: { level: 'error' }, data: { status: 'fail', num_failures: 1 } });
    expect(linesOf(run.stdout).some(({ info }) => info.name === 'NodeFinished')).toBe(false);

    project.write({ 'models/two.sql': "select * from {{ ref('onee') }}" });
    const broken = await tsdbt(project.folder, ['build'], { DBT_LOG_FORMAT: 'json' });
    expect(broken.code).toBe(2);
    expect(linesOf(broken.stdout)).toMatchObject([{ info: { name: 'MainEncounteredError', level: 'error' } }]);
    expect(linesOf(broken.stdout)[0]!.info.msg).toMatch(/^Encountered an error:\nCompilation Error\n {2}TSD3001 /);
  });

  it('leaves standard output to the data of commands that print some', async () => {
    const project = new DbtProject({
      'models/one.sql': "{{ log('hello', info=true) }} select 1 as id",
      'models/s.yml': 'models: [{name: one, descripton: x}]\n',
    });
    const ls = await tsdbt(project.folder, ['--log-format', 'json', 'ls']);
    expect(ls.stdout).toBe('shop.one\n');
    expect(linesOf(ls.stderr)).toMatchObject([{ info: { name: 'JinjaLogWarning', level: 'warn' } }]);
    const show = await tsdbt(project.folder, ['--log-format', 'json', 'show', '--select', 'one', '--output', 'json']);
    expect(JSON.parse(show.stdout)).toMatchObject({ show: [{ id: 1 }] });
  });

  it('leaves keys out that no node has and a program asks ls for, and says so beside the data', async () => {
    const project = new DbtProject({ 'models/one.sql': 'select 1 as id' });
    const run = await tsdbt(project.folder, ['ls', '--output', 'json', '--output-keys', 'name', 'freshness', 'nam']);
    expect(run).toMatchObject({ code: 0, stdout: '{"name":"one"}\n' });
    expect(run.stderr).toMatch(/--output-keys does not take "freshness": no node has it \(keys: /);
    expect(run.stderr).toContain('--output-keys does not take "nam": no node has it (did you mean "name"?)');
  });

  it("keeps tsdbt's own events in a project of its own", async () => {
    const project = new DbtProject({ 'models/one.sql': 'select 1 as id', 'dbt_project.yml': '', 'profiles.yml': '' });
    project.write({ 'project.yml': 'name: shop\n' });
    const run = await tsdbt(project.folder, ['--log-format', 'json', 'build']);
    expect(run.stdout).toBe('');
    expect(run.stderr).toContain('"event":"node_finished"');
  });
});
