import { readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  history,
  restore,
  stageAppend,
  stageDelete,
  stageOverwrite,
  stageRestore,
  vacuum,
} from '../../src/delta/index.js';
import { by, useTempTable } from './temp-table.js';

const t = useTempTable();
const write = async (select: string) => (await stageOverwrite(t.target, { select })).commit(by);
const append = async (select: string) => (await stageAppend(t.target, { select })).commit(by);
const dataFiles = async () => (await readdir(t.location)).filter((name) => name.endsWith('.parquet')).length;

describe('a delete', () => {
  it('rewrites files that hold some of the rows, and drops those that hold only such', async () => {
    await write('SELECT range AS id FROM range(4)');
    await append('SELECT range AS id FROM range(4, 6)');
    await append('SELECT range AS id FROM range(10, 12)');
    const staged = await stageDelete(t.target, 'id BETWEEN 3 AND 5');
    expect(staged.metrics).toMatchObject({ numDeletedRows: 3, numCopiedRows: 3, numRemovedFiles: 2, numAddedFiles: 1 });
    await staged.commit(by);
    expect((await t.read()).map((row) => row.id)).toEqual(['0', '1', '2', '10', '11']);
    expect((await stageDelete(t.target, 'id = 99')).isNoop).toBe(true);
  });

  it('keeps rows for which the predicate is null', async () => {
    await write('SELECT * FROM (VALUES (1), (NULL)) AS s(id)');
    await (await stageDelete(t.target, 'id > 0')).commit(by);
    expect(await t.read()).toEqual([{ id: null }]);
  });

  it('is refused by an append-only table, as overwriting is', async () => {
    await (
      await stageOverwrite(t.target, { select: 'SELECT 1 AS a', properties: { 'delta.appendOnly': 'true' } })
    ).commit(by);
    await append('SELECT 2 AS a');
    await expect(stageDelete(t.target, 'a = 1')).rejects.toMatchObject({ code: 'TSD6013' });
    await expect(write('SELECT 3 AS a')).rejects.toMatchObject({ code: 'TSD6013' });
  });
});

describe('an overwrite by predicate', () => {
  it('replaces only the rows that the predicate names', async () => {
    await write("SELECT * FROM (VALUES ('a', 1), ('a', 2), ('b', 3)) AS s(k, v)");
    const staged = await stageOverwrite(t.target, { select: "SELECT 9 AS v, 'a' AS k", replaceWhere: "k = 'a'" });
    expect(staged.metrics).toMatchObject({ numOutputRows: 1, numDeletedRows: 2 });
    await staged.commit(by);
    expect(await t.read()).toEqual([
      { k: 'a', v: 9 },
      { k: 'b', v: 3 },
    ]);
    const outside = stageOverwrite(t.target, { select: "SELECT 9 AS v, 'c' AS k", replaceWhere: "k = 'a'" });
    await expect(outside).rejects.toMatchObject({ code: 'TSD6036' });
  });
});

describe('history and restore', () => {
  it('lists versions, newest first, and restores one as a new version', async () => {
    await write('SELECT 1 AS a');
    await append('SELECT 2 AS a');
    await write("SELECT 'x' AS b");
    const table = await t.open();
    expect(
      (await history(table)).map(({ version, operation, filesAdded, filesRemoved }) => [
        version,
        operation,
        filesAdded,
        filesRemoved,
      ]),
    ).toEqual([
      [2, 'WRITE', 1, 2],
      [1, 'WRITE', 1, 0],
      [0, 'CREATE TABLE AS SELECT', 1, 0],
    ]);
    expect(await history(table, 1)).toHaveLength(1);
    expect(await restore(table, 1, by)).toEqual({ version: 3 });
    expect(await t.read()).toEqual([{ a: 1 }, { a: 2 }]);
    expect(await t.read({ version: 2 })).toEqual([{ b: 'x' }]);
    expect((await stageRestore(table, 3)).isNoop).toBe(true);
  });

  it('refuses a version whose files vacuum has deleted', async () => {
    await write('SELECT 1 AS a');
    await write('SELECT 2 AS a');
    const table = await t.open();
    await new Promise((resolve) => setTimeout(resolve, 5));
    await vacuum(table, { retentionHours: 0, allowShortRetention: true });
    await expect(stageRestore(table, 0)).rejects.toMatchObject({ code: 'TSD6039' });
    expect(await t.read()).toEqual([{ a: 2 }]);
  });

  it('does not delete restored files when a staged restore is discarded', async () => {
    await write('SELECT 1 AS a');
    await write('SELECT 2 AS a');
    await (await stageRestore(await t.open(), 0)).discard();
    expect(await t.read({ version: 0 })).toEqual([{ a: 1 }]);
  });
});

describe('vacuum', () => {
  const old = async (name: string) => {
    const path = join(t.location, name);
    await writeFile(path, 'x');
    await utimes(path, new Date(0), new Date(0));
    return path;
  };

  it('deletes what no version within the retention needs, and nothing young, live, hidden or protected', async () => {
    await write('SELECT 1 AS a');
    await write('SELECT 2 AS a');
    const orphan = await old('part-orphan.parquet');
    const staged = await old('part-staged.parquet');
    await old('_hidden.parquet');
    const leftover = await old('_delta_log/_tmp_1.tmp');
    await writeFile(join(t.location, 'part-young.parquet'), 'x');
    const table = await t.open();
    const dry = await vacuum(table, { dryRun: true, protect: [staged] });
    expect(dry).toEqual({ files: [leftover, orphan], size: 2, dryRun: true });
    expect(await dataFiles()).toBe(6);
    await vacuum(table, { protect: [staged] });
    expect(await dataFiles()).toBe(5);
    expect(await t.read({ version: 0 })).toEqual([{ a: 1 }]);
  });

  it('needs to be told explicitly to keep less than 7 days', async () => {
    await write('SELECT 1 AS a');
    await expect(vacuum(await t.open(), { retentionHours: 1 })).rejects.toMatchObject({ code: 'TSD6040' });
  });

  it('keeps files in folders whose names must be escaped', async () => {
    const select = 'SELECT 1 AS a, \'100 % / _x\' AS "_p"';
    await (await stageOverwrite(t.target, { select, partitionBy: ['_p'] })).commit(by);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const result = await vacuum(await t.open(), { retentionHours: 0, allowShortRetention: true });
    expect(result.files).toEqual([]);
    expect(await t.read()).toEqual([{ a: 1, _p: '100 % / _x' }]);
  });
});

describe('a checkpoint', () => {
  it('is written every ten commits, and gives the same state as the log', async () => {
    await (
      await stageOverwrite(t.target, {
        select: "SELECT 0 AS a, 'ü %/' AS p",
        partitionBy: ['p'],
        comments: { a: 'a "quoted" text' },
        properties: { 'demo.x': 'y' },
      })
    ).commit(by);
    for (let n = 1; n <= 12; n++) {
      const txn = { appId: 'model.demo', version: n };
      await (await stageAppend(t.target, { select: `SELECT ${n} AS a, NULL AS p` })).commit({ ...by, txn });
    }
    await (await stageDelete(t.target, 'a = 5')).commit(by);
    const names = await readdir(join(t.location, '_delta_log'));
    expect(names.filter((name) => !/^\d{20}\.json$/.test(name)).sort()).toEqual([
      '00000000000000000010.checkpoint.parquet',
      '_last_checkpoint',
    ]);
    const fromCheckpoint = await t.snapshot({ statistics: true });
    expect(fromCheckpoint.transactionVersion('model.demo')).toBe(12);
    expect(fromCheckpoint.properties).toEqual({ 'demo.x': 'y' });
    expect(fromCheckpoint.schema.fields[0]!.metadata).toEqual({ comment: 'a "quoted" text' });

    await rm(join(t.location, '_delta_log', '00000000000000000010.checkpoint.parquet'));
    const fromLog = await t.snapshot();
    const plain = (files: readonly object[]) =>
      files.map((file) => JSON.stringify({ ...file, dataChange: true })).sort();
    expect(plain(fromCheckpoint.files)).toEqual(plain(fromLog.files));
    expect(fromCheckpoint.metadata).toEqual(fromLog.metadata);
    expect((await t.read()).map((row) => row.a)).toEqual([0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12]);
  });

  it('that cannot be written leaves the commit as it is, and says so', async () => {
    for (let n = 0; n <= 9; n++) await append(`SELECT ${n} AS a`);
    const staged = await stageAppend(
      {
        location: t.location,
        engine: {
          describe: (select) => t.engine.describe(select),
          query: (sql) => t.engine.query(sql),
          execute: (sql) => t.engine.execute(sql),
          writeParquet: (select, options) =>
            options.path.includes('_delta_log')
              ? Promise.reject(new Error('disk full'))
              : t.engine.writeParquet(select, options),
        },
      },
      { select: 'SELECT 10 AS a' },
    );
    expect(await staged.commit(by)).toEqual({ version: 10, checkpointError: new Error('disk full') });
    expect(await t.read()).toHaveLength(11);
    expect((await readdir(join(t.location, '_delta_log'))).filter((name) => !name.endsWith('.json'))).toEqual([]);
  });

  it('stands in for commits that were cleaned up, down to its version', async () => {
    for (let n = 0; n <= 11; n++) await append(`SELECT ${n} AS a`);

    for (let n = 0; n <= 9; n++) await rm(join(t.location, '_delta_log', `${String(n).padStart(20, '0')}.json`));
    expect(await t.read()).toHaveLength(12);
    expect(await t.read({ version: 10 })).toHaveLength(11);
    await expect(t.read({ version: 9 })).rejects.toMatchObject({
      code: 'TSD6015',
      hint: expect.stringContaining('the earliest version that can be read is 10'),
    });
  });
});
