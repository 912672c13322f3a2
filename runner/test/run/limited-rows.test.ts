import { afterEach, describe, expect, it } from 'vitest';
import { sampleWindow } from '../../src/cli/sample-window.js';
import { temporaryFolder, tsdbt, writeFiles } from '../cli/recording-effects.js';

const PROJECTS = {
  delta: { 'project.yml': 'name: shop\nmodels: {+materialized: table}\n' },
  native: {
    'dbt_project.yml': 'name: shop\nprofile: shop\nmodels: {+materialized: table}\n',
    'profiles.yml': 'shop: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb, threads: 1}}}\n',
  },
} as const;

const folders: (() => void)[] = [];
afterEach(() => {
  for (const remove of folders.splice(0)) remove();
});

const files = {
  'seeds/staging/days.csv': 'id,day\n1,2024-01-01\n2,2024-01-02\n3,2024-01-03\n4,2024-01-04\n',
  'seeds/staging/days.yml': 'seeds: [{name: days, config: {event_time: day}}]\n',
  'models/staging/through.sql':
    "{{ config(materialized='ephemeral', event_time='day') }} select * from {{ ref('days') }}",
  'models/staging/a.sql': "{{ config(event_time='day') }} select * from {{ ref('through') }}",
  'models/staging/b.sql': "select id from {{ ref('a') }}",
  'models/staging/all.sql': "select id from {{ ref('days').render() }}",
  'models/staging/m.sql': `{{ config(materialized='incremental', incremental_strategy='microbatch', event_time='day',
    batch_size='day', begin='2024-01-01') }} select * from {{ ref('days') }}`,
  'snapshots/staging/kept.sql': `{% snapshot kept %}{{ config(target_schema='staging', unique_key='id', strategy='check', check_cols=['day']) }}
    select * from {{ ref('days') }}{% endsnapshot %}`,
};

function shop(kept: keyof typeof PROJECTS, more: Readonly<Record<string, string>> = {}) {
  const { folder, remove } = temporaryFolder();
  folders.push(remove);
  writeFiles(folder, { ...PROJECTS[kept], ...files, ...more });
  const run = async (...words: string[]) => {
    const { code, stderr } = await tsdbt(folder, words);
    expect(code, stderr).toBe(0);
  };
  const ids = async (name: string): Promise<readonly number[]> => {
    const words = [
      '-q',
      '--output',
      'json',
      '--limit',
      '-1',
      '--inline',
      `select id from {{ ref('${name}') }} order by id`,
    ];
    return JSON.parse((await tsdbt(folder, ['show', ...words])).stdout).show.map((row: { id: number }) => row.id);
  };
  return { folder, run, ids };
}

describe.each(['delta', 'native'] as const)('--empty, %s', (kept) => {
  it('makes every table, seeds and snapshots too, without rows', async () => {
    const { run, ids } = shop(kept);
    await run('build', '--empty');
    for (const name of ['days', 'a', 'b', 'kept', 'm']) expect(await ids(name), name).toEqual([]);
    await run('seed');
    expect(await ids('days')).toHaveLength(4);
    await run('seed', '--empty', '--full-refresh');
    expect(await ids('days')).toEqual([]);
    await run('seed');
    await run('snapshot', '--empty');
    await run('snapshot', '--no-empty');
    expect(await ids('kept')).toHaveLength(4);
  });
});

describe.each(['delta', 'native'] as const)('--sample, %s', (kept) => {
  const window = "{'start': '2024-01-02', 'end': '2024-01-04'}";

  it('reads the rows of a time, of what has an event_time, also through ephemeral models', async () => {
    const { run, ids } = shop(kept);
    await run('build', '--sample', window);
    expect(await ids('days')).toEqual([1, 2, 3, 4]);
    for (const name of ['a', 'b', 'kept']) expect(await ids(name), name).toEqual([2, 3]);
    expect(await ids('all')).toEqual([1, 2, 3, 4]);
  });

  it('writes the batches of that time', async () => {
    const { run, ids } = shop(kept);
    await run('build', '--select', '+m', '--sample', window);
    expect(await ids('m')).toEqual([2, 3]);
    await run('run', '--select', 'm', '--sample', '{start: 2024-01-04, end: 2024-01-05}');
    expect(await ids('m')).toEqual([2, 3, 4]);
  });

  it('says what it does not take', async () => {
    const { folder } = shop(kept);
    const wrong = await tsdbt(folder, ['run', '--sample', '3 weeks']);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('a window is a number of hours, days, months, years');
  });
});

describe('TypeScript models', () => {
  it('are limited as well', async () => {
    const { run, ids } = shop('delta', {
      'models/staging/t.ts': `import { defineModel, sql } from 'tsdbt';
export default defineModel({ refs: ['days'], columns: { id: 'bigint' }, run: ({ ref }) => sql('select id from ' + ref('days').relation) });\n`,
    });
    await run('build', '--select', '+t', '--sample', '{start: 2024-01-02, end: 2024-01-04}');
    expect(await ids('t')).toEqual([2, 3]);
    await run('build', '--select', '+t', '--empty');
    expect(await ids('t')).toEqual([]);
  });
});

describe('a window', () => {
  const from = (text: string, now: string) => sampleWindow(text, new Date(now)).start.toISOString().slice(0, 16);

  it('is counted back from now, as dateutil counts', () => {
    expect(from('3 days', '2024-03-02T10:30:00Z')).toBe('2024-02-28T10:30');
    expect(from('1 hour', '2024-03-02T00:30:00Z')).toBe('2024-03-01T23:30');
    expect(from('1 month', '2024-03-31T10:30:00Z')).toBe('2024-02-29T10:30');
    expect(from('13 Months', '2024-01-15T10:30:00Z')).toBe('2022-12-15T10:30');
    expect(from('1 year', '2024-02-29T10:30:00Z')).toBe('2023-02-28T10:30');
  });

  it('is between two times', () => {
    const given = sampleWindow("{'start': '2024-01-01', 'end': '2024-01-02 12:00'}", new Date());
    expect(given).toEqual({ start: new Date('2024-01-01T00:00:00Z'), end: new Date('2024-01-02T12:00:00Z') });
  });
});
