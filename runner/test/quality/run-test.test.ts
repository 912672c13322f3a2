import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDuckDb } from '../../src/engines/duckdb/duckdb-engine.js';
import type { Session } from '../../src/engines/engine.js';
import { SourceText } from '../../src/errors/source-text.js';
import type { Manifest } from '../../src/manifest/manifest.js';
import type { TestNode } from '../../src/manifest/nodes.js';
import { runTest } from '../../src/quality/run-test.js';
import { SourceMap } from '../../src/template/source-map.js';

/** Runs a singular test. @returns its result, and which methods of the session it called */
async function run(sql: string) {
  const source = new SourceText('tests/t.sql', sql);
  const segment = { generated: 0, length: sql.length, source, start: 0, end: sql.length, verbatim: true, via: [] };
  const config = { error_if: '!= 0', warn_if: '!= 0', severity: 'error', fail_calc: 'count(*)' };
  const test = { resourceType: 'test', name: 't', path: source.path, source, config, dependsOn: [] };
  const engine = await openDuckDb({ tempDirectory: mkdtempSync(join(tmpdir(), 'tsdbt-run-test-')) });
  const session = await engine.openSession();
  const called: string[] = [];
  const watched = new Proxy(session, {
    get: (target, name: keyof Session) => (text: string) => {
      called.push(name);
      return (target[name] as (sql: string) => unknown).call(target, text);
    },
  });
  try {
    const compiled = { sql, map: new SourceMap([segment]), ephemerals: [] };
    const manifest = { order: [], get: () => undefined, project: { isDbt: false } } as unknown as Manifest;
    const run = { isStaged: false, warningsFail: false };
    const result = await runTest(test as unknown as TestNode, compiled, source.path, watched, manifest, run);
    return { result, called };
  } finally {
    await session.close();
    await engine.close();
  }
}

describe('a data test', () => {
  it('that passes is one query', async () => {
    const { result, called } = await run('select 1 as n where false');
    expect(result).toMatchObject({ status: 'pass', failures: 0 });
    expect(called).toEqual(['query']);
  });

  it('whose SQL does not hold is an error at its place in the file', async () => {
    const { result } = await run('select 1 as n,\n  missing\nfrom range(3)');
    const { place } = result.error!;
    expect(result.status).toBe('error');
    expect(result.message).toBe('column "missing" not found');
    expect(place!.source.position(place!.start)).toMatchObject({ line: 2, column: 3 });
  });

  it('that fails while it runs is an error as well', async () => {
    const { result } = await run("select cast('x' || range as int) as n from range(3) where n > 0");
    expect(result).toMatchObject({ status: 'error', failures: 0 });
    expect(result.message).toMatch(/could not convert string/i);
  });

  it('that is no SELECT is an error', async () => {
    expect((await run('create table t (n int)')).result.status).toBe('error');
    expect((await run('')).result.status).toBe('error');
  });
});
