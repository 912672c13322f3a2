import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningTrino, startTrino } from '../../../e2e/trino/start-trino.js';
import type { Engine, QueryProgress } from '../../src/engines/engine.js';
import { openTrino } from '../../src/engines/trino/trino-engine.js';
import { trinoDefaults } from '../../src/engines/trino/trino-options.js';
import { CancelledError } from '../../src/errors/tsdbt-error.js';
import { engineSuite } from './engine-suite.js';

const warehouse = mkdtempSync(join(tmpdir(), 'tsdbt-engines-'));
let server: RunningTrino;
beforeAll(async () => {
  server = await startTrino({ warehouse, catalogs: { memory: { 'connector.name': 'memory' } } });
});
afterAll(async () => {
  await server?.stop();
  rmSync(warehouse, { recursive: true, force: true });
});

const open = (): Promise<Engine> =>
  openTrino({
    ...trinoDefaults,
    port: Number(new URL(server.url).port),
    user: 'specs',
    catalog: 'memory',
    schema: 'default',
  });

const ENDLESS =
  'select sum(a.n * b.n) as s from unnest(sequence(1, 10000)) as a (n), unnest(sequence(1, 10000)) as b (n), unnest(sequence(1, 10000)) as c (n)';

engineSuite('Trino', open, {
  types: {
    array: 'ARRAY(INTEGER)',
    row: 'ROW("a" INTEGER,"b" VARCHAR)',
    bytes: 'VARBINARY',
    naive: 'TIMESTAMP(6)',
    zoned: 'TIMESTAMP(3) WITH TIME ZONE',
  },
  rows: (count) =>
    `select a.n * 1000 + b.n as n from unnest(sequence(0, ${Math.ceil(count / 1000) - 1})) as a (n) cross join unnest(sequence(0, 999)) as b (n)`,
  endless: ENDLESS,
  row: "cast(row(1, 'x') as row(a integer, b varchar))",
  bytes: "X'616263'",
});

describe('Trino: on the server', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await open();
  });
  afterAll(() => engine?.close());

  /** State and error of the queries with a mark in their text, as the server tells them. */
  const queries = async (mark: string): Promise<(readonly unknown[])[]> => {
    const session = await engine.openSession();
    const { rows } = await session.query(
      `select state, error_code from system.runtime.queries where query like '%${mark}%' and query not like '%runtime.queries%'`,
    );
    await session.close();
    return [...rows];
  };

  it('a cancelled query is over when its promise is', async () => {
    const session = await engine.openSession();
    const running = session.query(`${ENDLESS} /* cancelled */`);
    await sleep(700);
    session.cancel();
    await expect(running).rejects.toBeInstanceOf(CancelledError);
    expect(await queries('cancelled')).toEqual([['FAILED', 'USER_CANCELED']]);
  });

  it('a stream that is left early is ended there, too', async () => {
    const session = await engine.openSession();
    const sql = `select a.n as n from unnest(sequence(1, 10000)) as a (n), unnest(sequence(1, 10000)) as b (n) /* left */`;
    for await (const batch of session.stream(sql)) {
      expect(batch.length).toBeGreaterThan(0);
      break;
    }
    expect(await queries('left')).toEqual([['FAILED', 'USER_CANCELED']]);
    await session.close();
  });

  it('tells how far a query has come, before its first row', async () => {
    const session = await engine.openSession();
    const told: QueryProgress[] = [];
    session.watch!((progress) => told.push(progress));
    await session.query(
      `select count(*) from unnest(sequence(1, 10000)) as a (n), unnest(sequence(1, 10000)) as b (n)`,
    );
    expect(told.length).toBeGreaterThan(1);
    expect(told[0]!.state).toBe('queued');
    expect(told.at(-1)).toMatchObject({ state: 'finished' });
    expect(told.at(-1)!.done).toBe(told.at(-1)!.of);
    session.watch!(undefined);
    const before = told.length;
    await session.query('select 1');
    expect(told).toHaveLength(before);
    await session.close();
  });

  it('keeps every SET SESSION, and USE, of a session', async () => {
    const session = await engine.openSession();
    await session.execute(
      "set session query_max_run_time = '7m'; set session join_distribution_type = 'BROADCAST'; use memory.information_schema",
    );
    const { rows } = await session.query("show session like '%\\_%' escape '\\'");
    const values = new Map(rows.map(([name, value]) => [name, value]));
    expect(values.get('query_max_run_time')).toBe('7m');
    expect(values.get('join_distribution_type')).toBe('BROADCAST');
    expect((await session.query('select current_schema')).rows).toEqual([['information_schema']]);
    const other = await engine.openSession();
    expect((await other.query('select current_schema')).rows).toEqual([['default']]);
    await session.execute('reset session query_max_run_time');
    const after = await session.query("show session like 'query_max_run_time'");
    expect(after.rows[0]![1]).not.toBe('7m');
  });

  it('describes without reading a table', async () => {
    const session = await engine.openSession();
    await session.execute(
      'create table memory.default.read_or_not as select n from unnest(sequence(1, 1000)) as t (n)',
    );
    const told: QueryProgress[] = [];
    session.watch!((progress) => told.push(progress));
    expect(await session.describe('select n, n * 2 as twice from read_or_not')).toEqual([
      { name: 'n', type: 'BIGINT' },
      { name: 'twice', type: 'BIGINT' },
    ]);
    expect(Math.max(...told.map((progress) => progress.rows))).toBe(0);
    await session.query('select sum(n) from read_or_not');
    expect(Math.max(...told.map((progress) => progress.rows))).toBe(1000);
  });

  it('suggests tables and columns that exist', async () => {
    const session = await engine.openSession();
    await session.execute('create table memory.default.top_tracks as select 1 as danceability, 2 as valence');
    const wrongTable = session.describe('select * from default.top_track');
    await expect(wrongTable).rejects.toMatchObject({
      code: 'TSD5002',
      message: 'table "default.top_track" does not exist',
      candidates: ['top_tracks'],
    });
    const wrongColumn = session.describe('select t.danceabilty from "default"."top_tracks" as t');
    await expect(wrongColumn).rejects.toMatchObject({
      subject: 'danceabilty',
      offset: 'select t.'.length,
      candidates: ['danceability', 'valence'],
    });
  });

  it('says what Trino calls otherwise', async () => {
    const session = await engine.openSession();
    const hintOf = async (sql: string): Promise<unknown> =>
      session.describe(sql).then(
        () => undefined,
        (error: { hint?: string }) => error.hint,
      );
    expect(await hintOf("select strftime(current_date, '%Y')")).toBe('in Trino this is date_format(x, format)');
    expect(await hintOf("select md5('x')")).toBe('in Trino this is lower(to_hex(md5(to_utf8(x))))');
    expect(await hintOf("select '1'::integer")).toBe('Trino has no "::": write cast(x as type)');
    expect(await hintOf("select cast('2024-01-01' as timestamptz)")).toBe('in Trino this is timestamp with time zone');
    expect(await hintOf("select timestamptz '2024-01-01'")).toBe('in Trino this is timestamp with time zone');
    expect(await hintOf('select extract(isodow from current_date)')).toBe('in Trino this is day_of_week(x)');
    expect(await hintOf("select 1 = '1'")).toBe('Trino casts nothing by itself: write cast(x as type) on one side');
    expect(await hintOf('select a, count(*) from (values 1) as t (a)')).toContain('GROUP BY');
  });

  it('ends a query at the time limit of the target', async () => {
    const hasty = await openTrino({ ...trinoDefaults, port: Number(new URL(server.url).port), queryTimeout: 700 });
    const session = await hasty.openSession();
    await expect(session.query(`${ENDLESS} /* hasty */`)).rejects.toMatchObject({
      code: 'TSD5035',
      message: 'the query took longer than 0.7 s and was cancelled',
    });
    expect(await queries('hasty')).toEqual([['FAILED', 'USER_CANCELED']]);
    await hasty.close();
  });
});
