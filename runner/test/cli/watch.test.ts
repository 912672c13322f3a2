import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.js';
import { recordingEffects, temporaryFolder, writeFiles } from './recording-effects.js';

let temporary: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  temporary = temporaryFolder();
});
afterEach(() => temporary.remove());

/** A project that is watched by a program that runs, at a terminal with keys. */
class Watched {
  readonly folder = join(temporary.folder, 'shop');
  readonly #world = recordingEffects(this.folder);
  #press: (key: string) => void = () => {};
  #seen = 0;
  ended: Promise<number> | undefined;

  write(files: Readonly<Record<string, string>>): void {
    writeFiles(this.folder, files);
  }

  start(...words: string[]): Promise<string> {
    const onKey = (listener: (key: string) => void) => {
      this.#press = listener;
      return () => {};
    };
    this.ended = main(words, { ...this.#world.effects, onKey });
    return this.waits();
  }

  /** What was written since the last call, once the program waits for changes again. */
  async waits(): Promise<string> {
    for (;;) {
      const text = this.#world.stderr.text.slice(this.#seen);
      if (/Watching {2}\d+ files? {2}/.test(text)) {
        this.#seen += text.length;
        return text;
      }
      await new Promise((again) => setTimeout(again, 20));
    }
  }

  press(key: string): void {
    this.#press(key);
  }

  interrupt(): void {
    this.#world.interrupt();
  }
}

/** Names of the nodes that were run, by their lines. */
function ran(output: string): string[] {
  const lines = output.matchAll(/(?:Succeeded|Reused|Passed|Failed|Blocked|Skipped) \[.*?\] \S+ ([\w.]+)/g);
  return [...new Set([...lines].map(([, name]) => name!))].sort();
}

const files = {
  'project.yml': 'name: shop\nmodels: {+materialized: table}\nvars: {factor: 1}\n',
  'models/gold/a.sql': "select 1 * {{ var('factor') }} as x",
  'models/gold/b.sql': "select x + 1 as x from {{ ref('a') }}",
  'models/gold/c.sql': 'select 5 as x',
  'models/gold/d.ts': `import { defineModel } from 'tsdbt';
import { seven } from '../../lib/numbers.js';
export default defineModel({ columns: { x: 'integer' }, run: () => [{ x: seven }] });
`,
  'lib/numbers.ts': 'export const seven = 7;\n',
  'models/gold/gold.yml': 'models: [{name: b, columns: [{name: x, data_tests: [not_null]}]}]\n',
};

describe('tsdbt build --watch', () => {
  it('runs all, and then what a change concerns with what lies below it', async () => {
    const project = new Watched();
    project.write(files);
    const first = await project.start('build', '--watch');
    expect(ran(first)).toEqual(['gold.a', 'gold.b', 'gold.c', 'gold.d', 'not_null_b_x']);
    project.write({ 'models/gold/a.sql': 'select 2 as x' });
    const second = await project.waits();
    expect(second).toContain('Changed   models/gold/a.sql');
    expect(ran(second)).toEqual(['gold.a', 'gold.b', 'not_null_b_x']);
    // a module that a TypeScript model imports
    project.write({ 'lib/numbers.ts': 'export const seven = 8;\n' });
    expect(ran(await project.waits())).toEqual(['gold.d']);
    // variables concern everybody
    project.write({ 'project.yml': files['project.yml'].replace('factor: 1', 'factor: 3') });
    expect(ran(await project.waits())).toHaveLength(5);
    project.press('q');
    expect(await project.ended).toBe(0);
  });

  it('shows mistakes and goes on when they are mended, with what has changed in the meantime', async () => {
    const project = new Watched();
    project.write(files);
    await project.start('build', '--watch');
    project.write({ 'models/gold/c.sql': 'select {{ }} as x', 'models/gold/a.sql': 'select 4 as x' });
    const broken = await project.waits();
    expect(broken).toContain('models/gold/c.sql:1:');
    expect(ran(broken)).toEqual([]);
    project.write({ 'models/gold/c.sql': 'select 6 as x' });
    expect(ran(await project.waits())).toEqual(['gold.a', 'gold.b', 'gold.c', 'not_null_b_x']);
    project.press('q');
    await project.ended;
  });

  it('begins with a project that cannot be read', async () => {
    const project = new Watched();
    project.write({ ...files, 'project.yml': 'nam: shop\n' });
    expect(await project.start('run', '--watch')).toContain('unknown key "nam"');
    project.write({ 'project.yml': files['project.yml'] });
    expect(ran(await project.waits())).toEqual(['gold.a', 'gold.b', 'gold.c', 'gold.d']);
    project.press('q');
    expect(await project.ended).toBe(0);
  });

  it('stays within the selection, and takes files that come and go', async () => {
    const project = new Watched();
    project.write(files);
    expect(ran(await project.start('build', '--watch', '--exclude', 'a', 'b'))).toEqual(['gold.c', 'gold.d']);
    project.write({ 'models/gold/a.sql': 'select 9 as x' });
    expect(await project.waits()).toContain('Nothing to run: no selected node reads what has changed');
    project.write({ 'models/gold/eggs.sql': "select x from {{ ref('c') }}" });
    expect(ran(await project.waits())).toEqual(['gold.eggs']);
    rmSync(join(project.folder, 'models/gold/eggs.sql'));
    expect(await project.waits()).toContain('Changed   models/gold/eggs.sql');
    project.press('q');
    await project.ended;
  });

  it('takes keys: the same again, what failed, all, help', async () => {
    const project = new Watched();
    project.write({ ...files, 'models/gold/c.sql': "select error('no') as x" });
    const first = await project.start('build', '--watch');
    expect(first).toContain('Failed');
    project.write({ 'models/gold/b.sql': "select x + 2 as x from {{ ref('a') }}" });
    expect(ran(await project.waits())).toEqual(['gold.b', 'not_null_b_x']);
    project.press('r');
    expect(ran(await project.waits())).toEqual(['gold.b', 'not_null_b_x']);
    project.press('f');
    expect(await project.waits()).toContain('Nothing failed in the last run.');
    project.press('\r');
    expect(ran(await project.waits())).toHaveLength(5);
    project.press('f');
    expect(ran(await project.waits())).toEqual(['gold.c']);
    project.press('q');
    expect(await project.ended).toBe(1);
  });

  it('ends with 130 at Ctrl-C, also in the midst of a query', async () => {
    const waiting = new Watched();
    waiting.write(files);
    await waiting.start('build', '--watch');
    waiting.interrupt();
    expect(await waiting.ended).toBe(130);
    const running = new Watched();
    running.write({ 'models/gold/c.sql': 'select count(*) as n from range(4000000) a, range(4000000) b' });
    const { effects, stderr, interrupt } = recordingEffects(running.folder);
    const ended = main(['build', '--watch', '--select', 'c', '--log-level', 'debug'], effects);
    while (!/Started|Checked|\[/.test(stderr.text)) await new Promise((again) => setTimeout(again, 20));
    interrupt();
    expect(await ended).toBe(130);
  });
});
