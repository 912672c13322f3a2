import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { batchesOf } from '../../src/materialize/microbatch.js';
import { DbtProject } from './dbt-project.js';

const model = (more = '', where = '') =>
  `{{ config(materialized='incremental', incremental_strategy='microbatch', event_time='moment', batch_size='day', begin='2024-01-01'${more}) }}
select id, moment, '{{ model.batch.id }}' as batch from {{ ref('events') }}${where}`;
const events = (rows: string) => `{{ config(materialized='table', event_time='moment') }}
select * from (values ${rows}) as t(id, moment)`;
const three = "(1, timestamp '2024-01-01 10:00'), (2, timestamp '2024-01-02 10:00'), (3, timestamp '2024-01-03 10:00')";
const until = (end: string, start = '2024-01-01') => ['--event-time-start', start, '--event-time-end', end];
const delta = 'shop: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb, storage: delta, threads: 1}}}\n';

async function rowsOf(
  project: DbtProject,
  columns: string,
  kept: string,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  if (kept === 'native') return project.rows(`select ${columns} from a order by id`);
  const shown = await project.run(
    'show',
    '--quiet',
    '--output',
    'json',
    '--limit',
    '-1',
    '--inline',
    `select ${columns} from {{ ref('a') }} order by id`,
  );
  const parsed: unknown = JSON.parse(shown.output.slice(shown.output.search(/[[{]/)));
  return (Array.isArray(parsed) ? parsed : (parsed as { show: [] }).show) as Readonly<Record<string, unknown>>[];
}

describe.each(['native', 'delta'])('microbatch models, %s', (kept) => {
  const make = (files: Record<string, string>): DbtProject =>
    new DbtProject({ ...(kept === 'delta' ? { 'profiles.yml': delta } : {}), ...files });

  it('write each batch from the rows of its time', async () => {
    const project = make({ 'models/events.sql': events(three), 'models/a.sql': model() });
    const first = await project.run('run', ...until('2024-01-04'));
    expect(first.output).not.toContain('error');
    expect(first.exitCode).toBe(0);
    expect(await rowsOf(project, 'id, batch', kept)).toEqual([
      { id: 1, batch: '20240101' },
      { id: 2, batch: '20240102' },
      { id: 3, batch: '20240103' },
    ]);
  });

  it('write batches anew and leave the others', async () => {
    const project = make({ 'models/events.sql': events(three), 'models/a.sql': model() });
    await project.run('run', ...until('2024-01-04'));
    project.write({
      'models/events.sql': events(
        "(10, timestamp '2024-01-01 10:00'), (20, timestamp '2024-01-02 10:00'), (3, timestamp '2024-01-03 10:00')",
      ),
    });
    expect((await project.run('run', ...until('2024-01-03', '2024-01-02'))).exitCode).toBe(0);
    expect(await rowsOf(project, 'id', kept)).toEqual([{ id: 1 }, { id: 3 }, { id: 20 }]);
  });

  it('read everything where the template says render()', async () => {
    const all = model()
      .replace("{{ ref('events') }}", "{{ ref('events').render() }}")
      .replace("'{{ model.batch.id }}' as batch", 'count(*) over ()::int as n');
    const project = make({ 'models/events.sql': events(three), 'models/a.sql': all });
    await project.run('run', ...until('2024-01-04'));
    await project.run('run', ...until('2024-01-04'));
    expect(await rowsOf(project, 'id, n', kept)).toEqual([1, 2, 3].map((id) => ({ id, n: 3 })));
  });

  it('are a success in part when a batch fails, which keeps what was there', async () => {
    const project = make({ 'models/events.sql': events(three), 'models/a.sql': model() });
    await project.run('run', ...until('2024-01-04'));
    project.write({
      'models/a.sql': model('', " where if(id = 2, error('no two'), true)"),
      'models/b.sql': "select * from {{ ref('a') }}",
    });
    const run = await project.run('run', ...until('2024-01-04'));
    expect(run.exitCode).toBe(1);
    expect(run.statuses).toMatchObject({ 'model.shop.a': 'partial success', 'model.shop.b': 'skipped' });
    const { results } = JSON.parse(readFileSync(project.path('target/run_results.json'), 'utf8'));
    const [result] = results.filter((one: { unique_id: string }) => one.unique_id === 'model.shop.a');
    expect(result.batch_results.failed).toEqual([['2024-01-02T00:00:00.000Z', '2024-01-03T00:00:00.000Z']]);
    expect(result.batch_results.successful).toHaveLength(2);
    expect(await rowsOf(project, 'id', kept)).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
  });

  it.each([
    ["event_time='moment', ", "must provide an 'event_time' config"],
    [", begin='2024-01-01'", "must provide a 'begin' config"],
    ["batch_size='day', ", "must provide a 'batch_size' config"],
  ])('say what is missing without %s', async (part, message) => {
    const project = make({ 'models/events.sql': events(three), 'models/a.sql': model().replace(part, '') });
    const run = await project.run('run');
    expect(run.exitCode).not.toBe(0);
    expect(run.output).toContain(message);
  });

  it('have no rows with --empty', async () => {
    const project = make({ 'models/events.sql': events(three), 'models/a.sql': "select id from {{ ref('events') }}" });
    expect((await project.run('run', '--empty')).exitCode).toBe(0);
    expect(await rowsOf(project, 'id', kept)).toEqual([]);
  });
});

describe('batches', () => {
  const config = { eventTime: 'moment', begin: new Date('2024-01-01T05:00:00Z'), lookback: 1 } as const;
  const ids = (size: 'hour' | 'day' | 'month' | 'year', isIncremental: boolean, now: string) =>
    batchesOf({ ...config, size }, { isIncremental, times: undefined, now: new Date(now) }).map((batch) => batch.id);

  it('begin with the first one, or with those that are looked back at', () => {
    expect(ids('day', false, '2024-01-03T10:00:00Z')).toEqual(['20240101', '20240102', '20240103']);
    expect(ids('day', true, '2024-01-31T10:00:00Z')).toEqual(['20240130', '20240131']);
    expect(ids('hour', true, '2024-01-01T00:30:00Z')).toEqual(['20231231T23', '20240101T00']);
    expect(ids('month', true, '2024-01-31T10:00:00Z')).toEqual(['202312', '202401']);
    expect(ids('year', false, '2025-01-01T00:00:00Z')).toEqual(['2024']);
  });
});

describe('hooks of microbatch models', () => {
  it('run before the first batch and after the last, and see which it is', async () => {
    const project = new DbtProject({
      'dbt_project.yml': 'name: shop\nprofile: shop\non-run-start: create table if not exists told(v varchar)\n',
      'models/events.sql': events(three),
      'models/a.sql': model(
        `, pre_hook="insert into told values ('from {{ model.batch.id }}')", post_hook="insert into told values ('to {{ model.batch.id }}')"`,
      ),
    });
    await project.run('run', ...until('2024-01-04'));
    expect(await project.rows('select v from told')).toEqual([{ v: 'from 20240101' }, { v: 'to 20240103' }]);
  });
});
