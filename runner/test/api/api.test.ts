import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as tsdbt from '../../src/index.js';
import { temporaryFolder, writeFiles } from '../cli/recording-effects.js';

let temporary: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  temporary = temporaryFolder();
});
afterEach(() => temporary.remove());

/** A copy of the shop. */
function shop(name = 'shop'): string {
  const folder = join(temporary.folder, name);
  cpSync(resolve(import.meta.dirname, '../fixtures/shop'), folder, { recursive: true });
  return folder;
}

const env = { PATH: process.env.PATH };

describe('the commands as functions', () => {
  it('give what every node did, and write nothing to the streams of the process', async () => {
    const written: unknown[] = [];
    const spies = [process.stdout, process.stderr].map((stream) =>
      vi.spyOn(stream, 'write').mockImplementation((text) => {
        written.push(text);
        return true;
      }),
    );
    const projectDir = shop();
    const report = await tsdbt.build({ projectDir, env });
    for (const spy of spies) spy.mockRestore();
    expect(written).toEqual([]);
    expect([report.success, report.interrupted, report.errors]).toEqual([true, false, []]);
    const revenue = report.nodes.find(({ name }) => name === 'daily_revenue')!;
    expect(revenue).toMatchObject({
      uniqueId: 'model.shop.daily_revenue',
      resourceType: 'model',
      status: 'success',
      path: 'models/gold/daily_revenue.sql',
      errors: [],
    });
    expect(revenue.completedAt!.getTime()).toBeGreaterThanOrEqual(revenue.startedAt!.getTime());
    expect(existsSync(join(projectDir, 'target/run_results.json'))).toBe(true);
  });

  it('can be called again in the same process, and see what has changed, also in what a model imports', async () => {
    const projectDir = join(temporary.folder, 'small');
    const model = (text: string): void =>
      writeFiles(projectDir, { 'project.yml': 'name: small\n', 'models/gold/factor.ts': text });
    model(`import { defineModel } from 'tsdbt';
import { factor } from '../../lib.ts';
export default defineModel({ columns: { x: 'integer' }, run: () => [{ x: factor }] });
`);
    writeFiles(projectDir, { 'lib.ts': 'export const factor = 1;\n' });
    await tsdbt.build({ projectDir, env });
    writeFiles(projectDir, { 'lib.ts': 'export const factor = 2;\n' });
    const again = await tsdbt.build({ projectDir, env });
    expect(again.nodes.map(({ status }) => status)).toEqual(['success']);
    expect((await tsdbt.show({ projectDir, env, select: 'factor' })).rows).toEqual([{ x: 2 }]);
  });

  it('work on several projects at the same time', async () => {
    const folders = ['one', 'two'].map((name) => {
      const folder = join(temporary.folder, name);
      writeFiles(folder, { 'project.yml': `name: ${name}\n`, 'models/gold/a.sql': `select '${name}' as said` });
      return folder;
    });
    const reports = await Promise.all(folders.map((projectDir) => tsdbt.build({ projectDir, env })));
    expect(reports.map(({ success }) => success)).toEqual([true, true]);
    const shown = await Promise.all(folders.map((projectDir) => tsdbt.show({ projectDir, env, select: 'a' })));
    expect(shown.map(({ rows }) => rows)).toEqual([[{ said: 'one' }], [{ said: 'two' }]]);
  });

  it('throw all that keeps a run from beginning, with codes and places', async () => {
    const projectDir = shop();
    writeFileSync(join(projectDir, 'models/gold/broken.sql'), "select * from {{ ref('nothing') }}");
    const thrown: unknown = await tsdbt.build({ projectDir, env }).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(tsdbt.TsdbtErrors);
    const [first] = (thrown as tsdbt.TsdbtErrors).errors;
    expect(first!.location).toEqual({ path: 'models/gold/broken.sql', line: 1, column: 18 });
    expect(JSON.parse(JSON.stringify(first))).toMatchObject({ code: first!.code, location: { line: 1 } });
  });

  it('give failures of nodes as data', async () => {
    const projectDir = join(temporary.folder, 'failing');
    writeFiles(projectDir, {
      'project.yml': 'name: failing\nmodels: {+materialized: table}\n',
      'models/gold/a.sql': "select error('it broke') as x",
      'models/gold/b.sql': "select * from {{ ref('a') }}",
    });
    const report = await tsdbt.build({ projectDir, env });
    expect([report.success, report.nodes.map(({ name, status }) => [name, status])]).toEqual([
      false,
      [
        ['a', 'error'],
        ['b', 'skipped'],
      ],
    ]);
    expect(report.nodes[0]!.errors[0]!.message).toContain('it broke');
    writeFiles(projectDir, { 'models/gold/a.sql': 'select 1 as x' });
    const retried = await tsdbt.retry({ projectDir, env });
    expect(retried.nodes.map(({ name, status }) => [name, status])).toEqual([
      ['a', 'success'],
      ['b', 'success'],
    ]);
  });

  it('stop where the signal is aborted: before they begin, and in the midst of a query', async () => {
    const projectDir = join(temporary.folder, 'slow');
    writeFiles(projectDir, {
      'project.yml': 'name: slow\nmodels: {+materialized: table}\n',
      'models/gold/a.sql': 'select count(*) as n from range(4000000) a, range(4000000) b',
    });
    const early = await tsdbt.build({ projectDir, env, signal: AbortSignal.abort() });
    expect([early.success, early.interrupted]).toEqual([false, true]);
    const stop = new AbortController();
    const report = await tsdbt.build({
      projectDir,
      env,
      signal: stop.signal,
      onEvent: ({ event }) => {
        if (event === 'node_started') setTimeout(() => stop.abort(), 50);
      },
    });
    expect([report.interrupted, report.nodes.map(({ status }) => status)]).toEqual([true, ['cancelled']]);
  });

  it('take vars, targets and selections as the command line does', async () => {
    const projectDir = join(temporary.folder, 'vars');
    writeFiles(projectDir, {
      'project.yml': 'name: vars\ntargets: {dev: {type: duckdb}, ci: {type: duckdb}}\ntarget: dev\n',
      'models/gold/a.sql': 'select \'{{ var("word") }} on {{ target.name }}\' as said',
      'models/gold/b.sql': 'select 1 as x',
    });
    const [compiled] = await tsdbt.compile({ projectDir, env, select: 'a', target: 'ci', vars: { word: "it's" } });
    expect(compiled).toMatchObject({ uniqueId: 'model.vars.a', sql: "select 'it's on ci' as said" });
    const listed = await tsdbt.ls({ projectDir, env, exclude: ['a'], vars: { word: '' } });
    expect(listed.map(({ selector }) => selector)).toEqual(['vars.gold.b']);
    const parsed = await tsdbt.parse({ projectDir, env, vars: { word: '' } });
    expect([parsed.project, parsed.nodes.length]).toEqual(['vars', 2]);
    expect(existsSync(join(projectDir, 'target/manifest.json'))).toBe(true);
  });

  it('call macros, look at sources, clone and write pages', async () => {
    const projectDir = join(temporary.folder, 'whole');
    writeFiles(projectDir, {
      'dbt_project.yml': 'name: whole\nprofile: whole\n',
      'profiles.yml': `whole:
  target: dev
  outputs:
    dev: {type: duckdb, path: whole.duckdb}
    prod: {type: duckdb, path: whole.duckdb, schema: prod}
`,
      'macros/tell.sql': `{% macro tell(word, times=1) %}{{ print(word * times) }}{% do run_query("create table main.visits as select timestamp '2020-01-01' as loaded") %}{% endmacro %}`,
      'models/numbers.sql': 'select 1 as n',
      'models/sources.yml': `sources:
  - name: main
    loaded_at_field: loaded
    freshness: {error_after: {count: 1, period: day}}
    tables: [{name: visits}, {name: nowhere}]
`,
    });
    const at = { projectDir, env };
    const told = await tsdbt.runOperation({ ...at, macro: 'tell', args: { word: 'ha', times: 2 } });
    expect(told).toEqual({ success: true, printed: ['haha'], errors: [] });
    const failed = await tsdbt.runOperation({ ...at, sql: 'select nothing' });
    expect([failed.success, failed.errors.length]).toEqual([false, 1]);
    await expect(tsdbt.runOperation({ ...at, macro: 'tel' })).rejects.toThrow('tel');

    const fresh = await tsdbt.sourceFreshness(at);
    expect(fresh.success).toBe(false);
    expect(fresh.sources).toMatchObject([
      { name: 'main.visits', status: 'error', maxLoadedAt: new Date('2020-01-01T00:00:00Z') },
      { name: 'main.nowhere', status: 'runtime error', error: expect.stringContaining('nowhere') },
    ]);

    await tsdbt.run({ ...at, target: 'prod' });
    cpSync(join(projectDir, 'target'), join(projectDir, 'state'), { recursive: true });
    const cloned = await tsdbt.clone({ ...at, state: 'state' });
    expect(cloned.nodes.map(({ name, status }) => [name, status])).toEqual([['numbers', 'success']]);
    expect((await tsdbt.show({ ...at, select: 'numbers' })).rows).toEqual([{ n: 1 }]);

    const docs = await tsdbt.generateDocs(at);
    expect(existsSync(join(docs.folder, 'index.html'))).toBe(true);
    expect(docs.tables).toBeGreaterThan(0);
  });

  it('throw what a listener throws, once the work is done', async () => {
    const projectDir = join(temporary.folder, 'listener');
    writeFiles(projectDir, { 'project.yml': 'name: listener\n', 'models/gold/a.sql': 'select 1 as x' });
    const onEvent = (): void => {
      throw new Error('the listener broke');
    };
    await expect(tsdbt.build({ projectDir, env, onEvent })).rejects.toThrow('the listener broke');
    expect(readFileSync(join(projectDir, 'target/run_results.json'), 'utf8')).toContain('"success"');
  });

  it('load nothing of the engine in a model that imports defineModel', async () => {
    const { execFileSync } = await import('node:child_process');
    const index = new URL('../../dist/index.js', import.meta.url).href;
    const script = `await import(${JSON.stringify(index)}); const names = process.moduleLoadList ?? [];
console.log(JSON.stringify(names.filter((name) => /duckdb|yaml|zod|commander/.test(name))));`;
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
    expect(JSON.parse(output)).toEqual([]);
  });
});
