import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder, tsdbt, writeFiles } from './recording-effects.js';

let temporary: ReturnType<typeof temporaryFolder>;
let folder: string;
beforeEach(() => {
  temporary = temporaryFolder();
  folder = join(temporary.folder, 'shop');
});
afterEach(() => temporary.remove());

function project(cleanTargets: string): void {
  writeFiles(folder, {
    'project.yml': `name: shop\nclean-targets: ${cleanTargets}\n`,
    'target/compiled/a.sql': 'select 1',
    'warehouse/gold/a/_delta_log/00000000000000000000.json': '{}',
    'models/a.sql': 'select 1',
  });
}

describe('tsdbt clean', () => {
  it('removes the clean-targets, and says which were there', async () => {
    project('[target, dbt_packages]');
    const { code, stderr } = await tsdbt(folder, ['clean']);
    expect(stderr).toBe('  removed  target\n  absent   dbt_packages\n');
    expect(code).toBe(0);
    expect(existsSync(join(folder, 'target'))).toBe(false);
    expect(existsSync(join(folder, 'models/a.sql'))).toBe(true);
  });

  it('works from a folder within the project', async () => {
    project('[target]');
    expect((await tsdbt(join(folder, 'models'), ['clean'])).stderr).toBe('  removed  target\n');
  });

  it.each([
    ['../other', 'it lies outside of the project'],
    ['target/../..', 'it lies outside of the project'],
    ['/tmp', 'it is an absolute path'],
    ['.', 'it is the project itself'],
    ['warehouse', 'the tables are there'],
    ['warehouse/gold', 'the tables are there'],
    ['models', 'the project is written there'],
    ['link/sub', 'a link leads out of the project'],
  ])('refuses %s, and then removes nothing at all', async (target, why) => {
    project(`[target, "${target}"]`);
    mkdirSync(join(temporary.folder, 'other/sub'), { recursive: true });
    symlinkSync(join(temporary.folder, 'other'), join(folder, 'link'));
    const { code, stderr } = await tsdbt(folder, ['clean']);
    expect(stderr.split('\n').slice(0, 2)).toEqual([
      `TSD1910  clean does not remove "${target}": ${why}`,
      '  project.yml:2:25',
    ]);
    expect(code).toBe(2);
    for (const kept of ['target/compiled/a.sql', 'warehouse/gold', 'models/a.sql', '../other/sub'])
      expect(existsSync(join(folder, kept))).toBe(true);
  });
});
