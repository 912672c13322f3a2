import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  DeltaTable,
  restore,
  type StagedCommit,
  stageAppend,
  stageDelete,
  stageMerge,
  stageMergeClauses,
  stageOptimize,
  stageOverwrite,
  stageShallowClone,
  stageUpdate,
} from '../../src/delta/index.js';
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
    const days = ["'0001-01-01'", "'0000-12-31'", "'0045-03-15 (BC)'", "'12345-06-07'"];
    for (const type of ['DATE', 'TIMESTAMP', 'TIMESTAMPTZ']) {
      const values = days.map((day, i) => `(${i}, ${type} ${day})`).join(', ');
      const at = { ...t.target, location: join(t.folder, type) };
      const select = `SELECT * FROM (VALUES ${values}) AS s(a, p)`;
      await (await stageAppend(at, { select, partitionBy: ['p'] })).commit(by);
      const snapshot = await (await DeltaTable.open(at.location, t.engine))!.snapshot();
      const years = snapshot.files.map((file) => file.partitionValues.p!.replace(/[T ].*/, ''));
      expect(years.sort()).toEqual(['+12345-06-07', '-0044-03-15', '0000-12-31', '0001-01-01']);
      const same = `(SELECT * FROM (${snapshot.toSql()}) EXCEPT ${select})`;
      expect(await t.engine.rows(`SELECT count(*)::INTEGER AS n FROM ${same}`)).toEqual([{ n: 0 }]);
    }
    await foreignTable('date', ['-0044-03-15', '+12345-06-07', '0000-12-31']);
    expect((await t.read()).map((row) => row.p)).toEqual(['0045-03-15 (BC)', '0000-12-31', '12345-06-07']);
  });
});

describe('values that no partition can have', () => {
  it.each(['DATE', 'TIMESTAMP', 'TIMESTAMPTZ'])('are infinite ones of %s: nothing is written', async (type) => {
    for (const value of ['infinity', '-infinity']) {
      const select = `SELECT 1 AS a, ${type} '2024-01-01' AS p UNION ALL SELECT 2, ${type} '${value}'`;
      const append = stageAppend(t.target, { select, partitionBy: ['p'] });
      await expect(append).rejects.toMatchObject({ code: 'TSD6035', message: expect.stringContaining('"p"') });
    }
    expect(await DeltaTable.open(t.location, t.engine)).toBeUndefined();
    const left = await readdir(t.location, { recursive: true });
    expect(left.filter((name) => name.endsWith('.parquet'))).toEqual([]);
  });

  it('are infinite ones of others, which are read, and kept where rows go', async () => {
    await foreignTable('date', ['infinity', '2024-01-01']);
    const endless = async () =>
      (await t.engine.rows(`SELECT isinf(p) AS p FROM (${(await t.snapshot()).toSql()}) ORDER BY ALL`)).map((r) => r.p);
    expect(await endless()).toEqual([false, true]);
    await (await stageOptimize(t.target)).commit(by);
    await (await stageDelete(t.target, "p = '2024-01-01'")).commit(by);
    expect(await endless()).toEqual([true]);
  });

  it('are empty texts: they become null, which is told once for a column', async () => {
    const rows = "SELECT * FROM (VALUES (1, '', 'x'), (2, NULL, 'y'), (3, '', '')) AS s(a, p, q)";
    const created = await stageOverwrite(t.target, { select: rows, partitionBy: ['p', 'q'] });
    const told = (staged: StagedCommit) => staged.warnings.map(({ message }) => message);
    const message = (name: string) =>
      `column "${name}" has empty strings, which Delta lacks in partition columns: stored as null`;
    expect(told(created)).toEqual([message('p'), message('q')]);
    await created.commit(by);
    expect(await t.read()).toEqual([
      { a: 1, p: null, q: 'x' },
      { a: 2, p: null, q: 'y' },
      { a: 3, p: null, q: null },
    ]);
    const appended = await stageAppend(t.target, { select: "SELECT 4 AS a, 'z' AS p, 'z' AS q" });
    expect(told(appended)).toEqual([]);
    await appended.commit(by);
    expect(told(await stageUpdate(t.target, { set: { q: "''" }, where: 'a = 4' }))).toEqual([message('q')]);
    expect(told(await stageMerge(t.target, { source: "SELECT 9 AS a, '' AS p", on: ['a'] }))).toEqual([message('p')]);
    const clauses = { source: "SELECT 4 AS a, '' AS p", on: ['a'], whenMatched: [{ set: 'all' as const }] };
    expect(told(await stageMergeClauses(t.target, clauses))).toEqual([message('p')]);
    const replaced = { select: "SELECT 5 AS a, 'z' AS p, '' AS q", replaceWhere: "p = 'z'" };
    expect(told(await stageOverwrite(t.target, replaced))).toEqual([message('q')]);
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
