import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  DeltaTable,
  LocalStore,
  type LogStore,
  stageAppend,
  stageDelete,
  stageOverwrite,
  stageShallowClone,
  vacuum,
} from '../../src/delta/index.js';
import { expectSameToOthers, findOtherReaders } from './other-readers.js';
import { by, useTempTable } from './temp-table.js';

const readers = await findOtherReaders();
const t = useTempTable();
const NOW = { retentionHours: 0, allowShortRetention: true };
const ROWS = "SELECT range::INTEGER AS i, 'a/b %' || range % 2 AS p FROM range(6)";

const place = () => ({ location: join(t.folder, 'a clone'), engine: t.engine });
const clone = async () => (await DeltaTable.open(place().location, t.engine))!;
const rowsOf = async (table: DeltaTable) =>
  t.engine.rows(`SELECT * FROM (${(await table.snapshot()).toSql()}) ORDER BY ALL`);
/** Data files and deletion vectors in a folder. */
const filesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(parquet|bin)$/.test(path) && !path.includes('_delta_log'))
    .sort();

describe('a shallow clone on the disk of its source', () => {
  it.each([
    ['unpartitioned', {}, undefined],
    ['in partitions', {}, ['p']],
    ['with deletion vectors', { 'delta.enableDeletionVectors': 'true' }, ['p']],
  ])(
    'is read by others, %s, and when vacuum of the source has taken its files away',
    async (_, properties, partitionBy) => {
      await (await stageOverwrite(t.target, { select: ROWS, properties, partitionBy })).commit(by);
      await (await stageDelete(t.target, 'i = 1')).commit(by);
      await (await stageShallowClone(place(), await t.open())).commit(by);
      const vectors = 'delta.enableDeletionVectors' in properties;
      // deltalake refuses tables with deletion vectors
      const others = vectors ? { kernel: readers.kernel } : readers;
      await expectSameToOthers(others, t.engine, place().location);
      for (const path of filesIn(place().location))
        expect([path, statSync(join(place().location, path)).ino]).toEqual([
          path,
          statSync(join(t.location, path)).ino,
        ]);
      const before = await rowsOf(await clone());
      expect(before).toHaveLength(5);
      await (await stageOverwrite(t.target, { select: 'SELECT 0::INTEGER AS i, NULL::VARCHAR AS p' })).commit(by);
      expect((await vacuum(await t.open(), NOW)).files.length).toBeGreaterThan(0);
      expect(await rowsOf(await clone())).toEqual(before);
      await (await stageAppend(place(), { select: "SELECT 9::INTEGER AS i, 'new' AS p" })).commit(by);
      await expectSameToOthers(others, t.engine, place().location);
      expect(await t.read()).toEqual([{ i: 0, p: null }]);
    },
  );

  it('leaves the files of its source when it is thrown away, and when its own are vacuumed', async () => {
    await (await stageOverwrite(t.target, { select: ROWS, partitionBy: ['p'] })).commit(by);
    const thrown = await stageShallowClone(place(), await t.open());
    expect(await t.engine.rows(`SELECT count(*)::INTEGER AS n FROM (${thrown.toSql()})`)).toEqual([{ n: 6 }]);
    expect(thrown.stagedPaths).toHaveLength(2);
    await thrown.discard();
    expect(filesIn(place().location)).toEqual([]);
    await (await stageShallowClone(place(), await t.open())).commit(by);
    await (await stageDelete(place(), 'true')).commit(by);
    expect((await vacuum(await clone(), NOW)).files).toHaveLength(2);
    expect(await t.read()).toHaveLength(6);
  });
});

describe('a shallow clone that cannot share names', () => {
  it('names the files where they lie: in another store, where a name is taken, and of a clone of such a one', async () => {
    await (await stageOverwrite(t.target, { select: ROWS })).commit(by);
    class Elsewhere extends LocalStore {
      override link: NonNullable<LogStore['link']> = async () => [];
    }
    const store = new Elsewhere(place().location);
    await (await stageShallowClone({ ...place(), store }, await t.open())).commit(by);
    const [file] = (await (await clone()).snapshot()).files;
    expect(file!.path).toMatch(/^file:\/\/\/.*\/plays\/part-0-/);
    const again = { ...place(), location: join(t.folder, 'again') };
    await (await stageShallowClone(again, await clone())).commit(by);
    const opened = (await DeltaTable.open(again.location, t.engine))!;
    expect((await opened.snapshot()).files.map(({ path }) => path)).toEqual([file!.path]);
    const taken = { ...place(), location: join(t.folder, 'taken') };
    await (await stageShallowClone(taken, await t.open())).discard();
    await (await stageShallowClone(taken, await t.open())).commit(by);
    const names = filesIn(taken.location);
    const later = { ...place(), location: join(t.folder, 'taken') };
    await new LocalStore(later.location).remove(['_delta_log/00000000000000000000.json']);
    await (await stageShallowClone(later, await t.open())).commit(by);
    expect(filesIn(later.location)).toEqual(names);
    const last = (await DeltaTable.open(later.location, t.engine))!;
    expect((await last.snapshot()).files.map(({ path }) => path)).toEqual([file!.path]);
    expect(await rowsOf(last)).toHaveLength(6);
  });
});
