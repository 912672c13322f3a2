import { describe, expect, it } from 'vitest';
import {
  changesSql,
  stageAlterColumns,
  stageAppend,
  stageDelete,
  stageMerge,
  stageOptimize,
  stageOverwrite,
  stageUpdate,
} from '../../src/delta/index.js';
import { by, useTempTable } from './temp-table.js';

const t = useTempTable();

/** `version kind id name` of each change, sorted */
async function changes(from: number, to?: number): Promise<string[]> {
  const sql = await changesSql(await t.open(), { from, to });
  const rows = await t.engine.rows(
    `SELECT concat_ws(' ', _commit_version, _change_type, id, name) AS line FROM (${sql}) ORDER BY _commit_version, _change_type, id`,
  );
  return rows.map((row) => String(row.line));
}

describe.each([
  ['false', undefined, 'none'],
  ['true', undefined, 'none'],
  ['false', ['part'], 'name'],
  ['false', undefined, 'id'],
  ['true', ['part'], 'id'],
])(
  'the change data feed of a table with deletion vectors %s, partitioned by %s, columns mapped by %s',
  (vectors, partitionBy, mode) => {
    it('has each change of each operation once', async () => {
      const properties = {
        'delta.enableChangeDataFeed': 'true',
        'delta.enableDeletionVectors': vectors,
        'delta.columnMapping.mode': mode,
      };
      const rows = (from: number, to: number) =>
        `SELECT range AS id, 'n' || range AS name, 'p' || (range % 2) AS part FROM range(${from}, ${to})`;
      await (await stageOverwrite(t.target, { select: rows(0, 6), partitionBy, properties })).commit(by);
      await (await stageAppend(t.target, { select: rows(6, 7) })).commit(by);
      await (await stageDelete(t.target, 'id = 1')).commit(by);
      await (await stageUpdate(t.target, { set: { name: "'u'" }, where: 'id = 2' })).commit(by);
      const source = "SELECT * FROM (VALUES (3, 'm', 'p1'), (4, 'n4', 'p0'), (9, 'new', 'p1')) s(id, name, part)";
      await (await stageMerge(t.target, { source, on: ['id'], notMatchedBySourceDelete: 'id = 5' })).commit(by);
      await (await stageOptimize(t.target)).commit(by);
      await (await stageMerge(t.target, { source: rows(20, 21), on: ['id'] })).commit(by);
      expect(await changes(0, 0)).toHaveLength(6);
      expect(await changes(1)).toEqual([
        '1 insert 6 n6',
        '2 delete 1 n1',
        '3 update_postimage 2 u',
        '3 update_preimage 2 n2',
        '4 delete 5 n5',
        '4 insert 9 new',
        '4 update_postimage 3 m',
        '4 update_preimage 3 n3',
        '6 insert 20 n20',
      ]);
      expect((await t.read()).map((row) => Number(row.id))).toEqual([0, 2, 3, 4, 6, 9, 20]);
      await (await stageOverwrite(t.target, { select: rows(0, 1), replaceWhere: 'id < 3' })).commit(by);
      expect(await changes(7)).toEqual(['7 delete 0 n0', '7 delete 2 u', '7 insert 0 n0']);
      await (await stageOverwrite(t.target, { select: rows(50, 51) })).commit(by);
      expect(await changes(8)).toHaveLength(7);
    });
  },
);

describe.each([
  ['false', 'name'],
  ['true', 'name'],
  ['false', 'id'],
  ['true', 'id'],
])('the change data feed of a table with deletion vectors %s, columns mapped by %s', (vectors, mode) => {
  const properties = {
    'delta.enableChangeDataFeed': 'true',
    'delta.enableDeletionVectors': vectors,
    'delta.columnMapping.mode': mode,
  };
  const lines = async (from: number) => {
    const sql = await changesSql(await t.open(), { from });
    const rows = await t.engine.rows(
      `SELECT concat_ws(' ', _commit_version, _change_type, id, s) AS line FROM (${sql}) ORDER BY ALL`,
    );
    return rows.map((row) => String(row.line));
  };

  it('reads structs and lists of them as each version has written them', async () => {
    const select = (id: number) => `SELECT ${id} AS id, [{'a': ${id}, 'b': {'c': 'x${id}'}}] AS s`;
    await (await stageOverwrite(t.target, { select: select(1), properties })).commit(by);
    // its nested fields get new physical names
    await (await stageOverwrite(t.target, { select: `${select(2)} UNION ALL ${select(3)}` })).commit(by);
    await (await stageDelete(t.target, 'id = 2')).commit(by);
    await (await stageUpdate(t.target, { set: { id: '9' } })).commit(by);
    const later = [
      "1 delete 1 [{'a': 1, 'b': {'c': x1}}]",
      "1 insert 2 [{'a': 2, 'b': {'c': x2}}]",
      "1 insert 3 [{'a': 3, 'b': {'c': x3}}]",
      "2 delete 2 [{'a': 2, 'b': {'c': x2}}]",
      "3 update_postimage 9 [{'a': 3, 'b': {'c': x3}}]",
      "3 update_preimage 3 [{'a': 3, 'b': {'c': x3}}]",
    ];
    expect(await lines(1)).toEqual(later);
    expect(await lines(0)).toEqual(["0 insert 1 [{'a': 1, 'b': {'c': x1}}]", ...later]);
  });

  it('has columns by the names that they have last, and partitions by each version’s', async () => {
    const select = "SELECT 1 AS old, 'u' AS s, 'p' AS p";
    await (await stageOverwrite(t.target, { select, partitionBy: ['p'], properties })).commit(by);
    await (await stageUpdate(t.target, { set: { s: "'v'" } })).commit(by);
    // the new column has the name of the one before
    const alter = { rename: { old: 'id', s: 't' }, add: { s: 'VARCHAR' } };
    await (await stageAlterColumns(t.target, alter)).commit(by);
    await (await stageOverwrite(t.target, { select: "SELECT 2 AS id, 'w' AS t, 'q' AS p, 'n' AS s" })).commit(by);
    const sql = await changesSql(await t.open(), { from: 0 });
    const rows = await t.engine.rows(
      `SELECT concat_ws(' ', _commit_version, _change_type, id, t, p, coalesce(s, '-')) AS line FROM (${sql}) ORDER BY ALL`,
    );
    expect(rows.map((row) => row.line)).toEqual([
      '0 insert 1 u p -',
      '1 update_postimage 1 v p -',
      '1 update_preimage 1 u p -',
      '3 delete 1 v p -',
      '3 insert 2 w q n',
    ]);
  });

  it('says which column has another type, or is gone', async () => {
    await (await stageOverwrite(t.target, { select: "SELECT 1 AS id, {'a': 1, 'b': 2} AS s", properties })).commit(by);
    await (await stageOverwrite(t.target, { select: "SELECT 1 AS id, {'a': 1} AS s" })).commit(by);
    expect(await lines(1)).toEqual(["1 delete 1 {'a': 1}", "1 insert 1 {'a': 1}"]);
    await expect(lines(0)).rejects.toMatchObject({ code: 'TSD6047', message: expect.stringContaining('"s"') });
    await (await stageOverwrite(t.target, { select: "SELECT 1 AS id, 'x' AS s" })).commit(by);
    await expect(lines(2)).rejects.toMatchObject({ code: 'TSD6047', message: expect.stringContaining('version 1') });
  });
});

describe('a table with a change data feed', () => {
  it('has no columns by the names of the feed’s own', async () => {
    const properties = { 'delta.enableChangeDataFeed': 'true' };
    const write = stageOverwrite(t.target, { select: "SELECT 1 AS id, 'x' AS _Change_Type", properties });
    await expect(write).rejects.toMatchObject({ code: 'TSD6043', message: expect.stringContaining('_Change_Type') });
  });
});

describe('a table without a change data feed', () => {
  it('says so, and for which version', async () => {
    await (await stageOverwrite(t.target, { select: "SELECT 1 AS id, 'a' AS name" })).commit(by);
    await expect(changes(0)).rejects.toMatchObject({ code: 'TSD6047', message: expect.stringContaining('version 0') });
    const properties = { 'delta.enableChangeDataFeed': 'true' };
    await (await stageAppend(t.target, { select: "SELECT 2 AS id, 'b' AS name", properties })).commit(by);
    expect(await changes(1)).toEqual(['1 insert 2 b']);
    expect(await changes(2)).toEqual([]);
  });
});
