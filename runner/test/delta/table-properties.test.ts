import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  DeltaTable,
  history,
  restore,
  stageAppend,
  stageDelete,
  stageMerge,
  stageOverwrite,
  stageShallowClone,
} from '../../src/delta/index.js';
import { by, useTempTable } from './temp-table.js';

const t = useTempTable();
const write = async (select: string, properties = {}) =>
  (await stageOverwrite(t.target, { select, properties })).commit(by);
const append = async (select: string, properties = {}) =>
  (await stageAppend(t.target, { select, properties })).commit(by);

describe('a table property', () => {
  it.each([
    ['delta.enableDeletionVector', 'true', 'did you mean delta.enableDeletionVectors?'],
    ['delta.somethingElse.altogether', '1', expect.stringContaining('choose another')],
    ['delta.checkpointInterval', 'often', 'it may be a whole number from 1'],
    ['delta.deletedFileRetentionDuration', '7', expect.stringContaining('interval 7 days')],
    ['delta.columnMapping.mode', 'names', 'it may be none, name or id'],
    ['delta.enableChangeDataFeed', 'yes', 'it may be true or false'],
    ['delta.parquet.compression.codec', 'zip', expect.stringContaining('zstd')],
    ['delta.checkpointPolicy', 'v3', expect.stringContaining('classic')],
  ])('%s = %s is refused with what is meant', async (key, value, hint) => {
    await expect(write('SELECT 1 AS a', { [key]: value })).rejects.toMatchObject({ code: 'TSD6034', hint });
    expect(await t.open()).toBeUndefined();
  });

  it.each([
    ['delta.enableRowTracking', 'true', 'rowTracking'],
    ['delta.enableIcebergCompatV2', 'true', 'icebergCompatV2'],
    ['delta.feature.catalogManaged', 'supported', 'catalogManaged'],
  ])('%s is not set, for nothing here does what it says', async (key, value, feature) => {
    await expect(write('SELECT 1 AS a', { [key]: value })).rejects.toMatchObject({
      code: 'TSD6012',
      message: expect.stringContaining(feature),
    });
  });

  it('may be the user’s own, and a feature may be asked for by name', async () => {
    await write('SELECT 1 AS a', { 'team.owner': 'x', 'delta.feature.deletionVectors': 'supported' });
    const { properties, protocol } = await t.snapshot();
    expect(properties).toEqual({ 'team.owner': 'x' });
    expect(protocol).toMatchObject({ minReaderVersion: 3, readerFeatures: ['deletionVectors'] });
  });
});

describe('a constraint that a table gains', () => {
  const positive = { 'delta.constraints.positive': 'a > 0' };

  it('holds for the rows that are there already', async () => {
    await write('SELECT range::INTEGER - 1 AS a FROM range(3)');
    const refused = { code: 'TSD6033', message: expect.stringContaining('2 rows break the constraint positive') };
    await expect(append('SELECT 5 AS a', positive)).rejects.toMatchObject(refused);
    const merge = stageMerge(t.target, { source: 'SELECT 5 AS a', on: ['a'], properties: positive });
    await expect(merge).rejects.toMatchObject(refused);
    await expect(
      stageOverwrite(t.target, { select: 'SELECT 5 AS a', replaceWhere: 'a = 5', properties: positive }),
    ).rejects.toMatchObject(refused);
    expect((await t.snapshot()).properties).toEqual({});
    await write('SELECT 5 AS a', positive);
    await append('SELECT 6 AS a');
    expect(await t.read()).toHaveLength(2);
  });

  it('that the engine does not understand is told by its name', async () => {
    await expect(write('SELECT 1 AS a', { ...positive, 'delta.constraints.odd': 'nosuch(a)' })).rejects.toMatchObject({
      code: 'TSD6033',
      message: expect.stringMatching(/the constraint odd \(nosuch\(a\)\) cannot be checked: .*nosuch/),
    });
  });
});

describe('a table that is restored or cloned', () => {
  it('gives no column an id that another had, and has in-commit timestamps from the clone’s first version on', async () => {
    const properties = { 'delta.columnMapping.mode': 'name' };
    await write('SELECT 1 AS a', properties);
    await (await stageAppend(t.target, { select: 'SELECT 1 AS a, 2 AS b', mergeSchema: true })).commit(by);
    await restore(await t.open(), 0, by);
    await (await stageAppend(t.target, { select: 'SELECT 1 AS a, 3 AS c', mergeSchema: true })).commit(by);
    const [, c] = (await t.snapshot()).schema.fields;
    expect(c!.metadata['delta.columnMapping.id']).toBe(3);
    await append('SELECT 4 AS a', { 'delta.enableInCommitTimestamps': 'true' });
    const target = { ...t.target, location: `${t.location}-clone` };
    await (await stageShallowClone(target, await t.open())).commit(by);
    const clone = await (await DeltaTable.open(target.location, t.engine))!.snapshot();
    expect(clone.commitInfo!.inCommitTimestamp).toBe(clone.timestamp.getTime());
    expect(Object.keys(clone.properties).filter((key) => key.includes('Enablement'))).toEqual([]);
  });
});

describe('a staged clone', () => {
  it('can be read before it is there, without the rows that deletion vectors take away', async () => {
    await write('SELECT range::INTEGER AS a FROM range(5)', { 'delta.enableDeletionVectors': 'true' });
    await (await stageDelete(t.target, 'a IN (1, 3)')).commit(by);
    const clone = async (from: string, to: string) => {
      const source = (await DeltaTable.open(from, t.engine))!;
      const staged = await stageShallowClone({ ...t.target, location: to }, source);
      const rows = await t.engine.rows(`SELECT * FROM (${staged.toSql()}) ORDER BY ALL`);
      await staged.commit(by);
      const table = (await DeltaTable.open(to, t.engine))!;
      expect(await t.engine.rows(`SELECT * FROM (${(await table.snapshot()).toSql()}) ORDER BY ALL`)).toEqual(rows);
      return rows;
    };
    const rows = [{ a: 0 }, { a: 2 }, { a: 4 }];
    expect(await clone(t.location, `${t.location}-clone`)).toEqual(rows);
    // and of a clone again
    expect(await clone(`${t.location}-clone`, `${t.location}-second`)).toEqual(rows);
  });
});

describe('in-commit timestamps', () => {
  const properties = { 'delta.enableInCommitTimestamps': 'true' };
  const inCommit = async (version: number) => (await t.snapshot({ version })).commitInfo!.inCommitTimestamp!;

  it('are there from the first commit on, each later than the one before', async () => {
    await write('SELECT 1 AS a', properties);
    for (let n = 0; n < 3; n++) await append(`SELECT ${n} AS a`);
    const times = await Promise.all([0, 1, 2, 3].map(inCommit));
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(new Set(times).size).toBe(4);
    expect((await t.snapshot()).protocol).toMatchObject({
      minReaderVersion: 1,
      minWriterVersion: 7,
      writerFeatures: expect.arrayContaining(['inCommitTimestamp']),
    });
  });

  it('that a table gains later say since when, and come after the files of the commits before', async () => {
    await write('SELECT 1 AS a');
    const soon = new Date(Date.now() + 60_000);
    await utimes(join(t.location, '_delta_log', '00000000000000000000.json'), soon, soon);
    await append('SELECT 2 AS a', properties);
    await append('SELECT 3 AS a');
    expect(await inCommit(1)).toBeGreaterThan(soon.getTime() - 1);
    expect((await t.snapshot()).properties).toMatchObject({
      'delta.inCommitTimestampEnablementVersion': '1',
      'delta.inCommitTimestampEnablementTimestamp': String(await inCommit(1)),
    });
    const [last, gained, first] = await history(await t.open());
    expect(last!.timestamp.getTime()).toBeGreaterThan(gained!.timestamp.getTime());
    expect((await t.snapshot({ timestamp: gained!.timestamp })).version).toBe(1);
    expect((await t.snapshot({ timestamp: first!.timestamp })).version).toBe(0);
  });
});
