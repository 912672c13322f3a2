import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  DeltaTable,
  restore,
  stageAlterColumns,
  stageAppend,
  stageDelete,
  stageMerge,
  stageOverwrite,
  stageUpdate,
} from '../../src/delta/index.js';
import { findDeltaKernel } from './delta-kernel.js';
import { by, useTempTable } from './temp-table.js';

const kernel = await findDeltaKernel();
const t = useTempTable();

/** Reads a version with Delta Kernel and compares its rows with ours. */
async function expectSame(version?: number, location = t.location): Promise<void> {
  const into = join(t.folder, 'theirs.parquet');
  await kernel!.read(location, into, version);
  const ours = (await (await DeltaTable.open(location, t.engine))!.snapshot({ version })).toSql();
  const theirs = `SELECT * FROM read_parquet('${into}', hive_partitioning=false)`;
  expect(await t.engine.describe(theirs)).toEqual(await t.engine.describe(ours));
  const missing = (a: string, b: string) => t.engine.rows(`(${a}) EXCEPT ALL (${b})`);
  expect({ onlyOurs: await missing(ours, theirs), onlyTheirs: await missing(theirs, ours) }).toEqual({
    onlyOurs: [],
    onlyTheirs: [],
  });
}

const ROWS =
  "SELECT range AS id, 'n' || range AS name, ['a', 'b c', NULL][1 + range % 3] AS part, {'x': range, 'y': [{'z': range}]} AS s, MAP {'k': {'v': range}} AS m FROM range(3000)";

describe.skipIf(kernel === undefined)('Delta Kernel reads what is written here', () => {
  it.each([[undefined], [['part']]])(
    'with deletion vectors, partitioned by %s',
    { timeout: 120_000 },
    async (partitionBy) => {
      const properties = { 'delta.enableDeletionVectors': 'true' };
      await (await stageOverwrite(t.target, { select: ROWS, partitionBy, properties })).commit(by);
      const files = (await t.snapshot()).files.length;
      await (await stageDelete(t.target, 'id % 2 = 0 AND id < 2000')).commit(by);
      expect((await t.snapshot()).files.filter((file) => file.deletionVector)).toHaveLength(files);
      await expectSame();
      await (await stageUpdate(t.target, { set: { name: "'updated'" }, where: 'id % 7 = 0' })).commit(by);
      await expectSame();
      const source = `SELECT * REPLACE ('merged' AS name) FROM (${ROWS}) WHERE id % 100 < 2`;
      await (await stageMerge(t.target, { source, on: ['id'] })).commit(by);
      await expectSame();
      for (let n = 0; n < 7; n++) await (await stageAppend(t.target, { select: `${ROWS} LIMIT 1` })).commit(by);
      await expectSame();
      await restore(await t.open(), 1, by);
      await expectSame();
      expect(await t.read()).toHaveLength(2000);
    },
  );

  it('with wider types than its files have, and in-commit timestamps', { timeout: 120_000 }, async () => {
    const properties = { 'delta.enableTypeWidening': 'true', 'delta.enableInCommitTimestamps': 'true' };
    const select =
      "SELECT range::TINYINT AS n, 1.5::FLOAT AS f, 7::INTEGER AS d, {'x': 1::SMALLINT} AS s, [1::TINYINT] AS l FROM range(3)";
    await (await stageOverwrite(t.target, { select, properties })).commit(by);
    const widen = { n: 'BIGINT', f: 'DOUBLE', d: 'DECIMAL(12,2)', s: 'STRUCT(x INTEGER)', l: 'SMALLINT[]' };
    await (await stageAlterColumns(t.target, { widen })).commit(by);
    await (await stageAppend(t.target, { select: 'SELECT 5000000000 AS n, 1e300 AS f' })).commit(by);
    for (const version of [0, 1, 2]) await expectSame(version);
  });

  it('with columns mapped by name or by id', { timeout: 120_000 }, async () => {
    for (const mode of ['name', 'id']) {
      const select = ROWS;
      const target = { ...t.target, location: `${t.location}-${mode}` };
      await (
        await stageOverwrite(target, {
          select,
          partitionBy: ['part'],
          properties: { 'delta.columnMapping.mode': mode },
        })
      ).commit(by);
      await (
        await stageAppend(target, { select: `SELECT *, 1 AS "new one" FROM (${select})`, mergeSchema: true })
      ).commit(by);
      await (
        await stageMerge(target, {
          source: `SELECT * REPLACE ('merged' AS name) FROM (${select}) WHERE id = 7`,
          on: ['id'],
        })
      ).commit(by);
      await expectSame(undefined, target.location);
    }
  });

  it('with partition columns that got wider types', { timeout: 120_000 }, async () => {
    const properties = { 'delta.enableTypeWidening': 'true' };
    const widenings = [
      ['0.1::FLOAT', 'DOUBLE', 1],
      ['7::INTEGER', 'BIGINT', 0],
      ['7::INTEGER', 'DOUBLE', 1],
      ['7::INTEGER', 'DECIMAL(12,2)', 1],
      ['1.50::DECIMAL(5,2)', 'DECIMAL(10,4)', 1],
      ["DATE '2024-01-01'", 'TIMESTAMP', 1],
    ] as const;
    for (const [i, [value, type, written]] of widenings.entries()) {
      const target = { ...t.target, location: `${t.location}-${i}` };
      const select = `SELECT ${value} AS k, 1 AS v`;
      await (await stageOverwrite(target, { select, partitionBy: ['k'], properties })).commit(by);
      const alter = await stageAlterColumns(target, { widen: { k: type } });
      expect({ type, written: alter.added.length }).toEqual({ type, written });
      await alter.commit(by);
      await expectSame(undefined, target.location);
      const rows = `SELECT CAST(${value} AS ${type}) AS k, 2 AS v`;
      await (await stageMerge(target, { source: rows, on: ['k'] })).commit(by);
      const after = (await (await DeltaTable.open(target.location, t.engine))!.snapshot()).toSql();
      const same = `SELECT count(*)::INTEGER AS n FROM (${after}) JOIN (${rows}) USING (k, v)`;
      expect(await t.engine.rows(same)).toEqual([{ n: 1 }]);
      await expectSame(undefined, target.location);
    }
    const target = { ...t.target, location: `${t.location}-other` };
    await (await stageOverwrite(target, { select: "SELECT 'a' AS k, 1 AS v", partitionBy: ['k'] })).commit(by);
    await (await stageOverwrite(target, { select: 'SELECT 1 AS k, 1 AS v', partitionBy: ['k'] })).commit(by);
    await expectSame(undefined, target.location);
  });

  it('with partitions of years after 9999', { timeout: 120_000 }, async () => {
    for (const type of ['DATE', 'TIMESTAMP', 'TIMESTAMPTZ']) {
      const target = { ...t.target, location: `${t.location}-${type}` };
      const select = `SELECT unnest([1, 2]) AS a, unnest([${type} '12024-01-01', ${type} '9999-12-31']) AS p`;
      await (await stageOverwrite(target, { select, partitionBy: ['p'] })).commit(by);
      await expectSame(undefined, target.location);
    }
  });
});
