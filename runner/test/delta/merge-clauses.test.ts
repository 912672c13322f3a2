import { unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  changesSql,
  type InsertClause,
  type MergeClausesOptions,
  type RowClause,
  stageAppend,
  stageMergeClauses,
  stageOverwrite,
} from '../../src/delta/index.js';
import { by, useTempTable } from './temp-table.js';

const t = useTempTable();

const TABLE = `SELECT range AS id, 'n' || range AS name, range % 3 AS part, range * 1.5::DOUBLE AS amount FROM range(40)`;
const SOURCE = `SELECT range AS id, 'new' || range AS name, range % 3 AS part, range * 10.5::DOUBLE AS amount FROM range(30, 60) WHERE range <> 35`;
type Clauses = Pick<MergeClausesOptions, 'whenMatched' | 'whenNotMatched' | 'whenNotMatchedBySource'>;

const CASES: readonly (readonly [string, Clauses])[] = [
  ['updates all and inserts all', { whenMatched: [{ set: 'all' }], whenNotMatched: [{ values: 'all' }] }],
  ['deletes what matches', { whenMatched: [{ delete: true }] }],
  [
    'lets the first clause whose condition holds decide',
    {
      whenMatched: [
        { when: 'target.id % 5 = 0', delete: true },
        { when: 'source.amount > 350', set: { amount: 'target.amount + source.amount', name: "'much'" } },
        { when: 'source.amount > 330', set: 'all' },
      ],
      whenNotMatched: [
        { when: 'source.id < 45', values: 'all' },
        { when: 'source.id < 50', values: { id: 'source.id', name: "'some'", part: '0' } },
      ],
    },
  ],
  [
    'updates and deletes what the source does not have',
    {
      whenNotMatchedBySource: [
        { when: 'target.id < 3', delete: true },
        { when: 'target.part = 1', set: { name: "target.name || ' is gone'", part: '2' } },
      ],
    },
  ],
  [
    'does all of it at once',
    {
      whenMatched: [{ when: 'target.id = 31', delete: true }, { set: { name: 'source.name' } }],
      whenNotMatched: [{ values: 'all' }],
      whenNotMatchedBySource: [{ when: 'target.id >= 35', delete: true }, { set: { amount: '-target.amount' } }],
    },
  ],
  ['changes nothing where no condition holds', { whenMatched: [{ when: 'false', delete: true }] }],
];

const KINDS: readonly (readonly [string, Record<string, string>, string[] | undefined])[] = [
  ['by writing files anew', {}, undefined],
  ['with deletion vectors', { 'delta.enableDeletionVectors': 'true' }, undefined],
  ['in partitions, with columns mapped by name', { 'delta.columnMapping.mode': 'name' }, ['part']],
];

/** The same merge by the engine's own MERGE, on a table of its own. */
async function byEngine({ whenMatched = [], whenNotMatched = [], whenNotMatchedBySource = [] }: Clauses) {
  const and = (when: string | undefined) => (when === undefined ? '' : ` AND ${when}`);
  const list = (values: object) => Object.entries(values);
  const change = (clause: RowClause) => {
    if ('delete' in clause) return 'DELETE';
    const set =
      clause.set === 'all' ? { name: 'source.name', part: 'source.part', amount: 'source.amount' } : clause.set;
    return `UPDATE SET ${list(set)
      .map(([name, value]) => `${name} = ${value}`)
      .join(', ')}`;
  };
  const insert = ({ values }: InsertClause) => {
    const all = { id: 'source.id', name: 'source.name', part: 'source.part', amount: 'source.amount' };
    const given = list(values === 'all' ? all : values);
    return `INSERT (${given.map(([name]) => name).join(', ')}) VALUES (${given.map(([, value]) => value).join(', ')})`;
  };
  const clauses = [
    ...whenMatched.map((clause) => `WHEN MATCHED${and(clause.when)} THEN ${change(clause)}`),
    ...whenNotMatched.map((clause) => `WHEN NOT MATCHED${and(clause.when)} THEN ${insert(clause)}`),
    ...whenNotMatchedBySource.map((clause) => `WHEN NOT MATCHED BY SOURCE${and(clause.when)} THEN ${change(clause)}`),
  ];
  await t.engine.execute(`CREATE OR REPLACE TEMP TABLE target AS ${TABLE}`);
  await t.engine.execute(`MERGE INTO target USING (${SOURCE}) AS source ON target.id = source.id ${clauses.join(' ')}`);
  return t.engine.rows('SELECT * FROM target ORDER BY ALL');
}

describe('a merge by clauses', () => {
  describe.each(KINDS)('%s', (_, more, partitionBy) => {
    it.each(CASES)('%s', async (_name, clauses) => {
      const properties = { 'delta.enableChangeDataFeed': 'true', ...more };
      const [first, second] = [`${TABLE} LIMIT 20`, `${TABLE} OFFSET 20`];
      await (await stageOverwrite(t.target, { select: first, partitionBy, properties })).commit(by);
      await (await stageAppend(t.target, { select: second })).commit(by);
      const before = await t.read();
      const staged = await stageMergeClauses(t.target, { source: SOURCE, on: ['ID'], ...clauses });
      await staged.commit(by);
      const after = await t.read();
      expect(after).toEqual(await byEngine(clauses));
      if (staged.isNoop) return expect(after).toEqual(before);
      // the feed tells exactly how the rows before became the rows after
      const changes = `SELECT * EXCLUDE (_commit_version, _commit_timestamp) FROM (${await changesSql(await t.open(), { from: 2 })})`;
      const of = (...kinds: string[]) =>
        `SELECT * EXCLUDE (_change_type) FROM (${changes}) WHERE _change_type IN ('${kinds.join("', '")}')`;
      const old = (await t.snapshot({ version: 1 })).toSql();
      const gone = of('delete', 'update_preimage');
      const told = `(SELECT * FROM (${old}) EXCEPT ALL ${gone}) UNION ALL ${of('insert', 'update_postimage')}`;
      expect(await t.engine.rows(`SELECT * FROM (${told}) ORDER BY ALL`)).toEqual(after);
      expect(await t.engine.rows(`${gone} EXCEPT ALL SELECT * FROM (${old})`)).toEqual([]);
      const { numTargetRowsInserted: inserted, numTargetRowsDeleted: deleted } = staged.metrics;
      expect(before.length + inserted! - deleted!).toBe(after.length);
    });
  });

  it('takes any condition, and reads the source once', async () => {
    await (await stageOverwrite(t.target, { select: TABLE })).commit(by);
    const source = 'SELECT 3 AS low, 5 AS high, random() AS r';
    const on = 'target.id BETWEEN source.low AND source.high';
    const staged = await stageMergeClauses(t.target, { source, on, whenMatched: [{ set: { name: "'between'" } }] });
    await staged.commit(by);
    expect((await t.read()).filter((row) => row.name === 'between').map((row) => row.id)).toEqual(['3', '4', '5']);
  });

  it('refuses several rows of the source that decide about one of the table, unless it only goes', async () => {
    await (await stageOverwrite(t.target, { select: TABLE })).commit(by);
    const source = 'SELECT 7 AS id, range AS n FROM range(3)';
    const merge = (whenMatched: RowClause[]) => stageMergeClauses(t.target, { source, on: ['id'], whenMatched });
    await expect(merge([{ set: { amount: 'source.n' } }])).rejects.toMatchObject({
      code: 'TSD6037',
      message: expect.stringContaining('1 row of the table matches several rows of the source'),
    });
    await (await merge([{ when: 'source.n = 2', set: { amount: 'source.n' } }])).commit(by);
    expect((await t.read()).find((row) => row.id === '7')!.amount).toBe(2);
    const gone = await merge([{ delete: true }]);
    expect(gone.metrics.numTargetRowsDeleted).toBe(1);
    await gone.commit(by);
    expect(await t.read()).toHaveLength(39);
  });

  it('adds columns where the schema may change, and says which column is not there', async () => {
    await (await stageOverwrite(t.target, { select: 'SELECT 1 AS id, 1::TINYINT AS n' })).commit(by);
    const source = "SELECT * FROM (VALUES (1, 1000, 'a'), (2, 2000, 'b')) AS s(id, n, extra)";
    const all: Clauses = { whenMatched: [{ set: 'all' }], whenNotMatched: [{ values: 'all' }] };
    await expect(stageMergeClauses(t.target, { source, on: ['id'], ...all })).rejects.toMatchObject({
      code: 'TSD6030',
    });
    await (await stageMergeClauses(t.target, { source, on: ['id'], mergeSchema: true, ...all })).commit(by);
    expect(await t.read()).toEqual([
      { id: 1, n: 1000, extra: 'a' },
      { id: 2, n: 2000, extra: 'b' },
    ]);
    const wrong = { whenMatched: [{ set: { extras: "'x'" } }] };
    await expect(stageMergeClauses(t.target, { source, on: ['id'], ...wrong })).rejects.toMatchObject({
      code: 'TSD6038',
      message: expect.stringContaining('the table has no column "extras"'),
      hint: 'did you mean "extra"?',
    });
  });

  it('breaks no constraint, and takes nothing away where the table is append-only', async () => {
    const properties = { 'delta.constraints.some': 'amount >= 0' };
    await (await stageOverwrite(t.target, { select: TABLE, properties })).commit(by);
    const merge = (clauses: Clauses) => stageMergeClauses(t.target, { source: SOURCE, on: ['id'], ...clauses });
    await expect(merge({ whenMatched: [{ set: { amount: '-1' } }] })).rejects.toMatchObject({ code: 'TSD6033' });
    await expect(
      merge({ whenNotMatchedBySource: [{ when: 'target.id = 1', set: { amount: '-1' } }] }),
    ).rejects.toMatchObject({ code: 'TSD6033' });
    await (await stageAppend(t.target, { select: TABLE, properties: { 'delta.appendOnly': 'true' } })).commit(by);
    await expect(merge({ whenMatched: [{ delete: true }] })).rejects.toMatchObject({ code: 'TSD6013' });
    await (await merge({ whenNotMatched: [{ values: 'all' }] })).commit(by);
  });
});

describe('keys of another type than the column', () => {
  const filesWithout = async (k: string) => (await t.files()).filter(({ stats }) => !stats!.includes(`"k":${k}`));
  const clauses = {
    whenMatched: [{ set: { v: 'source.v' } }],
    whenNotMatched: [{ values: { k: 'source.k', v: 'source.v' } }],
  };
  it.each([
    ['BIGINT', 'VARCHAR', '9', '10'],
    ['VARCHAR', 'BIGINT', '9', '10'],
    ['DOUBLE', 'VARCHAR', '9', '10'],
    ['DECIMAL(20,2)', 'DOUBLE', '9', '1234567890123456.78'],
    ['FLOAT', 'DECIMAL(9,2)', '0.10', '0.30'],
    ['TIMESTAMPTZ', 'TIMESTAMP', '2024-01-01', '2024-06-01'],
    ['TIMESTAMP', 'TIMESTAMPTZ', '2024-01-01', '2024-06-01'],
    ['TIMESTAMP', 'DATE', '2024-01-01', '2024-06-01'],
  ])('match as the engine compares them: %s with %s', async (column, given, low, high) => {
    const k = (type: string, value: string) => `CAST('${value}' AS ${type})`;
    await t.engine.execute("SET TimeZone = 'America/New_York'");
    try {
      for (const value of [low, high])
        await (await stageAppend(t.target, { select: `SELECT ${k(column, value)} AS k, 1 AS v` })).commit(by);
      const source = `SELECT unnest([${k(given, low)}, ${k(given, high)}]) AS k, 2 AS v`;
      await (await stageMergeClauses(t.target, { source, on: ['k'], ...clauses })).commit(by);
    } finally {
      await t.engine.execute("SET TimeZone = 'UTC'");
    }
    expect((await t.read()).map(({ v }) => v)).toEqual([2, 2]);
  });

  it('skip files where numbers differ in type only', async () => {
    for (const k of [1, 2, 3])
      await (await stageAppend(t.target, { select: `SELECT ${k}::BIGINT AS k, 1 AS v` })).commit(by);
    // files that are gone cannot be read
    for (const { path } of await filesWithout('2')) await unlink(join(t.location, path));
    const source = 'SELECT 2::TINYINT AS k, 2 AS v';
    const staged = await stageMergeClauses(t.target, { source, on: ['k'], ...clauses });
    expect(staged.metrics).toMatchObject({ numTargetRowsUpdated: 1 });
  });
});
