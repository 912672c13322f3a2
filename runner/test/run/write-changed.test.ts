import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { writeChanged } from '../../src/run/write-changed.js';

const folder = mkdtempSync(join(tmpdir(), 'tsdbt-write-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a file of compiled SQL', () => {
  it('is written where its text is another one, and left alone where it is not', () => {
    const file = join(folder, 'a.sql');
    const time = () => statSync(file, { bigint: true }).mtimeNs;
    writeChanged(file, 'select 1');
    const first = time();
    writeChanged(file, 'select 1');
    expect(time()).toBe(first);
    for (const text of ['select 2', 'select ä', '']) {
      writeChanged(file, text);
      expect(readFileSync(file, 'utf8')).toBe(text);
    }
  });
});
