import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeTitles } from '../../src/errors/codes.js';
import { temporaryFolder, tsdbt } from './recording-effects.js';

let empty: ReturnType<typeof temporaryFolder>;
beforeAll(() => {
  empty = temporaryFolder();
});
afterAll(() => empty.remove());

const explain = (...args: string[]) => tsdbt(empty.folder, ['explain', ...args]);

describe('tsdbt explain', () => {
  it('prints the page of a code: what it means, its causes, what to do, an example', async () => {
    const { code, stdout, stderr } = await explain('TSD2003');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n')).toEqual([
      'TSD2003  an end tag that closes nothing',
      '',
      expect.stringMatching(/^An end tag, /),
      '',
      'Usual causes',
      expect.stringMatching(/^- /),
      expect.stringMatching(/^- /),
      '',
      'What to do',
      expect.any(String),
      '',
      'Example',
      '  models/orders.sql',
      '    select 1 as id',
      '    {% endif %}',
      '',
      '  $ tsdbt parse',
      '',
    ]);
  });

  it('takes a code as people type it', async () => {
    const { stdout } = await explain('TSD2003');
    expect((await explain('tsd2003')).stdout).toBe(stdout);
    expect((await explain('2003')).stdout).toBe(stdout);
  });

  it('lists all codes by area, or those that begin alike', async () => {
    const { stdout } = await explain();
    const listed = stdout.match(/^ {2}TSD\d{4} {2}\S/gm);
    expect(listed).toHaveLength(Object.keys(codeTitles).length);
    expect(stdout.match(/^\S.*$/gm)).toEqual([
      'Project, configuration and command line',
      'Templates and macros',
      'Graph and selection',
      'Contracts and tests',
      'Engines',
      'Delta tables and storage',
      'tsdbt explain <code> says more',
    ]);
    const templates = (await explain('TSD2xxx')).stdout;
    expect(templates.match(/TSD[^2]/g)).toBeNull();
    expect(templates).toContain('TSD2001  a template that is not Jinja\n');
  });

  it('suggests a code for one that does not exist', async () => {
    expect(await explain('TSD20003')).toEqual({
      code: 2,
      stdout: '',
      stderr: 'TSD1904  there is no error code "TSD20003"\n  did you mean "TSD2003"?\n',
    });
    expect((await explain('ref')).stderr).toContain('"tsdbt explain" lists all codes');
  });

  it('prints JSON for tools', async () => {
    const page = JSON.parse((await explain('TSD2003', '--output', 'json')).stdout) as Record<string, unknown>;
    expect(page).toMatchObject({ code: 'TSD2003', title: 'an end tag that closes nothing' });
    expect(JSON.parse((await explain('TSD2', '--output', 'json')).stdout)).toContainEqual(page);
  });

  it('makes docs/errors.md, which is up to date (npm run docs:errors)', async () => {
    const { stdout } = await explain('--output', 'markdown');
    expect(stdout).toBe(readFileSync(resolve(import.meta.dirname, '../../../docs/errors.md'), 'utf8'));
  });
});
