import { existsSync, readFileSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from 'vitest';
import { mergeFreshness } from '../../src/manifest/source-freshness.js';
import { ageInWords, judgeFreshness, timeOf } from '../../src/quality/freshness.js';
import { DbtProject } from '../dbt-mode/dbt-project.js';

const yaml = `sources:
  - name: web
    schema: main
    loaded_at_field: loaded_at
    freshness: {warn_after: {count: 1, period: hour}, error_after: {count: 1, period: day}}
    tables:
      - name: fresh
      - name: late
        freshness: {error_after: {count: 30, period: day}}
      - name: old
        freshness: {filter: "id > 0"}
      - name: by_query
        loaded_at_query: "select max(loaded_at) + interval 1 hour from {{ this }}"
        identifier: old
        config: {freshness: {error_after: {count: 1000, period: day}, warn_after: null}}
      - name: empty
      - name: gone
      - name: not_asked
        freshness: null
`;

/** A dbt project whose database file another program fills. */
async function filled(hours = 0): Promise<DbtProject> {
  const project = new DbtProject({
    'models/sources.yml': yaml,
    'models/m.sql': "select * from {{ source('web', 'fresh') }}",
  });
  await fill(project, hours);
  return project;
}

async function fill(project: DbtProject, hours: number): Promise<void> {
  const instance = await DuckDBInstance.create(project.path('shop.duckdb'));
  const connection = await instance.connect();
  const at = (age: number) => new Date(Date.now() - age * 3_600_000).toISOString().replace('Z', '');
  await connection.run(`
    create or replace table fresh as select 1 as id, timestamp '${at(0.5 - hours)}' as loaded_at;
    create or replace table late as select 1 as id, timestamptz '${at(50)}Z' as loaded_at;
    create or replace table old as select 1 as id, timestamp '${at(30)}' as loaded_at union all select 0, timestamp '${at(0)}';
    create or replace table empty as select 1 as id, current_timestamp as loaded_at limit 0;
  `);
  connection.closeSync();
  instance.closeSync();
}

const sourcesOf = (project: DbtProject, file = 'target/sources.json') => {
  const content = JSON.parse(readFileSync(project.path(file), 'utf8'));
  const statuses: Record<string, string> = Object.fromEntries(
    content.results.map((one: { unique_id: string; status: string }) => [
      one.unique_id.replace('source.shop.web.', ''),
      one.status,
    ]),
  );
  return { content, statuses };
};

describe('tsdbt source freshness', () => {
  it('holds the newest rows of each table against its thresholds', async () => {
    const project = await filled();
    const { exitCode, output } = await project.run('source', 'freshness');
    expect(exitCode).toBe(1);
    const { content, statuses } = sourcesOf(project);
    expect(statuses).toEqual({
      fresh: 'pass',
      late: 'warn',
      old: 'error',
      by_query: 'pass',
      empty: 'error',
      gone: 'runtime error',
    });
    expect(output).toContain('source web.old: newest row 1 day old, more than 1 day');
    expect(output).toContain('source web.gone does not exist');
    expect(content.metadata.dbt_schema_version).toBe('https://schemas.getdbt.com/dbt/sources/v3.json');
    const late = content.results.find((one: { unique_id: string }) => one.unique_id.endsWith('.late'));
    expect(late).toMatchObject({
      criteria: { warn_after: { count: 1, period: 'hour' }, error_after: { count: 30, period: 'day' }, filter: null },
      adapter_response: {},
      thread_id: 'Thread-1 (worker)',
    });
    expect(late.max_loaded_at_time_ago_in_s / 3600).toBeCloseTo(50, 1);
    const ago = new Date(late.snapshotted_at).getTime() - new Date(late.max_loaded_at).getTime();
    expect(ago / 1000).toBe(late.max_loaded_at_time_ago_in_s);
  });

  it('takes selections and a file to write to, and its old name', async () => {
    const project = await filled();
    const run = await project.run(
      'source',
      'snapshot-freshness',
      '--select',
      'source:web.fresh',
      '-o',
      'elsewhere/s.json',
    );
    expect(run.exitCode).toBe(0);
    expect(sourcesOf(project, 'elsewhere/s.json').statuses).toEqual({ fresh: 'pass' });
    expect(existsSync(project.path('target/sources.json'))).toBe(false);
  });

  it('lets later runs select what lies below sources that got newer rows', async () => {
    const project = await filled();
    const look = () => project.run('source', 'freshness', '--select', 'source:web.fresh', 'source:web.late');
    await look();
    for (const name of ['manifest.json', 'sources.json'])
      project.write({ [`before/${name}`]: readFileSync(project.path(`target/${name}`), 'utf8') });
    await fill(project, 0.25);
    await look();
    const { output } = await project.run('--quiet', 'ls', '--select', 'source_status:fresher+', '--state', 'before');
    expect(output.trim().split('\n')).toContain('shop.m');
  });

  it('reads files that are sources of a warehouse of Delta tables', async () => {
    const project = new DbtProject({
      'profiles.yml': 'shop: {target: dev, outputs: {dev: {type: duckdb, storage: delta, threads: 2}}}\n',
      'data/visits.csv': 'id,loaded_at\n1,2020-01-01 00:00:00\n',
      'models/sources.yml': `sources:
  - name: web
    tables:
      - name: visits
        location: data/visits.csv
        loaded_at_field: loaded_at
        freshness: {warn_after: {count: 1, period: day}}
`,
    });
    expect((await project.run('source', 'freshness')).exitCode).toBe(0);
    expect(sourcesOf(project).statuses).toEqual({ visits: 'warn' });
  });

  it('refuses thresholds that mean nothing', async () => {
    const wrong = yaml.replace('period: hour', 'period: week');
    const { exitCode, output } = await new DbtProject({ 'models/sources.yml': wrong }).run('source', 'freshness');
    expect(exitCode).toBe(2);
    expect(output).toContain('models/sources.yml:5');
  });
});

describe('freshness', () => {
  const day = { count: 1, period: 'day' } as const;

  it('is merged from the source to the table, threshold by threshold', () => {
    const hour = { count: 1, period: 'hour' } as const;
    expect(mergeFreshness([{ warn_after: hour }, undefined, { error_after: day }])).toEqual({
      warnAfter: hour,
      errorAfter: day,
      filter: undefined,
    });
    expect(mergeFreshness([{ warn_after: hour }, null])).toBeUndefined();
    expect(mergeFreshness([{ filter: 'id > 0' }])).toBeUndefined();
  });

  it('is exceeded by what is older, not by what is as old', () => {
    const now = new Date('2026-01-02T00:00:00Z');
    const judged = (newest: string | undefined) =>
      judgeFreshness(
        { warnAfter: undefined, errorAfter: day, filter: undefined },
        newest === undefined ? undefined : new Date(newest),
        now,
      ).status;
    expect(judged('2026-01-01T00:00:00Z')).toBe('pass');
    expect(judged('2025-12-31T23:59:59Z')).toBe('error');
    expect(judged(undefined)).toBe('error');
  });

  it('reads times as engines print them, those without a zone as UTC', () => {
    const noon = new Date('2026-01-02T12:00:00Z');
    expect(timeOf('2026-01-02 12:00:00')).toEqual(noon);
    expect(timeOf('2026-01-02 12:00:00.000000')).toEqual(noon);
    expect(timeOf('2026-01-02 14:00:00+02')).toEqual(noon);
    expect(timeOf('2026-01-02')).toEqual(new Date('2026-01-02T00:00:00Z'));
    expect(timeOf('soon')).toBeUndefined();
    expect(timeOf(3)).toBeUndefined();
  });

  it('is told in the largest unit that fits', () => {
    expect([30, 60, 7200, 200_000].map(ageInWords)).toEqual(['30 seconds', '1 minute', '2 hours', '2 days']);
  });
});
