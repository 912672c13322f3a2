import { describe, expect, it } from 'vitest';
import {
  changesSql,
  restore,
  stageAlterColumns,
  stageAppend,
  stageDelete,
  stageMerge,
  stageOptimize,
  stageOverwrite,
} from '../../src/delta/index.js';
import { expectSameToOthers, findOtherReaders } from './other-readers.js';
import { by, useTempTable } from './temp-table.js';

const readers = await findOtherReaders();
const t = useTempTable();

describe.each(['none', 'name', 'id'])('a partition column (column mapping %s)', (mode) => {
  // deltalake 1.6 does not map columns
  const some = mode === 'none' ? readers : { kernel: readers.kernel };
  const same = () => expectSameToOthers(some, t.engine, t.location);

  it('is renamed, and the table goes on under its new name', { timeout: 240_000 }, async () => {
    const properties = {
      'delta.columnMapping.mode': mode,
      'delta.enableChangeDataFeed': 'true',
      'delta.checkpointInterval': '3',
    };
    // the extension of Delta Kernel reads partition values as nulls where the column before them was renamed
    const select = "SELECT range % 2 AS part, DATE '2024-01-01' AS day, range::INTEGER AS id, 'v' AS v FROM range(6)";
    await (await stageOverwrite(t.target, { select, partitionBy: ['part', 'day'], properties })).commit(by);
    const files = (await t.files()).map((file) => file.path);
    const staged = await stageAlterColumns(t.target, { rename: { part: 'the part', v: 'value' } });
    expect(staged.added.length > 0).toBe(mode === 'none');
    await staged.commit(by);
    const snapshot = await t.snapshot();
    expect(snapshot.partitionColumns).toEqual(['the part', 'day']);
    if (mode !== 'none') expect((await t.files()).map((file) => file.path)).toEqual(files);
    await same();
    const row = (id: number, part: number, value: string) =>
      `SELECT ${part} AS "the part", DATE '2024-01-01' AS day, ${id} AS id, '${value}' AS value`;
    await (await stageAppend(t.target, { select: row(10, 1, 'new') })).commit(by);
    await (await stageMerge(t.target, { source: row(2, 0, 'merged'), on: ['the part', 'id'] })).commit(by);
    await same();
    await (await stageDelete(t.target, '"the part" = 1 AND id < 5')).commit(by);
    await (await stageOverwrite(t.target, { select: row(7, 3, 'put'), replaceWhere: '"the part" = 3' })).commit(by);
    await (await stageOptimize(t.target, { where: '"the part" = 1' })).commit(by);
    await same();
    const rows = async () => (await t.read()).map((r) => [r.id, r.value, Number(r['the part'])]);
    expect(await rows()).toEqual([
      [0, 'v', 0],
      [2, 'merged', 0],
      [4, 'v', 0],
      [5, 'v', 1],
      [10, 'new', 1],
      [7, 'put', 3],
    ]);
    // the versions of before have the name of before, and changes over both that of the last
    expect((await t.read({ version: 0 }))[0]).toMatchObject({ part: '0', v: 'v' });
    const changed = await t.engine.rows(
      `SELECT "the part"::INTEGER AS p, count(*)::INTEGER AS n FROM (${await changesSql(await t.open(), { from: mode === 'none' ? 1 : 0 })}) GROUP BY ALL ORDER BY p`,
    );
    const first = mode === 'none' ? 0 : 3;
    expect(changed).toEqual([
      { p: 0, n: first + 2 },
      { p: 1, n: first + 1 + 2 },
      { p: 3, n: 1 },
    ]);
    // to swap names is to rename
    await (await stageAlterColumns(t.target, { rename: { 'the part': 'id', id: 'the part' } })).commit(by);
    expect((await t.snapshot()).partitionColumns).toEqual(['id', 'day']);
    await same();
    await restore(await t.open(), 0, by);
    expect((await t.snapshot()).partitionColumns).toEqual(['part', 'day']);
    await same();
  });

  it('is renamed and gets a wider type at once', { timeout: 120_000 }, async () => {
    const properties = { 'delta.columnMapping.mode': mode, 'delta.enableTypeWidening': 'true' };
    const select = 'SELECT 1.50::DECIMAL(5,2) AS k, 1 AS id UNION ALL SELECT 2.25, 2';
    await (await stageOverwrite(t.target, { select, partitionBy: ['k'], properties })).commit(by);
    await (await stageAlterColumns(t.target, { rename: { k: 'wide' }, widen: { k: 'DECIMAL(10,4)' } })).commit(by);
    await (await stageAppend(t.target, { select: 'SELECT 3 AS id, 0.1234::DECIMAL(10,4) AS wide' })).commit(by);
    expect((await t.read()).map((row) => row.wide)).toEqual(['0.1234', '1.5000', '2.2500']);
    await expectSameToOthers({ kernel: readers.kernel }, t.engine, t.location);
  });

  it('is not dropped', async () => {
    const properties = { 'delta.columnMapping.mode': mode };
    await (await stageOverwrite(t.target, { select: 'SELECT 1 AS id, 2 AS p', partitionBy: ['p'], properties })).commit(
      by,
    );
    await expect(stageAlterColumns(t.target, { drop: ['p'] })).rejects.toMatchObject({
      code: 'TSD6046',
      message: expect.stringContaining('column "p" cannot be dropped, for it is a partition column'),
    });
  });
});
