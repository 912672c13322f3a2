import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDuckDb } from '../../src/engines/duckdb/duckdb-engine.js';
import type { ColumnBatch, Engine, Session } from '../../src/engines/engine.js';
import { EngineFailure } from '../../src/engines/engine-failure.js';
import { CancelledError, QualityError } from '../../src/errors/tsdbt-error.js';

let folder: string;
let engine: Engine;
let session: Session;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tsdbt-duckdb-'));
  engine = await openDuckDb({ tempDirectory: join(folder, 'tmp'), threads: 2 });
  session = await engine.openSession();
});
afterAll(async () => {
  await session.close();
  await engine.close();
  rmSync(folder, { recursive: true });
});

async function* batch(names: string[], columns: unknown[][]): AsyncIterable<ColumnBatch> {
  yield { names, columns, length: columns[0]!.length };
}

async function failureOf(sql: string, how: 'execute' | 'describe' = 'execute'): Promise<EngineFailure> {
  const thrown = await session[how](sql).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(EngineFailure);
  return thrown as EngineFailure;
}

describe('values that a query returns', () => {
  it('are plain JavaScript', async () => {
    const { columns, rows } = await session.query(`
      select 1::integer as i, 9007199254740993::bigint as b, 1.5::double as d, 12.340::decimal(10,3) as dec,
        date '1500-02-28' as day, timestamp '2024-01-02 03:04:05.123456' as naive, timestamptz '2024-01-02 03:04:05.678+02' as tz,
        [1, 2] as list, {'a': 'x'} as struct, 'abc'::blob as bytes, null as nothing, true as yes`);
    expect(columns.map((c) => c.type)).toEqual([
      'INTEGER',
      'BIGINT',
      'DOUBLE',
      'DECIMAL(10,3)',
      'DATE',
      'TIMESTAMP',
      'TIMESTAMP WITH TIME ZONE',
      'INTEGER[]',
      'STRUCT("a" VARCHAR)',
      'BLOB',
      'INTEGER',
      'BOOLEAN',
    ]);
    expect(rows[0]).toEqual([
      1,
      9007199254740993n,
      1.5,
      '12.340',
      '1500-02-28',
      '2024-01-02 03:04:05.123456',
      new Date('2024-01-02T01:04:05.678Z'),
      [1, 2],
      { a: 'x' },
      new Uint8Array([97, 98, 99]),
      null,
      true,
    ]);
  });

  it('arrive in batches when streamed', async () => {
    let rows = 0;
    let batches = 0;
    for await (const part of session.stream('select range as i from range(10000)')) {
      rows += part.length;
      batches += 1;
    }
    expect(rows).toBe(10000);
    expect(batches).toBeGreaterThan(1);
  });
});

describe('type checking without running', () => {
  it('gives names and types', async () => {
    expect(await session.describe('select 1 as a, sum(range) as s from range(3)')).toEqual([
      { name: 'a', type: 'INTEGER' },
      { name: 's', type: 'HUGEINT' },
    ]);
  });

  it('accepts a comment at the end and refuses more than one statement, or none that selects', async () => {
    expect(await session.describe('select 1 as a -- the end')).toHaveLength(1);
    await expect(session.describe('select 1; select 2')).rejects.toThrow('found 2 statements');
    await expect(session.describe('create table x (i int)')).rejects.toThrow('expected one SELECT, found CREATE');
  });
});

describe('errors', () => {
  it('carry the offset, the name and candidates of an unknown column', async () => {
    const failure = await failureOf('select danceabilty from (select 1 as danceability)', 'describe');
    expect(failure).toMatchObject({
      code: 'TSD5003',
      message: 'column "danceabilty" not found',
      offset: 7,
      candidates: ['danceability'],
    });
  });

  it('count characters, not bytes', async () => {
    const failure = await failureOf(`select 'é🎵', foo(1)`);
    expect(failure.offset).toBe(`select 'é🎵', foo(1)`.indexOf('foo'));
  });

  it('name syntax errors, unknown tables and failed casts', async () => {
    expect(await failureOf('selec 1')).toMatchObject({ code: 'TSD5001', offset: 0 });
    expect(await failureOf('select * from nope')).toMatchObject({
      code: 'TSD5002',
      message: 'table "nope" does not exist',
    });
    expect(await failureOf(`select cast('a' as integer)`)).toMatchObject({ code: 'TSD5004', offset: 7 });
  });

  it('of error() carry its text', async () => {
    expect((await failureOf(`select error('stop here')`)).message).toBe('stop here');
  });
});

describe('rows of this process', () => {
  it('become a relation with the declared types', async () => {
    const columns = [
      { name: 'id', type: 'BIGINT' },
      { name: 'price', type: 'DECIMAL(10,2)' },
      { name: 'day', type: 'DATE' },
      { name: 'at', type: 'TIMESTAMPTZ' },
      { name: 'tags', type: 'VARCHAR[]' },
      { name: 'missing', type: 'DOUBLE' },
    ];
    const relation = await session.load(
      columns,
      batch(
        ['tags', 'id', 'price', 'day', 'at'],
        [
          [['a', 'b'], null],
          [1, 2n],
          ['1.25', 3],
          ['2024-02-29', null],
          [new Date(0), '2024-01-01T00:00:00Z'],
        ],
      ),
    );
    const { rows } = await session.query(`select * from ${relation} order by id`);
    expect(rows).toEqual([
      [1n, '1.25', '2024-02-29', new Date(0), ['a', 'b'], null],
      [2n, '3.00', null, new Date('2024-01-01'), null, null],
    ]);
    await session.drop(relation);
    await expect(session.query(`select * from ${relation}`)).rejects.toThrow('does not exist');
  });

  it('that do not fit are named by row, column and value', async () => {
    const bad = (type: string, values: unknown[]) => session.load([{ name: 'x', type }], batch(['x'], [values]));
    await expect(bad('INTEGER', [1, 1.5])).rejects.toThrow('column "x" (integer), row 2: 1.5 is not a whole number');
    await expect(bad('TINYINT', [300])).rejects.toThrow("300 is outside the type's range");
    await expect(bad('DATE', ['2024-01-01', 'soon'])).rejects.toThrow(`row 2: 'soon' does not fit`);
    await expect(bad('DOUBLE', ['1'])).rejects.toBeInstanceOf(QualityError);
  });

  it('keep an error that their producer threw', async () => {
    async function* broken(): AsyncIterable<ColumnBatch> {
      yield { names: ['x'], columns: [[1]], length: 1 };
      throw new TypeError('the file ended early');
    }
    await expect(session.load([{ name: 'x', type: 'INTEGER' }], broken())).rejects.toThrow('the file ended early');
  });
});

describe('cancelling', () => {
  it('stops a running statement and everything after it', async () => {
    const other = await engine.openSession();
    const running = other.query('select count(*) from range(100000000) a, range(100000) b');
    setTimeout(() => other.cancel(), 50);
    await expect(running).rejects.toBeInstanceOf(CancelledError);
    await expect(other.query('select 1')).rejects.toBeInstanceOf(CancelledError);
    await other.close();
  });
});

it('keeps UTC, and no extension is ever fetched', async () => {
  const { rows } = await session.query(
    `select current_setting('TimeZone'), current_setting('autoinstall_known_extensions'), current_setting('autoload_known_extensions')`,
  );
  expect(rows[0]).toEqual(['UTC', false, false]);
});
