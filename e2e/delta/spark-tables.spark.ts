import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import {
  changesSql,
  DeltaTable,
  duckDBEngine,
  type ParquetEngine,
  restore,
  type StagedCommit,
  stageAlterColumns,
  stageAppend,
  stageDelete,
  stageMerge,
  stageMergeClauses,
  stageOptimize,
  stageOverwrite,
  stageShallowClone,
  stageUpdate,
  vacuum,
} from 'tsdbt/delta';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Spark } from './spark.js';

const by = { runId: 'spec', engineInfo: 'spec' };
const NOW = { retentionHours: 0, allowShortRetention: true };
const folder = mkdtempSync(join(tmpdir(), 'tsdbt-spark-tables-'));
let spark: Spark;
let connection: DuckDBConnection;
let engine: ParquetEngine;
let location: string;
let tables = 0;

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
beforeEach(() => {
  location = join(folder, `t${tables++}`);
});

const target = () => ({ location, engine });
const commit = async (staged: Promise<StagedCommit>) => (await staged).commit(by);
const open = async (at = location) => (await DeltaTable.open(at, engine))!;
const rows = (sql: string) => engine.query(sql);

/** Spark and this project read a version alike: columns, types, rows. @returns the number of rows */
async function same(version?: number, at = location): Promise<number> {
  const ours = (await (await open(at)).snapshot({ version })).toSql();
  await expectSame(ours, at, version === undefined ? {} : { version });
  const [row] = await rows(`SELECT count(*)::INTEGER AS n FROM (${ours})`);
  return row!.n as number;
}

async function expectSame(ours: string, at: string, of: { version?: number; changes_from?: number }): Promise<void> {
  const into = join(folder, 'by-spark');
  await spark.read(at, into, of);
  const theirs = `SELECT * FROM read_parquet('${into}/*.parquet', hive_partitioning=false)`;
  expect(await engine.describe(theirs)).toEqual(await engine.describe(ours));
  const missing = (a: string, b: string) => rows(`(${a}) EXCEPT ALL (${b}) LIMIT 3`);
  expect({ onlyOurs: await missing(ours, theirs), onlyTheirs: await missing(theirs, ours) }).toEqual({
    onlyOurs: [],
    onlyTheirs: [],
  });
}

const EVERY_TYPE = `SELECT * FROM (VALUES
  (1, true, 1::TINYINT, 2::SMALLINT, 9223372036854775807::BIGINT, 1.5::FLOAT, 'nan'::DOUBLE, 1.25::DECIMAL(5,2), 123456789012345678901234567890.12345678::DECIMAL(38,8), 'ü 🎧' || chr(0) || '"\\', '\\x00\\xFF'::BLOB, DATE '2024-02-29', TIMESTAMPTZ '2024-02-29 12:34:56.789123+00', TIMESTAMP '2024-02-29 12:34:56.789123', [1, NULL, 3], {'x': 1, 'y': 'q'}, MAP {'a': 1.5, 'b': NULL}, [{'k': [DATE '2024-01-01']}], 'a b'),
  (2, false, -128, -32768, -9223372036854775808, '-infinity', 'infinity', -0.01, -0.00000001, '', ''::BLOB, DATE '1500-01-01', TIMESTAMPTZ '1969-12-31 23:59:59.999999+00', TIMESTAMP '1900-01-01 00:00:00', [], {'x': NULL, 'y': NULL}, MAP {}, [], 'ü/ö%'),
  (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
  (4, NULL, 0, 0, 0, -0.0, 1e-300, 0, 0, repeat('x', 100000), repeat('y', 1000)::BLOB, DATE '9999-12-31', TIMESTAMPTZ '9999-12-31 23:59:59+00', TIMESTAMP '1001-01-01', [NULL], NULL, NULL, [NULL], 'it''s=1')
) AS s(id, bool, tiny, small, big, f32, f64, dec_small, dec_big, txt, bin, "day", tz, naive, list, struct, map, nested, part)`;
const merged = `SELECT * REPLACE ('merged' AS txt) FROM (${EVERY_TYPE}) WHERE id IN (2, 3) UNION ALL SELECT * REPLACE (9 AS id) FROM (${EVERY_TYPE}) WHERE id = 1`;

describe('Spark reads what is written here', () => {
  it.each([
    ['by writing files anew', {}, undefined],
    ['with deletion vectors, in partitions', { 'delta.enableDeletionVectors': 'true' }, ['part']],
    ['with columns mapped by name, in partitions', { 'delta.columnMapping.mode': 'name' }, ['part']],
  ])('of every type, after every operation, %s', async (_, more, partitionBy) => {
    const properties = { 'delta.enableChangeDataFeed': 'true', ...more };
    await commit(stageOverwrite(target(), { select: EVERY_TYPE, properties, partitionBy }));
    await commit(stageAppend(target(), { select: `SELECT * REPLACE (id + 10 AS id) FROM (${EVERY_TYPE})` }));
    await commit(stageDelete(target(), 'id = 1'));
    await commit(stageUpdate(target(), { set: { txt: "'updated'" }, where: 'id = 11' }));
    await commit(stageMerge(target(), { source: merged, on: ['id'] }));
    await expectSame(await changesSql(await open(), { from: 1 }), location, { changes_from: 1 });
    await commit(stageAppend(target(), { select: 'SELECT 50 AS id, 5 AS extra', mergeSchema: true }));
    await commit(stageOptimize(target()));
    await restore(await open(), 1, by);
    await commit(stageOverwrite(target(), { select: EVERY_TYPE, replaceWhere: 'id < 10' }));
    for (let n = 0; n < 3; n++) await commit(stageAppend(target(), { select: EVERY_TYPE }));
    expect(readdirSync(join(location, '_delta_log'))).toContain('00000000000000000010.checkpoint.parquet');
    // every version before the checkpoint would take minutes: those in which something new was done
    for (const version of [0, 2, 4, 5, 7, 11]) await same(version);
    expect((await vacuum(await open(), NOW)).files.length).toBeGreaterThan(0);
    expect(await same()).toBe(20);
  });

  it('with columns renamed, dropped and added again', async () => {
    await commit(stageOverwrite(target(), { select: EVERY_TYPE, properties: { 'delta.columnMapping.mode': 'name' } }));
    await commit(stageAlterColumns(target(), { rename: { txt: 'a text, with {odd} name' }, drop: ['big', 'struct'] }));
    await commit(stageAppend(target(), { select: "SELECT 7 AS id, 'again' AS big", mergeSchema: true }));
    for (const version of [0, 1, 2]) await same(version);
  });

  it('with partition columns renamed, and renames one of its own', async () => {
    const properties = { 'delta.columnMapping.mode': 'name' };
    await commit(stageOverwrite(target(), { select: EVERY_TYPE, properties, partitionBy: ['part', 'day'] }));
    await commit(stageAlterColumns(target(), { rename: { part: 'the part', txt: 'part' } }));
    await commit(stageAppend(target(), { select: `SELECT 7 AS id, 'new' AS "the part", 'text' AS part` }));
    for (const version of [0, 1, 2]) await same(version);
    const table = `delta.\`${location}\``;
    await spark.sql([
      `ALTER TABLE ${table} RENAME COLUMN day TO date`,
      `DELETE FROM ${table} WHERE \`the part\` = 'new'`,
    ]);
    expect((await (await open()).snapshot()).partitionColumns).toEqual(['the part', 'date']);
    await commit(stageDelete(target(), "date < DATE '2000-01-01'"));
    expect(await same()).toBe(3);
  });

  it('from checkpoints of the second specification', async () => {
    const properties = { 'delta.checkpointPolicy': 'v2', 'delta.checkpointInterval': '2' };
    await commit(stageOverwrite(target(), { select: EVERY_TYPE, properties, partitionBy: ['part'] }));
    for (let n = 0; n < 4; n++) await commit(stageAppend(target(), { select: EVERY_TYPE }));
    for (let version = 0; version < 4; version++)
      rmSync(join(location, '_delta_log', `${String(version).padStart(20, '0')}.json`));
    expect(await same()).toBe(20);
    await spark.sql([`DELETE FROM delta.\`${location}\` WHERE id = 1`]);
    expect(await same()).toBe(15);
  });

  it('in files with row groups of the file before', async () => {
    const select =
      "SELECT range AS id, 'song ' || range % 50 AS song, {'at': TIMESTAMPTZ '2024-01-01 00:00:00+00' + to_seconds(range)} AS played, [range % 7] AS list FROM range(300000)";
    await commit(stageOverwrite(target(), { select }));
    await commit(stageUpdate(target(), { set: { song: "'late'" }, where: 'id > 299990' }));
    expect((await (await open()).snapshot()).files).toHaveLength(2);
    expect(await same()).toBe(300_000);
  });

  it('in partitions of every type and of odd values', async () => {
    const odd = ['plain', 'a/b', 'x=y', '100 %', "it''s", 'ü 漢 🎧', '..', 'q?*:"<>|#', ' lead', '%2F', '+', ''];
    const values = odd.map((text, i) => `(${i}, '${text}')`).join(', ');
    await commit(
      stageOverwrite(target(), {
        select: `SELECT * FROM (VALUES ${values}, (99, NULL)) AS s(a, "p q")`,
        properties: { 'delta.columnMapping.mode': 'name' },
        partitionBy: ['p q'],
      }),
    );
    expect(await same()).toBe(13);
    location += '-typed';
    const select = `SELECT 1 AS a, 12.50::DECIMAL(5,2) AS d, DATE '2024-02-29' AS "day", true AS b, 7::BIGINT AS i, -1::TINYINT AS t,
      1.5::DOUBLE AS f, TIMESTAMPTZ '2024-02-29 12:34:56.789012+00' AS at, TIMESTAMP '2024-02-29 12:34:56' AS naive`;
    await commit(stageOverwrite(target(), { select, partitionBy: ['d', 'day', 'b', 'i', 't', 'f', 'at', 'naive'] }));
    expect(await same()).toBe(1);
  });

  it('and writes to it: both go on from each other', async () => {
    await commit(
      stageOverwrite(target(), { select: EVERY_TYPE, properties: { 'delta.enableDeletionVectors': 'true' } }),
    );
    const table = `delta.\`${location}\``;
    await spark.sql([
      `INSERT INTO ${table} SELECT 20, bool, tiny, small, big, f32, f64, dec_small, dec_big, txt, bin, day, tz, naive, list, struct, map, nested, 'x' FROM ${table} WHERE id = 1`,
      `DELETE FROM ${table} WHERE id = 2`,
      `UPDATE ${table} SET txt = 'by Spark' WHERE id = 3`,
    ]);
    expect(await same()).toBe(4);
    await commit(stageMerge(target(), { source: merged, on: ['id'] }));
    await commit(stageDelete(target(), 'id = 20'));
    expect(await same()).toBe(5);
    await spark.sql([`OPTIMIZE ${table}`, `RESTORE TABLE ${table} TO VERSION AS OF 1`]);
    expect(await same()).toBe(5);
  });

  it('and clusters: what is written here goes between its runs of OPTIMIZE', async () => {
    const table = `delta.\`${location}\``;
    await spark.sql([
      `CREATE TABLE ${table} (id BIGINT, name STRING) USING delta CLUSTER BY (id)`,
      `INSERT INTO ${table} SELECT id, concat('n', id) FROM range(100)`,
      `OPTIMIZE ${table}`,
    ]);
    const clustered = async () =>
      (await (await open()).snapshot()).files.filter((file) => file.clusteringProvider).length;
    expect(await clustered()).toBe(1);
    for (let n = 0; n < 9; n++) await commit(stageAppend(target(), { select: `SELECT ${n} AS id, 'new' AS name` }));
    expect(readdirSync(join(location, '_delta_log'))).toContain('00000000000000000010.checkpoint.parquet');
    expect(await clustered()).toBe(1);
    const [detail] = await spark.sql([`DESCRIBE DETAIL ${table}`]);
    expect(detail).toContain("['id']");
    await spark.sql([`OPTIMIZE ${table}`]);
    expect(await same()).toBe(109);
    await commit(stageDelete(target(), 'id < 50'));
    expect(await same()).toBe(50);
  });

  it('with wider types than its files have, in-commit timestamps, and statistics in checkpoints as structs', async () => {
    const properties = {
      'delta.enableTypeWidening': 'true',
      'delta.enableInCommitTimestamps': 'true',
      'delta.checkpoint.writeStatsAsStruct': 'true',
      'delta.checkpointInterval': '2',
    };
    const select =
      "SELECT range::TINYINT AS n, 1.5::FLOAT AS f, 7::INTEGER AS d, DATE '2024-02-29' AS \"day\", {'x': 1::SMALLINT} AS s, [1::TINYINT] AS l, 'a' AS p FROM range(3)";
    await commit(stageOverwrite(target(), { select, properties, partitionBy: ['p'] }));
    const widen = {
      n: 'BIGINT',
      f: 'DOUBLE',
      d: 'DECIMAL(12,2)',
      day: 'TIMESTAMP',
      s: 'STRUCT(x INTEGER)',
      l: 'SMALLINT[]',
    };
    await commit(stageAlterColumns(target(), { widen, order: ['p', 'l'] }));
    await commit(
      stageAppend(target(), {
        select: "SELECT 5000000000 AS n, 1e300 AS f, 'b' AS p, TIMESTAMP '2024-01-01' AS \"day\"",
      }),
    );
    for (const version of [0, 1, 2]) await same(version);
    const found = await spark.sql([`SELECT count(*) FROM delta.\`${location}\` WHERE n >= 2 AND d IS NOT NULL`]);
    expect(found).toEqual([['1']]);
    await spark.sql([`INSERT INTO delta.\`${location}\` SELECT * FROM delta.\`${location}\` WHERE n > 1`]);
    expect(await same()).toBe(6);
  });

  it('after a merge by clauses', async () => {
    await commit(
      stageOverwrite(target(), { select: EVERY_TYPE, properties: { 'delta.enableChangeDataFeed': 'true' } }),
    );
    await commit(
      stageMergeClauses(target(), {
        source: merged,
        on: ['id'],
        whenMatched: [{ when: 'target.id = 2', delete: true }, { set: 'all' }],
        whenNotMatched: [{ values: 'all' }],
        whenNotMatchedBySource: [{ set: { txt: "'alone'" } }],
      }),
    );
    expect(await same()).toBe(4);
    await expectSame(await changesSql(await open(), { from: 1 }), location, { changes_from: 1 });
  });

  it('as a shallow clone', async () => {
    await commit(stageOverwrite(target(), { select: EVERY_TYPE }));
    const source = await open();
    location += '-clone';
    await commit(stageShallowClone(target(), source));
    expect(await same()).toBe(4);
  });
});

describe('what Spark writes is read here', () => {
  const BASE = `SELECT id, concat('n', id) AS name, timestamp_micros(id * 1234567) AS at, CAST(timestamp_micros(id * 7654321) AS TIMESTAMP_NTZ) AS naive,
    CAST(id / 3 AS DECIMAL(20, 5)) AS d, array(id, NULL) AS list, named_struct('x', id, 'y', map('k', id)) AS s,
    element_at(array('a b', 'ü/ö%', 'it''s', '', NULL), CAST(id % 5 AS INT) + 1) AS part FROM range(100)`;
  const create = (properties: Readonly<Record<string, string>>, partitioned = false) => {
    const list = Object.entries(properties).map(([key, value]) => `'${key}' = '${value}'`);
    const options = list.length === 0 ? '' : ` TBLPROPERTIES (${list.join(', ')})`;
    return `CREATE TABLE ${table()} USING delta${partitioned ? ' PARTITIONED BY (part)' : ''}${options} AS ${BASE}`;
  };
  const table = () => `delta.\`${location}\``;
  const log = () => readdirSync(join(location, '_delta_log'));
  const inserts = (count: number) =>
    Array.from({ length: count }, (_, i) => `INSERT INTO ${table()} ${BASE} LIMIT ${i + 1}`);

  it('in partitions, with classic checkpoints', async () => {
    await spark.sql([create({ 'delta.checkpointInterval': '2' }, true), ...inserts(5)]);
    expect(log()).toContain('00000000000000000004.checkpoint.parquet');
    expect(await same()).toBe(115);
    expect(await same(1)).toBe(101);
  });

  it('with checkpoints in several parts', async () => {
    const conf = { 'spark.databricks.delta.checkpoint.partSize': '3' };
    await spark.sql([create({ 'delta.checkpointInterval': '4' }, true), ...inserts(5)], conf);
    expect(log().filter((name) => /checkpoint\.\d+\.\d+\.parquet$/.test(name)).length).toBeGreaterThan(1);
    expect(await same()).toBe(115);
  });

  it.each(['json', 'parquet'])('with checkpoints of the second specification, in %s', async (format) => {
    const conf = { 'spark.databricks.delta.checkpointV2.topLevelFileFormat': format };
    const properties = { 'delta.checkpointInterval': '3', 'delta.checkpointPolicy': 'v2' };
    await spark.sql([create(properties, true), ...inserts(5)], conf);
    expect(log().some((name) => new RegExp(`checkpoint\\.[0-9a-f-]{36}\\.${format}$`).test(name))).toBe(true);
    expect(await same()).toBe(115);
  });

  it('with deletion vectors, after every kind of change', async () => {
    await spark.sql([
      create({ 'delta.enableDeletionVectors': 'true' }),
      `DELETE FROM ${table()} WHERE id % 7 = 3`,
      `UPDATE ${table()} SET name = 'updated' WHERE id % 11 = 0`,
      `MERGE INTO ${table()} t USING (SELECT id * 2 AS id FROM range(10)) s ON t.id = s.id WHEN MATCHED THEN UPDATE SET name = 'merged'`,
      `OPTIMIZE ${table()}`,
      `RESTORE TABLE ${table()} TO VERSION AS OF 2`,
      `VACUUM ${table()} RETAIN 0 HOURS`,
    ]);
    expect(await same()).toBe(86);
  });

  it.each(['name', 'id'])('with columns mapped by %s, renamed and dropped', async (mode) => {
    await spark.sql([
      create({ 'delta.columnMapping.mode': mode }, true),
      `ALTER TABLE ${table()} RENAME COLUMN name TO called`,
      `ALTER TABLE ${table()} RENAME COLUMN s.x TO z`,
      `ALTER TABLE ${table()} DROP COLUMN d`,
      `ALTER TABLE ${table()} ADD COLUMN extra STRING`,
      `INSERT INTO ${table()} (id, called, extra) VALUES (1000, 'late', 'more')`,
    ]);
    expect(await same()).toBe(101);
    if (mode === 'id') return;
    await commit(stageDelete(target(), 'id < 10'));
    expect(await same()).toBe(91);
  });

  it('with widened types', async () => {
    await spark.sql([
      `CREATE TABLE ${table()} (a SHORT, b INT, f FLOAT, s STRUCT<x: BYTE>) USING delta TBLPROPERTIES ('delta.enableTypeWidening' = 'true')`,
      `INSERT INTO ${table()} VALUES (1, 2, 1.5, named_struct('x', 3)), (NULL, NULL, NULL, NULL)`,
      `ALTER TABLE ${table()} ALTER COLUMN a TYPE INT`,
      `ALTER TABLE ${table()} ALTER COLUMN b TYPE LONG`,
      `ALTER TABLE ${table()} ALTER COLUMN f TYPE DOUBLE`,
      `ALTER TABLE ${table()} ALTER COLUMN s.x TYPE SHORT`,
      `INSERT INTO ${table()} VALUES (100000, 10000000000, 1e300, named_struct('x', 1000))`,
    ]);
    expect(await same()).toBe(3);
  });

  it('with a change data feed', async () => {
    await spark.sql([
      create({ 'delta.enableChangeDataFeed': 'true' }, true),
      `UPDATE ${table()} SET name = 'updated' WHERE id < 3`,
      `DELETE FROM ${table()} WHERE id = 5`,
    ]);
    await expectSame(await changesSql(await open(), { from: 1 }), location, { changes_from: 1 });
  });

  it('or refused by the name of the feature', async () => {
    await spark.sql([`CREATE TABLE ${table()} USING delta AS SELECT parse_json('{"a": 1}') AS v`]);
    await expect(DeltaTable.open(location, engine)).rejects.toMatchObject({
      code: 'TSD6012',
      message: expect.stringContaining('variantType'),
    });
  });

  it('with rows that are tracked: what is added here has ids, and Spark goes on from them', async () => {
    const properties = { 'delta.enableRowTracking': 'true', 'delta.enableDeletionVectors': 'true' };
    await spark.sql([create({ ...properties, 'delta.checkpointInterval': '3' })]);
    const ids = async () => {
      const found = await spark.sql([
        `SELECT id, _metadata.row_id, _metadata.row_commit_version FROM ${table()} ORDER BY id`,
      ]);
      expect(new Set(found.map(([, row]) => row)).size).toBe(found.length);
      return new Map(found.map(([id, row, version]) => [Number(id), `${row} ${version}`]));
    };
    const first = await ids();
    await commit(stageAppend(target(), { select: 'SELECT unnest([1000, 1001]) AS id' }));
    await commit(stageDelete(target(), 'id = 1000 OR id < 10'));
    const second = await ids();
    expect(second.size).toBe(91);
    for (const [id, row] of second) if (id < 1000) expect(row).toBe(first.get(id));
    expect(second.get(1001)).toMatch(/ 1$/);
    await spark.sql([
      `UPDATE ${table()} SET name = 'updated' WHERE id IN (20, 1001)`,
      `INSERT INTO ${table()} (id) VALUES (2000)`,
      `OPTIMIZE ${table()}`,
    ]);
    await commit(stageAppend(target(), { select: 'SELECT 3000 AS id' }));
    const third = await ids();
    expect(third.get(1001)!.split(' ')[0]).toBe(second.get(1001)!.split(' ')[0]);
    expect(third.get(30)).toBe(first.get(30));
    expect(await same()).toBe(93);
    await restore(await open(), 0, by);
    expect(await ids()).toEqual(first);
    await commit(stageOverwrite(target(), { select: 'SELECT 1 AS id' }));
    await spark.sql([`INSERT INTO ${table()} (id) VALUES (2)`]);
    expect((await ids()).size).toBe(2);
  });
});
