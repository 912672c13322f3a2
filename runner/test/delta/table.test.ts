import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { DeltaTable, stageAppend, stageDelete, stageMerge, stageOverwrite } from '../../src/delta/index.js';
import { by, useTempTable } from './temp-table.js';

const t = useTempTable();

describe('a table', () => {
  it('is not there without a log', async () => {
    expect(await DeltaTable.open(t.location, t.engine)).toBeUndefined();
  });

  it('is created by the commit of an overwrite, not before', async () => {
    const staged = await stageOverwrite(t.target, { select: "SELECT 1 AS a, 'x' AS b" });
    expect(staged.readVersion).toBe(-1);
    expect(staged.metrics).toMatchObject({ numFiles: 1, numOutputRows: 1 });
    expect(await t.engine.rows(staged.toSql())).toEqual([{ a: 1, b: 'x' }]);
    expect(await DeltaTable.open(t.location, t.engine)).toBeUndefined();
    expect(await staged.commit(by)).toEqual({ version: 0 });
    const snapshot = await t.snapshot();
    expect(snapshot.version).toBe(0);
    expect(snapshot.columns).toEqual([
      { name: 'a', type: 'INTEGER' },
      { name: 'b', type: 'VARCHAR' },
    ]);
    expect(snapshot.numRecords).toBe(1);
    expect(snapshot.protocol).toEqual({ minReaderVersion: 1, minWriterVersion: 2 });
    expect(snapshot.commitInfo).toMatchObject({
      operation: 'CREATE TABLE AS SELECT',
      runId: 'run-1',
      nodeId: by.nodeId,
    });
  });

  it('that is removed while it is open is said to be gone', async () => {
    await (await stageOverwrite(t.target, { select: 'SELECT 1 AS a' })).commit(by);
    const table = await t.open();
    await rm(t.location, { recursive: true });
    await expect(table.snapshot()).rejects.toMatchObject({ code: 'TSD6001' });
    await expect(stageDelete(t.target, 'a = 1')).rejects.toMatchObject({ code: 'TSD6001' });
  });

  it('keeps every version for time travel', async () => {
    await (await stageOverwrite(t.target, { select: 'SELECT 1 AS a' })).commit(by);
    const between = new Date();
    await new Promise((resolve) => setTimeout(resolve, 20));
    await (await stageAppend(t.target, { select: 'SELECT 2 AS a' })).commit(by);
    await (await stageOverwrite(t.target, { select: "SELECT 'three' AS b" })).commit(by);
    expect(await t.read({ version: 0 })).toEqual([{ a: 1 }]);
    expect(await t.read({ version: 1 })).toEqual([{ a: 1 }, { a: 2 }]);
    expect(await t.read()).toEqual([{ b: 'three' }]);
    expect(await t.read({ timestamp: between })).toEqual([{ a: 1 }]);
    await expect(t.read({ version: 9 })).rejects.toMatchObject({ code: 'TSD6014', hint: 'versions reach from 0 to 2' });
    await expect(t.read({ timestamp: new Date(0) })).rejects.toMatchObject({ code: 'TSD6016' });
  });

  it('keeps its id, properties and descriptions through an overwrite', async () => {
    const first = { select: 'SELECT 1 AS a, 2 AS b', comments: { a: 'the first' }, properties: { 'demo.owner': 'me' } };
    await (await stageOverwrite(t.target, first)).commit(by);
    const before = await t.snapshot();
    await (await stageOverwrite(t.target, { select: "SELECT 'x' AS a" })).commit(by);
    const after = await t.snapshot();
    expect(after.metadata.id).toBe(before.metadata.id);
    expect(after.properties).toEqual({ 'demo.owner': 'me' });
    expect(after.schema.fields).toEqual([
      { name: 'a', type: 'string', nullable: true, metadata: { comment: 'the first' } },
    ]);
  });

  it('has the descriptions that are given, and no others', async () => {
    await (
      await stageOverwrite(t.target, { select: 'SELECT 1 AS a, 2 AS b', comments: { a: 'one', b: 'two' } })
    ).commit(by);
    await (await stageAppend(t.target, { select: 'SELECT 3 AS a', comments: { A: 'first' } })).commit(by);
    expect((await t.snapshot()).schema.fields.map((field) => field.metadata)).toEqual([{ comment: 'first' }, {}]);
    expect((await stageAppend(t.target, { select: 'SELECT 3 AS a', comments: { a: 'first' } })).changesMetadata).toBe(
      false,
    );
  });

  it('takes queries that end in a comment, and columns named as the queries of operations name theirs', async () => {
    await (
      await stageOverwrite(t.target, { select: 'SELECT 1 AS n, 2 AS gone, 3 AS filename, 4 AS path -- all' })
    ).commit(by);
    await (await stageMerge(t.target, { source: 'SELECT 1 AS n, 5 AS gone -- more', on: ['n'] })).commit(by);
    await (await stageDelete(t.target, 'path = 99 -- none')).commit(by);
    expect(await t.read()).toEqual([{ n: 1, gone: 5, filename: 3, path: 4 }]);
  });

  it('may lie in a folder whose name has characters of a pattern', async () => {
    const target = { location: join(t.folder, 'a[1]*?{b,c}'), engine: t.engine };
    for (const n of [1, 2]) await (await stageAppend(target, { select: `SELECT ${n} AS a` })).commit(by);
    const snapshot = await (await DeltaTable.open(target.location, t.engine))!.snapshot();
    expect(await t.engine.rows(snapshot.toSql())).toEqual([{ a: 1 }, { a: 2 }]);
  });

  it('may be empty, and then still has its types', async () => {
    await (await stageOverwrite(t.target, { select: 'SELECT 1::DECIMAL(10,2) AS a WHERE false' })).commit(by);
    const snapshot = await t.snapshot();
    expect(snapshot.files).toEqual([]);
    expect(snapshot.numRecords).toBe(0);
    expect(await t.engine.describe(snapshot.toSql())).toEqual([{ name: 'a', type: 'DECIMAL(10,2)' }]);
    expect(await readdir(t.location)).toEqual(['_delta_log']);
  });

  it('follows an overwrite that reads its own current version', async () => {
    await (await stageOverwrite(t.target, { select: 'SELECT 1 AS a' })).commit(by);
    const current = (await t.snapshot()).toSql();
    await (await stageOverwrite(t.target, { select: `SELECT a + 1 AS a FROM (${current})` })).commit(by);
    expect(await t.read()).toEqual([{ a: 2 }]);
  });

  it('leaves no file behind when a staged change is discarded', async () => {
    await (await stageOverwrite(t.target, { select: 'SELECT 1 AS a' })).commit(by);
    const before = await readdir(t.location);
    const staged = await stageAppend(t.target, { select: 'SELECT 2 AS a' });
    expect(staged.stagedPaths).toHaveLength(1);
    await staged.discard();
    expect(await readdir(t.location)).toEqual(before);
  });
});

describe('a damaged log', () => {
  const log = (version: number) => join(t.location, '_delta_log', `${String(version).padStart(20, '0')}.json`);
  beforeEach(async () => {
    for (const n of [0, 1, 2]) await (await stageAppend(t.target, { select: `SELECT ${n} AS a` })).commit(by);
  });

  it('is refused by name of the version that is missing', async () => {
    await rm(log(1));
    await expect(t.open()).rejects.toMatchObject({
      code: 'TSD6015',
      message: expect.stringContaining('version 1 is missing'),
    });
    expect(await t.engine.rows('SELECT 1 AS still_alive')).toEqual([{ still_alive: 1 }]);
  });

  it('is refused with file and line of what is not JSON', async () => {
    const text = await readFile(log(2), 'utf8');
    await writeFile(log(2), `${text.split('\n')[0]}\n{"add": {"pa`);
    await expect(t.open()).rejects.toMatchObject({
      code: 'TSD6010',
      message: expect.stringContaining('00000000000000000002.json:2: this line of the log is not a JSON object'),
    });
  });

  it.each(['', 'PAR1 and then nothing'])(
    'may have a checkpoint that is %j, as long as the commits are there',
    async (content) => {
      for (let n = 3; n <= 21; n++) await (await stageAppend(t.target, { select: `SELECT ${n} AS a` })).commit(by);
      const checkpoint = join(t.location, '_delta_log', '00000000000000000020.checkpoint.parquet');
      await writeFile(checkpoint, content);
      expect(await t.read()).toHaveLength(22);
      await writeFile(join(t.location, '_delta_log', '00000000000000000010.checkpoint.parquet'), content);
      expect(await t.read()).toHaveLength(22);
      await rm(log(3));
      await expect(t.open()).rejects.toMatchObject({
        code: 'TSD6010',
        message: expect.stringContaining(`${checkpoint}: this checkpoint cannot be read`),
      });
    },
  );

  it('is refused by the name of a commit that has nothing in it', async () => {
    await writeFile(log(3), '');
    const empty = { code: 'TSD6010', message: expect.stringMatching(/0003\.json: this commit is empty/) };
    await expect(t.open()).rejects.toMatchObject(empty);
    await rm(log(3));
    expect(await t.read()).toEqual([{ a: 0 }, { a: 1 }, { a: 2 }]);
  });

  it.each(['decimal(38,39)', 'decimal(50,2)', 'decimal(0,0)', 'decimal(5,-2)'])(
    'is refused by the name of a column of type %s',
    async (type) => {
      const { metadata } = await t.snapshot();
      const schemaString = metadata.schemaString.replace('"integer"', JSON.stringify(type));
      await writeFile(log(3), JSON.stringify({ metaData: { ...metadata, schemaString } }));
      await expect(t.open()).rejects.toMatchObject({
        code: 'TSD6012',
        message: `${t.location}: column "a" is of type ${type}, which cannot be read here`,
      });
    },
  );

  it('that names a file which is gone is told by the name of the file', async () => {
    const [file] = await t.files();
    await rm(join(t.location, file!.path));
    const gone = {
      code: 'TSD6003',
      message: `${t.location}: the log names a file that is not there: ${join(t.location, file!.path)}`,
    };
    await expect(t.engine.query((await t.snapshot()).toSql())).rejects.toMatchObject(gone);
    await expect(stageDelete(t.target, 'a % 2 = 7')).rejects.toMatchObject(gone);
    await expect(stageOverwrite(t.target, { select: (await t.snapshot()).toSql() })).rejects.toMatchObject(gone);
    // of a file that no table names, the engine says what it says
    await expect(t.engine.query(`FROM '${join(t.folder, 'none.parquet')}'`)).rejects.toThrow('No files found');
  });

  it('may have temporary files, foreign files and unknown actions, which are ignored', async () => {
    await writeFile(join(t.location, '_delta_log', '_tmp_x.tmp'), 'half');
    await writeFile(join(t.location, '_delta_log', '.00000000000000000003.json.crc'), 'x');
    await writeFile(
      join(t.location, '_delta_log', '00000000000000000002.checkpoint.0000000001.0000000002.parquet'),
      'x',
    );
    await writeFile(log(3), '{"somethingNew":{"x":1}}\n{"txn":{"appId":"other","version":7}}\n');
    const snapshot = await t.snapshot();
    expect(snapshot.version).toBe(3);
    expect(snapshot.transactionVersion('other')).toBe(7);
    expect(await t.read()).toEqual([{ a: 0 }, { a: 1 }, { a: 2 }]);
  });
});
