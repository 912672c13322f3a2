import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { columnsOf } from './compare-tables.js';
import { Lake } from './lake.js';
import { smallProject, succeed } from './small-project.js';

/** Each type that DuckDB has and a Delta table can hold: two values at its edges, and its name in Trino. docs/trino.md has this table. */
const TYPES: readonly (readonly [column: string, values: readonly [string, string], trino: string])[] = [
  ['a_boolean', ['true', 'false'], 'boolean'],
  ['a_tinyint', ['(-128)::tinyint', '127::tinyint'], 'tinyint'],
  ['a_smallint', ['(-32768)::smallint', '32767::smallint'], 'smallint'],
  ['an_integer', ['(-2147483648)::integer', '2147483647::integer'], 'integer'],
  ['a_bigint', ['(-9223372036854775808)::bigint', '9223372036854775807::bigint'], 'bigint'],
  ['a_hugeint', ['(-170141183460469231731687303715884105)::hugeint', '9007199254740993::hugeint'], 'decimal(38,0)'],
  ['a_utinyint', ['0::utinyint', '255::utinyint'], 'smallint'],
  ['a_usmallint', ['0::usmallint', '65535::usmallint'], 'integer'],
  ['a_uinteger', ['0::uinteger', '4294967295::uinteger'], 'bigint'],
  ['a_ubigint', ['0::ubigint', '18446744073709551615::ubigint'], 'decimal(20,0)'],
  ['a_float', ['0.1::float', '3.4028234e38::float'], 'real'],
  ['a_double', ['0.1::double', '5e-324::double'], 'double'],
  ['another_double', ["'NaN'::double", "'-Infinity'::double"], 'double'],
  ['a_decimal', ['(-0.01)::decimal(18,3)', '999999999999999.999::decimal(18,3)'], 'decimal(18,3)'],
  [
    'a_long_decimal',
    ['1e-10::decimal(38,10)', '1234567890123456789012345678.0123456789::decimal(38,10)'],
    'decimal(38,10)',
  ],
  ['a_varchar', ["'größer — 東京 🎵'", "''"], 'varchar'],
  ['a_blob', ["'\\x00\\xFF'::blob", "''::blob"], 'varbinary'],
  ['a_date', ["date '0001-01-01'", "date '9999-12-31'"], 'date'],
  ['a_timestamp', ["timestamp '1582-10-04 23:59:59.999999'", "timestamp '2262-04-12 00:00:00.000001'"], 'timestamp(6)'],
  [
    'a_timestamptz',
    ["timestamptz '1969-12-31 23:59:59.999+00'", "timestamptz '2024-03-31 02:30:00.123+01'"],
    'timestamp(3) with time zone',
  ],
  ['a_timestamp_s', ["timestamp_s '2024-02-29 12:00:00'", "timestamp_s '1999-12-31 23:59:59'"], 'timestamp(6)'],
  ['a_timestamp_ms', ["timestamp_ms '2024-02-29 12:00:00.123'", "timestamp_ms '1999-12-31 23:59:59'"], 'timestamp(6)'],
  [
    'a_timestamp_ns',
    ["timestamp_ns '2024-02-29 12:00:00.123456789'", "timestamp_ns '1999-12-31 23:59:59'"],
    'timestamp(6)',
  ],
  ['a_time', ["time '23:59:59.999999'", "time '00:00:00'"], 'varchar'],
  ['an_interval', ["interval '1 month 2 days'", "interval '3 seconds'"], 'varchar'],
  [
    'a_uuid',
    ["'00000000-0000-0000-0000-000000000001'::uuid", "'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid"],
    'varchar',
  ],
  ['a_json', [`'{"a": [1, null]}'::json`, "'[]'::json"], 'varchar'],
  ['an_enum', ["'b'::enum('a', 'b')", "'a'::enum('a', 'b')"], 'varchar'],
  ['some_bits', ["'0101'::bit", "'1'::bit"], 'varchar'],
  ['a_union', ['union_value(n := 1)', 'union_value(n := 2)'], 'varchar'],
  ['a_list', ['[1, null, 3]', '[]::integer[]'], 'array(integer)'],
  ['a_struct', ["{'a': 1, 'b': 'x'}", "{'a': null, 'b': ''}"], 'row(a integer, b varchar)'],
  ['a_map', ["map {'k': 1::bigint}", 'map {}::map(varchar, bigint)'], 'map(varchar, bigint)'],
  ['a_nest', ["[{'a': [1::bigint], 'd': 0.75::decimal(4,2)}]", '[]'], 'array(row(a array(bigint), d decimal(4,2)))'],
];

const rows = [0, 1].map(
  (row) => `select ${row} as row_number, ${TYPES.map(([column, values]) => `${values[row]} as ${column}`).join(', ')}`,
);
const nulls = `select 2, ${TYPES.map(() => 'null').join(', ')}`;

describe('types on their way from DuckDB through Delta to Trino', () => {
  const project = smallProject({
    'models/gold/all_types.sql': `${rows.join('\nunion all\n')}\nunion all\n${nulls}\n`,
    'models/gold/MixedCase.sql': `select 1 as "Upper Case", 2 as "größe", 'x' as "select"\n`,
    'models/gold/nothing.sql': `select 1 as a, 'x' as b where false\n`,
    'models/gold/in_parts.sql': `{{ config(partition_by=['kind', 'day']) }}
select i as n, case i % 4 when 0 then null when 1 then 'a/b c=d%' when 2 then 'ä' else '' end as kind, date '2024-02-28' + (i % 3)::integer as day
from range(24) as r(i)\n`,
    'models/gold/moments.sql': `select i as n, timestamptz '2024-01-01 00:00:00+00' + to_microseconds(i * 250) as at from range(-8, 8) as r(i)\n`,
  });
  let lake: Lake;
  beforeAll(async () => {
    await succeed(project, 'build');
    lake = await Lake.over(project);
  });
  afterAll(async () => {
    await lake?.stop();
    project.remove();
  });

  it('are these', async () => {
    const found = await columnsOf(lake.trino, 'delta.gold.all_types');
    expect(found.slice(1).map(({ name, type }) => [name, type])).toEqual(
      TYPES.map(([column, , trino]) => [column, trino]),
    );
  });

  it('keep every value, nulls and the edges of their ranges too', async () => {
    expect(await lake.same('gold.all_types')).toBe(3);
  });

  it('keep names, which Trino spells in lower case', async () => {
    expect(await lake.compare('gold.MixedCase', 'delta.gold.mixedcase')).toEqual({ rows: 1, differences: [] });
    expect((await columnsOf(lake.trino, 'delta.default.MIXEDCASE')).map(({ name }) => name)).toEqual([
      'upper case',
      'größe',
      'select',
    ]);
  });

  it('keep tables without rows, and partitions with awkward values', async () => {
    expect(await lake.same('gold.nothing')).toBe(0);
    expect(await lake.same('gold.in_parts')).toBe(24);
    const [count] = await lake.trino.list(
      `select count(*) from gold.in_parts where kind = 'a/b c=d%' and day = date '2024-02-29'`,
    );
    expect(count).toBe('2');
  });

  it('lose what is below a millisecond in a moment with a time zone: Trino has no finer type for it', async () => {
    expect(await lake.same('gold.moments')).toBe(16);
    const [exact] = await lake.trino.list('select count(distinct at) from gold.moments');
    expect(Number(exact)).toBeLessThan(16);
  });

  it('and the words that both engines take, with other answers, are those of the guide', async () => {
    const sunday = "timestamp '2024-03-31 23:30:00'";
    for (const [words, duckDb, trino] of [
      ['cast(5 / 2 as varchar)', '2.5', '2'],
      ['cast(cast(2.5e0 as integer) as varchar)', '2', '3'],
      [`cast(extract(dow from ${sunday}) as varchar)`, '0', '7'],
      [`cast(date_diff('day', ${sunday}, timestamp '2024-04-01 01:00:00') as varchar)`, '1', '0'],
      ["concat('a', null)", 'a', 'null'],
      ['cast(greatest(1, null) as varchar)', '1', 'null'],
      ["regexp_replace('aa', 'a', 'b')", 'ba', 'bb'],
      ['cast(1e6 as varchar)', '1000000.0', '1.0E6'],
    ] as const) {
      const [row] = await lake.duckDb(`select ${words} as answer`);
      expect(String(row!.answer), words).toBe(duckDb);
      expect(await lake.trino.list(`select ${words}`), words).toEqual([trino]);
    }
    const [row] = await lake.duckDb(
      "select typeof(date_trunc('month', date '2024-05-05')) as t, cast(1 / 0 as varchar) as z",
    );
    expect(row).toEqual({ t: 'TIMESTAMP', z: 'inf' });
    await expect(lake.trino.list('select 1 / 0')).rejects.toThrow('DIVISION_BY_ZERO');
    expect(await lake.trino.list("select typeof(date_trunc('month', date '2024-05-05'))")).toEqual(['date']);
  });
});
