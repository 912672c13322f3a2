import { once } from 'node:events';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  DeltaTable,
  LocalStore,
  type StagedCommit,
  stageAppend,
  stageDelete,
  stageMerge,
  stageMergeClauses,
  stageOptimize,
  stageOverwrite,
  stageUpdate,
  type Target,
} from '../../src/delta/index.js';
import { startWorker } from './endurance.js';
import { by, useTempTable } from './temp-table.js';

const t = useTempTable();

/** A row: its partition, its key, its value. */
type Row = readonly [p: string, id: number, v: number];
type Rows = readonly Row[];

interface Operation {
  readonly stage: (target: Target) => Promise<StagedCommit>;
  /** what it makes of rows, in a memory without files */
  readonly model: (rows: Rows) => Rows;
}

const values = (rows: Rows) =>
  rows.length === 0
    ? 'SELECT p, id, v FROM (SELECT NULL::VARCHAR AS p, NULL::INTEGER AS id, NULL::INTEGER AS v) WHERE false'
    : `SELECT * FROM (VALUES ${rows.map(([p, id, v]) => `('${p}', ${id}, ${v})`).join(', ')}) AS s(p, id, v)`;
const replacing = (rows: Rows, others: Rows) => [
  ...rows.filter(([p, id]) => !others.some((other) => other[0] === p && other[1] === id)),
  ...others,
];

const append = (...rows: Row[]): Operation => ({
  stage: (target) => stageAppend(target, { select: values(rows) }),
  model: (before) => [...before, ...rows],
});
const remove = (where: string, holds: (row: Row) => boolean): Operation => ({
  stage: (target) => stageDelete(target, where),
  model: (before) => before.filter((row) => !holds(row)),
});
const update = (where: string, holds: (row: Row) => boolean): Operation => ({
  stage: (target) => stageUpdate(target, { set: { v: 'v + 100' }, where }),
  model: (before) => before.map((row) => (holds(row) ? [row[0], row[1], row[2] + 100] : row)),
});
const merge = (...rows: Row[]): Operation => ({
  stage: (target) => stageMerge(target, { source: values(rows), on: ['p', 'id'] }),
  model: (before) => replacing(before, rows),
});
const replace = (where: string, holds: (row: Row) => boolean, ...rows: Row[]): Operation => ({
  stage: (target) => stageOverwrite(target, { select: values(rows), replaceWhere: where }),
  model: (before) => [...before.filter((row) => !holds(row)), ...rows],
});
/** By a condition, which names the partition; rows of it without a match go. */
const clauses = (p: string, ...rows: Row[]): Operation => ({
  stage: (target) =>
    stageMergeClauses(target, {
      source: values(rows),
      on: `target.p = '${p}' AND target.id = source.id`,
      whenMatched: [{ set: 'all' }],
      whenNotMatched: [{ values: 'all' }],
      whenNotMatchedBySource: [{ when: `target.p = '${p}' AND target.v >= 5`, delete: true }],
    }),
  model: (before) =>
    replacing(
      before.filter((row) => row[0] !== p || row[2] < 5 || rows.some(([, id]) => id === row[1])),
      rows,
    ),
});
const optimize: Operation = { stage: (target) => stageOptimize(target), model: (before) => before };
const inP = (p: string) => (row: Row) => row[0] === p;

const FIRST: Rows = ['a', 'b', 'c'].flatMap((p) => [0, 1, 2, 3].map((id): Row => [p, id, id]));

const LAYOUTS = ['partitioned', 'deletion vectors', 'plain'] as const;
type Layout = (typeof LAYOUTS)[number];

/** A table of some layout with the rows {@link FIRST}, two files in each partition: a copy, for many specs begin with one. */
const make = (layout: Layout) => cp(join(originals, layout), t.location, { recursive: true });

let originals: string;
beforeAll(async () => {
  originals = await mkdtemp(join(tmpdir(), 'tsdbt-originals-'));
  for (const layout of LAYOUTS) await makeOriginal({ engine: t.engine, location: join(originals, layout) }, layout);
});
afterAll(() => rm(originals, { recursive: true, force: true }));

async function makeOriginal(target: Target, layout: Layout): Promise<void> {
  const properties = { 'delta.enableDeletionVectors': String(layout === 'deletion vectors') };
  const partitionBy = layout === 'plain' ? [] : ['p'];
  const even = FIRST.filter(([, id]) => id % 2 === 0);
  const odd = FIRST.filter(([, id]) => id % 2 === 1);
  await (await stageOverwrite(target, { select: values(even), partitionBy, properties })).commit(by);
  await (await stageAppend(target, { select: values(odd) })).commit(by);
}

const sorted = (rows: Rows) => [...rows].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
const found = async () => sorted((await t.read()).map((row): Row => [String(row.p), Number(row.id), Number(row.v)]));

/** Commits `second` behind `first`, both made from the table of {@link make}: whether it went through. What is there must be as if they had run in turn. */
async function inTurn(first: Operation, second: Operation): Promise<boolean> {
  // what conflicts does not depend on waiting for the disk
  const target = { ...t.target, store: new LocalStore(t.location, { durable: false }) };
  const [one, two] = [await first.stage(target), await second.stage(target)];
  await one.commit(by);
  const after = first.model(FIRST);
  try {
    await two.commit(by);
  } catch (error) {
    expect(error).toMatchObject({ code: 'TSD6020', hint: expect.stringContaining('nothing was published') });
    expect(await found()).toEqual(sorted(after));
    return false;
  }
  // what has changed nothing is as if it had run first
  expect(await found()).toEqual(sorted(two.isNoop ? after : second.model(after)));
  return true;
}

it.each(LAYOUTS)('the table that specs begin with has its rows (%s)', async (layout) => {
  await make(layout);
  expect(await found()).toEqual(sorted(FIRST));
});

/** As models that replace partitions name them. */
const NAMED = `(("p" = cast('a' as VARCHAR)) or ("p" is null))`;

describe.each(['partitioned', 'deletion vectors'] as const)('a change of one partition (%s)', (layout) => {
  it.each<[string, Operation, Operation, boolean]>([
    ['delete, after an append elsewhere', append(['b', 9, 9]), remove("p = 'a'", inP('a')), true],
    ['delete, after an append there', append(['a', 9, 9]), remove("p = 'a'", inP('a')), false],
    [
      'delete, after an append there of no such row',
      append(['a', 9, 9]),
      remove("p = 'a' AND v < 3", (row) => row[0] === 'a' && row[2] < 3),
      true,
    ],
    ['delete, after an update elsewhere', update("p = 'b'", inP('b')), remove("p = 'a'", inP('a')), true],
    ['update, after an append elsewhere', append(['b', 9, 9]), update("p = 'a'", inP('a')), true],
    ['update, after an append there', append(['a', 9, 9]), update("p = 'a'", inP('a')), false],
    ['update, after a delete elsewhere', remove("p = 'c'", inP('c')), update("p = 'a'", inP('a')), true],
    ['merge, after an append elsewhere', append(['b', 9, 9]), merge(['a', 1, 50], ['a', 7, 51]), true],
    ['merge, after an append of a key of it', append(['a', 7, 9]), merge(['a', 1, 50], ['a', 7, 51]), false],
    ['merge, after a merge elsewhere', merge(['b', 1, 60]), merge(['a', 1, 50], ['a', 7, 51]), true],
    [
      'merge, after a delete of a row that it leaves',
      remove("p = 'a'", inP('a')),
      merge(['a', 1, 1], ['a', 8, 8]),
      false,
    ],
    ['merge by clauses, after an append elsewhere', append(['b', 9, 9]), clauses('a', ['a', 1, 50]), true],
    ['merge by clauses, after an append there', append(['a', 9, 1]), clauses('a', ['a', 1, 50]), false],
    ['merge by clauses, after a delete elsewhere', remove("p = 'b'", inP('b')), clauses('a', ['a', 1, 50]), true],
    ['replaceWhere, after an append elsewhere', append(['b', 9, 9]), replace("p = 'a'", inP('a'), ['a', 1, 1]), true],
    ['replaceWhere, after an append there', append(['a', 9, 9]), replace("p = 'a'", inP('a'), ['a', 1, 1]), false],
    [
      'replaceWhere, after a replaceWhere elsewhere',
      replace("p = 'b'", inP('b'), ['b', 1, 1]),
      replace("p = 'a'", inP('a'), ['a', 1, 1]),
      true,
    ],
    [
      'replaceWhere of the same partition, which had rows',
      replace("p = 'a'", inP('a'), ['a', 1, 2]),
      replace("p = 'a'", inP('a'), ['a', 1, 1]),
      false,
    ],
    [
      'replaceWhere of the same partition, which had no rows',
      replace("p = 'd'", inP('d'), ['d', 1, 2]),
      replace("p = 'd'", inP('d'), ['d', 1, 1]),
      false,
    ],
    [
      'replaceWhere of named values, after an append elsewhere',
      append(['b', 9, 9]),
      replace(NAMED, inP('a'), ['a', 1, 1]),
      true,
    ],
    [
      'replaceWhere of named values, after an append there',
      append(['a', 9, 9]),
      replace(NAMED, inP('a'), ['a', 1, 1]),
      false,
    ],
    ['optimize, after an append', append(['a', 9, 9]), optimize, true],
    ['append, after an optimize', optimize, append(['a', 9, 9]), true],
    [
      'optimize, after a delete of files of it',
      remove("p = 'a' AND id = 1", (r) => r[0] === 'a' && r[1] === 1),
      optimize,
      false,
    ],
    ['delete, after an optimize that left nothing to put together', optimize, remove("p = 'z'", inP('z')), true],
  ])('%s', async (_name, first, second, goes) => {
    await make(layout);
    expect(await inTurn(first, second)).toBe(goes);
  });
});

describe('changes of every kind, two by two', () => {
  const OPERATIONS: readonly Operation[] = [
    append(['a', 7, 7]),
    append(['b', 1, 200], ['d', 0, 3]),
    remove('v >= 2', (row) => row[2] >= 2),
    remove("p = 'd'", inP('d')),
    update("p <> 'b' AND id = 1", (row) => row[0] !== 'b' && row[1] === 1),
    merge(['a', 7, 70], ['c', 3, 3]),
    replace("p = 'd' OR v = 7", (row) => row[0] === 'd' || row[2] === 7, ['d', 5, 5]),
    clauses('a', ['a', 0, 0], ['a', 7, 70]),
    optimize,
  ];
  it.each(LAYOUTS)('are as if they had run in turn, or the second fails (%s)', { timeout: 240_000 }, async (layout) => {
    let [went, tried] = [0, 0];
    for (const [i, first] of OPERATIONS.entries())
      for (const [j, second] of OPERATIONS.entries()) {
        if (layout !== 'partitioned' && (i + j) % 2 === 1) continue;
        tried++;
        await rm(t.location, { recursive: true, force: true });
        await make(layout);
        if (await inTurn(first, second)) went++;
      }
    expect(went).toBeGreaterThan(tried / 3);
    expect(went).toBeLessThan(tried);
  });
});

describe('a change whose predicate looks further than at a row', () => {
  it.each([
    ['at other rows', (sql: string) => `v = (SELECT max(v) FROM (${sql}))`],
    ['at the clock', () => "p = 'a' AND now() > TIMESTAMPTZ '2020-01-01'"],
    ['at chance', () => "p = 'a' AND random() < 2"],
    ['at a macro', () => "p = 'a' AND is_small(v)"],
    ['at a variable', () => "p = 'a' AND v < getvariable('most')"],
  ])('%s depends on the whole table', async (_name, predicate) => {
    await make('partitioned');
    await t.engine.execute('CREATE OR REPLACE MACRO is_small(x) AS x < 100; SET VARIABLE most = 100');
    const where = predicate((await t.snapshot()).toSql());
    for (const stage of [() => stageDelete(t.target, where), () => stageUpdate(t.target, { set: { v: '0' }, where })]) {
      const staged = await stage();
      await (await append(['c', 99, 1]).stage(t.target)).commit(by);
      await expect(staged.commit(by)).rejects.toMatchObject({ code: 'TSD6020' });
      const another = await stage();
      await (await remove("p = 'b' AND v = 0", () => true).stage(t.target)).commit(by);
      await (await append(['b', 0, 0]).stage(t.target)).commit(by);
      await expect(another.commit(by)).rejects.toMatchObject({ code: 'TSD6020' });
    }
  });

  it('or whose values do, does too; and rows that were made of the table', async () => {
    await make('partitioned');
    const sql = (await t.snapshot()).toSql();
    const set = { v: `(SELECT max(v) FROM (${sql}))` };
    const staged = [
      await stageUpdate(t.target, { set, where: "p = 'a'" }),
      await stageOverwrite(t.target, {
        select: `SELECT p, id, v + 1 AS v FROM (${sql}) WHERE p = 'a'`,
        replaceWhere: "p = 'a'",
      }),
    ];
    await t.engine.execute(
      `CREATE OR REPLACE TEMP VIEW seen AS ${sql}; CREATE OR REPLACE TEMP VIEW again AS FROM seen`,
    );
    staged.push(await stageOverwrite(t.target, { select: "FROM again WHERE p = 'a'", replaceWhere: "p = 'a'" }));
    await (await append(['c', 99, 1]).stage(t.target)).commit(by);
    for (const one of staged) await expect(one.commit(by)).rejects.toMatchObject({ code: 'TSD6020' });
  });

  it.each(['plays', "it's ours"])(
    'a merge of what the table %s holds depends on all of it, and so does an append',
    async (name) => {
      const target = { ...t.target, location: `${t.folder}/${name}` };
      const commit = async (staged: Promise<StagedCommit>) => (await staged).commit(by);
      await commit(stageOverwrite(target, { select: values([['a', 1, 1]]), partitionBy: ['p'] }));
      const sql = (await (await DeltaTable.open(target.location, t.engine))!.snapshot()).toSql();
      const source = `SELECT 'd' AS p, 1 AS id, sum(v)::INTEGER AS v FROM (${sql})`;
      await t.engine.execute(`CREATE OR REPLACE TEMP VIEW held AS ${sql}`);
      const staged = [
        await stageMerge(target, { source, on: ['p', 'id'] }),
        await stageMerge(target, { source: source.replace(sql, 'FROM held'), on: ['p', 'id'] }),
        await stageMergeClauses(target, { source, on: ['p', 'id'], whenNotMatched: [{ values: 'all' }] }),
        await stageAppend(target, { select: source }),
        await stageAppend(target, { select: source.replace(sql, 'FROM held') }),
      ];
      const blind = await stageAppend(target, { select: values([['withheld', 1, 1]]) });
      await commit(stageAppend(target, { select: values([['c', 99, 1]]) }));
      for (const one of staged) await expect(one.commit(by)).rejects.toMatchObject({ code: 'TSD6020' });
      await blind.commit(by);
      await commit(stageAppend(target, { select: source }));
      const { commitInfo } = await (await DeltaTable.open(target.location, t.engine))!.snapshot();
      expect(commitInfo).toMatchObject({ isBlindAppend: false });
    },
  );
});

describe('rows that were copied before they are written', () => {
  it('are made of the table where that is said, and the write depends on all of it', async () => {
    await make('partitioned');
    const madeBy = `SELECT 'a' AS p, 9 AS id, sum(v)::INTEGER AS v FROM (${(await t.snapshot()).toSql()})`;
    await t.engine.execute(`CREATE OR REPLACE TEMP TABLE copied AS ${madeBy}`);
    const stage = (origin: { madeBy?: string }) => [
      stageAppend(t.target, { select: 'FROM copied', ...origin }),
      stageOverwrite(t.target, { select: 'FROM copied', replaceWhere: "p = 'a'", ...origin }),
      stageMerge(t.target, { source: 'FROM copied', on: ['p', 'id'], ...origin }),
      stageMergeClauses(t.target, {
        source: 'FROM copied',
        on: "target.p = 'a' AND target.id = source.id AND target.p = source.p",
        whenNotMatched: [{ values: 'all' }],
        ...origin,
      }),
    ];
    const [said, unsaid] = [await Promise.all(stage({ madeBy })), await Promise.all(stage({}))];
    await (await append(['c', 99, 1]).stage(t.target)).commit(by);
    for (const one of said) await expect(one.commit(by)).rejects.toMatchObject({ code: 'TSD6020' });
    // of which no one can know
    await unsaid[0]!.commit(by);
    await unsaid[1]!.discard();
  });
});

describe('NaN among rows of others', () => {
  it('is above all numbers when another commit is met', async () => {
    await (await stageOverwrite(t.target, { select: 'SELECT unnest([1, 7])::DOUBLE AS x' })).commit(by);
    const staged = await stageDelete(t.target, 'x > 5');
    await (await stageAppend(t.target, { select: "SELECT 'nan'::DOUBLE AS x UNION ALL SELECT 2" })).commit(by);
    await expect(staged.commit(by)).rejects.toMatchObject({ code: 'TSD6020' });
  });
});

describe('a table with the isolation level WriteSerializable', () => {
  it('lets a change go behind appends that have read nothing, and behind nothing else', async () => {
    await make('partitioned');
    const all = remove('true', () => true);
    const level = { properties: { 'delta.isolationLevel': 'WriteSerializable' } };
    await (await stageAppend(t.target, { select: values([]), ...level })).commit(by);
    const [removal, overwrite] = [await all.stage(t.target), await stageOverwrite(t.target, { select: values([]) })];
    await (await append(['a', 9, 9]).stage(t.target)).commit(by);
    await removal.commit(by);
    expect(await found()).toEqual([['a', 9, 9]]);
    await expect(overwrite.commit(by)).rejects.toMatchObject({ code: 'TSD6020' });
    expect((await t.snapshot()).commitInfo).toMatchObject({ isolationLevel: 'WriteSerializable' });
    // what has read the table is not blind
    const another = await all.stage(t.target);
    await (await merge(['b', 1, 1]).stage(t.target)).commit(by);
    await expect(another.commit(by)).rejects.toMatchObject({ code: 'TSD6020' });
  });
});

describe('processes that each change a partition of their own', () => {
  it('never conflict', { timeout: 120_000 }, async () => {
    const [writers, steps] = [3, 8];
    const select = `SELECT w.range AS writer, n.range AS n, 0 AS v FROM range(${writers}) AS w, range(10) AS n`;
    await (await stageOverwrite(t.target, { select, partitionBy: ['writer'] })).commit(by);
    const workers = Array.from({ length: writers }, (_, i) => startWorker('partition', t.location, String(i), steps));
    await Promise.all(workers.map(({ process: child }) => once(child, 'close')));
    expect(workers.map(({ errors }) => errors.join(''))).toEqual(workers.map(() => ''));
    expect((await t.snapshot()).version).toBe(writers * steps);
    for (let writer = 0; writer < writers; writer++) {
      const rows = (await t.read()).filter((row) => Number(row.writer) === writer);
      // every second step adds one to all, the others change or add a row by its number
      expect(rows.map((row) => [Number(row.n), Number(row.v)])).toEqual(rowsOfPartition(steps));
    }
  });
});

/** What `write-worker.ts partition` leaves after so many steps. */
function rowsOfPartition(steps: number): number[][] {
  let rows = new Map(Array.from({ length: 10 }, (_, n) => [n, 0]));
  for (let step = 0; step < steps; step++) {
    if (step % 4 === 0) rows = new Map([...rows].map(([n, v]) => [n, v + 1]));
    else if (step % 4 === 1) rows.set(step, 50).set(step + 100, 50);
    else if (step % 4 === 2) rows.delete(step);
    else rows.set(step + 1000, 7);
  }
  return [...rows].sort(([a], [b]) => a! - b!);
}
