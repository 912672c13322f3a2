import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder, tsdbt } from './recording-effects.js';

let temporary: ReturnType<typeof temporaryFolder>;
let folder: string;
beforeAll(async () => {
  temporary = temporaryFolder();
  folder = join(temporary.folder, 'my-project');
  await tsdbt(temporary.folder, ['init', 'my-project']);
});
afterAll(() => temporary.remove());

const here = (...args: string[]) => tsdbt(folder, args);

describe('the scaffold of tsdbt init, in order', () => {
  it('builds at once', async () => {
    const { code, stderr, stdout } = await here('build');
    expect(stderr).toMatch(/\nFinished build in [\d.]+s: 5 succeeded, \d+ passed; /);
    expect(stderr).toMatch(/ Succeeded \[ +[\d.]+s\] table gold\.revenue_by_day \(6 rows, .*version 0\)\n/);
    expect([code, stdout]).toEqual([0, '']);
    expect(existsSync(join(folder, 'warehouse/gold/regular_customers/_delta_log'))).toBe(true);
  });

  it('builds again without writing what is unchanged', async () => {
    const { code, stderr } = await here('build');
    expect(stderr).toMatch(/ table gold\.revenue_by_day \(6 rows, unchanged, version 0\)\n/);
    expect(code).toBe(0);
  });

  it('is tested, run in parts, and loaded', async () => {
    const test = await here('test');
    expect(test.stderr).toMatch(/\nFinished test in [\d.]+s: \d+ passed/);
    const run = await here('run', '--select', '+regular_customers');
    expect(run.stderr).toMatch(/\nFinished run in [\d.]+s: 3 succeeded/);
    const seed = await here('seed', '--full-refresh');
    expect(seed.stderr).toMatch(/\nFinished seed in [\d.]+s: 1 succeeded/);
    expect([test.code, run.code, seed.code]).toEqual([0, 0, 0]);
  });

  it('is shown as a table or as JSON', async () => {
    expect((await here('show', '--select', 'regular_customers', '--limit', '2')).stdout).toBe(
      [
        ' customer | days | favourite',
        '----------+------+-----------',
        ' ada      |    3 | espresso',
        ' ben      |    3 | croissant',
        '',
      ].join('\n'),
    );
    const inline = await here(
      'show',
      '--inline',
      "select sum(revenue) as revenue, count(*) as days from {{ ref('revenue_by_day') }}",
      '--output',
      'json',
    );
    expect(JSON.parse(inline.stdout)).toEqual({ node: 'inline_query', show: [{ revenue: '73.10', days: 6 }] });
    const several = await here('show', '--select', 'gold');
    expect(several.stderr).toMatch(/^TSD1913 {2}show takes one node, the selection holds \d+\n {2}choose one of: /);
    expect(several.code).toBe(2);
  });

  it('is compiled: one node to standard output, all to files', async () => {
    const one = await here('compile', '--select', 'revenue_by_day');
    expect(one.stdout).toContain('where amount >= 0\ngroup by order_date\norder by order_date\n');
    const all = await here('compile');
    expect([all.code, all.stdout]).toEqual([0, '']);
    expect(readFileSync(join(folder, 'target/compiled/my_project/models/gold/revenue_by_day.sql'), 'utf8')).toContain(
      'where amount >= 0',
    );
    const inline = await here('compile', '--inline', "select {{ var('smallest_order') }} as x");
    expect(inline.stdout).toBe('select 0 as x\n');
  });

  it('says where an error is, as JSON too', async () => {
    const text = await here('show', '--inline', 'select nothing_here');
    expect(text.code).toBeGreaterThan(0);
    expect(text.stderr).toMatch(/^TSD5\d\d\d {2}/);
    expect(text.stdout).toBe('');
    const json = await here('--log-format', 'json', 'run', '--select', 'no_such_model');
    expect(JSON.parse(json.stderr.trim().split('\n').at(-1)!)).toMatchObject({ event: 'error', level: 'error' });
  });

  it('lets no secret of .env into messages or the log', async () => {
    writeFileSync(join(folder, '.env'), 'DOOR_TOKEN=open_sesame\n');
    const { code, stderr } = await here('show', '--inline', "select {{ env_var('DOOR_TOKEN') }} as x");
    expect(code).toBe(2);
    expect(stderr).toContain('"*****" not found');
    expect(readFileSync(join(folder, 'logs/tsdbt.log'), 'utf8')).not.toContain('open_sesame');
  });

  it('takes warnings for errors with --warn-error', async () => {
    writeFileSync(
      join(folder, 'tests/few_days.sql'),
      "{{ config(severity='warn') }}\nselect * from {{ ref('revenue_by_day') }}\n",
    );
    const warned = await here('test', '--select', 'few_days');
    expect(warned.stderr).toMatch(
      / Warned \[.*\] test few_days \(6 failing rows\)[\s\S]*\n1 warning:\n {2}test few_days: /,
    );
    expect(warned.code).toBe(0);
    const strict = await here('--warn-error', 'test', '--select', 'few_days');
    expect(strict.stderr).toMatch(/ Failed \[.*\] test few_days \(6 failing rows\)/);
    expect(strict.code).toBe(1);
  });

  it('shows all rows with --limit -1', async () => {
    const { stdout } = await here('show', '--select', 'orders', '--limit', '-1');
    expect(stdout.trimEnd().split('\n').length).toBe(2 + 12);
  });

  it('--quiet prints nothing where all is well', async () => {
    expect(await here('--quiet', 'run', '--select', 'revenue_by_day')).toEqual({ code: 0, stdout: '', stderr: '' });
  });
});
