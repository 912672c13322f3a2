import { existsSync, readdirSync, rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  changesSql,
  DeltaTable,
  history,
  restore,
  stageAppend,
  stageDelete,
  stageMerge,
  stageOptimize,
  stageOverwrite,
  stageShallowClone,
  stageUpdate,
  vacuum,
  writeCheckpoint,
} from '../../src/delta/index.js';
import { S3Store, type S3Table, s3Table } from '../../src/delta/s3/index.js';
import { openTestEngine, type TestEngine } from './duckdb-parquet.js';
import { installS3Server, S3Server } from './s3-server.js';
import { by } from './temp-table.js';

const program = await installS3Server();

describe.skipIf(program === undefined)('a table in S3', () => {
  let server: S3Server;
  let engine: TestEngine;
  let table: S3Table;
  let tables = 0;
  const opened: S3Table[] = [];
  /** a program of its own: nothing is shared with another but the bucket */
  const connect = (path = `silver/plays ${tables}`, on: S3Table['engine'] = engine): S3Table => {
    const made = s3Table(`s3://${server.bucket}/${path}`, on, { endpoint: server.endpoint });
    opened.push(made);
    return made;
  };
  beforeAll(async () => {
    server = await S3Server.start(program!);
    engine = await openTestEngine();
  });
  afterAll(async () => {
    engine?.close();
    await server?.stop();
  });
  beforeEach(() => {
    tables++;
    table = connect();
  });
  afterEach(async () => {
    for (const one of opened.splice(0)) await one.close();
  });

  const rowsOf = async (of: S3Table, at: { version?: number; timestamp?: Date } = {}) => {
    const snapshot = await (await of.open())!.snapshot(at);
    const rows = await of.engine.query(`SELECT * FROM (${snapshot.toSql()}) ORDER BY ALL`);
    return rows.map((row) => Object.values(row).map((value) => (typeof value === 'bigint' ? Number(value) : value)));
  };
  const append = async (to: S3Table, select: string, more = {}) =>
    (await stageAppend(to, { select, ...more })).commit(by);
  const objects = (folder = '') =>
    readdirSync(server.fileOf(`silver/plays ${tables}${folder}`), { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => entry.name);

  it('cuts sorted rows into several files, and leaves no other', async () => {
    const properties = { 'delta.targetFileSize': '300kb' };
    const select = 'SELECT (range * 7919) % 300007 AS id, hash(range) AS h FROM range(300000)';
    await (await stageOverwrite(table, { select, properties, sortBy: ['id'] })).commit(by);
    const { files } = await (await connect().open())!.snapshot({ statistics: true });
    expect(files.map((file) => JSON.parse(file.stats!).numRecords).sort()).toEqual([122_880, 122_880, 54_240]);
    expect(objects()).toHaveLength(3);
    expect(await rowsOf(connect())).toHaveLength(300_000);
  });

  it('keeps row groups in which no row changes', async () => {
    await (await stageOverwrite(table, { select: 'SELECT range AS id, 1 AS n FROM range(300000)' })).commit(by);
    const other = connect();
    await (await stageUpdate(other, { set: { n: '2' }, where: 'id > 299990' })).commit(by);
    const reader = connect();
    const snapshot = await (await reader.open())!.snapshot({ statistics: true });
    expect(snapshot.files.map((file) => JSON.parse(file.stats!).numRecords).sort()).toEqual([245_760, 54_240]);
    expect(
      await reader.engine.query(`SELECT count(*)::INTEGER AS rows, sum(n)::INTEGER AS sum FROM (${snapshot.toSql()})`),
    ).toEqual([{ rows: 300_000, sum: 300_009 }]);
  });

  it('is created, added to, merged, changed, put together, and read by another program at every version', async () => {
    await (await stageOverwrite(table, { select: "SELECT range AS id, 'n' || range AS name FROM range(3)" })).commit(
      by,
    );
    await append(table, "SELECT 3 AS id, 'n3' AS name");
    const source = "SELECT * FROM (VALUES (0, 'merged'), (9, 'new')) AS s(id, name)";
    const staged = await stageMerge(table, { source, on: ['id'] });
    // what is staged can be read, and is read by nobody else
    const before = await table.engine.query(`SELECT count(*)::INTEGER AS n FROM (${staged.toSql()})`);
    expect(before).toEqual([{ n: 5 }]);
    expect(await rowsOf(connect())).toHaveLength(4);
    await staged.commit(by);
    await (await stageUpdate(table, { set: { name: "'updated'" }, where: 'id = 1' })).commit(by);
    await (await stageDelete(table, 'id = 2')).commit(by);
    await (await stageOptimize(table)).commit(by);
    const expected = [
      [0, 'merged'],
      [1, 'updated'],
      [3, 'n3'],
      [9, 'new'],
    ];
    const other = connect();
    expect(await rowsOf(other)).toEqual(expected);
    expect((await (await other.open())!.snapshot()).files).toHaveLength(1);
    expect(await rowsOf(other, { version: 0 })).toEqual([
      [0, 'n0'],
      [1, 'n1'],
      [2, 'n2'],
    ]);
    expect((await history((await other.open())!)).map((entry) => entry.operation)).toEqual([
      'OPTIMIZE',
      'DELETE',
      'UPDATE',
      'MERGE',
      'WRITE',
      'CREATE TABLE AS SELECT',
    ]);
    await restore((await other.open())!, 1, by);
    expect(await rowsOf(table)).toHaveLength(4);
  });

  it('has partitions with odd names, deletion vectors and a change data feed', async () => {
    const properties = { 'delta.enableDeletionVectors': 'true', 'delta.enableChangeDataFeed': 'true' };
    const select = `SELECT range AS id, ['a b', 'ü/ö%', '', NULL, 'it''s'][1 + range % 5] AS part FROM range(50)`;
    await (await stageOverwrite(table, { select, partitionBy: ['part'], properties })).commit(by);
    await (await stageDelete(table, 'id % 5 = 1 AND id < 20')).commit(by);
    const other = connect();
    expect(await rowsOf(other)).toHaveLength(46);
    expect((await (await other.open())!.snapshot()).files.filter((file) => file.deletionVector)).toHaveLength(1);
    const changes = await changesSql((await other.open())!, { from: 1 });
    expect(await other.engine.query(`SELECT id::INTEGER AS id, _change_type FROM (${changes}) ORDER BY id`)).toEqual(
      [1, 6, 11, 16].map((id) => ({ id, _change_type: 'delete' })),
    );
    const read = new Set((await rowsOf(other)).map(([, part]) => part));
    // an empty string has no partition value of its own (PROTOCOL.md, "Partition Value Serialization")
    expect(read).toEqual(new Set(['a b', 'ü/ö%', null, "it's"]));
  });

  it('gets checkpoints, from which another program opens it', async () => {
    for (let n = 0; n <= 21; n++) await append(table, `SELECT ${n} AS n`);
    expect(objects('/_delta_log').filter((name) => name.includes('checkpoint'))).toEqual([
      '00000000000000000010.checkpoint.parquet',
      '00000000000000000020.checkpoint.parquet',
      '_last_checkpoint',
    ]);
    expect(objects('/_delta_log').filter((name) => name.startsWith('_tmp'))).toEqual([]);
    await rm(server.fileOf(`silver/plays ${tables}/_delta_log/00000000000000000003.json`));
    expect(await rowsOf(connect())).toEqual(Array.from({ length: 22 }, (_, n) => [n]));
    // a checkpoint written anew is read anew
    const other = connect();
    const snapshot = await (await other.open())!.snapshot({ version: 20 });
    await append(table, 'SELECT 22 AS n');
    await writeCheckpoint(table.store, table.engine, await (await table.open())!.snapshot());
    expect(snapshot.numRecords).toBe(21);
    expect(await rowsOf(other)).toHaveLength(23);
  });

  it('loses by vacuum what no version within the retention needs, and nothing else', async () => {
    for (let n = 0; n < 3; n++) await (await stageOverwrite(table, { select: `SELECT ${n} AS n` })).commit(by);
    const staged = await stageAppend(table, { select: 'SELECT 9 AS n' });
    // the store's clock counts seconds
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const options = { retentionHours: 0, allowShortRetention: true, protect: staged.stagedPaths };
    const { files } = await vacuum((await table.open())!, { ...options, dryRun: true });
    expect(files).toHaveLength(2);
    expect(objects()).toHaveLength(4);
    await vacuum((await table.open())!, options);
    expect(objects()).toHaveLength(2);
    await staged.commit(by);
    expect(await rowsOf(connect())).toEqual([[2], [9]]);
    await expect(rowsOf(connect(), { version: 0 })).rejects.toMatchObject({ code: 'TSD6003' });
  });

  it('is discarded before it is committed: no object stays', async () => {
    await append(table, 'SELECT 1 AS n');
    const staged = await stageAppend(table, { select: 'SELECT 2 AS n' });
    expect(objects()).toHaveLength(2);
    await staged.discard();
    expect(objects()).toHaveLength(1);
  });

  it('takes a file that is sent in parts', async () => {
    const select = 'SELECT range AS id, md5(range::VARCHAR) AS h, md5((range + 1)::VARCHAR) AS i FROM range(1100000)';
    await (await stageOverwrite(table, { select })).commit(by);
    const other = connect();
    const { files } = await (await other.open())!.snapshot();
    expect(files[0]!.size).toBeGreaterThan(33 * 1024 * 1024);
    const sql = (await (await other.open())!.snapshot()).toSql();
    const [row] = await other.engine.query(
      `SELECT count(*)::INTEGER AS n, bool_and(h = md5(id::VARCHAR)) AS ok FROM (${sql})`,
    );
    expect(row).toEqual({ n: 1_100_000, ok: true });
  });

  it('is cloned: the clone names the objects of its source', async () => {
    await append(table, 'SELECT range AS id FROM range(5)', { properties: { 'delta.enableDeletionVectors': 'true' } });
    await (await stageDelete(table, 'id = 0')).commit(by);
    const clone = connect(`gold/copy ${tables}`);
    await (await stageShallowClone(clone, (await table.open())!)).commit(by);
    await (await stageDelete(clone, 'id = 1')).commit(by);
    const other = connect(`gold/copy ${tables}`);
    expect(await rowsOf(other)).toEqual([[2], [3], [4]]);
    expect((await (await other.open())!.snapshot()).files[0]!.path).toMatch(/^s3:\/\/lake\/silver\/plays%20/);
    await restore((await other.open())!, 0, by);
    expect(await rowsOf(other)).toEqual([[1], [2], [3], [4]]);
    // without the store such an address is out of reach
    const local = await DeltaTable.open(server.fileOf(`gold/copy ${tables}`), engine).catch((error) => error);
    expect(local).toMatchObject({ code: 'TSD6003', message: expect.stringContaining('s3://lake/') });
  });

  it('is joined with another table, where one reads with the engine of the other', async () => {
    await append(table, "SELECT range AS id, 'n' || range AS name FROM range(3)");
    const second = connect(`silver/other ${tables}`, table.engine);
    await append(second, 'SELECT 1 AS id');
    const [a, b] = [await (await connect().open())!.snapshot(), await (await second.open())!.snapshot()];
    const first = connect();
    const one = await (await first.open())!.snapshot();
    const joined = connect(`silver/other ${tables}`, first.engine);
    const two = await (await joined.open())!.snapshot();
    expect([a.version, b.version]).toEqual([0, 0]);
    expect(await joined.engine.query(`SELECT name FROM (${one.toSql()}) JOIN (${two.toSql()}) USING (id)`)).toEqual([
      { name: 'n1' },
    ]);
  });

  describe('with several writers at once', () => {
    it('keeps every row of four that append', { timeout: 120_000 }, async () => {
      await append(table, "SELECT 'first' AS writer, 0 AS n");
      const engines = await Promise.all(Array.from({ length: 4 }, () => openTestEngine()));
      await Promise.all(
        engines.map(async (own, writer) => {
          const target = connect(undefined, own);
          for (let n = 0; n < 10; n++) await append(target, `SELECT 'w${writer}' AS writer, ${n} AS n`);
        }),
      );
      for (const own of engines) own.close();
      const other = connect();
      const rows = await rowsOf(other);
      expect(rows).toHaveLength(41);
      expect(new Set(rows.map(String)).size).toBe(41);
      expect((await (await other.open())!.snapshot()).version).toBe(40);
    });

    it('lets one of those who put the same name first', async () => {
      for (let round = 0; round < 20; round++) {
        const puts = await Promise.all(
          Array.from({ length: 8 }, (_, n) => connect().store.putIfAbsent(`race ${round}`, `by ${n}`)),
        );
        expect(puts.filter(Boolean)).toHaveLength(1);
        expect(await table.store.read(`race ${round}`)).toBe(`by ${puts.indexOf(true)}`);
      }
    });

    it('refuses the overwrite that has not seen an append', async () => {
      await append(table, 'SELECT 1 AS n');
      const staged = await stageOverwrite(table, { select: 'SELECT 2 AS n' });
      await append(connect(), 'SELECT 3 AS n');
      await expect(staged.commit(by)).rejects.toMatchObject({ code: 'TSD6020' });
      expect(await rowsOf(connect())).toEqual([[1], [3]]);
    });

    it('knows its own commit when the answer was lost', async () => {
      expect(await table.store.putIfAbsent('_delta_log/00000000000000000000.json', 'mine')).toBe(true);
      expect(await table.store.putIfAbsent('_delta_log/00000000000000000000.json', 'mine')).toBe(true);
      expect(await table.store.putIfAbsent('_delta_log/00000000000000000000.json', 'yours')).toBe(false);
    });
  });

  it('keeps copies in a folder of the caller’s, and none in one of its own', async () => {
    const cacheFolder = await mkdtemp(join(tmpdir(), 'tsdbt-s3-cache-'));
    try {
      const kept = s3Table(`s3://lake/silver/plays ${tables}`, engine, { endpoint: server.endpoint, cacheFolder });
      await append(kept, 'SELECT 1 AS n');
      await kept.close();
      const [file] = (await (await table.open())!.snapshot()).files;
      expect(existsSync(join(kept.location, file!.path))).toBe(true);
      await table.close();
      expect(existsSync(table.location)).toBe(false);
    } finally {
      await rm(cacheFolder, { recursive: true, force: true });
    }
  });

  it('that names an object which is gone is told by its address', async () => {
    await append(table, 'SELECT 1 AS a');
    const [object] = objects().filter((name) => name.endsWith('.parquet'));
    rmSync(server.fileOf(`silver/plays ${tables}/${object}`));
    const other = connect();
    const address = `s3://lake/silver/plays ${tables}`;
    const gone = {
      code: 'TSD6003',
      message: `${address}: the log names a file that is not there: ${address}/${object}`,
      hint: expect.stringContaining('restore it from a backup'),
    };
    const select = (await (await other.open())!.snapshot()).toSql();
    await expect(other.engine.query(select)).rejects.toMatchObject(gone);
    await expect(stageDelete(other, 'a = 7')).rejects.toMatchObject(gone);
    await expect(stageOverwrite(other, { select })).rejects.toMatchObject(gone);
    // of a table that was cloned too; of other files, the engine says what it says
    const clone = connect(`silver/clone ${tables}`);
    await (await stageShallowClone(clone, (await other.open())!)).commit(by);
    await expect(rowsOf(clone)).rejects.toMatchObject({
      code: 'TSD6003',
      message: expect.stringContaining(`${address}/${object}`),
    });
    await expect(other.engine.query("FROM 'nowhere/none.parquet'")).rejects.toThrow('No files found');
  });

  it('says what is wrong with the place', async () => {
    for (const url of ['lake/plays', 's3://lake', 's3://lake/', 's3://lake/a/../b'])
      expect(() => s3Table(url, engine)).toThrow(expect.objectContaining({ code: 'TSD6005' }));
    const missing = s3Table('s3://no-such-bucket/plays', engine, { endpoint: server.endpoint });
    opened.push(missing);
    await expect(missing.open()).rejects.toMatchObject({ code: 'TSD6004', hint: 'create the bucket' });
    const client = new S3Client({
      endpoint: server.endpoint,
      forcePathStyle: true,
      credentials: { accessKeyId: 'spec', secretAccessKey: 'wrong' },
    });
    const denied = new S3Store(client, 'lake', 'plays', join(tmpdir(), 'never-made'));
    await expect(denied.list('')).rejects.toMatchObject({ code: 'TSD6004' });
    client.destroy();
    expect(await connect(`nothing here`).open()).toBeUndefined();
  });
});
