import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { announceRun } from '../../src/run/live-runs.js';
import { temporaryFolder, tsdbt, writeFiles } from './recording-effects.js';

let temporary: ReturnType<typeof temporaryFolder>;
const shop = (...args: string[]) => tsdbt(temporary.folder, args);
const sales = () => join(temporary.folder, 'warehouse', 'gold', 'sales');
const dataFiles = () => readdirSync(sales()).filter((name) => name.endsWith('.parquet'));
const soldAt = async (...args: string[]) => {
  const { stdout, stderr } = await shop('show', '--select', 'sales', '--output', 'json', '--limit', '-1', ...args);
  if (stdout === '') throw new Error(stderr);
  return (JSON.parse(stdout) as { show: { day: number }[] }).show.map((row) => row.day).sort();
};

/** A table of four versions, one day each, and a view over it. */
beforeAll(async () => {
  temporary = temporaryFolder();
  writeFiles(temporary.folder, {
    'project.yml': 'name: shop\nvars: {day: 1}\n',
    'models/gold/sales.sql':
      "{{ config(materialized='incremental', incremental_strategy='append') }}\nselect {{ var('day') }} as day, 10 as sold",
    'models/gold/tidy_sales.sql':
      "{{ config(materialized='incremental', incremental_strategy='append', auto_optimize=3) }}\nselect {{ var('day') }} as day",
    'models/gold/logged.sql':
      "{{ config(materialized='table', table_properties={'delta.checkpointInterval': '2'}) }}\nselect {{ var('day') }} as day",
    'models/gold/all_sales.sql': "{{ config(materialized='view') }}\nselect sum(sold) as sold from {{ ref('sales') }}",
    'models/gold/grown.sql':
      "{{ config(materialized='table') }}\nselect 1 as a{{ ', 2 as b' if var('day') > 1 else '' }}",
    'models/gold/over_grown.sql':
      "{{ config(materialized='view') }}\nselect a{{ ', b' if var('day') > 1 else '' }} from {{ ref('grown') }}",
  });
  for (const day of [1, 2, 3, 4]) expect((await shop('build', '--vars', `{day: ${day}}`)).code).toBe(0);
});
afterAll(() => temporary.remove());

describe('tsdbt history', () => {
  it('prints the versions of a table, the newest first', async () => {
    const { code, stdout } = await shop('history', '--select', 'sales');
    expect(code).toBe(0);
    const [head, , ...lines] = stdout.trimEnd().split('\n');
    expect(head).toMatch(/version \| time \(UTC\) +\| operation +\| rows \| size +\| files +\| run +\| columns/);
    expect(lines.map((line) => line.trim().split(' ')[0])).toEqual(['3', '2', '1', '0']);
    expect(lines[0]).toContain('4 (+1 -0)');
  });

  it('prints JSON, at most so many versions, and says that a view has none', async () => {
    const json = JSON.parse((await shop('history', '--select', 'sales', '--limit', '2', '--output', 'json')).stdout);
    expect(json).toHaveLength(1);
    expect(json[0]).toMatchObject({ table: 'gold.sales', uniqueId: 'model.shop.sales' });
    expect(
      json[0].versions.map((version: { version: number; rows: number }) => [version.version, version.rows]),
    ).toEqual([
      [3, 4],
      [2, 3],
    ]);
    expect((await shop('history', '--select', 'all_sales')).stderr).toContain('TSD6084');
  });
});

describe('tsdbt show --as-of', () => {
  it('prints what a table held at a version or a time', async () => {
    expect(await soldAt('--as-of', '1')).toEqual([1, 2]);
    const { versions } = JSON.parse((await shop('history', '--select', 'sales', '--output', 'json')).stdout)[0];
    const second = versions.find((version: { version: number }) => version.version === 2).timestamp;
    expect(await soldAt('--as-of', second)).toEqual([1, 2, 3]);
    const inline = await shop(
      'show',
      '--inline',
      "select sum(sold) as sold from {{ ref('all_sales') }}",
      '--as-of',
      second,
    );
    expect(inline.stdout).toContain('30');
  });

  it('takes the time that history prints, which is to the second, for all of that second', async () => {
    const { stdout } = await shop('history', '--select', 'sales');
    const printed = stdout.split('\n')[2]!.split('|')[1]!.trim();
    expect(printed).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    expect(await soldAt('--as-of', printed)).toEqual([1, 2, 3, 4]);
  });

  it('says of a view that what it reads was otherwise then', async () => {
    expect((await shop('show', '--select', 'over_grown', '--as-of', '1')).stdout).toContain('2');
    const { stderr } = await shop('show', '--select', 'over_grown', '--as-of', '0');
    expect(stderr).toContain('TSD6083  the view gold.over_grown cannot be read as of then: column "b" not found');
    expect(stderr).toContain('a view has no versions');
  });

  it('says when there was no table yet, and what is no version and no time', async () => {
    expect((await shop('show', '--select', 'sales', '--as-of', '2020-01-01')).stderr).toContain(
      'gold.sales did not exist then',
    );
    const view = await shop('show', '--select', 'all_sales', '--as-of', '2020-01-01');
    expect(view.stderr).toContain('TSD3050  gold.all_sales reads gold.sales, which did not exist then');
    expect(view.stderr).toContain('see its versions: tsdbt history --select sales');
    expect((await shop('show', '--select', 'sales', '--as-of', '9')).stderr).toContain('TSD6014');
    for (const none of ['monday', '2026-02-31', '2026-13-01', '2026-02-28 25:00'])
      expect((await shop('show', '--select', 'sales', '--as-of', none)).stderr).toContain('TSD1904');
    expect((await shop('show', '--inline', 'select 1', '--as-of', '1')).stderr).toContain('TSD1906');
  });
});

describe('tsdbt restore', () => {
  it('brings back an earlier version as a new one, and the views see it', async () => {
    const { code, stderr } = await shop('restore', '--select', 'sales', '--to', '1');
    expect(code).toBe(0);
    expect(stderr).toMatch(/incremental gold\.sales \(2 rows, version 4\): as in version 1 of 20\d\d-/);
    expect(await soldAt('--as-of', '4')).toEqual([1, 2]);
    expect((await shop('show', '--select', 'all_sales')).stdout).toContain('20');
    expect((await shop('restore', '--select', 'sales', '--to', '3')).code).toBe(0);
    expect(await soldAt('--as-of', '5')).toEqual([1, 2, 3, 4]);
  });

  it('wants to know which table, and where to', async () => {
    expect((await shop('restore', '--select', 'sales')).stderr).toContain('restore needs --to');
    expect((await shop('restore', '--to', '1')).stderr).toContain('restore needs --select');
    expect((await shop('restore', '--select', 'gold', '--to', '1')).stderr).toContain('a version of one table');
    const missing = await shop('restore', '--select', 'sales', '--to', '77');
    expect(missing.code).toBe(1);
    expect(missing.stderr).toContain('TSD6014');
  });
});

describe('tsdbt optimize', () => {
  it('puts small files together; rows stay what they are', async () => {
    const { code, stderr } = await shop('optimize', '--select', 'sales');
    expect(code).toBe(0);
    expect(stderr).toMatch(/gold\.sales \(4 rows, version 6\): 4 files, .* → 1 file, /);
    expect(await soldAt('--as-of', '6')).toEqual([1, 2, 3, 4]);
    expect((await shop('optimize', '--select', 'sales')).stderr).toMatch(/nothing to put together$/m);
    expect((await shop('optimize', '--select', 'sales', '--sort')).stderr).toContain(
      'nothing to put together, and no cluster_by to sort by',
    );
  });

  it('happens by itself where the model asks for it', async () => {
    const { stdout } = await shop('history', '--select', 'tidy_sales', '--output', 'json');
    const [{ versions }] = JSON.parse(stdout) as [{ versions: { operation: string; files: number; rows: number }[] }];
    expect(versions.map(({ operation }) => operation)).toContain('OPTIMIZE');
    expect(versions[0]).toMatchObject({ files: 2, rows: 4 });
  });
});

describe('tsdbt vacuum', () => {
  const short = ['--retention', '0', '--allow-short-retention'];

  it('lists first, and deletes with --yes', async () => {
    const before = dataFiles().length;
    const dry = await shop('vacuum', '--select', 'sales', ...short);
    const listed = dry.stdout.trimEnd().split('\n');
    expect(listed.every((path) => path.startsWith(sales()) && existsSync(path))).toBe(true);
    expect(listed).toHaveLength(before - 1);
    expect(dry.stderr).toContain('nothing was deleted: add --yes');
    const done = await shop('vacuum', '--select', 'sales', ...short, '--yes');
    expect(done.stdout.trimEnd().split('\n')).toEqual(listed);
    expect(listed.some((path) => existsSync(path))).toBe(false);
    expect(await soldAt('--as-of', '6')).toEqual([1, 2, 3, 4]);
    expect((await shop('vacuum', '--select', 'sales')).stderr).toContain('nothing to delete');
    const gone = await shop('show', '--select', 'sales', '--as-of', '1');
    expect(gone).toMatchObject({ code: 2, stdout: '' });
    expect(gone.stderr).toMatch(/TSD6003 .*gold\/sales: the log names a file that is not there: .*\n.*vacuum deletes/);
  });

  it('spares what a run at work has staged, whatever the retention', async () => {
    const warehouse = join(temporary.folder, 'warehouse');
    const ended = announceRun(warehouse, randomUUID(), true);
    await wait(20);
    const staged = join(sales(), 'part-00000-staged.snappy.parquet');
    writeFileSync(staged, 'staged by the run');
    await wait(20);
    expect((await shop('vacuum', '--select', 'sales', ...short, '--yes')).stderr).toContain('nothing to delete');
    expect(existsSync(staged)).toBe(true);
    ended();
    expect((await shop('vacuum', '--select', 'sales', ...short, '--yes')).stdout).toBe(`${staged}\n`);
    expect(existsSync(staged)).toBe(false);
  });

  it('takes along what of the log has outlived its retention, but for a run that may need it', async () => {
    const log = join(temporary.folder, 'warehouse', 'gold', 'logged', '_delta_log');
    const names = () => readdirSync(log).filter((name) => /^\d/.test(name));
    for (const name of names()) utimesSync(join(log, name), 1e9, 1e9);
    const before = names();
    expect((await shop('vacuum', '--select', 'logged')).stdout.trimEnd().split('\n')).toEqual(
      ['00000000000000000000.json', '00000000000000000001.json'].map((name) => join(log, name)),
    );
    expect(names()).toEqual(before);
    const note = join(temporary.folder, 'warehouse', '.runs', 'early.json');
    const ended = announceRun(join(temporary.folder, 'warehouse'), 'early', true);
    const { process: self } = JSON.parse(readFileSync(note, 'utf8'));
    writeFileSync(note, JSON.stringify({ process: self, startedAt: new Date(1e12).toISOString() }));
    expect((await shop('vacuum', '--select', 'logged', '--yes')).stderr).toContain('nothing to delete');
    ended();
    const done = await shop('vacuum', '--select', 'logged', '--yes');
    expect(done.stderr).toContain('deleted 2 files of the log before version 2');
    expect(names()).toEqual(before.filter((name) => !/^0+[01]\./.test(name)));
    expect((await shop('history', '--select', 'logged', '--output', 'json')).code).toBe(0);
  });

  it('forgets runs whose process is gone', async () => {
    const warehouse = join(temporary.folder, 'warehouse');
    const note = join(warehouse, '.runs', 'killed.json');
    announceRun(warehouse, 'killed', true);
    const { process: self } = JSON.parse(readFileSync(note, 'utf8'));
    writeFileSync(note, JSON.stringify({ process: { ...self, birth: '1' }, startedAt: new Date(0).toISOString() }));
    const staged = join(sales(), 'part-00001-left.snappy.parquet');
    writeFileSync(staged, 'left by a killed run');
    await wait(20);
    expect((await shop('vacuum', '--select', 'sales', ...short, '--yes')).stdout).toBe(`${staged}\n`);
    expect(existsSync(note)).toBe(false);
  });

  it('warns of a short retention before anything is touched', async () => {
    const { code, stderr } = await shop('vacuum', '--retention', '1h');
    expect(code).toBe(2);
    expect(stderr).toContain('add --allow-short-retention');
  });
});

describe('a checkpoint that cannot be written', () => {
  it('is told of by a build, and by restore', async () => {
    const log = join(temporary.folder, 'warehouse', 'gold', 'logged', '_delta_log');
    rmSync(join(log, '_last_checkpoint'));
    mkdirSync(join(log, '_last_checkpoint'));
    const build = (day: number) => shop('build', '--select', 'logged', '--vars', `{day: ${day}}`);
    const late = /version (\d+) is published, but its checkpoint could not be written/;
    const built = [await build(50), await build(51)];
    expect(built.map(({ code }) => code)).toEqual([0, 0]);
    const [one, none] = built.map(({ stderr }) => late.exec(stderr)?.[1]).sort();
    expect(Number(one) % 2).toBe(0);
    expect(none).toBeUndefined();
    const { stdout } = await shop('history', '--select', 'logged', '--output', 'json');
    const before = (JSON.parse(stdout) as [{ versions: { version: number }[] }])[0].versions[1]!.version;
    const restored = [1, 2].map((back) => ['restore', '--select', 'logged', '--to', String(before + 1 - back)]);
    const said = [await shop(...restored[0]!), await shop(...restored[1]!)].map(({ stderr }) => stderr).join('\n');
    expect(said).toMatch(/as in version \d+ of [^;]*; version \d+ is published, but its checkpoint/);
  });
});
