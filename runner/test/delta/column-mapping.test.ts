import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stageAppend, stageDelete, stageMerge, stageOverwrite } from '../../src/delta/index.js';
import { by, useTempTable } from './temp-table.js';

const t = useTempTable();
const NESTED =
  "SELECT 1 AS id, {'x': 1, 'list': [{'y': 'a'}]} AS s, MAP {'k': {'v': 1}} AS m, 'p q' AS part UNION ALL SELECT 2, NULL, NULL, NULL";

describe('a table whose columns are mapped by name', () => {
  it('keeps values of every depth through each operation', async () => {
    const properties = { 'delta.columnMapping.mode': 'name' };
    await (await stageOverwrite(t.target, { select: NESTED, partitionBy: ['part'], properties })).commit(by);
    const snapshot = await t.snapshot();
    expect(snapshot.properties['delta.columnMapping.maxColumnId']).toBe('8');
    expect(snapshot.protocol).toEqual({ minReaderVersion: 2, minWriterVersion: 5 });
    await (await stageAppend(t.target, { select: "SELECT 3 AS id, 'new' AS extra", mergeSchema: true })).commit(by);
    const added = (await t.snapshot()).schema.fields.at(-1)!;
    expect(added.metadata['delta.columnMapping.physicalName']).toMatch(/^col-/);
    await (await stageMerge(t.target, { source: "SELECT 1 AS id, 'merged' AS extra", on: ['id'] })).commit(by);
    await (await stageDelete(t.target, "extra = 'new'")).commit(by);
    expect(await t.read()).toEqual([
      {
        id: 1,
        s: { x: 1, list: [{ y: 'a' }] },
        m: [{ key: 'k', value: { v: 1 } }],
        part: 'p q',
        extra: 'merged',
      },
      { id: 2, s: null, m: null, part: null, extra: null },
    ]);
  });

  it('was not mapped before, and its files stay as they are', async () => {
    await (await stageOverwrite(t.target, { select: 'SELECT 1 AS a' })).commit(by);
    const properties = { 'delta.columnMapping.mode': 'name' };
    await (await stageAppend(t.target, { select: 'SELECT 2 AS a', properties })).commit(by);
    expect(await t.read()).toEqual([{ a: 1 }, { a: 2 }]);
    const back = stageAppend(t.target, { select: 'SELECT 2 AS a', properties: { 'delta.columnMapping.mode': 'none' } });
    await expect(back).rejects.toMatchObject({ code: 'TSD6044' });
  });
});

describe('a table whose columns are mapped by id', () => {
  it('finds columns whatever their names in the files, and refuses structs whose fields have other names', async () => {
    const properties = { 'delta.columnMapping.mode': 'id' };
    await (await stageOverwrite(t.target, { select: "SELECT 1 AS a, {'x': 1} AS s", properties })).commit(by);
    const [file] = (await t.snapshot()).files;
    const path = join(t.location, file!.path);
    const replace = (struct: string, name: string) =>
      t.engine.execute(
        `COPY (SELECT 7 AS other, ${struct} AS s) TO '${path}' (FORMAT parquet, FIELD_IDS {other: 1, s: {__duckdb_field_id: 2, ${name}: 3}})`,
      );
    await replace("{'x': 8}", 'x');
    expect(await t.read()).toEqual([{ a: 7, s: { x: 8 } }]);
    await replace("{'y': 8}", 'y');
    await expect(t.open()).rejects.toMatchObject({
      code: 'TSD6012',
      message: expect.stringContaining('columnMapping (mode id, with a struct whose field 3 is named "y"'),
    });
  });
});
