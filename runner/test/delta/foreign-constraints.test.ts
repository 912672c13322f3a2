import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  stageAppend,
  stageDelete,
  stageOptimize,
  stageOverwrite,
  stageSetProperties,
  stageUpdate,
} from '../../src/delta/index.js';
import { by, useTempTable } from './temp-table.js';

const t = useTempTable();
const COLUMNS = "1 AS k, 2.5::DOUBLE AS x, 'a' AS name, DATE '2024-01-05' AS day, 'b' AS other, 1.5::FLOAT AS f";

/** A table with one row. */
const create = async () => (await stageOverwrite(t.target, { select: `SELECT ${COLUMNS}` })).commit(by);

/** Gives the table a constraint as another program does: the log says nothing but its expression. */
async function constrain(expression: string): Promise<void> {
  const { version, metadata } = await t.snapshot();
  const file = join(t.location, '_delta_log', `${String(version + 1).padStart(20, '0')}.json`);
  const metaData = { ...metadata, configuration: { 'delta.constraints.c': expression } };
  await writeFile(file, JSON.stringify({ metaData }));
}

const append = async (values: string) =>
  (await stageAppend(t.target, { select: `SELECT * REPLACE (${values}) FROM (SELECT ${COLUMNS})` })).commit(by);

describe('CHECK constraints of other writers', () => {
  it.each([
    ['`k` > 0', '0 AS k'],
    ['name != "bad"', "'bad' AS name"],
    ["day >= '2024-01-01' AND day < '2025-01-01'", "DATE '2025-01-01' AS day"],
    ['k BETWEEN 1 AND 10 OR name IN ("a", "b")', "11 AS k, 'c' AS name"],
    ["name LIKE 'a%'", "'ba' AS name"],
    ['year(day) = 2024 AND x * 2 > 1.5', '0 AS x'],
    ['f > 0.5', '0.5::FLOAT AS f'],
    ['coalesce(x, 0) > 0', 'NULL AS x'],
  ])('are enforced where they mean the same here: %s', async (expression, broken) => {
    await create();
    await constrain(expression);
    await append('k + 0 AS k');
    await expect(append(broken)).rejects.toMatchObject({
      code: 'TSD6033',
      message: expect.stringContaining(`1 row breaks the constraint c (${expression})`),
    });
  });

  it.each([
    ['CAST(x AS INT) > 0', 'a cast to INTEGER'],
    ['dayofweek(day) <= 6', 'the function dayofweek'],
    ["name != 'a\\\\b'", 'a backslash'],
    ["name != 'it''s'", "'s'"],
    ['name != "other"', '"other"'],
    ['f > 0.1', 'float beside decimal(2,1)'],
    ['name > 5', 'string beside integer'],
    ['k', 'a cast from integer to boolean'],
    ['x % 0 IS NULL', 'the function %'],
    ["name || k + 1 != ''", 'the function ||'],
    ["upper(name) = 'A'", 'the function upper'],
    ['nosuch > 1', 'nosuch'],
  ])('let nobody write rows where they may mean something else: %s', async (expression, what) => {
    await create();
    await constrain(expression);
    const refused = {
      code: 'TSD6012',
      message: expect.stringContaining(
        `the constraint c (${expression}) cannot be checked, for ${what} may mean something else`,
      ),
    };
    await expect(append('k + 0 AS k')).rejects.toMatchObject(refused);
    await expect(stageUpdate(t.target, { set: { k: '2' } })).rejects.toMatchObject(refused);
    await expect(stageOverwrite(t.target, { select: `SELECT ${COLUMNS}` })).rejects.toMatchObject(refused);
  });

  it('do not hinder what leaves rows as they are, and give way to one that is set here', async () => {
    await create();
    await constrain('dayofweek(day) <= 7');
    await (
      await stageSetProperties(t.target, { properties: { 'delta.constraints.c': 'dayofweek("day") <= 5' } })
    ).commit(by);
    await append('2 AS k');
    await expect(append("DATE '2024-01-06' AS day")).rejects.toMatchObject({ code: 'TSD6033' });
    // another program sets its own again
    await (await stageSetProperties(t.target, { unset: ['delta.constraints.c'] })).commit(by);
    expect((await t.snapshot()).properties).toEqual({});
    await constrain('dayofweek(day) <= 7');
    await (await stageDelete(t.target, 'k = 1')).commit(by);
    await (await stageOptimize(t.target)).commit(by);
    expect(await t.read()).toHaveLength(1);
    await expect(append('3 AS k')).rejects.toMatchObject({ code: 'TSD6012' });
    // told to be SQL of DuckDB, it is held against the rows that are there
    const claimed = { properties: { 'delta.constraints.c': 'dayofweek(day) <= 7' } };
    await (await stageSetProperties(t.target, claimed)).commit(by);
    await append('3 AS k');
  });
});
