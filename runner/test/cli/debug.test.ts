import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder, tsdbt, writeFiles } from './recording-effects.js';

let temporary: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  temporary = temporaryFolder();
});
afterEach(() => temporary.remove());

describe('tsdbt debug', () => {
  it('checks all that a run needs, and leaves nothing behind', async () => {
    writeFiles(temporary.folder, { 'project.yml': 'name: shop\n', 'models/a.sql': 'select 1 as x\n' });
    const { code, stderr, stdout } = await tsdbt(temporary.folder, ['debug']);
    const lines = stderr.trim().split('\n');
    expect(lines.slice(1)).toEqual([
      expect.stringMatching(/^ {2}ok {4}Node\.js: \d+\.\d+\.\d+$/),
      expect.stringMatching(/^ {2}ok {4}DuckDB: \d+\.\d+\.\d+/),
      '  ok    project: shop, 1 node, target dev (duckdb)',
      `  ok    warehouse: ${join(temporary.folder, 'warehouse')} (made by the first run)`,
      expect.stringMatching(/^ {2}ok {4}disk: [\d.]+ GiB free$/),
      '  ok    Delta commit: written, read and removed',
      'All checks passed.',
    ]);
    expect([code, stdout]).toEqual([0, '']);
    expect(existsSync(join(temporary.folder, 'warehouse'))).toBe(false);
  });

  it('says what is wrong with the project, and ends with 1', async () => {
    writeFiles(temporary.folder, { 'project.yml': 'name: shop\nmodel-path: [models]\n' });
    const { code, stderr } = await tsdbt(temporary.folder, ['debug']);
    expect(code).toBe(1);
    expect(stderr).toContain('  fail  project\n        TSD1004  ');
    expect(stderr).toContain('project.yml:2:1\n');
    expect(stderr).toContain('        mend the errors above, then "tsdbt parse"\n');
    expect(stderr).not.toContain('All checks passed');
  });

  it('says when the warehouse cannot be written', async () => {
    writeFiles(temporary.folder, { 'project.yml': 'name: shop\nwarehouse: taken/tables\n', taken: 'a file' });
    const { code, stderr } = await tsdbt(temporary.folder, ['debug', '--quiet']);
    expect(code).toBe(1);
    expect(stderr).toContain(`  fail  warehouse\n        ${join(temporary.folder, 'taken')} is not a folder\n`);
    expect(stderr).not.toContain('Delta commit');
    expect(stderr).toContain('        change its permissions, or name another folder with warehouse: in project.yml\n');
    expect(stderr).not.toContain('internal error');
  });
});
