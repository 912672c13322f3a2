import { readdir } from 'node:fs/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { stageAppend, stageMerge, stageOverwrite } from '../../src/delta/index.js';
import { by, useTempTable } from './temp-table.js';

const t = useTempTable();

describe('a merge', () => {
  // three files: ids 0–9, 10–19, 20–29
  beforeEach(async () => {
    for (const n of [0, 10, 20]) {
      const select = `SELECT range + ${n} AS id, 'old ' || (range + ${n}) AS name, range * 1.5 AS score FROM range(10)`;
      await (await stageAppend(t.target, { select })).commit(by);
    }
  });

  it('updates what matches and inserts what does not, and rewrites only the files it touches', async () => {
    const source = "SELECT * FROM (VALUES (12, 'new', 1.0), (99, 'added', 2.0)) AS s(id, name, score)";
    const staged = await stageMerge(t.target, { source, on: ['id'] });
    expect(staged.metrics).toMatchObject({
      numTargetRowsUpdated: 1,
      numTargetRowsInserted: 1,
      numTargetRowsDeleted: 0,
      numTargetRowsCopied: 9,
      numTargetFilesRemoved: 1,
      numTargetFilesSkipped: 1,
      numOutputRows: 11,
    });
    expect(staged.isNoop).toBe(false);
    const [preview] = await t.engine.rows(`SELECT count(*)::INTEGER AS n FROM (${staged.toSql()})`);
    expect(preview).toEqual({ n: 31 });
    expect(await staged.commit(by)).toEqual({ version: 3 });
    const rows = await t.read();
    expect(rows).toHaveLength(31);
    expect(rows[12]).toEqual({ id: '12', name: 'new', score: '1.0' });
    expect(rows[30]).toEqual({ id: '99', name: 'added', score: '2.0' });
    expect((await t.snapshot()).commitInfo).toMatchObject({
      operation: 'MERGE',
      operationMetrics: { numSourceRows: '2' },
    });
  });

  it('does nothing where every matching row is equal', async () => {
    const source = "SELECT 3::BIGINT AS id, 'old 3' AS name, 4.5 AS score";
    const staged = await stageMerge(t.target, { source, on: ['id'] });
    expect(staged.isNoop).toBe(true);
    expect(staged.stagedPaths).toEqual([]);
    expect(await staged.commit(by)).toEqual({ version: 2 });
    expect((await t.snapshot()).version).toBe(2);
  });

  it('changes a null into a value, and a value into a null', async () => {
    const source = 'SELECT * FROM (VALUES (1, NULL, 1.5)) AS s(id, name, score)';
    await (await stageMerge(t.target, { source, on: ['id'] })).commit(by);
    expect((await t.read())[1]).toEqual({ id: '1', name: null, score: '1.5' });
    const back = "SELECT 1 AS id, 'back' AS name, 1.5 AS score";
    await (await stageMerge(t.target, { source: back, on: ['id'] })).commit(by);
    expect((await t.read())[1]).toEqual({ id: '1', name: 'back', score: '1.5' });
  });

  it('that only inserts appends, and touches no file', async () => {
    const source = "SELECT range + 28 AS id, 'x' AS name, 0.0 AS score FROM range(4)";
    const staged = await stageMerge(t.target, { source, on: ['id'], update: [] });
    expect(staged.removed).toEqual([]);
    expect(staged.metrics).toMatchObject({
      numTargetRowsInserted: 2,
      numTargetRowsUpdated: 0,
      numTargetFilesSkipped: 2,
    });
    await staged.commit(by);
    expect((await t.read()).slice(-3).map((row) => row.name)).toEqual(['old 29', 'x', 'x']);
    const again = await stageMerge(t.target, { source, on: ['id'], update: [] });
    expect(again.isNoop).toBe(true);
  });

  it('updates only the columns named, and leaves the others of an inserted row null when the source lacks them', async () => {
    const source = "SELECT * FROM (VALUES (5, 'renamed'), (77, 'fresh')) AS s(id, name)";
    await (await stageMerge(t.target, { source, on: ['id'], update: ['name'] })).commit(by);
    const rows = await t.read();
    expect(rows[5]).toEqual({ id: '5', name: 'renamed', score: '7.5' });
    expect(rows.at(-1)).toEqual({ id: '77', name: 'fresh', score: null });
  });

  it('never matches a null key', async () => {
    const nulls = "SELECT NULL::BIGINT AS id, 'nobody' AS name, 0.0 AS score";
    await (await stageMerge(t.target, { source: `${nulls} UNION ALL ${nulls}`, on: ['id'] })).commit(by);
    await (await stageMerge(t.target, { source: nulls, on: ['id'] })).commit(by);
    expect((await t.read()).filter((row) => row.id === null)).toHaveLength(3);
  });

  it('refuses a source with a key twice, and leaves no file behind', async () => {
    const before = await readdir(t.location);
    const source = "SELECT range % 3 AS id, 'x' AS name, 0.0 AS score FROM range(5)";
    await expect(stageMerge(t.target, { source, on: ['id'] })).rejects.toMatchObject({
      code: 'TSD6037',
      message: expect.stringMatching(/2 keys \(id\) more than once, e\.g\. [01] 2 times/),
    });
    expect(await readdir(t.location)).toEqual(before);
  });

  it('deletes what the source does not have, where a predicate says so', async () => {
    const source = "SELECT 25 AS id, 'kept' AS name, 0.0 AS score";
    const staged = await stageMerge(t.target, { source, on: ['id'], notMatchedBySourceDelete: 'id >= 24' });
    expect(staged.metrics).toMatchObject({
      numTargetRowsDeleted: 5,
      numTargetRowsUpdated: 1,
      numTargetRowsInserted: 0,
    });
    await staged.commit(by);
    expect((await t.read()).slice(-2).map((row) => row.id)).toEqual(['23', '25']);
  });

  it('takes further conditions over target and source', async () => {
    const source = "SELECT * FROM (VALUES (1, 'low', 0.0), (2, 'high', 99.0)) AS s(id, name, score)";
    const predicates = ['source.score > target.score'];
    await (await stageMerge(t.target, { source, on: ['id'], insert: false, predicates })).commit(by);
    expect((await t.read()).slice(1, 3).map((row) => row.name)).toEqual(['old 1', 'high']);
  });

  it('names a key that is not there, with the nearest one', async () => {
    const merge = stageMerge(t.target, { source: "SELECT 1 AS id, 'x' AS name", on: ['nam'] });
    await expect(merge).rejects.toMatchObject({ code: 'TSD6038', hint: 'did you mean "name"?' });
  });

  it('adds columns and widens types when the schema may change', async () => {
    const source = "SELECT 1::HUGEINT AS id, 'wide' AS name, 1.5 AS score, DATE '2024-01-01' AS day";
    await expect(stageMerge(t.target, { source, on: ['id'] })).rejects.toMatchObject({ code: 'TSD6030' });
    await (await stageMerge(t.target, { source, on: ['id'], mergeSchema: true })).commit(by);
    const rows = await t.read();
    expect(rows).toHaveLength(30);
    expect(rows[1]).toEqual({ id: '1', name: 'wide', score: '1.5', day: '2024-01-01' });
    expect(rows[2]).toEqual({ id: '2', name: 'old 2', score: '3.0', day: null });
  });
});

describe('a merge by several keys into partitions', () => {
  it('rewrites in the partition of the row, and moves a row whose partition changes', async () => {
    const select = "SELECT range AS id, ['a', 'b'][1 + range % 2] AS part, 0 AS n FROM range(6)";
    await (await stageOverwrite(t.target, { select, partitionBy: ['part'] })).commit(by);
    const source = "SELECT * FROM (VALUES (1, 'b', 7), (9, 'c', 8)) AS s(id, part, n)";
    const staged = await stageMerge(t.target, { source, on: ['part', 'id'] });
    expect(staged.metrics).toMatchObject({ numTargetFilesRemoved: 1, numTargetFilesSkipped: 1 });
    await staged.commit(by);
    await (await stageMerge(t.target, { source: "SELECT 0 AS id, 'c' AS part, 1 AS n", on: ['id'] })).commit(by);
    expect(await t.read()).toEqual([
      { id: '0', part: 'c', n: 1 },
      { id: '1', part: 'b', n: 7 },
      { id: '2', part: 'a', n: 0 },
      { id: '3', part: 'b', n: 0 },
      { id: '4', part: 'a', n: 0 },
      { id: '5', part: 'b', n: 0 },
      { id: '9', part: 'c', n: 8 },
    ]);
    for (const file of (await t.snapshot()).files)
      expect(file.path.startsWith(`part=${file.partitionValues.part}/`)).toBe(true);
  });

  it('creates the table when there is none, with unique keys', async () => {
    const twice = stageMerge(t.target, { source: 'SELECT 1 AS id UNION ALL SELECT 1', on: ['id'] });
    await expect(twice).rejects.toMatchObject({ code: 'TSD6037' });
    expect(await t.open()).toBeUndefined();
    await (await stageMerge(t.target, { source: 'SELECT 1 AS id', on: ['ID'] })).commit(by);
    expect(await t.read()).toEqual([{ id: 1 }]);
  });
});
