import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Engine, Session } from '../../src/engines/engine.js';
import { EngineFailure } from '../../src/engines/engine-failure.js';
import { CancelledError } from '../../src/errors/tsdbt-error.js';

/** What two engines say in other words. */
export interface Dialect {
  /** names of types, where engines call them otherwise */
  readonly types: Readonly<Record<'array' | 'row' | 'bytes' | 'naive' | 'zoned', string>>;
  /** a query of a column `n` with so many rows */
  readonly rows: (count: number) => string;
  /** a query that runs for minutes */
  readonly endless: string;
  /** the value of `row(1 as a, 'x' as b)` */
  readonly row: string;
  /** `abc` as bytes */
  readonly bytes: string;
}

/**
 * What every engine promises: values, types, errors with places, cancelling, limits. The same cases run on each.
 *
 * @param open starts the engine; the suite closes it
 */
export function engineSuite(name: string, open: () => Promise<Engine>, dialect: Dialect): void {
  let engine: Engine;
  let session: Session;
  beforeAll(async () => {
    engine = await open();
    session = await engine.openSession();
  });
  afterAll(async () => {
    await session?.close();
    await engine?.close();
  });

  /** The one value of a query. */
  const value = async (sql: string): Promise<unknown> => (await session.query(`select ${sql} as v`)).rows[0]![0];

  const failureOf = async (sql: string, how: 'query' | 'describe' = 'describe'): Promise<EngineFailure> => {
    const thrown = await session[how](sql).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(thrown).toBeInstanceOf(EngineFailure);
    return thrown as EngineFailure;
  };

  describe(`${name}: values`, () => {
    it('of 64-bit integers are exact', async () => {
      expect(await value('cast(9007199254740993 as bigint)')).toBe(9007199254740993n);
      expect(await value('cast(-9223372036854775807 as bigint)')).toBe(-9223372036854775807n);
      expect(await value('cast(7 as bigint)')).toBe(7n);
      expect(await value('cast(7 as integer)')).toBe(7);
      expect(await value('cast(7 as smallint)')).toBe(7);
    });

    it('of decimals are texts with all their digits', async () => {
      expect(await value("cast('12.340' as decimal(10,3))")).toBe('12.340');
      expect(await value("cast('-0.10' as decimal(3,2))")).toBe('-0.10');
      expect(await value("cast('12345678901234567890123456789012345678' as decimal(38,0))")).toBe(
        '12345678901234567890123456789012345678',
      );
    });

    it('of floating point are numbers, also the odd ones', async () => {
      expect(await value('cast(1.5 as double)')).toBe(1.5);
      expect(await value("cast('1e100' as double)")).toBe(1e100);
      expect(await value("cast('0.1' as real)")).toBe(Math.fround(0.1));
      expect(await value("cast('NaN' as double)")).toBeNaN();
      expect(await value("cast('-Infinity' as double)")).toBe(-Infinity);
    });

    it('of dates and naive times are texts, to the microsecond', async () => {
      expect(await value("date '1500-02-28'")).toBe('1500-02-28');
      expect(await value("timestamp '2024-01-02 03:04:05.123456'")).toBe('2024-01-02 03:04:05.123456');
      expect(await value("timestamp '2024-01-02 03:04:05.500'")).toBe('2024-01-02 03:04:05.5');
      expect(await value("timestamp '2024-01-02 00:00:00'")).toBe('2024-01-02 00:00:00');
      expect(await value("cast('01:02:03' as time)")).toBe('01:02:03');
    });

    it('of moments are dates, whatever their zone', async () => {
      expect(await value("cast('2024-01-02 03:04:05.678 UTC' as timestamp with time zone)")).toEqual(
        new Date('2024-01-02T03:04:05.678Z'),
      );
      expect(await value("cast('2024-01-02 03:04:05+02:00' as timestamp with time zone)")).toEqual(
        new Date('2024-01-02T01:04:05Z'),
      );
    });

    it('of texts keep every character', async () => {
      expect(await value(`'é🎵 "q" \\ '' {{'`)).toBe(`é🎵 "q" \\ ' {{`);
      expect(await value("'12345678901234567890'")).toBe('12345678901234567890');
      expect(await value("''")).toBe('');
    });

    it('of lists, rows and bytes are arrays, objects and bytes', async () => {
      expect(await value('array[cast(9007199254740993 as bigint), null]')).toEqual([9007199254740993n, null]);
      expect(await value(dialect.row)).toEqual({ a: 1, b: 'x' });
      expect(await value(`array[${dialect.row}]`)).toEqual([{ a: 1, b: 'x' }]);
      expect(await value("map(array['k'], array[cast(9007199254740993 as bigint)])")).toEqual({ k: 9007199254740993n });
      expect(await value(dialect.bytes)).toEqual(new Uint8Array([97, 98, 99]));
    });

    it('of every type may be null', async () => {
      const types = [
        'bigint',
        'decimal(10,2)',
        'double',
        'real',
        'date',
        'timestamp',
        'timestamp with time zone',
        'varchar',
        'boolean',
      ];
      const { rows } = await session.query(
        `select ${types.map((type, i) => `cast(null as ${type}) as c${i}`).join(', ')}`,
      );
      expect(rows).toEqual([types.map(() => null)]);
      expect(await value('null')).toBeNull();
    });
  });

  describe(`${name}: results`, () => {
    it('have names and types', async () => {
      const { columns } = await session.query(
        `select 1 as i, cast(1 as bigint) as b, cast(1 as decimal(10,2)) as d, cast(1 as double) as f, cast('x' as varchar) as v,
           date '2024-01-01' as day, true as yes, ${dialect.bytes} as bytes`,
      );
      expect(columns).toEqual([
        { name: 'i', type: 'INTEGER' },
        { name: 'b', type: 'BIGINT' },
        { name: 'd', type: 'DECIMAL(10,2)' },
        { name: 'f', type: 'DOUBLE' },
        { name: 'v', type: 'VARCHAR' },
        { name: 'day', type: 'DATE' },
        { name: 'yes', type: 'BOOLEAN' },
        { name: 'bytes', type: dialect.types.bytes },
      ]);
    });

    it('without rows still have columns', async () => {
      expect(await session.query('select 1 as a where 1 = 0')).toEqual({
        columns: [{ name: 'a', type: 'INTEGER' }],
        rows: [],
      });
    });

    it('of many rows arrive whole, and in batches when streamed', async () => {
      const { rows } = await session.query(dialect.rows(50_000));
      expect(rows).toHaveLength(50_000);
      expect(new Set(rows.map((row) => Number(row[0]))).size).toBe(50_000);
      let streamed = 0;
      let batches = 0;
      for await (const batch of session.stream(dialect.rows(50_000))) {
        expect(batch.columns[0]).toHaveLength(batch.length);
        streamed += batch.length;
        batches += 1;
      }
      expect(streamed).toBe(50_000);
      expect(batches).toBeGreaterThan(1);
    });

    it('may be left in the middle, and the session goes on', async () => {
      for await (const batch of session.stream(dialect.rows(50_000))) {
        expect(batch.length).toBeGreaterThan(0);
        break;
      }
      expect(await value('1')).toBe(1);
    });

    it('are limited by LIMIT', async () => {
      const { rows } = await session.query(`select * from (${dialect.rows(1000)}) as shown limit 3`);
      expect(rows).toHaveLength(3);
    });
  });

  describe(`${name}: describing`, () => {
    it('gives names and types without running', async () => {
      // running it would take minutes
      expect(await session.describe(`select count(*) as n from (${dialect.endless}) as e`)).toEqual([
        { name: 'n', type: 'BIGINT' },
      ]);
    });

    it('takes CTEs, and comments at both ends', async () => {
      expect(await session.describe('-- first\nwith a as (select 1 as x) select x from a -- last')).toEqual([
        { name: 'x', type: 'INTEGER' },
      ]);
    });

    it('tells composite types', async () => {
      const columns = await session.describe(`select array[1] as l, ${dialect.row} as r, ${dialect.bytes} as y,
        timestamp '2024-01-01 00:00:00.000000' as t, cast(null as timestamp with time zone) as z`);
      expect(columns.map((column) => column.type)).toEqual([
        dialect.types.array,
        dialect.types.row,
        dialect.types.bytes,
        dialect.types.naive,
        dialect.types.zoned,
      ]);
    });

    it('refuses more than one statement, none at all, and what does not select', async () => {
      expect(await failureOf('select 1; select 2')).toMatchObject({
        code: 'TSD5011',
        message: 'expected one SELECT, found 2 statements',
      });
      expect(await failureOf('-- nothing')).toMatchObject({
        code: 'TSD5011',
        message: 'expected one SELECT, found 0 statements',
      });
      expect(await failureOf('create table x (i integer)')).toMatchObject({
        code: 'TSD5011',
        message: 'expected one SELECT, found CREATE',
      });
    });
  });

  describe(`${name}: errors`, () => {
    it('of unknown columns have a place, the name and what was meant', async () => {
      const sql = 'select\n  danceabilty\nfrom (select 1 as danceability) as tracks';
      for (const how of ['describe', 'query'] as const) {
        const failure = await failureOf(sql, how);
        expect(failure).toMatchObject({
          code: 'TSD5003',
          message: 'column "danceabilty" not found',
          offset: sql.indexOf('danceabilty'),
          subject: 'danceabilty',
          kind: 'Binder',
        });
        expect(failure.candidates).toContain('danceability');
      }
    });

    it('count characters, not bytes, not code points', async () => {
      const sql = "select 'é🎵',\n'🎵🎵', no_such_function(1)";
      expect(await failureOf(sql)).toMatchObject({
        code: 'TSD5002',
        offset: sql.indexOf('no_such'),
        subject: 'no_such_function',
      });
    });

    it('of syntax have a place', async () => {
      const failure = await failureOf('select 1 as a,\n  from', 'query');
      expect(failure).toMatchObject({ code: 'TSD5001', kind: 'Parser' });
      expect(failure.message).not.toContain('\n');
    });

    it('of unknown tables are told as such', async () => {
      expect(await failureOf('select * from no_such_table')).toMatchObject({
        code: 'TSD5002',
        kind: 'Catalog',
        subject: 'no_such_table',
      });
    });

    it('of values that do not fit are told when they run', async () => {
      const rows = "(values ('1'), ('x')) as t (v)";
      expect(await failureOf(`select cast(v as integer) from ${rows}`, 'query')).toMatchObject({ code: 'TSD5004' });
      expect(await session.describe(`select cast(v as integer) as i from ${rows}`)).toEqual([
        { name: 'i', type: 'INTEGER' },
      ]);
    });

    it('leave the session as it was', async () => {
      await failureOf('select nothing_here');
      expect(await value('1')).toBe(1);
    });
  });

  describe(`${name}: cancelling`, () => {
    it('ends what runs, and the session', async () => {
      const own = await engine.openSession();
      const running = own.query(dialect.endless);
      setTimeout(() => own.cancel(), 300);
      await expect(running).rejects.toBeInstanceOf(CancelledError);
      await expect(own.query('select 1')).rejects.toBeInstanceOf(CancelledError);
      await own.close();
    });

    it('leaves other sessions alone', async () => {
      const own = await engine.openSession();
      own.cancel();
      expect(await value('2')).toBe(2);
      await own.close();
    });
  });
}
