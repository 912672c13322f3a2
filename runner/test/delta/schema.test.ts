import { describe, expect, it } from 'vitest';
import { planColumns, stageAppend, stageOverwrite } from '../../src/delta/index.js';
import { parseDuckDBType } from '../../src/delta/protocol/duckdb-type-parser.js';
import { by, useTempTable } from './temp-table.js';

const t = useTempTable();
const write = async (select: string, options = {}) =>
  (await stageOverwrite(t.target, { select, ...options })).commit(by);
const append = async (select: string, options = {}) => (await stageAppend(t.target, { select, ...options })).commit(by);

describe('types', () => {
  it.each([
    ['BOOLEAN', 'boolean'],
    ['TINYINT', 'byte'],
    ['SMALLINT', 'short'],
    ['INTEGER', 'integer'],
    ['BIGINT', 'long'],
    ['FLOAT', 'float'],
    ['DOUBLE', 'double'],
    ['VARCHAR', 'string'],
    ['BLOB', 'binary'],
    ['DATE', 'date'],
    ['TIMESTAMP', 'timestamp_ntz'],
    ['TIMESTAMP WITH TIME ZONE', 'timestamp'],
    ['DECIMAL(38,9)', 'decimal(38,9)'],
  ])('%s is %s, without a warning', (type, expected) => {
    const plan = planColumns([{ name: 'x', type }]);
    expect(plan.schema.fields[0]!.type).toBe(expected);
    expect(plan.casts).toEqual(['"x"']);
    expect(plan.warnings).toEqual([]);
  });

  it.each([
    ['HUGEINT', 'decimal(38,0)'],
    ['UHUGEINT', 'decimal(38,0)'],
    ['UTINYINT', 'short'],
    ['USMALLINT', 'integer'],
    ['UINTEGER', 'long'],
    ['UBIGINT', 'decimal(20,0)'],
    ['BIGNUM', 'string'],
    ['TIMESTAMP_S', 'timestamp_ntz'],
    ['TIMESTAMP_MS', 'timestamp_ntz'],
    ['TIMESTAMP_NS', 'timestamp_ntz'],
    ['TIME', 'string'],
    ['TIME_NS', 'string'],
    ['TIME WITH TIME ZONE', 'string'],
    ['INTERVAL', 'string'],
    ['UUID', 'string'],
    ["ENUM('it''s, )', 'b')", 'string'],
    ['JSON', 'string'],
    ['BIT', 'string'],
    ['UNION(num INTEGER, str VARCHAR)', 'string'],
  ])('%s, which Delta lacks, is cast to %s and said so once', (type, expected) => {
    const plan = planColumns([{ name: 'x', type }]);
    expect(plan.schema.fields[0]!.type).toBe(expected);
    expect(plan.casts[0]).toMatch(/^CAST\("x" AS .+\) AS "x"$/);
    expect(plan.warnings).toHaveLength(1);
    expect(plan.warnings[0]!.message).toContain(`stored as ${expected}`);
  });

  it('nests, with quoted names', () => {
    const plan = planColumns([
      { name: 'x', type: 'MAP(VARCHAR, STRUCT("a ""b" DECIMAL(5,2)[], c STRUCT(d HUGEINT)[3]))[]' },
    ]);
    expect(plan.casts[0]).toBe(
      'CAST("x" AS MAP(VARCHAR, STRUCT("a ""b" DECIMAL(5,2)[], "c" STRUCT("d" DECIMAL(38,0))[]))[]) AS "x"',
    );
    expect(plan.warnings[0]!.message).toBe(
      'column "x" has HUGEINT in it, which Delta lacks: stored as decimal(38,0); values of more than 38 digits fail',
    );
  });

  it('tells of a column once, whatever it has in it', () => {
    const { warnings } = planColumns([
      { name: 'x', type: 'STRUCT(a UBIGINT, b TIME, c UUID[], d HUGEINT, e UHUGEINT, f TIME)' },
      { name: 'y', type: 'INTEGER' },
    ]);
    expect(warnings).toEqual([
      {
        column: 'x',
        from: 'STRUCT(a UBIGINT, b TIME, c UUID[], d HUGEINT, e UHUGEINT, f TIME)',
        to: 'decimal(20,0), string, string, decimal(38,0), decimal(38,0)',
        message:
          'column "x" has UBIGINT, TIME, UUID, HUGEINT, UHUGEINT in it, which Delta lacks: stored as decimal(20,0), string, string, decimal(38,0), decimal(38,0); values of more than 38 digits fail',
      },
    ]);
  });

  it('refuses what has no names, and names that differ only by case', () => {
    expect(() => planColumns([{ name: 'x', type: 'STRUCT(INTEGER, VARCHAR)' }])).toThrow(/without field names/);
    expect(() =>
      planColumns([
        { name: 'a', type: 'DATE' },
        { name: 'A', type: 'DATE' },
      ]),
    ).toThrow(/ignores case/);
    expect(() => parseDuckDBType('STRUCT(a INTEGER')).toThrow(/cannot read the type/);
  });

  it('of a table with a naive timestamp need the feature timestampNtz, and keep it', async () => {
    await write("SELECT TIMESTAMP '2024-01-01 12:00' AS at");
    const features = { minReaderVersion: 3, minWriterVersion: 7, readerFeatures: ['timestampNtz'] };
    expect((await t.snapshot()).protocol).toMatchObject(features);
    await write('SELECT 1 AS a');
    expect((await t.snapshot()).protocol).toMatchObject(features);
  });

  it('of an older table gain the feature with all that its old version stood for', async () => {
    await write('SELECT 1 AS a');
    await append("SELECT 2 AS a, TIMESTAMP '2024-01-01 12:00' AS at", { mergeSchema: true });
    expect((await t.snapshot()).protocol).toEqual({
      minReaderVersion: 3,
      minWriterVersion: 7,
      readerFeatures: ['timestampNtz'],
      writerFeatures: ['appendOnly', 'invariants', 'timestampNtz'],
    });
  });
});

describe('rows appended to a table', () => {
  it('fit by name, in any order, and are cast where that loses nothing', async () => {
    await write("SELECT 1::BIGINT AS a, 'x' AS b, 1.5::DOUBLE AS c");
    await append('SELECT \'y\' AS "B", 2::TINYINT AS a, 3::INTEGER AS c');
    await append('SELECT NULL AS b, 4 AS a');
    expect(await t.read()).toEqual([
      { a: '1', b: 'x', c: 1.5 },
      { a: '2', b: 'y', c: 3 },
      { a: '4', b: null, c: null },
    ]);
  });

  it('are refused with both types and the remedy where they do not fit', async () => {
    await write('SELECT 1::INTEGER AS a');
    await expect(append("SELECT 'x' AS a")).rejects.toMatchObject({
      code: 'TSD6030',
      message: expect.stringContaining('column "a" is INTEGER in the table, the new rows have VARCHAR'),
      hint: 'cast it in the query: CAST("a" AS INTEGER); or rebuild the table (overwrite)',
    });
    await expect(append('SELECT 1::BIGINT AS a')).rejects.toMatchObject({
      hint: expect.stringContaining('mergeSchema'),
    });
    await expect(append('SELECT 1 AS a, 2 AS b')).rejects.toMatchObject({
      code: 'TSD6031',
      message: expect.stringContaining('column "b" is not in the table'),
    });
  });

  it('add columns, also inside structs, where the schema may change', async () => {
    await write("SELECT 1 AS a, {'x': 1} AS s, [{'k': 'v'}] AS l");
    await append("SELECT 2 AS a, {'y': 'new', 'x': 2} AS s, [{'k': 'w', 'm': 1}] AS l, true AS z", {
      mergeSchema: true,
    });
    expect(await t.read()).toEqual([
      { a: 1, s: { x: 1, y: null }, l: [{ k: 'v', m: null }], z: null },
      { a: 2, s: { x: 2, y: 'new' }, l: [{ k: 'w', m: 1 }], z: true },
    ]);
  });

  it('widen a column by rewriting the files from before, so that every reader finds one type', async () => {
    await write('SELECT 1::INTEGER AS a');
    const staged = await stageAppend(t.target, { select: 'SELECT 5000000000::BIGINT AS a', mergeSchema: true });
    expect(staged.removed).toHaveLength(1);
    expect(staged.added.map((file) => file.dataChange)).toEqual([false, true]);
    await staged.commit(by);
    expect(await t.read()).toEqual([{ a: '1' }, { a: '5000000000' }]);
    const files = (await t.snapshot()).files.map((file) => `${t.location}/${file.path}`);
    for (const file of files)
      expect(await t.engine.describe(`SELECT * FROM '${file}'`)).toEqual([{ name: 'a', type: 'BIGINT' }]);
  });
});

describe('constraints', () => {
  it('NOT NULL is checked before anything is published', async () => {
    await expect(write('SELECT NULL::INTEGER AS a', { notNull: ['a'] })).rejects.toMatchObject({ code: 'TSD6033' });
    await write('SELECT 1 AS a, 2 AS b', { notNull: ['a'] });
    expect((await t.snapshot()).schema.fields.map((field) => field.nullable)).toEqual([false, true]);
    await expect(append('SELECT * FROM (VALUES (1, 1), (NULL, 2)) AS s(a, b)')).rejects.toMatchObject({
      code: 'TSD6033',
      message: expect.stringContaining('1 row breaks NOT NULL of column "a"'),
    });
    await expect(append('SELECT 1 AS b')).rejects.toMatchObject({ code: 'TSD6032' });
    await append('SELECT 3 AS a, NULL AS b');
    expect(await t.read()).toHaveLength(2);
  });

  it('columns stay NOT NULL when the table is overwritten, unless it is told otherwise', async () => {
    await write('SELECT 1 AS a, 2 AS b', { notNull: ['a', 'b'] });
    const nullable = async () => (await t.snapshot()).schema.fields.map((field) => `${field.name} ${field.nullable}`);
    await expect(write('SELECT NULL::INTEGER AS a')).rejects.toMatchObject({ code: 'TSD6033' });
    await write('SELECT 5 AS "A", NULL::INTEGER AS c');
    expect(await nullable()).toEqual(['A false', 'c true']);
    await write('SELECT NULL::INTEGER AS a, 1 AS c', { notNull: ['c'] });
    expect(await nullable()).toEqual(['a true', 'c false']);
    await write('SELECT NULL::INTEGER AS c', { notNull: [] });
    expect(await nullable()).toEqual(['c true']);
  });

  it('CHECK constraints of the table hold for every row', async () => {
    await write('SELECT 1 AS a', { properties: { 'delta.constraints.positive': 'a > 0' } });
    expect((await t.snapshot()).protocol.minWriterVersion).toBe(3);
    await expect(append('SELECT range::INTEGER - 1 AS a FROM range(3)')).rejects.toMatchObject({
      code: 'TSD6033',
      message: expect.stringContaining('2 rows break the constraint positive (a > 0)'),
    });
  });
});

describe('partitions', () => {
  const odd = [
    'plain',
    'a/b',
    'x=y',
    '100 %',
    "it's",
    'ü ñ 漢字 🎧',
    '..',
    'a\\b',
    'q?*:"<>|#',
    ' lead',
    'x'.repeat(300),
  ];

  it('take values with odd characters, and nulls', async () => {
    const rows = odd.map((text, i) => `(${i}, '${text.replaceAll("'", "''")}')`).join(', ');
    await write(`SELECT * FROM (VALUES ${rows}, (99, NULL)) AS s(a, p)`, { partitionBy: ['p'] });
    const snapshot = await t.snapshot();
    expect(snapshot.files).toHaveLength(odd.length + 1);
    expect(await t.read()).toEqual([...odd.map((p, a) => ({ a, p })), { a: 99, p: null }]);
  });

  it('keep their types: numbers, dates, timestamps, booleans', async () => {
    const select = `SELECT 1 AS a, 12.50::DECIMAL(5,2) AS d, DATE '2024-02-29' AS day, true AS b,
      TIMESTAMPTZ '2024-02-29 12:34:56.789012+00' AS at, TIMESTAMP '2024-02-29 12:34:56' AS naive, 1.5::DOUBLE AS f`;
    await write(select, { partitionBy: ['d', 'day', 'b', 'at', 'naive', 'f'] });
    expect(await t.read()).toEqual(await t.engine.rows(select));
    expect((await t.snapshot()).files[0]!.partitionValues).toEqual({
      d: '12.50',
      day: '2024-02-29',
      b: 'true',
      at: '2024-02-29T12:34:56.789012Z',
      naive: '2024-02-29 12:34:56.000000',
      f: '1.5',
    });
  });

  it('beyond 64 are read by joining values to files', async () => {
    await write('SELECT range AS a, range % 100 AS p FROM range(300)', { partitionBy: ['p'] });
    expect((await t.snapshot()).files).toHaveLength(100);
    expect((await t.read()).every((row) => Number(row.a) % 100 === Number(row.p))).toBe(true);
    expect(await t.read()).toHaveLength(300);
  });

  it('stay through an overwrite that spells the column otherwise, and spell what is no number as Java does', async () => {
    const select = "SELECT * FROM (VALUES (1, 'nan'::DOUBLE), (2, 'infinity'), (3, '-infinity'), (4, 1.5)) AS s(a, P)";
    await write(select, { partitionBy: ['P'] });
    await write(select.replace('P)', 'p)'));
    const { partitionColumns, files } = await t.snapshot();
    expect(partitionColumns).toEqual(['p']);
    expect(files.map((file) => file.partitionValues.p).sort()).toEqual(['-Infinity', '1.5', 'Infinity', 'NaN']);
    expect(await t.read()).toHaveLength(4);
  });

  it('must be columns, and not all of them', async () => {
    await expect(write('SELECT 1 AS a', { partitionBy: ['b'] })).rejects.toMatchObject({ code: 'TSD6035' });
    await expect(write('SELECT 1 AS a', { partitionBy: ['a'] })).rejects.toMatchObject({ code: 'TSD6035' });
  });
});
