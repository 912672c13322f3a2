import { readFileSync, rmSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.js';
import { recordingEffects, temporaryFolder, tsdbt, writeFiles } from '../cli/recording-effects.js';

const PROJECTS = {
  delta: { 'project.yml': 'name: shop\nmodels: {+materialized: table}\n' },
  native: {
    'dbt_project.yml': 'name: shop\nprofile: shop\nmodels: {+materialized: table}\n',
    'profiles.yml': 'shop: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb, threads: 1}}}\n',
  },
} as const;

const broken = "select error('the network is down') as id";
const folders: (() => void)[] = [];
afterEach(() => {
  for (const remove of folders.splice(0)) remove();
});

function shop(kept: keyof typeof PROJECTS, files: Readonly<Record<string, string>>) {
  const { folder, remove } = temporaryFolder();
  folders.push(remove);
  writeFiles(folder, { ...PROJECTS[kept], ...files });
  const text = (): string => readFileSync(`${folder}/target/run_results.json`, 'utf8');
  const results = (): { args: Record<string, unknown>; results: Result[] } => JSON.parse(text());
  return {
    folder,
    write: (more: Readonly<Record<string, string>>) => writeFiles(folder, more),
    run: (...words: string[]) => tsdbt(folder, words),
    text,
    args: () => results().args,
    statuses: () => Object.fromEntries(results().results.map((one) => [one.unique_id.split('.')[2]!, one.status])),
    batches: (id: string) => results().results.find((one) => one.unique_id === id)!.batch_results,
    rows: async (sql: string) =>
      JSON.parse((await tsdbt(folder, ['show', '-q', '--output', 'json', '--limit', '-1', '--inline', sql])).stdout)
        .show,
  };
}
interface Result {
  unique_id: string;
  status: string;
  batch_results?: { successful: unknown[]; failed: unknown[] };
}

describe.each(['delta', 'native'] as const)('retry, %s', (kept) => {
  it('runs what failed and what lay below it, and nothing else', async () => {
    const project = shop(kept, {
      'models/staging/a.sql': 'select 1 as id',
      'models/staging/b.sql': broken,
      'models/staging/c.sql': "select * from {{ ref('b') }}",
    });
    expect((await project.run('run')).code).toBe(1);
    expect(project.statuses()).toEqual({ a: 'success', b: 'error', c: 'skipped' });
    project.write({ 'models/staging/b.sql': 'select 2 as id' });
    expect((await project.run('retry')).code).toBe(0);
    expect(project.statuses()).toEqual({ b: 'success', c: 'success' });
    const again = await project.run('retry');
    expect(again.code).toBe(0);
    expect(again.stderr).toContain('Nothing to retry');
    expect(project.statuses()).toEqual({});
    expect(project.args()).toMatchObject({ which: 'run' });
    expect(await project.rows("select id from {{ ref('c') }}")).toEqual([{ id: 2 }]);
  });

  it('uses the flags of the first invocation, except those given anew', async () => {
    const model = `{{ config(materialized='incremental') }} select {{ var('price', 0) }} as price, {{ is_incremental() }} as added
      {% if var('broken', false) %} , error('no') {% endif %}`;
    const project = shop(kept, { 'models/staging/a.sql': model });
    expect((await project.run('run', '--vars', 'price: 1')).code).toBe(0);
    const first = await project.run('run', '--full-refresh', '--select', 'a', '--vars', '{price: 2, broken: true}');
    expect(first.code).toBe(1);
    expect(project.args()).toMatchObject({
      which: 'run',
      full_refresh: true,
      select: ['a'],
      vars: { price: 2, broken: true },
    });
    expect((await project.run('retry')).code).toBe(1);
    expect((await project.run('retry', '--vars', 'price: 3')).code).toBe(0);
    expect(project.args()).toMatchObject({ which: 'run', full_refresh: true, vars: { price: 3 } });
    expect(await project.rows("select * from {{ ref('a') }}")).toEqual([{ price: 3, added: false }]);
  });

  it('goes on behind a failure unless the first invocation stopped there', async () => {
    const project = shop(kept, { 'models/staging/a.sql': broken, 'models/staging/b.sql': broken });
    await project.run('run', '--threads', '1');
    expect((await project.run('retry')).code).toBe(1);
    expect(project.statuses()).toEqual({ a: 'error', b: 'error' });
    await project.run('run', '--threads', '1', '--fail-fast');
    await project.run('retry');
    expect(project.args()).toMatchObject({ fail_fast: true });
    expect(Object.values(project.statuses()).sort()).toEqual(['error', 'skipped']);
  });

  it('tells of what is no longer there', async () => {
    const project = shop(kept, { 'models/staging/a.sql': broken, 'models/staging/b.sql': broken });
    await project.run('run');
    rmSync(`${project.folder}/models/staging/b.sql`);
    const again = await project.run('retry');
    expect(again.code).toBe(kept === 'native' ? 2 : 1);
    expect(again.stderr).toContain(
      kept === 'native'
        ? "Couldn't find model 'model.shop.b' -- does it exist or is it disabled?"
        : 'model.shop.b is no longer in the project',
    );
  });

  it('reads another folder with --state', async () => {
    const project = shop(kept, { 'models/staging/a.sql': broken, 'models/staging/b.sql': 'select 1 as id' });
    await project.run('run');
    project.write({ 'before/run_results.json': project.text() });
    await project.run('run', '--select', 'b');
    project.write({ 'models/staging/a.sql': 'select 1 as id' });
    expect((await project.run('retry', '--state', 'before')).code).toBe(0);
    expect(project.statuses()).toEqual({ a: 'success' });
  });

  it('goes on where an interruption stopped', async () => {
    const project = shop(kept, {
      'models/staging/a.sql': 'select 1 as id',
      'models/staging/b.sql': "select * from {{ ref('a') }}",
      'models/staging/c.sql': "select * from {{ ref('b') }}",
    });
    const { effects, stderr, interrupt } = recordingEffects(project.folder);
    const write = (text: string): boolean => {
      stderr.write(text);
      if (/Succeeded.* a\b|Succeeded.*\.a\b/.test(text)) interrupt();
      return true;
    };
    expect(await main(['run', '--threads', '1'], { ...effects, stderr: { write, isTTY: false } })).toBe(130);
    expect(project.statuses()).toEqual({ a: 'success', b: 'skipped', c: 'skipped' });
    expect((await project.run('retry')).code).toBe(0);
    expect(project.statuses()).toEqual({ b: 'success', c: 'success' });
  });

  it('writes only the batches of a microbatch model that are missing, even after --full-refresh', async () => {
    const model = (more = '') => `{{ config(materialized='incremental', incremental_strategy='microbatch',
      event_time='moment', batch_size='day', begin='2024-01-01') }} select * from {{ ref('events') }}${more}`;
    const events = (
      price: number,
    ) => `{{ config(event_time='moment') }} select ${price} as price, unnest(generate_series(
      timestamp '2024-01-01 10:00', timestamp '2024-01-03 10:00', interval 1 day)) as moment`;
    const project = shop(kept, {
      'models/staging/events.sql': events(1),
      'models/staging/a.sql': model(" where if(moment::date = date '2024-01-02', error('no'), true)"),
    });
    const window = ['--event-time-start', '2024-01-01', '--event-time-end', '2024-01-04'];
    expect((await project.run('run', '--full-refresh', ...window)).code).toBe(1);
    expect(project.statuses()).toEqual({ events: 'success', a: 'partial success' });
    project.write({ 'before/run_results.json': project.text() });
    expect((await project.run('retry', '--state', 'before')).code).toBe(1);
    expect(project.statuses()).toEqual({ a: 'error' });
    expect(project.batches('model.shop.a')).toMatchObject({ successful: { length: 2 }, failed: { length: 1 } });
    project.write({ 'models/staging/a.sql': model(), 'models/staging/events.sql': events(2) });
    await project.run('run', '--select', 'events');
    expect((await project.run('retry', '--state', 'before')).code).toBe(0);
    expect(project.statuses()).toEqual({ a: 'success' });
    expect(project.batches('model.shop.a')).toMatchObject({ successful: { length: 3 }, failed: [] });
    expect(await project.rows("select price, day(moment) as day from {{ ref('a') }} order by day")).toEqual([
      { price: 1, day: 1 },
      { price: 2, day: 2 },
      { price: 1, day: 3 },
    ]);
  });

  it('says what it cannot take up', async () => {
    const project = shop(kept, { 'models/staging/a.sql': 'select 1 as id' });
    const without = await project.run('retry');
    expect(without.code).toBe(2);
    expect(without.stderr).toContain('run_results.json is not there');
    project.write({ 'target/run_results.json': '{"args": {"which": "compile"}, "results": []}' });
    const compiled = await project.run('retry');
    expect(compiled.code).toBe(0);
    expect(compiled.stderr).toContain('Nothing to retry: the last compile ended well');
    project.write({ 'target/run_results.json': '{"args": {"which": "show"}, "results": []}' });
    const other = await project.run('retry');
    expect(other.code).toBe(2);
    expect(other.stderr).toContain('TSD1916');
  });
});

describe('retry of a build', () => {
  const files = {
    'models/staging/a.sql': 'select null as id',
    'models/staging/a.yml': `models:
  - name: a
    columns: [{name: id, data_tests: [not_null, unique]}]
`,
  };

  it('decides anew about a table that its tests kept from being published', async () => {
    const project = shop('delta', files);
    expect((await project.run('build')).code).toBe(1);
    expect(project.statuses()).toEqual({ a: 'error', not_null_a_id: 'fail', unique_a_id: 'pass' });
    project.write({ 'models/staging/a.sql': 'select unnest([1, 1]) as id' });
    expect((await project.run('retry')).code).toBe(1);
    expect(project.statuses()).toEqual({ a: 'error', not_null_a_id: 'pass', unique_a_id: 'fail' });
    project.write({ 'models/staging/a.sql': 'select 1 as id' });
    expect((await project.run('retry')).code).toBe(0);
    expect(project.statuses()).toEqual({ a: 'success', not_null_a_id: 'pass', unique_a_id: 'pass' });
  });

  it('runs a failed test again where the table was written before it', async () => {
    const project = shop('native', files);
    expect((await project.run('build')).code).toBe(1);
    expect(project.statuses()).toEqual({ a: 'success', not_null_a_id: 'fail', unique_a_id: 'pass' });
    project.write({ 'models/staging/a.sql': 'select 1 as id' });
    expect((await project.run('retry')).code).toBe(1);
    expect(project.statuses()).toEqual({ not_null_a_id: 'fail' });
  });

  it('goes on after a failure unless the run before was told not to', async () => {
    const project = shop('native', { 'models/a.sql': broken, 'models/b.sql': broken });
    await project.run('run', '--threads', '1');
    await project.run('retry');
    expect(project.statuses()).toEqual({ a: 'error', b: 'error' });
    await project.run('run', '--threads', '1', '--fail-fast');
    await project.run('retry');
    expect(project.statuses()).toEqual({ a: 'error', b: 'skipped' });
  });
});
