import { describe, expect, it } from 'vitest';
import { stageAlterColumns, stageOptimize, stageOverwrite, stageUpdate } from '../../src/delta/index.js';
import { mayHold } from '../../src/delta/protocol/skipping.js';
import { parseStats } from '../../src/delta/protocol/stats.js';
import { by, useTempTable } from './temp-table.js';

const t = useTempTable();

/** `add.stats` of a table of one file */
async function statsOf(select: string): Promise<string> {
  await (await stageOverwrite(t.target, { select })).commit(by);
  return (await t.files())[0]!.stats!;
}

describe('statistics', () => {
  it('are typed JSON: numbers whole, dates and timestamps in ISO 8601, nested by path', async () => {
    const stats = await statsOf(`SELECT * FROM (VALUES
      (9007199254740993, 12345678901234567890.12::DECIMAL(30,2), DATE '2024-01-01', {'x': 1, 'l': [1]}, 'b', NULL::INTEGER),
      (1, 3, NULL, NULL, 'a', NULL)) AS s(i, d, day, st, t, n)`);
    expect(stats).toBe(
      '{"numRecords":2,"minValues":{"d":3.00,"day":"2024-01-01","i":1,"st":{"x":1},"t":"a"},' +
        '"maxValues":{"d":12345678901234567891,"day":"2024-01-01","i":9007199254740993,"st":{"x":1},"t":"b"},' +
        '"nullCount":{"d":0,"day":1,"i":0,"n":2,"st":{"x":1},"t":0}}',
    );
    expect(parseStats(stats)!.maxValues).toMatchObject({ i: '9007199254740993', d: '12345678901234567891' });
  });

  it('round timestamps outwards to milliseconds', async () => {
    const stats = parseStats(
      await statsOf(
        `SELECT TIMESTAMPTZ '2024-01-01 12:34:56.789123+00' AS z, TIMESTAMP '2024-01-01 12:34:56.999999' AS n, TIMESTAMP '2024-01-01 00:00:00.5' AS exact`,
      ),
    )!;
    expect(stats.minValues).toEqual({
      z: '2024-01-01T12:34:56.789Z',
      n: '2024-01-01T12:34:56.999',
      exact: '2024-01-01T00:00:00.500',
    });
    expect(stats.maxValues).toEqual({
      z: '2024-01-01T12:34:56.790Z',
      n: '2024-01-01T12:34:57.000',
      exact: '2024-01-01T00:00:00.500',
    });
  });

  it.each([
    // type, value, least, greatest
    ['DECIMAL(18,3)', '123456789012345.678', '123456789012345', '123456789012346'],
    ['DECIMAL(18,3)', '-999999999999999.999', '-999999999999999.999', '-999999999999999'],
    ['DECIMAL(18,3)', '999999999999999.999', '999999999999999', '999999999999999.999'],
    ['DECIMAL(38,18)', '-12345678901234567890.123456789012345678', '-12345678901234567891', '-12345678901234567890'],
    ['DECIMAL(38,18)', '12345678901234567890.000000000000000000', '12345678901234567890', '12345678901234567890'],
    ['DECIMAL(38,18)', '1.234567890123456789', '1.23456789012345', '1.23456789012346'],
    ['DECIMAL(38,20)', '0.00012345678901234567', '0.000123456789012345', '0.000123456789012346'],
    ['DECIMAL(38,18)', '0.000000000000000001', '0.000000000000000001', '0.000000000000000001'],
    [
      'DECIMAL(38,38)',
      '-0.99999999999999999999999999999999999999',
      '-0.99999999999999999999999999999999999999',
      '-0.999999999999999',
    ],
    [
      'DECIMAL(38,0)',
      '99999999999999999999999999999999999999',
      '99999999999999999999999999999999999999',
      '99999999999999999999999999999999999999',
    ],
    ['DECIMAL(17,2)', '123456789012345.67', '123456789012345', '123456789012346'],
    ['DECIMAL(15,2)', '-9999999999999.99', '-9999999999999.99', '-9999999999999.99'],
  ])(
    'round %s %s outwards to digits that a DOUBLE keeps, as far as there is room',
    async (type, value, least, greatest) => {
      const stats = await statsOf(`SELECT '${value}'::${type} AS d`);
      const bound = (of: string) => new RegExp(`"${of}":\\{"d":([^}]*)\\}`).exec(stats)?.[1];
      expect([bound('minValues'), bound('maxValues')]).toEqual([least, greatest]);
    },
  );

  it('cut long strings to 32 characters, the greatest with a greater one behind', async () => {
    const stats = parseStats(await statsOf("SELECT repeat('ü', 40) AS t"))!;
    expect(stats.minValues.t).toBe('ü'.repeat(32));
    expect(stats.maxValues.t).toBe(`${'ü'.repeat(32)}\u{10FFFF}`);
  });

  it('leave out the bounds of a column with a NaN in one of several row groups', async () => {
    const stats = parseStats(
      await statsOf(`SELECT range AS id, CASE WHEN range = 5 THEN 'NaN'::DOUBLE ELSE 1 END AS h, CASE WHEN range > 5 THEN 2.5::FLOAT END AS f,
        {'x, y': CASE WHEN range = 299999 THEN 'NaN'::FLOAT ELSE 1 END, 'z': range::DOUBLE} AS s FROM range(300000)`),
    )!;
    expect(stats.minValues).toEqual({ id: 0, f: 2.5, s: { z: -0 } });
    expect(stats.maxValues).toEqual({ id: 299999, f: 2.5, s: { z: 299999 } });
  });

  it('leave out what has no bound: NaN, infinities, far years, binary', async () => {
    const stats = parseStats(
      await statsOf(`SELECT * FROM (VALUES
        ('nan'::DOUBLE, 'infinity'::FLOAT, 'infinity'::TIMESTAMP, DATE '12000-01-01', DATE '0044-03-15 (BC)', true, '\\x00'::BLOB),
        (1, 1, TIMESTAMP '2024-01-01', DATE '2024-01-01', DATE '2024-01-01', false, 'a'::BLOB)) AS s(nan, inf, tinf, far, bc, b, bin)`),
    )!;
    expect(stats.minValues).toEqual({ inf: 1, tinf: '2024-01-01T00:00:00.000', far: '2024-01-01', b: false });
    expect(stats.maxValues).toEqual({ bc: '2024-01-01', b: true });
    expect(stats.nullCount).toEqual({ nan: 0, inf: 0, tinf: 0, far: 0, bc: 0, b: 0, bin: 0 });
  });

  it('hold for both zeros, which some readers tell apart', async () => {
    const stats = await statsOf("SELECT * FROM (VALUES ('-0'::DOUBLE, 0::FLOAT), (0, '-0')) AS s(a, b)");
    expect(stats).toContain('"minValues":{"a":-0.0,"b":-0.0},"maxValues":{"a":0.0,"b":0.0}');
  });

  it('of strings are never split within a character, and never too low', async () => {
    const long = ["repeat('🎧', 63)", "'a' || repeat('🎧', 70)", "repeat('é', 100000)", 'repeat(chr(1114111), 40)'];
    const columns = long.map((sql, i) => `${sql} AS c${i}`).join(', ');
    const stats = parseStats(await statsOf(`SELECT ${columns}`))!;
    const [row] = await t.engine.rows(`SELECT ${columns}`);
    for (const [name, value] of Object.entries(row!)) {
      const [low, high] = [stats.minValues[name], stats.maxValues[name]].map((v) => v as string | undefined);
      const order = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
      if (low !== undefined)
        expect([name, order(low, value as string) <= 0, Buffer.from(low).toString() === low]).toEqual([
          name,
          true,
          true,
        ]);
      if (high !== undefined)
        expect([name, order(high, value as string) >= 0, Buffer.from(high).toString() === high]).toEqual([
          name,
          true,
          true,
        ]);
    }
    expect(Object.keys(stats.maxValues)).toContain('c0');
  });

  it('tell which files may hold a key', async () => {
    const file = async (select: string) => {
      await (await stageOverwrite(t.target, { select })).commit(by);
      const snapshot = await t.snapshot();
      return (column: string, min: string, max = min) => mayHold(snapshot.files[0]!, snapshot, [{ column, min, max }]);
    };
    const holds = await file(
      "SELECT range + 9007199254740993 AS i, 'k' || range AS s, TIMESTAMPTZ '2024-01-01 00:00:00.0005+00' AS at, range::DECIMAL(9,2) AS d, NULL::INTEGER AS n FROM range(3)",
    );
    expect(holds('i', '9007199254740992')).toBe(false);
    expect(holds('i', '9007199254740993')).toBe(true);
    expect(holds('i', '9007199254740996', '9007199254740999')).toBe(false);
    expect(holds('s', 'k2')).toBe(true);
    expect(holds('s', 'k3')).toBe(false);
    expect(holds('at', '2024-01-01 00:00:00.0005+00')).toBe(true);
    expect(holds('at', '2024-01-01 00:00:01+00')).toBe(false);
    expect(holds('d', '2.00')).toBe(true);
    expect(holds('d', '2.01', '9.00')).toBe(false);
    expect(holds('n', '1')).toBe(false);
  });
});

describe('bounds of other writers', () => {
  /** whether a file with these bounds, as JSON, may hold a value from `min` to `max` */
  const holds = (type: string, [low, high]: [string, string], min: string, max = min, metadata = {}) =>
    mayHold(
      {
        path: 'a.parquet',
        partitionValues: {},
        size: 1,
        modificationTime: 0,
        dataChange: true,
        stats: `{"numRecords":2,"minValues":{"k":${low}},"maxValues":{"k":${high}},"nullCount":{"k":0}}`,
      },
      {
        schema: { type: 'struct', fields: [{ name: 'k', type, nullable: true, metadata }] },
        partitionColumns: [],
        mapping: 'none',
      },
      [{ column: 'k', min, max }],
    );

  it('prove nothing of NaN, which is above all numbers', () => {
    expect(holds('double', ['1.0', '2.0'], '3.0')).toBe(false);
    expect(holds('double', ['1.0', '2.0'], '3.0', 'inf')).toBe(false);
    expect(holds('double', ['1.0', '2.0'], '3.0', 'nan')).toBe(true);
    expect(holds('double', ['1.0', '2.0'], '-inf', '0.5')).toBe(false);
    expect(holds('float', ['1.0', '2.0'], 'nan')).toBe(true);
  });

  it('of a FLOAT are as good as its text, and so are those of a DOUBLE that was one', () => {
    const once = { 'delta.typeChanges': [{ fromType: 'float', toType: 'double' }] };
    expect(holds('float', ['0.1', '0.1'], '0.1')).toBe(true);
    expect(holds('float', ['0.1', '0.1'], '0.10001')).toBe(false);
    expect(holds('float', ['-0.1', '-0.1'], '-0.10001')).toBe(false);
    expect(holds('double', ['0.1', '0.1'], '0.10000000149011612', '0.2', once)).toBe(true);
    expect(holds('double', ['-0.1', '-0.1'], '-0.2', '-0.10000000149011612', once)).toBe(true);
    expect(holds('double', ['0.1', '0.1'], '0.10001', '0.2', once)).toBe(false);
    expect(holds('double', ['0.1', '1e300'], '1e300', '1e300', once)).toBe(true);
    expect(holds('double', ['0.1', '0.1'], '0.10000000149011612')).toBe(false);
    expect(holds('double', ['0', '0'], '-0.0')).toBe(true);
  });

  it('of decimals hold up to 15 digits exactly, and more of them nearly', () => {
    expect(holds('decimal(20,2)', ['1234567890123456.8', '1234567890123456.8'], '1234567890123456.78')).toBe(true);
    expect(holds('decimal(20,2)', ['-1234567890123456.8', '-1234567890123456.8'], '-1234567890123456.78')).toBe(true);
    expect(holds('decimal(20,2)', ['1234567890123456.8', '1234567890123456.8'], '1234567890123500.00')).toBe(false);
    expect(holds('decimal(20,0)', ['10000000000000000000', '10000000000000000000'], '10000000000000000001')).toBe(true);
    expect(holds('decimal(20,2)', ['0.29', '0.57'], '0.28')).toBe(false);
    expect(holds('decimal(20,2)', ['0.28999999999999998', '0.56999999999999995'], '0.57')).toBe(true);
    expect(holds('decimal(20,2)', ['0.28999999999999998', '0.56999999999999995'], '0.58')).toBe(false);
  });

  it('of strings are cut anywhere, and of times to milliseconds on either side', () => {
    expect(holds('string', ['"ab"', '"ab"'], 'abc')).toBe(true);
    expect(holds('string', ['"ab"', '"ab"'], 'ac')).toBe(false);
    expect(holds('string', ['"ab"', '"ab"'], 'aa')).toBe(false);
    const epoch: [string, string] = ['"1970-01-01T00:00:00.000Z"', '"1970-01-01T00:00:00.000Z"'];
    expect(holds('timestamp', epoch, '1969-12-31 23:59:59.9995+00')).toBe(true);
    expect(holds('timestamp', epoch, '1970-01-01 00:00:00.0005+00')).toBe(true);
    expect(holds('timestamp', epoch, '1970-01-01 00:00:00.01+00')).toBe(false);
    expect(holds('timestamp', epoch, '1969-12-31 23:59:59.99+00')).toBe(false);
  });

  it('of whole numbers are exact, however long', () => {
    expect(holds('long', ['9007199254740993', '9007199254740995'], '9007199254740992')).toBe(false);
    expect(holds('long', ['9007199254740993', '9007199254740995'], '9007199254740993')).toBe(true);
  });
});

describe('the columns that have statistics', () => {
  const SELECT =
    "SELECT range AS id, {'x': range, 'y': {'z': 'text ' || range, 'w': 1}} AS s, [range] AS list, range % 2 AS part, 'late' AS \"odd, name\" FROM range(4)";
  /** columns with statistics in each file of the table */
  const indexed = async () =>
    (await t.files()).map((file) => {
      const { numRecords, minValues, nullCount } = parseStats(file.stats)!;
      expect(numRecords).toBeGreaterThan(0);
      const paths = (value: object, path = ''): string[] =>
        Object.entries(value).flatMap(([name, inner]) =>
          typeof inner === 'object' ? paths(inner as object, `${path}${name}.`) : [`${path}${name}`],
        );
      expect(paths(nullCount).sort()).toEqual(paths(minValues).sort());
      return paths(minValues).sort().join(' ');
    });
  const write = async (properties: Record<string, string>, more = {}) =>
    (await stageOverwrite(t.target, { select: SELECT, properties, ...more })).commit(by);

  it.each([
    ['0', ''],
    ['1', 'id'],
    ['3', 'id s.x s.y.z'],
    // a list counts, and has none
    ['5', 'id s.x s.y.w s.y.z'],
    ['6', 'id part s.x s.y.w s.y.z'],
    ['-1', 'id odd, name part s.x s.y.w s.y.z'],
  ])(
    'are the first %s, by delta.dataSkippingNumIndexedCols: fields of structs count, structs do not',
    async (count, names) => {
      await write({ 'delta.dataSkippingNumIndexedCols': count });
      expect(await indexed()).toEqual([names]);
    },
  );

  it('are those that delta.dataSkippingStatsColumns names, whatever the number; a struct stands for all that is in it', async () => {
    const properties = {
      'delta.dataSkippingNumIndexedCols': '0',
      'delta.dataSkippingStatsColumns': 'ID, s.y,`odd, name`',
    };
    await write(properties, { partitionBy: ['part'] });
    const names = 'id odd, name s.y.w s.y.z';
    expect(await indexed()).toEqual([names, names]);
    await (await stageUpdate(t.target, { set: { id: '10' }, where: 'id = 2' })).commit(by);
    await (await stageOptimize(t.target, { sortBy: ['id'] })).commit(by);
    expect(await indexed()).toEqual([names, names]);
  });

  it('are known by their names after columns were renamed and dropped', async () => {
    await write({ 'delta.dataSkippingStatsColumns': 's.x,id,part', 'delta.columnMapping.mode': 'name' });
    await (await stageAlterColumns(t.target, { rename: { s: 'a struct' }, drop: ['part'] })).commit(by);
    expect((await t.snapshot()).properties['delta.dataSkippingStatsColumns']).toBe('`a struct`.x,id');
    await (await stageUpdate(t.target, { set: { id: '10' }, where: 'id = 2' })).commit(by);
    expect(await indexed()).toEqual(['id s.x']);
  });

  it('are columns that files have', async () => {
    const refused = (list: string, more = {}) =>
      expect(write({ 'delta.dataSkippingStatsColumns': list }, more)).rejects;
    await refused('id,s.xx').toMatchObject({
      code: 'TSD6034',
      message: expect.stringContaining('names s.xx'),
      hint: 'did you mean "x"?',
    });
    await refused('id.x').toMatchObject({ code: 'TSD6034', message: expect.stringContaining('names id.x') });
    await refused('part', { partitionBy: ['part'] }).toMatchObject({
      code: 'TSD6034',
      message: expect.stringContaining('partitioned'),
    });
    expect(await t.open()).toBeUndefined();
  });
});
