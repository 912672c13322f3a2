import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { DeltaTable, type SnapshotAt } from '../../src/delta/index.js';
import { openTestEngine, type TestEngine } from './duckdb-parquet.js';

/** Provenance for commits of specs. */
export const by = { runId: 'run-1', nodeId: 'model.demo.plays', engineInfo: 'tsdbt/test' };

/** An engine for a spec file, and an empty place for a table before each spec. */
export function useTempTable() {
  let engine: TestEngine;
  let folder: string;
  beforeAll(async () => {
    engine = await openTestEngine();
  });
  afterAll(() => engine.close());
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tsdbt-delta-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const open = async () => (await DeltaTable.open(join(folder, 'plays'), engine))!;
  return {
    get engine() {
      return engine;
    },
    get folder() {
      return folder;
    },
    get location() {
      return join(folder, 'plays');
    },
    get target() {
      return { location: join(folder, 'plays'), engine };
    },
    open,
    snapshot: async (at: SnapshotAt = {}) => (await open()).snapshot(at),
    files: async () => (await (await open()).snapshot({ statistics: true })).files,
    /** rows of a version, sorted */
    read: async (at: SnapshotAt = {}) =>
      engine.rows(`SELECT * FROM (${(await (await open()).snapshot(at)).toSql()}) ORDER BY ALL`),
  };
}
