import { describe, expect, it } from 'vitest';
import {
  stageAppend,
  stageDelete,
  stageMerge,
  stageMergeClauses,
  stageOptimize,
  stageOverwrite,
  stageUpdate,
} from '../../src/delta/index.js';
import { by, useTempTable } from './temp-table.js';

const t = useTempTable();

/** Column names that SQL, paths, JSON or this implementation itself might trip over. */
const NAMES = [
  'a.b',
  'a b',
  'a`b',
  'a"b',
  "it's",
  'ü漢🎧',
  'select',
  'at',
  'filename',
  'file_row_number',
  '__delta_position',
  '__column_filename',
  'target',
  'source',
  'changed',
  '_change_types',
  'a,b{c};d=e',
  'a\nb\tc',
  '%41',
  ' lead',
  'l'.repeat(300),
];

describe('a column of an odd name', () => {
  it.each(NAMES.map((name) => [name.slice(0, 20).trim(), name]))(
    'takes part in every operation: %s',
    async (_, name) => {
      const quoted = `"${name.replaceAll('"', '""')}"`;
      const text = `'${name.replaceAll("'", "''")}'`;
      for (const mode of ['none', 'name']) {
        const target = { ...t.target, location: `${t.location}-${mode}` };
        const commit = async (staged: Promise<{ commit(provenance: typeof by): Promise<unknown> }>) =>
          (await staged).commit(by);
        const properties = { 'delta.enableChangeDataFeed': 'true', 'delta.columnMapping.mode': mode };
        const select = `SELECT range AS ${quoted}, {${text}: range} AS s, 'v' || range AS v FROM range(4)`;
        await commit(stageOverwrite(target, { select, properties }));
        await commit(stageUpdate(target, { set: { [name]: `${quoted} + 10` }, where: `${quoted} = 1` }));
        await commit(
          stageMerge(target, { source: `SELECT range AS ${quoted}, 'm' AS v FROM range(2, 6)`, on: [name] }),
        );
        await commit(stageDelete(target, `${quoted} = 0`));
        await commit(stageOptimize(target, { sortBy: [name] }));
        const five = `SELECT 5 AS ${quoted}, NULL AS s, 'r' AS v`;
        await commit(stageOverwrite(target, { select: five, replaceWhere: `${quoted} = 5` }));
        const staged = await stageAppend(target, { select: `SELECT 6 AS ${quoted}` });
        const rows = await t.engine.rows(
          `SELECT ${quoted}::INTEGER AS n, s IS NULL AS bare, v FROM (${staged.toSql()}) ORDER BY 1`,
        );
        expect(rows.map(({ n, bare, v }) => `${n} ${bare} ${v}`)).toEqual([
          '2 false m',
          '3 false m',
          '4 true m',
          '5 true r',
          '6 true null',
          '11 false v1',
        ]);
        const partitioned = { ...target, location: `${target.location}-partitions` };
        const parts = `SELECT range AS a, range % 2 AS ${quoted} FROM range(4)`;
        await commit(stageOverwrite(partitioned, { select: parts, partitionBy: [name], properties }));
        const moved = await stageUpdate(partitioned, { set: { [name]: 'NULL' }, where: 'a = 1' });
        expect(await t.engine.rows(`SELECT a::INTEGER AS a FROM (${moved.toSql()}) WHERE ${quoted} IS NULL`)).toEqual([
          { a: 1 },
        ]);
        await moved.commit(by);
        expect((await stageOptimize(partitioned, { where: `${quoted} = 1` })).isNoop).toBe(true);
      }
    },
  );
});

describe('a table without rows', () => {
  it('takes every operation, and those that change nothing write no version', async () => {
    const commit = async (staged: ReturnType<typeof stageAppend>) => (await (await staged).commit(by)).version;
    const none = "SELECT 1 AS a, 'x' AS p WHERE false";
    expect(await commit(stageOverwrite(t.target, { select: none, partitionBy: ['p'] }))).toBe(0);
    for (const staged of [
      stageAppend(t.target, { select: none }),
      stageUpdate(t.target, { set: { a: '2' } }),
      stageDelete(t.target, 'true'),
      stageOptimize(t.target, { sortBy: ['a'] }),
      stageMerge(t.target, { source: none, on: ['a'] }),
      stageMergeClauses(t.target, { source: none, on: 'true', whenMatched: [{ delete: true }] }),
    ])
      expect(await commit(staged)).toBe(0);
    expect(await commit(stageMerge(t.target, { source: 'SELECT 1 AS a', on: ['a'] }))).toBe(1);
    expect(await t.read()).toEqual([{ a: 1, p: null }]);
  });
});

describe('null partition values', () => {
  it('are replaced, matched and moved as nulls are', async () => {
    const select = "SELECT range::INTEGER AS a, CASE WHEN range % 2 = 1 THEN 'odd' END AS p FROM range(4)";
    await (await stageOverwrite(t.target, { select, partitionBy: ['p'] })).commit(by);
    const replaced = { select: 'SELECT 10 AS a, NULL::VARCHAR AS p', replaceWhere: 'p IS NULL' };
    await (await stageOverwrite(t.target, replaced)).commit(by);
    // a null key matches none
    await (await stageMerge(t.target, { source: 'SELECT 10 AS a, NULL AS p', on: ['p'] })).commit(by);
    expect(await t.read()).toEqual([
      { a: 1, p: 'odd' },
      { a: 3, p: 'odd' },
      { a: 10, p: null },
      { a: 10, p: null },
    ]);
    await (await stageUpdate(t.target, { set: { p: "CASE WHEN p IS NULL THEN 'ten' END" } })).commit(by);
    expect((await t.read()).map(({ a, p }) => `${a} ${p}`)).toEqual(['1 null', '3 null', '10 ten', '10 ten']);
  });
});

describe('what makes no sense', () => {
  it('changes nothing, or is refused by a code', async () => {
    await (await stageOverwrite(t.target, { select: 'SELECT 1 AS a, 2 AS p', partitionBy: ['p'] })).commit(by);
    expect((await stageUpdate(t.target, { set: {} })).isNoop).toBe(true);
    await expect(stageOptimize(t.target, { where: 'a = 1' })).rejects.toMatchObject({
      code: 'TSD6038',
      message: expect.stringContaining('partitions cannot be chosen by a = 1'),
      hint: 'only partition columns can be named (p)',
    });
    await expect(t.snapshot({ version: 0.5 })).rejects.toMatchObject({ code: 'TSD6014' });
    await expect(t.snapshot({ version: Number.NaN })).rejects.toMatchObject({ code: 'TSD6014' });
    await expect(t.snapshot({ timestamp: new Date('monday') })).rejects.toMatchObject({ code: 'TSD6016' });
  });
});
