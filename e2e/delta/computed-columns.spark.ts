import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import {
  DeltaTable,
  duckDBEngine,
  type ParquetEngine,
  type StagedCommit,
  stageAppend,
  stageDelete,
  stageMerge,
  stageOptimize,
  stageOverwrite,
  stageUpdate,
} from 'tsdbt/delta';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Spark } from './spark.js';

const by = { runId: 'spec', engineInfo: 'spec' };
const folder = mkdtempSync(join(tmpdir(), 'tsdbt-spark-computed-'));
const location = join(folder, 't');
const table = `delta.\`${location}\``;
let spark: Spark;
let connection: DuckDBConnection;
let engine: ParquetEngine;

beforeAll(async () => {
  spark = Spark.start(folder);
  connection = await (await DuckDBInstance.create()).connect();
  engine = await duckDBEngine(connection);
});
afterAll(async () => {
  connection?.closeSync();
  await spark?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const target = () => ({ location, engine });
const commit = async (staged: Promise<StagedCommit>) => (await staged).commit(by);

describe('a table of Spark with generated columns and defaults', () => {
  it('has them computed here as Spark computes them', async () => {
    const generated: readonly (readonly [string, string, string])[] = [
      ['day', 'DATE', 'CAST(at AS DATE)'],
      ['year', 'INT', 'YEAR(at)'],
      ['month', 'INT', 'month(`at`)'],
      ['hour', 'INT', 'hour(at)'],
      ['week', 'INT', 'weekofyear(at)'],
      ['quarter', 'INT', 'quarter(at)'],
      ['dayofyear', 'INT', 'dayofyear(at)'],
      ['since', 'TIMESTAMP', "date_trunc('DAY', at)"],
      ['monday', 'TIMESTAMP', "date_trunc('week', at)"],
      ['part', 'INT', 'EXTRACT(MONTH FROM at)'],
      ['start', 'STRING', 'substring(text, 1, 3)'],
      ['both', 'STRING', "text || '-' || coalesce(other, 'none')"],
      ['size', 'INT', 'length(text)'],
      ['bucket', 'BIGINT', 'id % 7L'],
      ['sum', 'BIGINT', 'id * 2 + 1 - id'],
      [
        'kind',
        'STRING',
        "CASE WHEN id >= 2 AND id <= 3 THEN 'few' WHEN id IN (4, 5) OR text IS NULL THEN 'some' ELSE 'many' END",
      ],
      ['spelled', 'STRING', 'CAST(id AS STRING)'],
      ['more', 'DOUBLE', 'CAST(id AS DOUBLE)'],
    ];
    await spark.create(
      location,
      [['id', 'BIGINT'], ['at', 'TIMESTAMP'], ['text', 'STRING'], ['other', 'STRING'], ...generated],
      { partitionBy: ['day'], properties: { 'delta.feature.allowColumnDefaults': 'supported' } },
    );
    await spark.sql([
      `ALTER TABLE ${table} ALTER COLUMN other SET DEFAULT 'by default'`,
      `INSERT INTO ${table} (id, at, text, other) VALUES (1, TIMESTAMP '2024-02-29 23:59:59.5', 'Ünï 🎧', NULL), (2, NULL, NULL, 'x')`,
    ]);
    const rows = (from: number, to: number) =>
      `SELECT range AS id, TIMESTAMPTZ '1969-12-28 22:30:00+00' + to_hours(range * 1999) AS at, 'Text ' || range AS text FROM range(${from}, ${to})`;
    await commit(stageAppend(target(), { select: rows(3, 40) }));
    await commit(stageMerge(target(), { source: rows(38, 45), on: ['id'] }));
    await commit(stageUpdate(target(), { set: { at: '"at" + INTERVAL 40 DAY', text: "'new'" }, where: 'id % 5 = 0' }));
    await commit(stageDelete(target(), 'id = 7'));
    await commit(stageOptimize(target()));
    await commit(stageOverwrite(target(), { select: `${rows(100, 110)}`, replaceWhere: 'id >= 100' }));
    await commit(
      stageAppend(target(), {
        select: "SELECT 200 AS id, DATE '2024-01-01' AS day, TIMESTAMPTZ '2024-01-01 10:00:00+00' AS at",
      }),
    );
    const wrong = generated.map(([name, , sql]) => `sum(CASE WHEN ${name} <=> (${sql}) THEN 0 ELSE 1 END)`);
    const [found] = await spark.sql([
      `SELECT count(*), count_if(other = 'by default'), ${wrong.join(', ')} FROM ${table}`,
    ]);
    // two rows came with a value, or none, of their own
    expect(found).toEqual(['54', '52', ...generated.map(() => '0')].map(String));
    // Spark goes on with them, and holds rows to the same
    await spark.sql([`INSERT INTO ${table} (id, at) VALUES (300, TIMESTAMP '2030-01-01 00:00:00')`]);
    const snapshot = await (await DeltaTable.open(location, engine))!.snapshot();
    expect(snapshot.numRecords).toBe(55);
  });

  it('is not written where an expression may mean something else here', async () => {
    for (const [name, sql] of [
      ['dayofweek', 'dayofweek(at)'],
      ['date_format', "date_format(at, 'yyyy-MM')"],
    ]) {
      const odd = join(folder, name!);
      await spark.create(odd, [
        ['at', 'TIMESTAMP'],
        ['g', 'STRING', `CAST(${sql} AS STRING)`],
      ]);
      await spark.sql([`INSERT INTO delta.\`${odd}\` (at) VALUES (TIMESTAMP '2024-02-29 23:59:59')`]);
      await expect(
        stageAppend({ location: odd, engine }, { select: "SELECT TIMESTAMPTZ '2024-01-01 00:00:00+00' AS at" }),
      ).rejects.toMatchObject({ code: 'TSD6012', message: expect.stringContaining(name!) });
      // what only takes rows away is done
      await commit(stageDelete({ location: odd, engine }, '"at" IS NULL'));
    }
  });
});

describe('a table of Spark with constraints', () => {
  const own = join(folder, 'constrained');
  const values = "SELECT 1::BIGINT AS id, 2.5::DOUBLE AS x, 'a' AS name, DATE '2024-01-05' AS day";
  const append = (given: string) =>
    commit(stageAppend({ location: own, engine }, { select: `SELECT * REPLACE (${given}) FROM (${values})` }));
  const constrain = (expression: string) =>
    spark.sql([
      `ALTER TABLE delta.\`${own}\` DROP CONSTRAINT IF EXISTS c`,
      `ALTER TABLE delta.\`${own}\` ADD CONSTRAINT c CHECK (${expression})`,
    ]);

  it('has those enforced that mean the same, and gets no rows where one may not', async () => {
    await spark.create(own, [
      ['id', 'BIGINT'],
      ['x', 'DOUBLE'],
      ['name', 'STRING'],
      ['day', 'DATE'],
    ]);
    for (const [expression, broken] of [
      ['`id` > 0', '0::BIGINT AS id'],
      ['name != "bad"', "'bad' AS name"],
      ["day >= '2024-01-01' AND year(day) < 2025", "DATE '2025-01-01' AS day"],
      ["name LIKE 'a%' OR x BETWEEN 0 AND 1.5", "'b' AS name"],
      ['x % 2 < 1', '3::DOUBLE AS x'],
    ] as const) {
      await constrain(expression);
      await append('id + 0 AS id');
      await expect(append(broken)).rejects.toMatchObject({ code: 'TSD6033' });
    }
    for (const expression of [
      'CAST(x AS INT) > 0',
      'dayofweek(day) <= 6',
      'upper(name) = "A"',
      "concat(name, 'x') != ''",
    ]) {
      await constrain(expression);
      await expect(append('id + 0 AS id')).rejects.toMatchObject({ code: 'TSD6012' });
    }
  });
});
