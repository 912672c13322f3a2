import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DeltaTable, restore, stageAppend, stageDelete, stageShallowClone } from '../../src/delta/index.js';
import { by, useTempTable } from './temp-table.js';

const t = useTempTable();

/** A table as another program leaves it, whose column `p` is its partition. */
async function foreignTable(type: string, values: readonly (string | null)[]): Promise<void> {
  await mkdir(join(t.location, '_delta_log'), { recursive: true });
  await t.engine.execute(`COPY (SELECT 1 AS a) TO '${join(t.location, 'one.parquet')}' (FORMAT parquet)`);
  const column = (name: string, of: string) => ({ name, type: of, nullable: true, metadata: {} });
  const schemaString = JSON.stringify({ type: 'struct', fields: [column('a', 'integer'), column('p', type)] });
  const actions = [
    { protocol: { minReaderVersion: 1, minWriterVersion: 2 } },
    {
      metaData: {
        id: 'x',
        format: { provider: 'parquet', options: {} },
        schemaString,
        partitionColumns: ['p'],
        configuration: {},
      },
    },
    ...values.map((p, i) => ({
      // one file under several names
      add: {
        path: `${'./'.repeat(i)}one.parquet`,
        partitionValues: { p },
        size: 1,
        modificationTime: 0,
        dataChange: true,
      },
    })),
  ];
  const log = join(t.location, '_delta_log', '00000000000000000000.json');
  await writeFile(log, actions.map((action) => JSON.stringify(action)).join('\n'));
}

describe('partition values that others have written', () => {
  it('of bytes are the UTF-8 of their text; nothing is written to such a table', async () => {
    await foreignTable('binary', ['hello', '\u0001', '😈', null]);
    const values = async () =>
      (await t.engine.rows(`SELECT hex(p) AS p FROM (${await sql()}) ORDER BY ALL`)).map((r) => r.p);
    const sql = async () => (await t.snapshot()).toSql();
    expect(await values()).toEqual(['01', '68656C6C6F', 'F09F9888', null]);
    const append = stageAppend(t.target, { select: "SELECT 2 AS a, 'x'::BLOB AS p" });
    await expect(append).rejects.toMatchObject({ code: 'TSD6035' });
  });

  it('of timestamps without a zone are taken to be in UTC', async () => {
    await foreignTable('timestamp', ['2021-09-08 11:11:11', '2021-09-08T11:11:11.5Z']);
    const rows = await t.read();
    expect(rows.map((row) => row.p)).toEqual(['2021-09-08 11:11:11+00', '2021-09-08 11:11:11.5+00']);
  });
});

describe('partition values of years before 1 and after 9999', () => {
  it('are counted as ISO 8601 does, and read as others write them', async () => {
    const days = ["'0001-01-01'", "'0000-12-31'", "'0045-03-15 (BC)'", "'12345-06-07'", "'infinity'"];
    for (const type of ['DATE', 'TIMESTAMP', 'TIMESTAMPTZ']) {
      const values = days.map((day, i) => `(${i}, ${type} ${day})`).join(', ');
      const at = { ...t.target, location: join(t.folder, type) };
      const select = `SELECT * FROM (VALUES ${values}) AS s(a, p)`;
      await (await stageAppend(at, { select, partitionBy: ['p'] })).commit(by);
      const snapshot = await (await DeltaTable.open(at.location, t.engine))!.snapshot();
      const years = snapshot.files.map((file) => file.partitionValues.p!.replace(/[T ].*/, ''));
      expect(years.sort()).toEqual(['+12345-06-07', '-0044-03-15', '0000-12-31', '0001-01-01', 'infinity']);
      const same = `(SELECT * FROM (${snapshot.toSql()}) EXCEPT ${select})`;
      expect(await t.engine.rows(`SELECT count(*)::INTEGER AS n FROM ${same}`)).toEqual([{ n: 0 }]);
    }
    await foreignTable('date', ['-0044-03-15', '+12345-06-07', '0000-12-31']);
    expect((await t.read()).map((row) => row.p)).toEqual(['0045-03-15 (BC)', '0000-12-31', '12345-06-07']);
  });
});

describe('files that lie elsewhere', () => {
  it('are restored in a shallow clone, whose own they never were', async () => {
    await (await stageAppend(t.target, { select: 'SELECT 1 AS a' })).commit(by);
    const clone = { ...t.target, location: join(t.folder, 'clone') };
    await (await stageShallowClone(clone, await t.open())).commit(by);
    await (await stageDelete(clone, 'a = 1')).commit(by);
    const opened = (await DeltaTable.open(clone.location, t.engine))!;
    await restore(opened, 0, by);
    expect(await t.engine.rows((await opened.snapshot()).toSql())).toEqual([{ a: 1 }]);
  });

  it('are refused, by the file, where the store does not reach them', async () => {
    await foreignTable('string', ['x']);
    const log = join(t.location, '_delta_log', '00000000000000000001.json');
    const add = {
      path: 's3://bucket/a/one.parquet',
      partitionValues: { p: 'y' },
      size: 1,
      modificationTime: 0,
      dataChange: true,
    };
    await writeFile(log, JSON.stringify({ add }));
    const snapshot = await t.snapshot();
    expect(() => snapshot.toSql()).toThrow(
      expect.objectContaining({ code: 'TSD6003', message: expect.stringContaining('s3://bucket/a/one.parquet') }),
    );
  });
});
