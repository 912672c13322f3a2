import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type AlterColumnsOptions,
  DeltaTable,
  stageAlterColumns,
  stageAppend,
  stageDelete,
  stageMerge,
  stageMergeClauses,
  stageOverwrite,
  stageSetProperties,
} from '../../src/delta/index.js';
import { expectSameToOthers, findOtherReaders } from './other-readers.js';
import { by, useTempTable } from './temp-table.js';

const readers = await findOtherReaders();
const t = useTempTable();
const write = async (select: string, properties = {}, partitionBy?: string[]) =>
  (await stageOverwrite(t.target, { select, properties, partitionBy })).commit(by);
const append = async (select: string, options = {}) => (await stageAppend(t.target, { select, ...options })).commit(by);
const alter = async (options: AlterColumnsOptions) => {
  const staged = await stageAlterColumns(t.target, options);
  await staged.commit(by);
  return staged;
};
const types = async () => (await t.snapshot()).columns.map(({ name, type }) => `${name} ${type}`);
const changesOf = async (name: string) =>
  (await t.snapshot()).schema.fields.find((field) => field.name === name)!.metadata['delta.typeChanges'];

describe('columns', () => {
  it('come, and are put into another order, without writing a file', async () => {
    await write("SELECT 1 AS a, 'x' AS b");
    const staged = await alter({ add: { c: 'DECIMAL(9,2)', d: 'STRUCT(x INTEGER)[]' }, order: ['D', 'b'] });
    expect([staged.operation, staged.added]).toEqual(['ADD COLUMNS', []]);
    expect(await types()).toEqual(['d STRUCT("x" INTEGER)[]', 'b VARCHAR', 'a INTEGER', 'c DECIMAL(9,2)']);
    await append("SELECT 2 AS a, 'y' AS b, 1.5 AS c, [{'x': 1}] AS d");
    expect(await t.read()).toEqual([
      { d: [{ x: 1 }], b: 'y', a: 2, c: '1.50' },
      { d: null, b: 'x', a: 1, c: null },
    ]);
  });

  it.each(['none', 'name'])(
    'are renamed, dropped, added, widened and ordered at once, with column mapping %s',
    async (mode) => {
      const properties = { 'delta.columnMapping.mode': mode };
      await write("SELECT 1::TINYINT AS a, 'x' AS b, 2 AS c, true AS p", properties, ['p']);
      await alter({ rename: { b: 'text' }, drop: ['c'], widen: { a: 'BIGINT' }, add: { c: 'DATE' }, order: ['text'] });
      expect(await types()).toEqual(['text VARCHAR', 'a BIGINT', 'p BOOLEAN', 'c DATE']);
      await append("SELECT 5000000000 AS a, 'y' AS text, false AS p, DATE '2024-01-01' AS c");
      expect(await t.read()).toEqual([
        { text: 'x', a: '1', p: true, c: null },
        { text: 'y', a: '5000000000', p: false, c: '2024-01-01' },
      ]);
      expect(await t.read({ version: 0 })).toEqual([{ a: 1, b: 'x', c: 2, p: true }]);
    },
  );

  it('are told what they cannot become', async () => {
    await write('SELECT 1 AS a, 2 AS b');
    await expect(stageAlterColumns(t.target, { widen: { a: 'SMALLINT' } })).rejects.toMatchObject({
      code: 'TSD6030',
      message: expect.stringContaining('column "a" is INTEGER, of which SMALLINT does not hold every value'),
    });
    await expect(stageAlterColumns(t.target, { add: { B: 'DATE' } })).rejects.toMatchObject({ code: 'TSD6046' });
    await expect(stageAlterColumns(t.target, { order: ['aa'] })).rejects.toMatchObject({ code: 'TSD6038' });
  });
});

describe('wider types', () => {
  const WIDENING = { 'delta.enableTypeWidening': 'true' };
  const NARROW =
    "SELECT 1::TINYINT AS n, 1.5::FLOAT AS f, 7::INTEGER AS d, DATE '2024-02-29' AS day, {'x': 1::SMALLINT} AS s, [1::TINYINT] AS l, MAP {1::TINYINT: 1.5::FLOAT} AS m, 'p' AS part";

  it('leave files as they are where the table says so, and are told in its schema', async () => {
    await write(NARROW, WIDENING, ['part']);
    const before = await readdir(join(t.location, 'part=p'));
    const widen = {
      n: 'BIGINT',
      f: 'DOUBLE',
      d: 'DECIMAL(12,2)',
      day: 'TIMESTAMP',
      s: 'STRUCT(x INTEGER)',
      l: 'SMALLINT[]',
      m: 'MAP(SMALLINT, DOUBLE)',
    };
    expect((await alter({ widen })).added).toEqual([]);
    expect(await readdir(join(t.location, 'part=p'))).toEqual(before);
    expect((await t.snapshot()).protocol.readerFeatures).toContain('typeWidening');
    await append(
      "SELECT 5000000000 AS n, 1e300 AS f, 0.25::DECIMAL(12,2) AS d, TIMESTAMP '2024-01-01 12:00:00' AS day, {'x': 70000} AS s, [300::SMALLINT] AS l, MAP {300::SMALLINT: 1e300::DOUBLE} AS m, 'q' AS part",
    );
    expect(await changesOf('n')).toEqual([{ fromType: 'byte', toType: 'long' }]);
    expect(await changesOf('m')).toEqual([
      { fromType: 'byte', toType: 'short', fieldPath: 'key' },
      { fromType: 'float', toType: 'double', fieldPath: 'value' },
    ]);
    expect(await t.read()).toEqual([
      expect.objectContaining({ n: '1', f: 1.5, d: '7.00', day: '2024-02-29 00:00:00', s: { x: 1 }, l: [1] }),
      expect.objectContaining({ n: '5000000000', f: 1e300, d: '0.25', day: '2024-01-01 12:00:00', s: { x: 70000 } }),
    ]);
  });

  it.each(['true', 'false'])(
    'of days in structs, lists and maps are times, where files stay (%s) and where they do not',
    { timeout: 120_000 },
    async (stay) => {
      const at = (type: string, time: string) =>
        `{'k': ${type} '2024-01-05${time}', 'n': {'d': ${type} '2024-01-06${time}'}} AS s, [${type} '2024-01-07${time}', NULL] AS l,
         MAP {${type} '2024-01-08${time}': ${type} '2024-01-09${time}'} AS m, [{'x': ${type} '2024-01-10${time}'}] AS ls`;
      await write(`SELECT 1 AS id, ${at('DATE', '')}`, { 'delta.enableTypeWidening': stay });
      const widen = {
        s: 'STRUCT(k TIMESTAMP, n STRUCT(d TIMESTAMP))',
        l: 'TIMESTAMP[]',
        m: 'MAP(TIMESTAMP, TIMESTAMP)',
        ls: 'STRUCT(x TIMESTAMP)[]',
      };
      expect((await alter({ widen })).added).toHaveLength(stay === 'true' ? 0 : 1);
      expect(await changesOf('m')).toEqual(
        stay === 'false'
          ? undefined
          : ['key', 'value'].map((fieldPath) => ({ fromType: 'date', toType: 'timestamp_ntz', fieldPath })),
      );
      await append(`SELECT 2 AS id, ${at('TIMESTAMP', ' 12:30:00')}`);
      const rows = (time: string) => ({
        s: { k: `2024-01-05 ${time}`, n: { d: `2024-01-06 ${time}` } },
        l: [`2024-01-07 ${time}`, null],
        m: [{ key: `2024-01-08 ${time}`, value: `2024-01-09 ${time}` }],
        ls: [{ x: `2024-01-10 ${time}` }],
      });
      expect(await t.read()).toEqual([
        { id: 1, ...rows('00:00:00') },
        { id: 2, ...rows('12:30:00') },
      ]);
      // deltalake 1.6 reads no table with wider types than its files have
      await expectSameToOthers(stay === 'true' ? { kernel: readers.kernel } : readers, t.engine, t.location);
      await (
        await stageMerge(t.target, { source: `SELECT 1 AS id, ${at('TIMESTAMP', ' 01:00:00')}`, on: ['id'] })
      ).commit(by);
      expect((await t.read())[0]).toEqual({ id: 1, ...rows('01:00:00') });
    },
  );

  it.each([
    ['all digits of', (stats: string) => stats],
    // as other programs write them
    ['the shortest text of', (stats: string) => stats.replaceAll('0.10000000149011612', '0.1')],
  ])('find a FLOAT that became a DOUBLE where the bounds have %s it', async (_, written) => {
    await write('SELECT 0.1::FLOAT AS k, 1 AS v', WIDENING);
    const log = join(t.location, '_delta_log', `${'0'.repeat(20)}.json`);
    const text = await readFile(log, 'utf8');
    expect(text).toContain('0.10000000149011612');
    await writeFile(log, written(text));
    await alter({ widen: { k: 'DOUBLE' } });
    await append('SELECT 1e300::DOUBLE AS k, 1 AS v');
    const merge = async (k: string) =>
      (await stageMerge(t.target, { source: `SELECT ${k} AS k, 2 AS v`, on: ['k'] })).commit(by);
    await merge('0.1::FLOAT::DOUBLE');
    await merge('1e300::DOUBLE');
    expect(await t.read()).toEqual([
      { k: 0.10000000149011612, v: 2 },
      { k: 1e300, v: 2 },
    ]);
  });

  it.each([
    ['0.1::FLOAT', 'DOUBLE', ['k > 0.1', 'k < 1'], ['k <= 0.1', 'k = 0.1', 'k IN (0.1)']],
    ['1.23::DECIMAL(5, 2)', 'DECIMAL(10, 4)', ['k > 1.2299', 'k < 1.2301'], ['k = 1.2301', 'k >= 1.2301']],
    [
      "DATE '2024-01-05'",
      'TIMESTAMP',
      ["k < '2024-01-05 01:00'"],
      ["k = '2024-01-05 01:00'", "k >= '2024-01-05 01:00'"],
    ],
    ['7::INTEGER', 'DOUBLE', ['k > 6.5', 'k < 7.4'], ['k = 7.4', 'k >= 7.4', 'k <= 6.6']],
    ['7::INTEGER', 'DECIMAL(12, 2)', ['k > 6.5', 'k < 7.4'], ['k = 7.4', 'k >= 7.4', 'k <= 6.6']],
    ['7::TINYINT', 'BIGINT', ['k < 263'], ['k = 263', 'k > 263']],
  ])('let %s, now %s, meet conditions by its value, at the top and in a struct', async (value, wide, met, missed) => {
    for (const [column, select] of [
      ['k', `SELECT ${value} AS k`],
      ['s', `SELECT {'k': ${value}} AS s`],
    ] as const) {
      await rm(t.location, { recursive: true, force: true });
      await write(select, WIDENING);
      await alter({ widen: { [column]: column === 'k' ? wide : `STRUCT(k ${wide})` } });
      const scan = (await t.snapshot()).toSql();
      for (const [conditions, rows] of [
        [met, 1],
        [missed, 0],
      ] as const)
        for (const condition of conditions) {
          const where = column === 'k' ? condition : condition.replace('k', 's.k');
          const found = await t.engine.rows(`SELECT * FROM (${scan}) WHERE ${where}`);
          expect([where, found.length]).toEqual([where, rows]);
        }
      const deleted = await stageDelete(t.target, column === 'k' ? missed[0]! : missed[0]!.replace('k', 's.k'));
      expect(deleted.isNoop).toBe(true);
    }
  });

  it('come with rows that need them: appended, merged, and put in place of others', async () => {
    await write('SELECT 1::TINYINT AS id, 1::SMALLINT AS n', WIDENING);
    const [first] = (await t.snapshot()).files;
    await append('SELECT 2::TINYINT AS id, 70000 AS n', { mergeSchema: true });
    const source = 'SELECT 300::SMALLINT AS id, 5000000000 AS n';
    await (await stageMerge(t.target, { source, on: ['id'], mergeSchema: true })).commit(by);
    const all = { whenMatched: [{ set: 'all' as const }], whenNotMatched: [{ values: 'all' as const }] };
    const wide = 'SELECT 70000 AS id, 5 AS n';
    await (await stageMergeClauses(t.target, { source: wide, on: ['id'], mergeSchema: true, ...all })).commit(by);
    expect((await t.snapshot()).files.map((file) => file.path)).toContain(first!.path);
    expect(await changesOf('id')).toEqual([
      { fromType: 'byte', toType: 'short' },
      { fromType: 'short', toType: 'integer' },
    ]);
    const select = 'SELECT 5000000000 AS id, 6 AS n';
    await (await stageOverwrite(t.target, { select, replaceWhere: 'id > 9000', mergeSchema: true })).commit(by);
    expect((await t.read()).map((row) => row.id)).toEqual(['1', '2', '300', '5000000000']);
    await write("SELECT 'text' AS id");
    expect(await changesOf('id')).toBeUndefined();
  });

  it('have all files written anew otherwise, also where rows are put in place of others', async () => {
    await write('SELECT range::TINYINT AS id FROM range(4)');
    await append('SELECT 9::TINYINT AS id');
    const select = 'SELECT 5000000000 AS id';
    await (await stageOverwrite(t.target, { select, replaceWhere: 'id > 8', mergeSchema: true })).commit(by);
    for (const name of (await t.snapshot()).files.map((file) => file.path))
      expect(await t.engine.describe(`SELECT * FROM '${join(t.location, name)}'`)).toEqual([
        { name: 'id', type: 'BIGINT' },
      ]);
    expect(await t.read()).toHaveLength(5);
  });

  it('of earlier writers, to decimals with just the room for the digits of a whole number, are read', async () => {
    await write('SELECT 127::TINYINT AS b, (-32768)::SMALLINT AS s FROM range(2)', WIDENING);
    const metaData = (await t.snapshot()).metadata;
    const { store } = await t.open();
    const become = async (version: number, precision: number) => {
      const fields = [
        ['b', 'byte', `decimal(${precision},1)`],
        ['s', 'short', `decimal(${precision + 2},1)`],
      ].map(([name, fromType, toType]) => {
        const metadata = { 'delta.typeChanges': [{ fromType, toType }] };
        return { name, type: toType, nullable: true, metadata };
      });
      const schemaString = JSON.stringify({ type: 'struct', fields });
      const text = JSON.stringify({ metaData: { ...metaData, schemaString } });
      await store.putIfAbsent(`_delta_log/0000000000000000000${version}.json`, text);
    };
    await become(1, 4);
    await append('SELECT 123.4 AS b, 32767.5 AS s');
    expect(await t.read()).toEqual([
      { b: '123.4', s: '32767.5' },
      { b: '127.0', s: '-32768.0' },
      { b: '127.0', s: '-32768.0' },
    ]);
    await (await stageDelete(t.target, 'b = 127 AND s < 0')).commit(by);
    expect(await t.read()).toEqual([{ b: '123.4', s: '32767.5' }]);
    await become(4, 3);
    await expect(t.open()).rejects.toMatchObject({
      code: 'TSD6012',
      message: expect.stringContaining('typeWidening (column "b" from byte to decimal(3,1))'),
    });
  });

  it('of a kind that nobody knows are refused', async () => {
    await write('SELECT 1 AS n', WIDENING);
    const metaData = (await t.snapshot()).metadata;
    const schemaString = metaData.schemaString.replace(
      '"metadata":{}',
      '"metadata":{"delta.typeChanges":[{"fromType":"string","toType":"integer"}]}',
    );
    const { store } = await t.open();
    await store.putIfAbsent(
      '_delta_log/00000000000000000001.json',
      JSON.stringify({ metaData: { ...metaData, schemaString } }),
    );
    await expect(t.open()).rejects.toMatchObject({
      code: 'TSD6012',
      message: expect.stringContaining('typeWidening (column "n" from string to integer)'),
    });
  });
});

describe('table properties', () => {
  it('are set and removed without writing a row', async () => {
    await write('SELECT 1 AS a', { 'team.owner': 'x', 'delta.appendOnly': 'true' });
    const set = await stageSetProperties(t.target, {
      properties: { 'delta.constraints.some': 'a > 0' },
      unset: ['delta.appendOnly', 'not.there'],
      description: 'numbers',
      comments: { a: 'one' },
    });
    expect(set.operation).toBe('SET TBLPROPERTIES');
    await set.commit(by);
    const { properties, metadata, schema } = await t.snapshot();
    // beside the constraint, that it is SQL of DuckDB
    expect(properties).toEqual({
      'team.owner': 'x',
      'delta.constraints.some': 'a > 0',
      'tsdbt.constraints.some': 'a > 0',
    });
    expect([metadata.description, schema.fields[0]!.metadata.comment]).toEqual(['numbers', 'one']);
    await expect(append('SELECT 0 AS a')).rejects.toMatchObject({ code: 'TSD6033' });
    const broken = stageSetProperties(t.target, { properties: { 'delta.constraints.more': 'a > 1' } });
    await expect(broken).rejects.toMatchObject({ code: 'TSD6033' });
    expect((await stageSetProperties(t.target, { unset: ['not.there'] })).isNoop).toBe(true);
  });

  it('by which files are understood cannot go', async () => {
    await write('SELECT 1 AS a', { 'delta.columnMapping.mode': 'name' });
    await expect(stageSetProperties(t.target, { unset: ['delta.columnMapping.mode'] })).rejects.toMatchObject({
      code: 'TSD6034',
    });
  });

  it.each(['true', 'false'])('say whether checkpoints have statistics as structs, and as JSON (%s)', async (asJson) => {
    const properties = {
      'delta.checkpoint.writeStatsAsStruct': 'true',
      'delta.checkpoint.writeStatsAsJson': asJson,
      'delta.checkpointInterval': '2',
      'delta.columnMapping.mode': 'name',
    };
    const select = `SELECT range::INTEGER AS i, 12345678901234567890.12::DECIMAL(38,2) AS d, TIMESTAMPTZ '2024-01-01 00:00:00.5+00' AS at,
      TIMESTAMP '2024-01-01' AS naive, {'x': 'y'} AS s, [1] AS l, DATE '2024-02-29' AS day, true AS b, range % 2 AS p FROM range(4)`;
    await write(select, properties, ['p', 'b']);
    const before = await t.read();
    await append(select);
    await append(select);
    const checkpoint = `read_parquet('${join(t.location, '_delta_log', '00000000000000000002.checkpoint.parquet')}')`;
    const [row] = await t.engine.rows(
      `SELECT add.stats_parsed.minValues AS low, add.partitionValues_parsed AS p FROM ${checkpoint} WHERE add IS NOT NULL LIMIT 1`,
    );
    // rounded downwards, to what readers that go through a double keep
    expect(row!.low).toMatchObject({ d: '12345678901234567890.00', at: '2024-01-01 00:00:00.5+00', s: { x: 'y' } });
    expect(row!.p).toEqual({ p: expect.stringMatching(/^[01]$/), b: true });
    const [described] = await t.engine.describe(`SELECT add FROM ${checkpoint}`);
    expect(described!.type.includes('stats VARCHAR')).toBe(asJson === 'true');
    const opened = (await DeltaTable.open(t.location, t.engine))!;
    const { files, numRecords } = await opened.snapshot({ statistics: true });
    expect(numRecords).toBe(12);
    expect(JSON.parse(files[0]!.stats!).maxValues.day).toBe('2024-02-29');
    expect(await t.read()).toEqual([...before, ...before, ...before].sort((a, b) => Number(a.i) - Number(b.i)));
  });
});
