import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { restore, stageAppend, stageOverwrite, stageSetProperties, writeCheckpoint } from '../../src/delta/index.js';
import { findDeltalake } from './deltalake.js';
import { by, useTempTable } from './temp-table.js';

const deltalake = await findDeltalake();
const t = useTempTable();
const COLUMNS = `1 AS "Id", 'a' AS "The Name", DATE '2024-01-05' AS "Day", 2.5::DECIMAL(9,2) AS "Price"`;
const write = async (values: string) =>
  (await stageAppend(t.target, { select: `SELECT * REPLACE (${values}) FROM (SELECT ${COLUMNS})` })).commit(by);
const constrain = async (expression: string) => {
  await (await stageOverwrite(t.target, { select: `SELECT ${COLUMNS}` })).commit(by);
  await deltalake!.ask({ do: 'constrain', location: t.location, constraints: { c: expression } });
};
const REFUSED = { code: 'TSD6012', message: expect.stringContaining('may mean something else') };

describe.skipIf(deltalake === undefined)('CHECK constraints that deltalake has added', () => {
  it.each([
    ['"Id" > 0', '0 AS "Id"'],
    [`"The Name" <> 'bad' AND "Day" >= '2024-01-01'`, `'bad' AS "The Name"`],
    [`"The Name" LIKE 'a%' OR "Id" IN (1, 2)`, `'b' AS "The Name", 3 AS "Id"`],
    [`"Day" BETWEEN DATE '2024-01-01' AND DATE '2024-12-31'`, `DATE '2025-01-01' AS "Day"`],
    ['"Id" * 2 + 1 < 10', '9 AS "Id"'],
    ['"Price" IS NOT NULL', 'NULL AS "Price"'],
  ])('are enforced, names in double quotes: %s', { timeout: 60_000 }, async (expression, broken) => {
    await constrain(expression);
    expect(Object.values((await t.snapshot()).properties)[0]).toContain('"');
    await write('"Id" + 0 AS "Id"');
    await expect(write(broken)).rejects.toMatchObject({
      code: 'TSD6033',
      message: expect.stringContaining('1 row breaks the constraint c ('),
    });
    // other changes of the table’s metadata do not make them anybody else’s
    await (await stageSetProperties(t.target, { properties: { 'team.owner': 'x' } })).commit(by);
    await write('"Id" + 0 AS "Id"');
    await expect(write(broken)).rejects.toMatchObject({ code: 'TSD6033' });
  });

  it('are refused where nothing tells who has added them, or another has', { timeout: 60_000 }, async () => {
    await constrain('"Id" > 0');
    const log = (version: number) => join(t.location, '_delta_log', `${String(version).padStart(20, '0')}.json`);
    const text = await readFile(log(1), 'utf8');
    for (const other of [
      text.replaceAll('delta-rs', 'Apache-Spark'),
      text.replace('"operation":"ADD CONSTRAINT"', '"operation":"RESTORE"'),
    ]) {
      await writeFile(log(1), other);
      await expect(write('"Id" + 0 AS "Id"')).rejects.toMatchObject(REFUSED);
    }
    await writeFile(log(1), text);
    await write('"Id" + 0 AS "Id"');
    // as Spark had set it before
    await restore(await t.open(), 0, by);
    await restore(await t.open(), 1, by);
    await expect(write('"Id" + 0 AS "Id"')).rejects.toMatchObject(REFUSED);
    const table = await t.open();
    await writeCheckpoint(table.store, t.engine, await table.snapshot());
    for (let version = 0; version < 4; version++) await rm(log(version));
    await expect(write('"Id" + 0 AS "Id"')).rejects.toMatchObject(REFUSED);
  });
});
