import { afterEach, describe, expect, it, vi } from 'vitest';
import { useTempTable } from './temp-table.js';

const t = useTempTable();
afterEach(() => vi.restoreAllMocks());

/** What DuckDB says itself. */
const described = async (select: string) =>
  (await t.engine.rows(`DESCRIBE ${select}`)).map((row) => ({ name: row.column_name, type: row.column_type }));

const PLAIN = [
  'true',
  '1::TINYINT',
  '1::UBIGINT',
  '1::HUGEINT',
  '1.5::FLOAT',
  '1.25::DECIMAL(18,3)',
  "'x'",
  "'x'::BLOB",
  "'101'::BIT",
  'uuid()',
  "DATE '2020-01-01'",
  "TIME '01:00:00'",
  "TIMETZ '01:00:00+00'",
  'now()',
  'now()::TIMESTAMP',
  'now()::TIMESTAMP_S',
  'now()::TIMESTAMP_NS',
  'INTERVAL 1 DAY',
  'NULL',
];
const OTHERS = [
  "'{}'::JSON",
  "['{}'::JSON]",
  "{'a b': 1, 'c': '{}'::JSON}",
  "MAP {'a': 1}",
  '[1, 2]::INTEGER[2]',
  "'a'::ENUM('a', 'b''c')",
  'union_value(k := 1)',
];

describe('the columns of a SELECT', () => {
  it('of plain types are had from preparing it, as DESCRIBE has them', async () => {
    const select = `SELECT ${PLAIN.map((value, i) => `${value} AS "c ${i}"`).join(', ')}`;
    const expected = await described(select);
    const run = vi.spyOn(t.engine.connection, 'run');
    expect(await t.engine.describe(select)).toEqual(expected);
    expect(run).not.toHaveBeenCalled();
  });

  it.each(OTHERS)('are as DESCRIBE has them: %s', async (value) => {
    const select = `SELECT 1 AS a, ${value} AS b`;
    expect(await t.engine.describe(select)).toEqual(await described(select));
  });

  it('of what is no SELECT, or not one, are told by DESCRIBE or not at all', async () => {
    await expect(t.engine.describe('CREATE TABLE x AS SELECT 1 AS a')).rejects.toThrow(/Parser Error/);
    await expect(t.engine.describe('SELECT * FROM nowhere')).rejects.toThrow(/Catalog Error/);
    expect(await t.engine.describe('FROM (VALUES (1)) AS v(a)')).toEqual([{ name: 'a', type: 'INTEGER' }]);
  });
});
