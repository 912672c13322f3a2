import { existsSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { temporaryFolder, tsdbt, writeFiles } from '../cli/recording-effects.js';

const PROJECTS = {
  delta: {
    'project.yml': `name: shop
warehouse: production
targets: {dev: {type: duckdb, warehouse: mine}, prod: {type: duckdb}}
target: dev
models: {+materialized: table}
`,
  },
  native: {
    'dbt_project.yml': 'name: shop\nprofile: shop\nmodels: {+materialized: table}\n',
    'profiles.yml': `shop:
  target: dev
  outputs:
    dev: {type: duckdb, path: shop.duckdb, schema: mine, threads: 1}
    prod: {type: duckdb, path: shop.duckdb, schema: production, threads: 1}
`,
  },
} as const;

const folders: (() => void)[] = [];
afterEach(() => {
  for (const remove of folders.splice(0)) remove();
});

const source = "select '{{ target.name }}' as built_for";

/** A project whose production is built, its artifacts in `state/`, and nothing of one's own. */
async function shop(kept: keyof typeof PROJECTS, more: Readonly<Record<string, string>> = {}) {
  const { folder, remove } = temporaryFolder();
  folders.push(remove);
  writeFiles(folder, {
    ...PROJECTS[kept],
    'models/staging/a.sql': source,
    'models/staging/b.sql': "select * from {{ ref('a') }}",
    ...more,
  });
  const run = (...words: string[]) => tsdbt(folder, words);
  const built = await run('build', '--target', 'prod');
  expect(built.code, built.stderr).toBe(0);
  await cp(`${folder}/target`, `${folder}/state`, { recursive: true });
  const rows = async (...words: string[]) => {
    const shown = await run('show', '-q', '--output', 'json', ...words);
    return shown.code === 0 ? JSON.parse(shown.stdout).show : shown.stderr;
  };
  return { folder, run, rows };
}

const state = ['--defer', '--state', 'state'];

describe.each(['delta', 'native'] as const)('--defer, %s', (kept) => {
  it('calls functions that are not built here as the state has them', async () => {
    const { run, rows } = await shop(kept, {
      'functions/staging/least.sql': "(select min(built_for) from {{ ref('a') }})",
      'functions/staging/twice.sql': "x || {{ function('least') }}()",
      'functions/staging/f.yml':
        'functions: [{name: twice, arguments: [{name: x, data_type: varchar}], returns: {data_type: varchar}}]',
      'models/staging/c.sql': "select {{ function('twice') }}('for ') as text",
    });
    expect((await run('run', '--select', 'c')).code).not.toBe(0);
    const deferred = await run('run', '--select', 'c', ...state);
    expect(deferred.code, deferred.stderr).toBe(0);
    expect(await rows('--inline', "select * from {{ ref('c') }}")).toEqual([{ text: 'for prod' }]);
  });

  it('reads what is not built here where the state says it was published', async () => {
    const { run, rows } = await shop(kept);
    const without = await run('run', '--select', 'b');
    expect(without.code).not.toBe(0);
    const deferred = await run('run', '--select', 'b', ...state);
    expect(deferred.code, deferred.stderr).toBe(0);
    expect(await rows('--inline', "select * from {{ ref('b') }}")).toEqual([{ built_for: 'prod' }]);
  });

  it('reads what is built here, unless --favor-state says otherwise', async () => {
    const { run, rows } = await shop(kept);
    await run('run', '--select', 'a');
    await run('run', '--select', 'b', ...state);
    expect(await rows('--inline', "select * from {{ ref('b') }}")).toEqual([{ built_for: 'dev' }]);
    const favored = await run('run', '--select', 'b', ...state, '--favor-state');
    expect(favored.code, favored.stderr).toBe(0);
    expect(await rows('--inline', "select * from {{ ref('b') }}")).toEqual([{ built_for: 'prod' }]);
    await run('run', ...state, '--favor-state');
    expect(await rows('--inline', "select * from {{ ref('b') }}")).toEqual([{ built_for: 'dev' }]);
  });

  it('is known to test, compile and show', async () => {
    const { run, rows } = await shop(kept, {
      'models/staging/s.yml': 'models: [{name: a, columns: [{name: built_for, data_tests: [not_null]}]}]\n',
    });
    expect((await run('test', '--select', 'a', ...state)).code).toBe(0);
    const compiled = await run('compile', '--select', 'b', ...state);
    expect(compiled.code, compiled.stderr).toBe(0);
    if (kept === 'native') expect(compiled.stdout).toContain('"production"."a"');
    expect(await rows('--select', 'b', ...state)).toEqual([{ built_for: 'prod' }]);
    expect(await rows('--inline', "select * from {{ ref('a') }}", ...state)).toEqual([{ built_for: 'prod' }]);
  });

  it('takes the manifest of --defer-state, when --state is another', async () => {
    const { run, rows } = await shop(kept);
    const words = ['--defer', '--state', 'nowhere', '--defer-state', 'state'];
    expect((await run('run', '--select', 'b', ...words)).code).toBe(0);
    expect(await rows('--inline', "select * from {{ ref('b') }}")).toEqual([{ built_for: 'prod' }]);
  });

  it('needs a state', async () => {
    const { run } = await shop(kept);
    const none = await run('run', '--select', 'b', '--defer');
    expect(none).toMatchObject({ code: 2 });
    expect(none.stderr).toContain('--state');
    const wrong = await run('run', '--select', 'b', '--defer', '--state', 'nowhere');
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('manifest.json is not there');
    expect((await run('run', '--select', 'b', '--no-defer', '--state', 'nowhere')).stderr).not.toContain(
      'manifest.json',
    );
  });

  it('goes with state:modified, and retry keeps it', async () => {
    const { folder, run } = await shop(kept, { 'models/staging/c.sql': "select * from {{ ref('b') }}" });
    writeFiles(folder, { 'models/staging/b.sql': "select *, error('no') as x from {{ ref('a') }}" });
    expect((await run('run', '--select', 'state:modified+', ...state)).code).toBe(1);
    writeFiles(folder, { 'models/staging/b.sql': "select *, 1 as x from {{ ref('a') }}" });
    const again = await run('retry');
    expect(again.code, again.stderr).toBe(0);
  });
});

describe('--defer of Delta tables', () => {
  it('reads views of another warehouse with all that they read', async () => {
    const view = "{{ config(materialized='view') }} ";
    const { run, rows } = await shop('delta', {
      'models/staging/v.sql': `${view}select built_for, 1 as n from {{ ref('b') }}`,
      'models/staging/c.sql': "select * from {{ ref('v') }}",
      'models/staging/w.sql': `${view}select * from {{ ref('v') }}`,
      'models/staging/x.sql': `${view}select * from {{ ref('b') }}`,
    });
    await run('run', '--select', 'b', '--defer', '--state', 'state');
    const run1 = await run('run', '--select', 'c', ...state);
    expect(run1.code, run1.stderr).toBe(0);
    expect(await rows('--inline', "select * from {{ ref('c') }}")).toEqual([{ built_for: 'prod', n: 1 }]);
    const lasting = await run('run', '--select', 'w', ...state);
    expect(lasting.code).toBe(1);
    expect(lasting.stderr).toContain('TSD6086');
  });

  it('lets views read tables of another warehouse', async () => {
    const { folder, run, rows } = await shop('delta', {
      'models/staging/v.sql': "{{ config(materialized='view') }} select built_for from {{ ref('b') }}",
    });
    const made = await run('run', '--select', 'v', ...state);
    expect(made.code, made.stderr).toBe(0);
    expect(await rows('--inline', "select * from {{ ref('v') }}")).toEqual([{ built_for: 'prod' }]);
    expect(existsSync(`${folder}/mine/staging/b`)).toBe(false);
  });
});

describe.each(['delta', 'native'] as const)('clone, %s', (kept) => {
  it('makes what is not here of what the state has, and leaves what is here', async () => {
    const { run, rows } = await shop(kept, { 'seeds/staging/s.csv': 'id\n1\n' });
    expect((await run('clone')).code).toBe(2);
    await run('run', '--select', 'a');
    const cloned = await run('clone', '--state', 'state');
    expect(cloned.code, cloned.stderr).toBe(0);
    expect(await rows('--inline', "select * from {{ ref('a') }}")).toEqual([{ built_for: 'dev' }]);
    expect(await rows('--inline', "select * from {{ ref('b') }}")).toEqual([{ built_for: 'prod' }]);
    expect(await rows('--inline', "select * from {{ ref('s') }}")).toEqual([{ id: 1 }]);
    const again = await run('clone', '--state', 'state', '--full-refresh', '--select', 'a');
    expect(again.code, again.stderr).toBe(0);
    expect(await rows('--inline', "select * from {{ ref('a') }}")).toEqual([{ built_for: 'prod' }]);
  });

  it('lets clones be built over, and leaves the state as it was', async () => {
    const { run, rows } = await shop(kept);
    await run('clone', '--state', 'state');
    expect((await run('run')).code).toBe(0);
    expect(await rows('--inline', "select * from {{ ref('b') }}")).toEqual([{ built_for: 'dev' }]);
    expect(await rows('--inline', "select * from {{ ref('b') }}", '--target', 'prod')).toEqual([{ built_for: 'prod' }]);
  });

  it('passes over what the state does not have', async () => {
    const { folder, run, rows } = await shop(kept, {
      'models/staging/v.sql': "{{ config(materialized='view') }} select built_for from {{ ref('b') }}",
      'models/staging/e.sql': "{{ config(materialized='ephemeral') }} select 1 as id",
    });
    writeFiles(folder, { 'models/staging/c.sql': 'select 1 as id' });
    const cloned = await run('clone', '--state', 'state', '--select', 'v', 'c', 'e');
    expect(cloned.code, cloned.stderr).toBe(0);
    expect(cloned.stderr).toContain('the state does not have it');
    expect(await rows('--inline', "select * from {{ ref('v') }}")).toEqual([{ built_for: 'prod' }]);
  });
});
