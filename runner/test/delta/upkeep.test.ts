import { mkdir, readdir, readFile, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  cleanUpLog,
  DeltaTable,
  stageAlterColumns,
  stageAppend,
  stageDelete,
  stageOptimize,
  stageShallowClone,
  stageUpdate,
  vacuum,
  writeCheckpoint,
} from '../../src/delta/index.js';
import { by, useTempTable } from './temp-table.js';

const t = useTempTable();
const append = async (select: string, options = {}) => (await stageAppend(t.target, { select, ...options })).commit(by);

describe('optimize', () => {
  it('puts small files together, partition by partition, and changes no row', async () => {
    for (let n = 0; n < 4; n++)
      await append(`SELECT ${n} * 10 + range AS id, ['a', 'b'][1 + range % 2] AS part FROM range(10)`, {
        partitionBy: ['part'],
      });
    const rows = await t.read();
    const staged = await stageOptimize(t.target);
    expect(staged.metrics).toMatchObject({ numAddedFiles: 2, numRemovedFiles: 8, numOutputRows: 40 });
    // rows that come meanwhile are no conflict
    await append("SELECT 1000 AS id, 'a' AS part");
    await staged.commit(by);
    expect((await t.snapshot()).files).toHaveLength(3);
    expect(await t.read()).toEqual([...rows, { id: '1000', part: 'a' }]);
    const log = await readFile(join(t.location, '_delta_log', '00000000000000000005.json'), 'utf8');
    expect(log).not.toContain('"dataChange":true');
  });

  it('does nothing where there is nothing to gain, and only what it is asked', async () => {
    for (let n = 0; n < 2; n++) await append("SELECT unnest(['a', 'b']) AS part, 1 AS n", { partitionBy: ['part'] });
    const one = await stageOptimize(t.target, { where: "part = 'a'" });
    expect(one.metrics).toMatchObject({ numAddedFiles: 1, numRemovedFiles: 2 });
    await one.commit(by);
    await (await stageOptimize(t.target)).commit(by);
    expect((await stageOptimize(t.target)).isNoop).toBe(true);
  });

  it('sorts, and cuts files at the size asked for', async () => {
    await append('SELECT (range * 7919) % 400000 AS id, hash(range) AS h FROM range(400000)');
    await (await stageOptimize(t.target, { sortBy: ['id'], targetSize: 1_500_000 })).commit(by);
    const bounds = (await t.files())
      .map((file) => JSON.parse(file.stats!))
      .sort((a, b) => a.minValues.id - b.minValues.id);
    expect(bounds.length).toBeGreaterThan(1);
    for (const [i, { minValues }] of bounds.slice(1).entries())
      expect(minValues.id).toBeGreaterThan(bounds[i]!.maxValues.id);
    await expect(stageOptimize(t.target, { sortBy: ['nope'] })).rejects.toMatchObject({ code: 'TSD6038' });
  });

  it('applies deletion vectors, and fails when rows of its files were deleted meanwhile', async () => {
    const properties = { 'delta.enableDeletionVectors': 'true' };
    await append('SELECT range AS id FROM range(100)', { properties });
    await (await stageDelete(t.target, 'id < 10')).commit(by);
    const stale = await stageOptimize(t.target);
    await (await stageDelete(t.target, 'id < 20')).commit(by);
    await expect(stale.commit(by)).rejects.toMatchObject({ code: 'TSD6020' });
    await (await stageOptimize(t.target)).commit(by);
    expect((await t.snapshot()).files[0]!.deletionVector).toBeUndefined();
    expect(await t.read()).toHaveLength(80);
  });
});

describe('update', () => {
  it('changes what the predicate names, in the column’s type', async () => {
    await append("SELECT range AS id, 'old' AS name FROM range(5)");
    const staged = await stageUpdate(t.target, { set: { NAME: "'id ' || id", id: 'id + 10' }, where: 'id >= 3' });
    expect(staged.metrics).toMatchObject({ numUpdatedRows: 2, numCopiedRows: 3 });
    await staged.commit(by);
    expect((await t.read()).slice(3)).toEqual([
      { id: '13', name: 'id 3' },
      { id: '14', name: 'id 4' },
    ]);
    expect((await stageUpdate(t.target, { set: { name: "'x'" }, where: 'id = 99' })).isNoop).toBe(true);
    await expect(stageUpdate(t.target, { set: { nam: '1' } })).rejects.toMatchObject({ hint: 'did you mean "name"?' });
  });
});

describe('a shallow clone', () => {
  it('reads the files of its source, and is written apart from it', async () => {
    await append('SELECT range AS id FROM range(10)', { properties: { 'delta.enableDeletionVectors': 'true' } });
    await (await stageDelete(t.target, 'id = 0')).commit(by);
    const target = { ...t.target, location: join(t.folder, 'copy') };
    await (await stageShallowClone(target, await t.open())).commit(by);
    await (await stageDelete(target, 'id = 1')).commit(by);
    await (await stageAppend(target, { select: 'SELECT 100 AS id' })).commit(by);
    const clone = await (await DeltaTable.open(target.location, t.engine))!.snapshot();
    const rows = await t.engine.rows(`SELECT id FROM (${clone.toSql()}) ORDER BY id`);
    expect(rows.map((row) => Number(row.id))).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 100]);
    expect(await t.read()).toHaveLength(9);
    await expect(stageShallowClone(target, await t.open())).rejects.toMatchObject({ code: 'TSD6045' });
  });
});

describe('columns', () => {
  it.each(['none', 'name'])('are renamed and dropped, with column mapping %s', async (mode) => {
    const properties = { 'delta.columnMapping.mode': mode };
    await append("SELECT 1 AS a, 'x' AS b, 2.5 AS c", { properties });
    const staged = await stageAlterColumns(t.target, { rename: { a: 'first' }, drop: ['c'] });
    expect(staged.added).toHaveLength(mode === 'none' ? 1 : 0);
    await staged.commit(by);
    await append("SELECT 2 AS first, 'y' AS b, 'again' AS c", { mergeSchema: true });
    expect(await t.read()).toEqual([
      { first: 1, b: 'x', c: null },
      { first: 2, b: 'y', c: 'again' },
    ]);
    expect(await t.read({ version: 0 })).toEqual([{ a: 1, b: 'x', c: '2.5' }]);
  });

  it('that something depends on stay', async () => {
    const properties = { 'delta.constraints.positive': 'a > 0' };
    await append("SELECT 1 AS a, 'x' AS p, 2 AS b", { partitionBy: ['p'], properties });
    for (const drop of ['a', 'p'])
      await expect(stageAlterColumns(t.target, { drop: [drop] })).rejects.toMatchObject({ code: 'TSD6046' });
    await expect(stageAlterColumns(t.target, { rename: { b: 'A' } })).rejects.toMatchObject({ code: 'TSD6046' });
    await expect(stageAlterColumns(t.target, { drop: ['bb'] })).rejects.toMatchObject({ code: 'TSD6038' });
  });
});

describe('vacuum', () => {
  it('leaves tables alone that lie within the table’s folder', async () => {
    await append('SELECT 1 AS a');
    const inner = { ...t.target, location: join(t.location, 'more', 'inner') };
    await (await stageAppend(inner, { select: 'SELECT 2 AS b' })).commit(by);
    await writeFile(join(t.location, 'more', 'nobody’s.parquet'), '');
    const { files } = await vacuum(await t.open(), { retentionHours: 0, allowShortRetention: true });
    expect(files).toEqual([join(t.location, 'more', 'nobody’s.parquet')]);
    const there = (await DeltaTable.open(inner.location, t.engine))!;
    expect(await t.engine.rows((await there.snapshot()).toSql())).toEqual([{ b: 2 }]);
  });
});

describe('vacuum of a table that is opened by another way', () => {
  it('spares files that the log names by where they really are', async () => {
    await append("SELECT 1 AS a, 'p' AS p", {
      partitionBy: ['p'],
      properties: { 'delta.enableDeletionVectors': 'true' },
    });
    await append("SELECT unnest([2, 3]) AS a, 'q' AS p");
    await (await stageDelete(t.target, 'a = 2')).commit(by);
    const log = join(t.location, '_delta_log');
    // as another writer could have named them
    for (const name of await readdir(log)) {
      const text = await readFile(join(log, name), 'utf8');
      await writeFile(join(log, name), text.replaceAll('"path":"p=', `"path":"file://${t.location}/p=`));
    }
    await writeFile(join(t.location, 'nobody’s.parquet'), '');
    const link = join(t.folder, 'link');
    await symlink(t.folder, link);
    const linked = (await DeltaTable.open(join(link, 'plays'), t.engine))!;
    const { files } = await vacuum(linked, { retentionHours: 0, allowShortRetention: true });
    expect(files).toEqual([join(link, 'plays', 'nobody’s.parquet')]);
    expect(await t.read()).toEqual([
      { a: 1, p: 'p' },
      { a: 3, p: 'q' },
    ]);
  });
});

describe('a removal that tells no time', () => {
  it('counts from the checkpoint that first has it, for checkpoints and vacuum alike', async () => {
    const DAY = 86_400_000;
    await append('SELECT 1 AS a');
    const [file] = await t.files();
    await (await stageDelete(t.target, 'a = 1')).commit(by);
    const commit = join(t.location, '_delta_log', '00000000000000000001.json');
    await writeFile(commit, (await readFile(commit, 'utf8')).replace(/"deletionTimestamp":\d+,/, ''));
    for (const path of [commit, join(t.location, file!.path)])
      await utimes(path, new Date(Date.now() - 30 * DAY), new Date(Date.now() - 30 * DAY));
    const doomed = async () => (await vacuum(await t.open(), { dryRun: true })).files;
    expect(await doomed()).toEqual([]);
    const before = Date.now();
    const table = await t.open();
    await writeCheckpoint(table.store, t.engine, await table.snapshot());
    const [tombstone] = (await t.snapshot()).tombstones;
    expect(tombstone!.path).toBe(file!.path);
    expect(tombstone!.deletionTimestamp).toBeGreaterThanOrEqual(before);
    expect(await doomed()).toEqual([]);
    // eight days later
    const checkpoint = join(t.location, '_delta_log', '00000000000000000001.checkpoint.parquet');
    const older = `SELECT * REPLACE (CASE WHEN remove IS NULL THEN NULL ELSE struct_update(remove, deletionTimestamp := remove.deletionTimestamp - ${8 * DAY}) END AS remove)`;
    await t.engine.execute(`COPY (${older} FROM '${checkpoint}') TO '${checkpoint}.new' (FORMAT parquet)`);
    await rename(`${checkpoint}.new`, checkpoint);
    expect(await doomed()).toEqual([join(t.location, file!.path)]);
    const later = await t.open();
    await writeCheckpoint(later.store, t.engine, await later.snapshot());
    expect((await t.snapshot()).tombstones).toEqual([]);
  });
});

describe('vacuum with a longer retention than tombstones are kept', () => {
  const DAY = 86_400_000;
  const list = async (days: number) =>
    (await vacuum(await t.open(), { retentionHours: days * 24, dryRun: true })).files.length;
  const commit = (version: number) => join(t.location, '_delta_log', `${String(version).padStart(20, '0')}.json`);
  const age = async (path: string, days: number) => {
    const then = new Date(Date.now() - days * DAY);
    await utimes(path, then, then);
  };

  /** A file written 40 days ago and removed 8 days ago, of which the checkpoint of version 1 tells nothing. */
  async function forgetful(): Promise<void> {
    await append('SELECT 1 AS a');
    await age(join(t.location, decodeURIComponent((await t.snapshot()).files[0]!.path)), 40);
    await age(commit(0), 40);
    await (await stageDelete(t.target, 'a = 1')).commit(by);
    const text = await readFile(commit(1), 'utf8');
    const removed = `"deletionTimestamp":${Date.now() - 8 * DAY}`;
    await writeFile(commit(1), text.replace(/"deletionTimestamp":\d+/, removed));
    await age(commit(1), 8);
    const table = await t.open();
    await writeCheckpoint(table.store, t.engine, await table.snapshot());
    expect((await t.snapshot()).tombstones).toEqual([]);
  }

  it('reads from the commits what was removed', async () => {
    await forgetful();
    expect(await list(7)).toBe(1);
    expect(await list(30)).toBe(0);
  });

  it('is refused where these have gone, and where the table keeps tombstones longer only since lately', async () => {
    await forgetful();
    for (const version of [0, 1]) await rm(commit(version));
    expect(await list(7)).toBe(1);
    const refused = { code: 'TSD6040', hint: expect.stringContaining('delta.deletedFileRetentionDuration') };
    await expect(list(30)).rejects.toMatchObject(refused);
    const properties = { 'delta.deletedFileRetentionDuration': 'interval 30 days' };
    await append('SELECT 2 AS a', { properties });
    await expect(list(30)).rejects.toMatchObject(refused);
    expect(await list(7)).toBe(1);
    // 30 days later
    for (let n = 0; n < 2; n++) await append(`SELECT ${n} AS a`);
    await age(commit(2), 30.5);
    expect(await list(30)).toBe(1);
  });
});

describe('cleaning up the log', () => {
  it('deletes what is older than the retention and before a checkpoint, and nothing else', async () => {
    for (let n = 0; n <= 25; n++) await append(`SELECT ${n} AS n`);
    const log = join(t.location, '_delta_log');
    expect((await cleanUpLog(await t.open())).files).toEqual([]);
    // of another writer: what is put together from commits, up to those that begin at the checkpoint
    const compacted = (from: number, to: number) =>
      `${[from, to].map((version) => String(version).padStart(20, '0')).join('.')}.compacted.json`;
    for (const [from, to] of [
      [1, 5],
      [20, 22],
      [21, 24],
    ] as const)
      await writeFile(join(log, compacted(from, to)), '');
    const old = new Date(Date.now() - 40 * 86_400_000);
    for (const name of await readdir(log)) if (Number(name.slice(0, 20)) <= 22) await utimes(join(log, name), old, old);
    expect((await cleanUpLog(await t.open(), { dryRun: true })).files).toHaveLength(23);
    expect(await readdir(log)).toContain('00000000000000000000.json');
    const { earliest } = await cleanUpLog(await t.open());
    expect(earliest).toBe(20);
    expect((await readdir(log)).filter((name) => name.includes('compacted'))).toEqual([compacted(21, 24)]);
    expect(await t.read()).toHaveLength(26);
    expect(await t.read({ version: 20 })).toHaveLength(21);
    await expect(t.snapshot({ version: 19 })).rejects.toMatchObject({ code: 'TSD6015' });
  });

  it('takes the sidecars along that only the checkpoints before it name', async () => {
    for (let n = 0; n <= 22; n++) await append(`SELECT ${n} AS n`);
    const log = join(t.location, '_delta_log');
    await mkdir(join(log, '_sidecars'));
    for (const version of ['10', '20']) {
      const classic = join(log, `${'0'.repeat(18)}${version}.checkpoint.parquet`);
      const source = `read_parquet('${classic}')`;
      await t.engine.execute(
        `COPY (SELECT add FROM ${source} WHERE add IS NOT NULL) TO '${join(log, '_sidecars', `of ${version}.parquet`)}' (FORMAT parquet)`,
      );
      await t.engine.execute(
        `COPY (SELECT protocol, metaData, NULL AS sidecar FROM ${source} WHERE add IS NULL
          UNION ALL SELECT NULL, NULL, {'path': 'of%20${version}.parquet', 'sizeInBytes': 1})
          TO '${classic.replace('.parquet', '.80a083e8-7026-4e79-81be-64bd76c43a11.parquet')}' (FORMAT parquet)`,
      );
      await rm(classic);
    }
    await writeFile(join(log, '_sidecars', 'of one that is being written.parquet'), '');
    const old = new Date(Date.now() - 40 * 86_400_000);
    for (const name of [...(await readdir(log)), '_sidecars/of 10.parquet', '_sidecars/of 20.parquet'])
      await utimes(join(log, name), old, old);
    const { files } = await cleanUpLog(await t.open());
    expect(files.filter((file) => file.includes('_sidecars'))).toEqual(['_delta_log/_sidecars/of 10.parquet']);
    expect((await readdir(join(log, '_sidecars'))).sort()).toEqual([
      'of 20.parquet',
      'of one that is being written.parquet',
    ]);
    expect(await t.read()).toHaveLength(23);
  });
});
