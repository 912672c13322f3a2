import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { temporaryFolder, tsdbt, writeFiles } from './recording-effects.js';

const folders: (() => void)[] = [];
afterEach(() => {
  for (const remove of folders.splice(0)) remove();
});

function shop(files: Readonly<Record<string, string>> = {}) {
  const { folder, remove } = temporaryFolder();
  folders.push(remove);
  writeFiles(folder, {
    'dbt_project.yml': 'name: shop\nprofile: shop\n',
    'profiles.yml': `shop: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb}, prod: {type: duckdb, path: shop.duckdb}}}\n`,
    'models/a.sql':
      "{{ config(materialized='incremental') }} select '{{ target.name }}' as t, {{ flags.FULL_REFRESH }} as f, {{ is_incremental() }} as i",
    'models/b.sql': "select error('no') as x",
    ...files,
  });
  const run = (words: readonly string[], env: Record<string, string> = {}) => tsdbt(folder, words, env);
  const args = () => JSON.parse(readFileSync(`${folder}/target/run_results.json`, 'utf8')).args;
  return { folder, run, args };
}

describe('flags of the environment and of the project', () => {
  it('count where the command line says nothing', async () => {
    const { run, args } = shop();
    await run(['run', '--select', 'a'], { DBT_FULL_REFRESH: '1', DBT_TARGET: 'prod', DBT_ENGINE_FAIL_FAST: 'true' });
    expect(args()).toMatchObject({ full_refresh: true, target: 'prod', fail_fast: true });
    await run(['run', '--select', 'a', '--target', 'dev', '--no-fail-fast'], {
      DBT_TARGET: 'prod',
      DBT_FAIL_FAST: '1',
    });
    expect(args()).toMatchObject({ target: 'dev', fail_fast: false });
  });

  it('are read from flags: of the project file, after the environment', async () => {
    const { run, args } = shop({
      'dbt_project.yml': 'name: shop\nprofile: shop\nflags: {fail_fast: true, indirect_selection: cautious}\n',
    });
    await run(['run', '--select', 'a']);
    expect(args()).toMatchObject({ fail_fast: true, indirect_selection: 'cautious' });
    await run(['run', '--select', 'a'], { DBT_FAIL_FAST: 'false', DBT_INDIRECT_SELECTION: 'empty' });
    expect(args()).toMatchObject({ fail_fast: false, indirect_selection: 'empty' });
  });

  it('name the state that is deferred to, and types of nodes', async () => {
    const { run } = shop();
    await run(['run', '--select', 'a']);
    const missing = await run(['run', '--select', 'a'], { DBT_DEFER: '1' });
    expect(missing.stderr).toContain('--state');
    expect((await run(['run', '--select', 'a'], { DBT_DEFER: '1', DBT_STATE: 'target' })).code).toBe(0);
    expect((await run(['ls', '-q'], { DBT_RESOURCE_TYPES: 'seed snapshot' })).stdout).toBe('');
    expect((await run(['ls'], { DBT_DEFER: 'perhaps' })).stderr).toContain('DBT_DEFER does not take "perhaps"');
    expect((await run(['ls'], { DBT_INDIRECT_SELECTION: 'eagre' })).stderr).toContain('did you mean "eager"?');
  });
});

describe('--warn-error-options', () => {
  const warns = { 'models/a.yml': 'models: [{name: a, descripton: x}]\n' };
  const tested = {
    'models/a.yml':
      'models: [{name: a, columns: [{name: t, data_tests: [{accepted_values: {values: [x], config: {severity: warn}}}]}]}]\n',
  };

  it.each([
    ['{"error": "all"}', 2],
    ['{"include": "all"}', 2],
    ['{"error": ["TSD1004"]}', 2],
    ['{"error": ["CustomKeyInObjectDeprecation"]}', 2],
    ['{"error": "all", "warn": ["TSD1004"]}', 0],
    ['{"include": "all", "exclude": ["Deprecations"]}', 0],
    ['{"error": ["NoNodesForSelectionCriteria"]}', 0],
  ])('says which warnings are errors: %s', async (options, code) => {
    const { run } = shop(warns);
    const listed = await run(['ls', '--select', 'a', '--warn-error-options', options]);
    expect(listed.code, listed.stderr).toBe(code);
    expect(listed.stderr).toContain('descripton');
  });

  it('keeps warnings from being told', async () => {
    const { run } = shop(warns);
    const listed = await run([
      'ls',
      '--select',
      'a',
      '--warn-error-options',
      '{"silence": ["TSD1004"], "error": "all"}',
    ]);
    expect(listed).toMatchObject({ code: 0 });
    expect(listed.stderr).not.toContain('descripton');
  });

  it('knows tests that warn, and selections that hold nothing', async () => {
    const { run } = shop(tested);
    const build = (names: string) => run(['build', '--select', 'a', '--warn-error-options', `{"error": ["${names}"]}`]);
    expect((await build('LogTestResult')).code).toBe(1);
    expect((await build('NoNodesForSelectionCriteria')).code).toBe(0);
    const none = ['run', '--select', 'nothing', '--warn-error-options', '{"error": ["NoNodesForSelectionCriteria"]}'];
    expect((await run(none)).code).toBe(1);
  });

  it('says what it does not take', async () => {
    const { run } = shop();
    const wrong = async (text: string) => (await run(['ls', '--warn-error-options', text])).stderr;
    expect(await wrong('{"eror": "all"}')).toContain('did you mean "error"?');
    expect(await wrong('{"error": ["nonodes"]}')).toContain('knows no warning "nonodes"');
    expect(await wrong('{"error": [], "include": []}')).toContain('not both');
    expect(await wrong('{"error": "some"}')).toContain('takes "all" or a list');
  });
});

describe('flags of compile and show', () => {
  it('compile an incremental model as it is written anew, and without rows', async () => {
    const { run } = shop({ 'models/c.sql': "select * from {{ ref('a') }}" });
    await run(['run', '--select', 'a']);
    expect((await run(['compile', '-q', '--select', 'a'])).stdout).toContain('True as i');
    expect((await run(['compile', '-q', '--select', 'a', '--full-refresh'])).stdout).toContain('True as f, False as i');
    expect((await run(['compile', '-q', '--select', 'c', '--empty'])).stdout).toContain('where false limit 0');
    expect((await run(['show', '-q', '--select', 'a', '-f', '--output', 'json'])).stdout).toContain('"i": false');
  });

  it('show SQL without templates', async () => {
    const { run } = shop();
    const shown = await run(['show', '-q', '--output', 'json', '--inline-direct', "select '{{ x }}' as x"]);
    expect(JSON.parse(shown.stdout).show).toEqual([{ x: '{{ x }}' }]);
  });

  it('take what dbt’s scripts pass to every command', async () => {
    const { run } = shop();
    const words = [
      '--fail-fast',
      '--indirect-selection',
      'eager',
      '--no-use-v2-parser',
      '--threads',
      '3',
      '--no-print',
    ];
    expect((await run([...words, 'parse'])).code).toBe(0);
    expect((await run(['compile', '--select', 'a', ...words])).code).toBe(0);
  });
});

describe('flags that say what is written', () => {
  it('leave out the artifacts, by the command line or the environment', async () => {
    const { folder, run } = shop();
    await run(['run', '--select', 'a', '--no-write-json']);
    await run(['parse'], { DBT_WRITE_JSON: 'false' });
    expect(readdirSync(`${folder}/target`).filter((name) => name.endsWith('.json'))).toEqual([]);
    await run(['run', '--select', 'a', '--write-json']);
    const written = readdirSync(`${folder}/target`).filter((name) => name.endsWith('.json'));
    expect(written.sort()).toEqual(['manifest.json', 'run_results.json', 'semantic_manifest.json']);
  });

  it('print the rows of seeds', async () => {
    const { run } = shop({ 'seeds/s.csv': 'id,name\n1,one\n2,two\n' });
    const rows = '\nmain.s\n id | name\n----+------\n  1 | one\n  2 | two\n';
    expect((await run(['seed', '--show'])).stdout).toBe(rows);
    expect((await run(['build', '--select', 's', '--show'])).stdout).toBe(rows);
    expect((await run(['seed'])).stdout).toBe('');
    expect((await run(['run', '--show'])).stderr).toContain('tsdbt run has no flag --show');
  });

  it('print compiled SQL as JSON', async () => {
    const { run } = shop({ 'models/c.sql': 'select 1 as id' });
    const json = async (...words: string[]) =>
      JSON.parse((await run(['compile', '-q', '--output', 'json', ...words])).stdout);
    expect(await json('--select', 'c')).toEqual({ node: 'c', compiled: 'select 1 as id' });
    expect(await json('--inline', 'select {{ 1 + 1 }}')).toEqual({ compiled: 'select 2' });
  });

  it('print where the profiles are', async () => {
    const { folder, run } = shop();
    expect((await run(['debug', '--config-dir'])).stdout).toBe(`${folder}\n`);
  });
});

describe('flags of docs generate', () => {
  const catalogOf = (folder: string) => JSON.parse(readFileSync(`${folder}/target/catalog.json`, 'utf8')).nodes;

  it('choose what stands in the catalog and is compiled', async () => {
    const { folder, run } = shop({ 'models/c.sql': 'select 1 as id' });
    await run(['run', '--select', 'a', 'c']);
    await run(['docs', 'generate', '--select', 'c']);
    expect(Object.keys(catalogOf(folder))).toEqual(['model.shop.c']);
    const results = JSON.parse(readFileSync(`${folder}/target/run_results.json`, 'utf8')).results;
    expect(results.map((one: { unique_id: string }) => one.unique_id)).toEqual(['model.shop.c']);
    await run(['docs', 'generate', '--empty-catalog']);
    expect(catalogOf(folder)).toEqual({});
  });

  it('write the pages as one file', async () => {
    const { folder, run } = shop();
    await run(['docs', 'generate', '--static']);
    const page = readFileSync(`${folder}/target/static_index.html`, 'utf8');
    expect(page).toContain('tsdbtDocs.index = {');
    expect(page).toContain('tsdbtDocs.chunks.set(0, ');
    // nothing is loaded from beside it
    expect(page.match(/<(?:script|link)[^>]*(?:src|href)="(?!data:)/g)).toBeNull();
    expect(page.match(/<\/script>/g)).toHaveLength(1);
  });
});

describe('older names of flags', () => {
  it('are those of dbt', async () => {
    const { run } = shop();
    await run(['run', '--select', 'a']);
    expect((await run(['-V'])).stdout).toMatch(/^\d+\.\d+\.\d+/);
    const words = ['--deprecated-defer', '--deprecated-state', 'target', '--deprecated-no-print', '-r', 'timing.txt'];
    expect((await run(['run', '--select', 'a', ...words])).code).toBe(0);
  });
});
