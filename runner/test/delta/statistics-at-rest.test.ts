import { readFile, rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  DeltaTable,
  LocalStore,
  stageAppend,
  stageMerge,
  stageOverwrite,
  stageRestore,
  stageShallowClone,
  writeCheckpoint,
} from '../../src/delta/index.js';
import { by, useTempTable } from './temp-table.js';

const t = useTempTable();
const log = (name: string) => join(t.location, '_delta_log', name);
const commitFile = (version: number) => log(`${String(version).padStart(20, '0')}.json`);
const checkpointFile = (version: number) => log(`${String(version).padStart(20, '0')}.checkpoint.parquet`);
const append = async (id: number) => (await stageAppend(t.target, { select: `SELECT ${id} AS id, 0 AS n` })).commit(by);
const merge = async (table?: Awaited<ReturnType<typeof t.snapshot>>) =>
  stageMerge({ ...t.target, table }, { source: 'SELECT 3 AS id, 1 AS n', on: ['id'] });
/** `add.stats` as the commits have them, by path */
async function committed(to: number): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (let version = 0; version <= to; version++)
    for (const line of (await readFile(commitFile(version), 'utf8')).trim().split('\n')) {
      const { add } = JSON.parse(line);
      if (add) found[add.path] = add.stats;
    }
  return found;
}
const statsOf = (files: readonly { path: string; stats?: unknown }[]) =>
  Object.fromEntries(files.map(({ path, stats }) => [path, stats]));

// thirteen files of one row; the checkpoint of version 10 names eleven of them
beforeEach(async () => {
  for (let id = 0; id <= 12; id++) await append(id);
});

describe('the statistics of files in a checkpoint', () => {
  it('stay there when a table is opened, but for the numbers of rows', async () => {
    const snapshot = await t.snapshot();
    const known = await committed(12);
    const wanted = Object.entries(known).map(([path, stats], i) => [path, i <= 10 ? { numRecords: 1 } : stats]);
    expect(statsOf(snapshot.files)).toEqual(Object.fromEntries(wanted));
    expect(snapshot.hasStats()).toBe(false);
    expect(snapshot.numRecords).toBe(13);
    expect(snapshot.toSql()).toContain('explicit_cardinality=13');
  });

  it('are read for those who ask for them', async () => {
    const snapshot = await t.snapshot({ statistics: true });
    expect(snapshot.hasStats()).toBe(true);
    expect(statsOf(snapshot.files)).toEqual(await committed(12));
  });

  it('are found whatever a writer made of them', async () => {
    const odd = [
      '{"minValues":{"id":0},"numRecords":1}',
      '{ "numRecords" : 1 , "nullCount" : { "numRecords" : 7 } }',
      '{"nullCount":{"numRecords":7,"id":0}}',
      '{"numRecords":',
      undefined,
    ];
    for (const [version, stats] of odd.entries()) {
      const lines = (await readFile(commitFile(version), 'utf8')).trim().split('\n');
      const actions = lines.map((line) => JSON.parse(line));
      for (const { add } of actions) if (add) add.stats = stats;
      await writeFile(commitFile(version), actions.map((action) => JSON.stringify(action)).join('\n'));
    }
    await unlink(checkpointFile(10));
    const before = await t.snapshot();
    await writeCheckpoint(new LocalStore(t.location), t.engine, before);
    const snapshot = await t.snapshot();
    const records = snapshot.files.map(({ stats }) => (typeof stats === 'object' ? stats?.numRecords : stats));
    expect(records).toEqual([1, 1, undefined, undefined, undefined, ...Array(8).fill(1)]);
    expect(snapshot.numRecords).toBe(before.numRecords);
    expect(snapshot.toSql()).not.toContain('explicit_cardinality');
    expect(statsOf((await t.snapshot({ statistics: true })).files)).toEqual(statsOf(before.files));
    await (await merge()).commit(by);
    expect((await t.read()).filter((row) => row.n === 1)).toEqual([{ id: 3, n: 1 }]);
  });

  it('tell a merge which files to leave alone', async () => {
    const staged = await merge(await t.snapshot());
    expect(staged.metrics).toMatchObject({ numTargetFilesSkipped: 12, numTargetRowsUpdated: 1 });
  });

  it('come along where its files do', async () => {
    const known = await committed(12);
    await (await stageOverwrite(t.target, { select: 'SELECT 99 AS id, 0 AS n' })).commit(by);
    expect(statsOf((await stageRestore(await t.open(), 12)).added)).toEqual(known);
    const clone = { location: join(t.folder, 'clone'), engine: t.engine };
    const cloned = await stageShallowClone(clone, await t.open(), { version: 12 });
    expect(cloned.added.map((file) => file.stats)).toEqual(Object.values(known));
  });

  it('are in the next checkpoint as they were', async () => {
    for (let id = 13; id <= 20; id++) await append(id);
    const known = await committed(20);
    await unlink(checkpointFile(10));
    for (let version = 0; version < 20; version++) await unlink(commitFile(version));
    expect(statsOf((await t.snapshot({ statistics: true })).files)).toEqual(known);
  });
});

describe('statistics that are asked for when the log has changed', () => {
  it('are read from the commits where the checkpoint is gone', async () => {
    const snapshot = await t.snapshot();
    await unlink(checkpointFile(10));
    const staged = await merge(snapshot);
    expect(staged.metrics).toMatchObject({ numTargetFilesSkipped: 12, numTargetRowsUpdated: 1 });
    await staged.commit(by);
    expect((await t.read()).filter((row) => row.n === 1)).toEqual([{ id: 3, n: 1 }]);
  });

  it('are not to be had where the commits are gone too: nothing is written then', async () => {
    const snapshot = await t.snapshot();
    await unlink(checkpointFile(10));
    await unlink(commitFile(4));
    await expect(merge(snapshot)).rejects.toMatchObject({ code: 'TSD6015' });
    // rows can be read all the same
    expect(await t.engine.rows(`SELECT count(*)::INTEGER AS n FROM (${snapshot.toSql()})`)).toEqual([{ n: 13 }]);
  });

  it('are not taken from a table that was made anew at the same place', async () => {
    const snapshot = await t.snapshot();
    await rm(t.location, { recursive: true });
    for (let id = 0; id <= 12; id++) await append(id);
    await expect(merge(snapshot)).rejects.toMatchObject({ code: 'TSD6015' });
  });

  it('come with an open table that follows the log', async () => {
    const table = (await DeltaTable.open(t.location, t.engine))!;
    await append(13);
    const whole = await table.snapshot({ statistics: true });
    expect(whole.version).toBe(13);
    await append(14);
    expect((await table.snapshot()).hasStats()).toBe(true);
    expect(statsOf((await table.snapshot()).files)).toEqual(await committed(14));
  });
});
