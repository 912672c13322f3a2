import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { openDuckDb } from '../../src/engines/duckdb/duckdb-engine.js';
import { engineSuite } from './engine-suite.js';

const folder = mkdtempSync(join(tmpdir(), 'tsdbt-engines-'));
afterAll(() => rmSync(folder, { recursive: true }));

engineSuite('DuckDB', () => openDuckDb({ tempDirectory: join(folder, 'tmp'), threads: 2 }), {
  types: {
    array: 'INTEGER[]',
    row: 'STRUCT("a" INTEGER, "b" VARCHAR)',
    bytes: 'BLOB',
    naive: 'TIMESTAMP',
    zoned: 'TIMESTAMP WITH TIME ZONE',
  },
  rows: (count) => `select range as n from range(${count})`,
  endless: 'select sum(a.range * b.range) as s from range(10000000) as a, range(10000000) as b',
  row: "{'a': 1, 'b': 'x'}",
  bytes: "'abc'::blob",
});
