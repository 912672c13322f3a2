import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EntryByEntry, writeArtifact } from '../../src/artifacts/write-artifact.js';

describe('An artifact that is written entry by entry', () => {
  let targetPath: string;
  beforeEach(() => {
    targetPath = mkdtempSync(join(tmpdir(), 'tsdbt-artifact-'));
  });
  afterEach(() => rmSync(targetPath, { recursive: true, force: true }));

  const written = (content: unknown, env = {}): string => {
    writeArtifact({ targetPath, env }, 'some.json', content);
    return readFileSync(join(targetPath, 'some.json'), 'utf8');
  };

  it('is the text of the whole object, however long it is', () => {
    const nodes = Object.fromEntries(
      Array.from({ length: 300 }, (_, i) => [`model.shop."é${i}"`, { sql: 'select 1 -- ☂\n'.repeat(150), list: [i] }]),
    );
    const whole = { metadata: { a: 1 }, nodes, none: {}, last: null };
    const parts = new EntryByEntry(
      Object.entries({ ...whole, nodes: new EntryByEntry(Object.entries(nodes)), none: new EntryByEntry([]) }),
    );
    expect(written(parts)).toBe(JSON.stringify(whole));
    expect(readdirSync(targetPath)).toEqual(['some.json']);
  });

  it('leaves out what is undefined, as JSON does', () => {
    expect(written(new EntryByEntry([['a', undefined]]))).toBe('{}');
  });

  it('hides secrets and writes big integers in those entries that have them', () => {
    const entries = { a: { sql: "select 'hunter22'" }, b: { rows: 12n, password: 'hunter22' }, c: 'hunter' };
    expect(JSON.parse(written(new EntryByEntry(Object.entries(entries)), { DB_PASSWORD: 'hunter22' }))).toEqual({
      a: { sql: "select '*****'" },
      b: { rows: '12', password: '*****' },
      c: 'hunter',
    });
  });

  it('keeps the old file where an entry cannot be made', () => {
    written({ old: true });
    function* broken(): Generator<[string, unknown]> {
      yield ['first', 1];
      throw new Error('no second');
    }
    expect(() => written(new EntryByEntry(broken()))).toThrow('no second');
    expect(readFileSync(join(targetPath, 'some.json'), 'utf8')).toBe('{"old":true}');
    expect(readdirSync(targetPath)).toEqual(['some.json']);
  });
});
