import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stageDelete, stageMerge, stageOverwrite, stageUpdate } from '../../src/delta/index.js';
import { boundsTellOfNan } from '../../src/delta/protocol/data-file-names.js';
import { findDeltalake } from './deltalake.js';
import { by, useTempTable } from './temp-table.js';

const deltalake = await findDeltalake();
const t = useTempTable();

/** Rows of a row group as tables here have them. */
const GROUP = 122_880;
/** Three row groups of a table of the daily kind: what comes late belongs to the last days. */
const ROWS = `SELECT id, 'song ' || id % 1000 AS song, DATE '2024-01-01' + (id // 1000)::INTEGER AS "day",
  {'at': TIMESTAMPTZ '2024-01-01 00:00:00+00' + to_seconds(id), 'ms': CASE WHEN id % 7 = 0 THEN NULL ELSE id // 3 END} AS played,
  CASE WHEN id = 5 THEN 'nan'::DOUBLE ELSE id END AS odd, [id] AS list
  FROM range(${3 * GROUP}) AS r(id)`;

const create = async (options: object = {}, select = ROWS) =>
  (await stageOverwrite(t.target, { select, ...options })).commit(by);
const sizes = async () =>
  (await t.files()).map((file) => JSON.parse(file.stats!).numRecords as number).sort((a, b) => a - b);

/** The table holds what a SELECT gives, here and for deltalake. */
async function expectRows(select: string, readByOthers = true): Promise<void> {
  const sum = async (of: string) =>
    t.engine.rows(`SELECT count(*) AS n, sum(hash(r)::HUGEINT) AS sum FROM (${of}) AS r`);
  const wanted = await sum(select);
  expect(await sum((await t.snapshot()).toSql())).toEqual(wanted);
  if (deltalake === undefined || !readByOthers) return;
  const into = `${t.folder}/theirs.parquet`;
  await deltalake.ask({ do: 'read', location: t.location, version: null, into });
  expect(await sum(`FROM read_parquet('${into}')`)).toEqual(wanted);
}

/** Statistics of every file are those of its rows. */
async function expectTrueStats(column: string, path: string): Promise<void> {
  for (const file of await t.files()) {
    const stats = JSON.parse(file.stats!);
    const at = (part: string) => path.split('.').reduce((value, name) => value?.[name], stats[part]);
    const [row] = await t.engine.rows(
      `SELECT min(${column})::VARCHAR AS low, max(${column})::VARCHAR AS high, count(*) FILTER (WHERE ${column} IS NULL)::INTEGER AS nulls
       FROM read_parquet('${t.location}/${decodeURIComponent(file.path)}', hive_partitioning=false)`,
    );
    expect([String(at('minValues')), String(at('maxValues')), at('nullCount')]).toEqual([
      row!.low,
      row!.high,
      row!.nulls,
    ]);
  }
}

describe('row groups without a row that changes', () => {
  it('are kept by a merge of rows that came late', async () => {
    await create();
    const late = `SELECT * REPLACE ('late ' || id AS song) FROM (${ROWS}) WHERE id >= ${3 * GROUP - 10}
      UNION ALL SELECT ${3 * GROUP}, 'new', DATE '2025-01-01', {'at': NULL, 'ms': -1}, 1.5, NULL`;
    const merged = await stageMerge(t.target, { source: late, on: ['id'] });
    expect(merged.metrics).toMatchObject({
      numTargetRowsUpdated: 10,
      numTargetRowsInserted: 1,
      numTargetRowsCopied: 3 * GROUP - 10,
    });
    await merged.commit(by);
    expect(await sizes()).toEqual([GROUP + 1, 2 * GROUP]);
    await expectRows(`FROM (${ROWS}) WHERE id < ${3 * GROUP - 10} UNION ALL FROM (${late})`);
    await expectTrueStats('id', 'id');
    await expectTrueStats('song', 'song');
    await expectTrueStats('"day"', 'day');
    await expectTrueStats('played.ms', 'played.ms');
    const bounds = (await t.files()).map((file) => JSON.parse(file.stats!).minValues);
    // the one that is kept holds a value that is not a number
    expect(bounds.filter((values) => 'odd' in values).map((values) => values.id)).toEqual([2 * GROUP]);
    // a filter that readers use to pass over row groups still finds what is there
    expect(
      await t.engine.rows(
        `SELECT id::INTEGER AS id FROM (${(await t.snapshot()).toSql()}) WHERE song = 'song 7' AND id < 2000`,
      ),
    ).toEqual([{ id: 7 }, { id: 1007 }]);
  });

  it('are kept in the middle, at both ends, and again from a file that was made so', async () => {
    await create({ properties: { 'delta.parquet.compression.codec': 'uncompressed' } });
    await (await stageDelete(t.target, `id = ${GROUP + 1}`)).commit(by);
    expect(await sizes()).toEqual([GROUP - 1, 2 * GROUP]);
    await (await stageUpdate(t.target, { set: { song: "'x'" }, where: 'id = 3' })).commit(by);
    expect(await sizes()).toEqual([GROUP - 1, GROUP, GROUP]);
    await expectRows(
      `SELECT * REPLACE (CASE WHEN id = 3 THEN 'x' ELSE song END AS song) FROM (${ROWS}) WHERE id <> ${GROUP + 1}`,
    );
    await expectTrueStats('id', 'id');
  });

  it('are not kept where they are few', async () => {
    await create();
    await (await stageDelete(t.target, `id % ${GROUP} = 1 AND id < ${2 * GROUP}`)).commit(by);
    expect(await sizes()).toEqual([3 * GROUP - 2]);
  });

  it('stay in the folder of their partition, under the names that columns have in files', async () => {
    const select = `SELECT *, CASE WHEN id % 4 = 0 THEN 'a b' END AS part FROM (${ROWS}) WHERE id % 4 < 3`;
    const wide = select.replace(`range(${3 * GROUP})`, `range(${6 * GROUP})`);
    await create({ partitionBy: ['part'], properties: { 'delta.columnMapping.mode': 'name' } }, wide);
    await (await stageDelete(t.target, 'id = 1')).commit(by);
    const { files } = await t.snapshot();
    expect(files.map((file) => file.path.split('/')[0]).sort()).toEqual([
      'part=__HIVE_DEFAULT_PARTITION__',
      'part=__HIVE_DEFAULT_PARTITION__',
      'part=a%2520b',
    ]);
    await expectRows(`FROM (${wide}) WHERE id <> 1`, false);
  });

  it('are none with a row that a deletion vector had taken away', async () => {
    await create({ properties: { 'delta.enableDeletionVectors': 'true' } });
    await (await stageDelete(t.target, 'id = 7')).commit(by);
    const properties = { 'delta.enableDeletionVectors': 'false' };
    const source = `FROM (${ROWS}) WHERE false`;
    await (await stageMerge(t.target, { source, on: ['id'], properties })).commit(by);
    await (await stageDelete(t.target, `id = ${2 * GROUP}`)).commit(by);
    expect((await t.snapshot()).files.some((file) => file.deletionVector)).toBe(false);
    await expectRows(`FROM (${ROWS}) WHERE id NOT IN (7, ${2 * GROUP})`, false);
  });

  it('keep the bounds that their writer gave them, and are known by it', async () => {
    await create();
    const trusted = async () => (await t.files()).map((file) => boundsTellOfNan(file));
    const change = async (n: number) =>
      (await stageUpdate(t.target, { set: { song: "'late'" }, where: `id = ${3 * GROUP - n}` })).commit(by);
    await change(1);
    expect(await trusted()).toEqual([true, true]);
    // as if another had written the file
    const [file] = (await t.files()).filter((one) => JSON.parse(one.stats!).numRecords > GROUP);
    const other = 'part-00000-f86ba8e4-0000-4000-8000-000000000000.c000.snappy.parquet';
    await rename(join(t.location, file!.path), join(t.location, other));
    const log = join(t.location, '_delta_log', '00000000000000000001.json');
    await writeFile(log, (await readFile(log, 'utf8')).replaceAll(file!.path, other));
    await (await stageUpdate(t.target, { set: { song: "'late'" }, where: 'id = 9' })).commit(by);
    expect((await t.files()).filter((one) => one.path === other)).toEqual([]);
    expect((await trusted()).sort()).toEqual([false, true, true]);
  });

  it('leave nothing behind where the change fails', async () => {
    await create({ properties: { 'delta.constraints.named': "song <> 'x'" } });
    const before = await t.engine.rows(`SELECT count(*)::INTEGER AS files FROM glob('${t.location}/*')`);
    await expect(stageUpdate(t.target, { set: { song: "'x'" }, where: 'id = 3' })).rejects.toMatchObject({
      code: 'TSD6033',
    });
    expect(await t.engine.rows(`SELECT count(*)::INTEGER AS files FROM glob('${t.location}/*')`)).toEqual(before);
  });
});
