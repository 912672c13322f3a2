import { access, mkdir, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  DeltaTable,
  LocalStore,
  type ParquetWriteOptions,
  stageAppend,
  stageDelete,
  stageMerge,
  stageOverwrite,
  stageRestore,
  stageSetProperties,
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

describe('the next checkpoint', () => {
  /** Appends a row to a version. The engine notes which checkpoints it is told to read for a new one. */
  async function appendTo20(table: Awaited<ReturnType<typeof t.snapshot>>) {
    const read: string[] = [];
    const engine = new Proxy(t.engine, {
      get(target, name: keyof typeof t.engine) {
        const value = target[name];
        if (name === 'writeParquet')
          return (select: string, options: ParquetWriteOptions) => {
            read.push(...(select.match(/\d+\.checkpoint\.parquet/g) ?? []));
            return target.writeParquet(select, options);
          };
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const staged = await stageAppend({ ...t.target, engine, table }, { select: 'SELECT 20 AS id, 0 AS n' });
    return { result: await staged.commit(by), read };
  }
  /** What a version is by its checkpoint, and what by its commits. */
  async function expectTrueCheckpoint(version: number): Promise<void> {
    const wanted = await t.snapshot({ version, statistics: true });
    await mkdir(log('aside'));
    for (const before of [0, version - 1]) await rename(commitFile(before), log(`aside/${before}`));
    await rm(checkpointFile(10), { force: true });
    const found = await t.snapshot({ version, statistics: true });
    const plain = (files: readonly object[]) => files.map((file) => ({ ...file, dataChange: false }));
    expect(plain(found.files)).toEqual(plain(wanted.files));
    expect(found.state.tombstones).toEqual(wanted.state.tombstones);
    expect(found.metadata).toEqual(wanted.metadata);
    for (const before of [0, version - 1]) await rename(log(`aside/${before}`), commitFile(before));
  }
  const LAST = '00000000000000000010.checkpoint.parquet';
  /** Version 19: of the files of version 10 one is gone, another has been written anew. */
  const changeRows = async () => {
    for (let id = 13; id <= 17; id++) await append(id);
    await (await stageDelete(t.target, 'id = 2')).commit(by);
    await (await merge()).commit(by);
    return t.snapshot();
  };

  it('takes over what is in the one before, but for files that have gone or changed', async () => {
    expect(await appendTo20(await changeRows())).toEqual({ read: [LAST], result: { version: 20 } });
    await expectTrueCheckpoint(20);
  });

  it('has the new deletion vector of a file that it knew without', async () => {
    await (await stageSetProperties(t.target, { properties: { 'delta.enableDeletionVectors': 'true' } })).commit(by);
    await (await stageAppend(t.target, { select: 'SELECT range::INTEGER AS id, 0 AS n FROM range(30, 39)' })).commit(
      by,
    );
    for (let id = 15; id <= 17; id++) await append(id);
    await writeCheckpoint(new LocalStore(t.location), t.engine, await t.snapshot());
    await (await stageDelete(t.target, 'id = 32')).commit(by);
    await append(18);
    const read = ['00000000000000000017.checkpoint.parquet'];
    expect(await appendTo20(await t.snapshot())).toEqual({ read, result: { version: 20 } });
    await rm(checkpointFile(17));
    await expectTrueCheckpoint(20);
    expect((await t.files()).filter((file) => file.deletionVector)).toHaveLength(1);
    expect(await t.read()).toHaveLength(13 + 8 + 5);
  });

  it('does without the one before where that is gone', async () => {
    const base = await changeRows();
    await unlink(checkpointFile(10));
    expect(await appendTo20(base)).toEqual({ read: [LAST], result: { version: 20 } });
    await expectTrueCheckpoint(20);
  });

  it('is not written where the one before has other files than it had', async () => {
    const base = await changeRows();
    const less = log('less.parquet');
    await t.engine.execute(
      `COPY (FROM read_parquet('${checkpointFile(10)}') WHERE "add" IS NULL OR "add".path <> '${base.files[1]!.path}') TO '${less}' (FORMAT parquet)`,
    );
    await rename(less, checkpointFile(10));
    const { result } = await appendTo20(base);
    expect(result).toMatchObject({ version: 20, checkpointError: { code: 'TSD6015' } });
    await expect(access(checkpointFile(20))).rejects.toThrow();
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

describe('statistics as structs in a checkpoint', () => {
  it('keep the sign of zero, and the years of partitions', async () => {
    const days = ["'2024-02-29'", "'12345-06-07'", "'0045-03-15 (BC)'"];
    for (const type of ['DATE', 'TIMESTAMP', 'TIMESTAMPTZ']) {
      const at = { ...t.target, location: join(t.folder, type) };
      const values = days.map((day) => `(-0.0::DOUBLE, {'f': 0.0::FLOAT}, ${type} ${day})`).join(', ');
      const properties = { 'delta.checkpoint.writeStatsAsStruct': 'true', 'delta.checkpointInterval': '1' };
      const select = `SELECT * FROM (VALUES ${values}) AS s(d, s, p)`;
      await (await stageAppend(at, { select, partitionBy: ['p'], properties })).commit(by);
      const { version, checkpointError } = await (await stageAppend(at, { select })).commit(by);
      expect([version, checkpointError]).toEqual([1, undefined]);
      const file = join(at.location, '_delta_log', '00000000000000000001.checkpoint.parquet');
      const bounds = ['min', 'max'].flatMap((name) => [`${name}Values.d`, `${name}Values.s.f`]);
      const texts = bounds.map((bound, i) => `CAST(add.stats_parsed.${bound} AS VARCHAR) AS b${i}`).join(', ');
      const found = await t.engine.rows(`SELECT DISTINCT ${texts} FROM read_parquet('${file}') WHERE add IS NOT NULL`);
      expect(found).toEqual([{ b0: '-0.0', b1: '-0.0', b2: '0.0', b3: '0.0' }]);
      const parsed = `SELECT DISTINCT add."partitionValues_parsed".p AS p FROM read_parquet('${file}') WHERE add IS NOT NULL`;
      const wanted = days.map((day) => `SELECT ${type} ${day} AS p`).join(' UNION ALL ');
      expect(await t.engine.rows(`(${parsed}) EXCEPT ALL (${wanted})`)).toEqual([]);
      expect(await t.engine.rows(`SELECT count(*)::INTEGER AS n FROM (${parsed})`)).toEqual([{ n: 3 }]);
    }
  });
});
