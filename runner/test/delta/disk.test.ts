import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readdirSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  DeltaTable,
  restore,
  type StagedCommit,
  stageAlterColumns,
  stageAppend,
  stageDelete,
  stageMerge,
  stageMergeClauses,
  stageOptimize,
  stageOverwrite,
  stageUpdate,
  vacuum,
  writeCheckpoint,
} from '../../src/delta/index.js';
import { openTestEngine, type TestEngine } from './duckdb-parquet.js';
import { by } from './temp-table.js';

/** A small disk of its own, in memory: what mounts one needs the rights of root. */
const folder = mkdtempSync(join(tmpdir(), 'tsdbt-disk-'));
const mounted = mount('-t', 'tmpfs', '-o', 'size=2m', 'tmpfs');
if (!mounted) process.stderr.write('skipped: no right to mount a disk that can be filled\n');

function mount(...args: string[]): boolean {
  try {
    execFileSync('mount', [...args, folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

let engine: TestEngine;
let location: string;
let tables = 0;
beforeAll(async () => {
  engine = await openTestEngine();
});
afterAll(() => {
  engine.close();
  if (mounted) execFileSync('umount', [folder]);
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  location = join(folder, `t${tables++}`);
});
afterEach(() => {
  if (mounted) mount('-o', 'remount,rw');
  rmSync(filler, { force: true });
  rmSync(location, { recursive: true, force: true });
});

const filler = join(folder, 'filler');
/** Leaves so many bytes free. */
function fillTo(left: number): void {
  rmSync(filler, { force: true });
  const { bavail, bsize } = statfsSync(folder);
  const file = openSync(filler, 'w');
  for (let bytes = bavail * bsize - left; bytes > 0; bytes -= bsize)
    writeSync(file, Buffer.alloc(Math.min(bytes, bsize)));
  closeSync(file);
}

const ROWS = 'SELECT range AS a, md5(range::VARCHAR) AS t, range % 3 AS p FROM range';
const target = () => ({ location, engine });
const open = async () => (await DeltaTable.open(location, engine))!;
/** All that can be told of the table from outside. */
const state = async () => {
  const snapshot = await (await open()).snapshot();
  const rows = await engine.rows(`SELECT * FROM (${snapshot.toSql()}) ORDER BY ALL`);
  const found = readdirSync(location, { recursive: true, withFileTypes: true });
  // a folder that was made for a file may stay, empty
  const files = found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return { version: snapshot.version, rows, files: files.sort() };
};
const withFeed = { properties: { 'delta.enableChangeDataFeed': 'true' } };

const operations: Record<string, () => Promise<StagedCommit>> = {
  append: () => stageAppend(target(), { select: `${ROWS}(2000)` }),
  'append that widens a type': () =>
    stageAppend(target(), { select: `SELECT range::HUGEINT AS a FROM range(9)`, mergeSchema: true }),
  overwrite: () => stageOverwrite(target(), { select: `${ROWS}(2000)` }),
  'overwrite in partitions': () => stageOverwrite(target(), { select: `${ROWS}(2000)`, partitionBy: ['p'] }),
  'overwrite, sorted': () => stageOverwrite(target(), { select: `${ROWS}(2000)`, sortBy: ['t'] }),
  replaceWhere: () => stageOverwrite(target(), { select: `${ROWS}(2000) WHERE p = 1`, replaceWhere: 'p = 1' }),
  merge: () => stageMerge(target(), { source: `SELECT * REPLACE ('x' AS t) FROM (${ROWS}(900, 3000))`, on: ['a'] }),
  'merge by clauses': () =>
    stageMergeClauses(target(), {
      source: `${ROWS}(900, 3000)`,
      on: ['a'],
      whenMatched: [{ set: { t: "source.t || 'x'" } }],
      whenNotMatched: [{ values: 'all' }],
    }),
  update: () => stageUpdate(target(), { set: { t: 'md5(t)' }, where: 'a % 2 = 0' }),
  delete: () => stageDelete(target(), 'a % 2 = 0'),
  optimize: () => stageOptimize(target(), { sortBy: ['t'] }),
  'dropping a column': () => stageAlterColumns(target(), { drop: ['t'] }),
};

/** Does an operation, which may fail, and throws away what it has staged where the commit fails. */
async function attempt(operation: () => Promise<StagedCommit>): Promise<unknown> {
  let staged: StagedCommit | undefined;
  try {
    staged = await operation();
    await staged.commit(by);
    return undefined;
  } catch (error) {
    await staged?.discard();
    return error;
  }
}

describe.skipIf(!mounted)('a disk that is full', () => {
  it.each(Object.entries(operations))('leaves the table as it was: %s', async (_, operation) => {
    for (const properties of [withFeed.properties, { ...withFeed.properties, 'delta.enableDeletionVectors': 'true' }]) {
      await (await stageOverwrite(target(), { select: `${ROWS}(1000)`, properties })).commit(by);
      const before = await state();
      // from nothing to almost enough: it fails at every step there is
      for (let left = 0, error: unknown = {}; error !== undefined; left += 8192) {
        fillTo(left);
        error = await attempt(operation);
        if (left === 0) expect(error).toBeDefined();
        if (error === undefined) continue;
        expect(error).toMatchObject({
          code: 'TSD6002',
          message: expect.stringContaining('the disk is full'),
          hint: expect.stringContaining('make room'),
        });
        expect(await state()).toEqual(before);
      }
      rmSync(filler);
      expect((await state()).version).toBe(before.version + 1);
    }
  });

  it('keeps a commit whose checkpoint finds no room, and the next one is written', async () => {
    const properties = { 'delta.checkpointInterval': '2' };
    await (await stageOverwrite(target(), { select: `${ROWS}(10)`, properties })).commit(by);
    await (await stageAppend(target(), { select: `${ROWS}(10)` })).commit(by);
    const staged = await stageAppend(target(), { select: `${ROWS}(10)` });
    fillTo(8192);
    const { version, checkpointError } = await staged.commit(by);
    expect(version).toBe(2);
    expect(checkpointError).toMatchObject({ code: 'TSD6002', message: expect.stringContaining('the disk is full') });
    expect((await state()).rows).toHaveLength(30);
    const log = () => readdirSync(join(location, '_delta_log'));
    expect(log()).toHaveLength(3);
    rmSync(filler);
    for (let n = 0; n < 2; n++) await (await stageAppend(target(), { select: `${ROWS}(1)` })).commit(by);
    expect(log()).toContain('00000000000000000004.checkpoint.parquet');
    expect((await state()).rows).toHaveLength(32);
  });

  it('is made room on by vacuum', async () => {
    for (let n = 0; n < 2; n++) await (await stageOverwrite(target(), { select: `${ROWS}(1000)` })).commit(by);
    fillTo(0);
    const { files } = await vacuum(await open(), { retentionHours: 0, allowShortRetention: true });
    expect(files).toHaveLength(1);
    expect(statfsSync(folder).bavail).toBeGreaterThan(0);
  });
});

describe.skipIf(!mounted)('a disk that is read-only', () => {
  beforeEach(async () => {
    for (let n = 0; n < 2; n++)
      await (await stageOverwrite(target(), { select: `${ROWS}(1000)`, ...withFeed })).commit(by);
    expect(mount('-o', 'remount,ro')).toBe(true);
  });
  const refused = { code: 'TSD6002', message: expect.stringContaining('the file system is read-only') };

  it.each(Object.entries(operations))('takes nothing: %s', async (_, operation) => {
    const before = await state();
    expect(await attempt(operation)).toMatchObject(refused);
    expect(await state()).toEqual(before);
  });

  it('is read, and refuses upkeep', async () => {
    const table = await open();
    const before = await state();
    const retention = { retentionHours: 0, allowShortRetention: true };
    expect((await vacuum(table, { ...retention, dryRun: true })).files).toHaveLength(1);
    await expect(vacuum(table, retention)).rejects.toMatchObject(refused);
    await expect(restore(table, 0, by)).rejects.toMatchObject(refused);
    const snapshot = await table.snapshot();
    await expect(writeCheckpoint(table.store, engine, snapshot)).rejects.toMatchObject(refused);
    expect(await state()).toEqual(before);
  });
});
