import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rowTestCount } from '../../src/quality/row-test-count.js';
import { openTestEngine, type TestEngine } from '../delta/duckdb-parquet.js';

let engine: TestEngine;
beforeAll(async () => {
  engine = await openTestEngine();
  // nulls, empty texts, repeated values, and names that need quotes
  await engine.execute(`CREATE TABLE plays AS SELECT
    CASE WHEN range % 7 = 0 THEN NULL ELSE range % 11 END AS n,
    CASE range % 5 WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN 'it''s' ELSE 'where' END AS kind,
    range % 3 = 0 AS "group", range / 4 AS share FROM range(200)`);
});
afterAll(() => engine.close());

const conditions = [
  [
    'n is null',
    'kind is null',
    "trim(kind) = ''",
    '"group"',
    'not (n >= 3)',
    'n is not null and not (n >= 1 and n <= 8)',
  ],
  ["kind in ('it''s', ')', 'from x where y')", 'n > (select avg(n) from plays)', 'n = 1 or kind is null', 'false'],
  ['case when n > 3 then true else false end', 'share between 1 and 30', "kind not in ('', 'where')"],
].flat();
const sources = ['plays', '(select * from plays where n > 2 order by n limit 50) dbt_subquery', 'plays as p'];

async function number(sql: string): Promise<number> {
  return Number((await engine.query(sql))[0]!.rows);
}

describe('the count of a test that filters rows', () => {
  it.each(sources)('is as many as its SELECT has rows, read from %s', async (source) => {
    for (const condition of conditions) {
      for (const sql of [
        `\nselect *\nfrom ${source}\nwhere ${condition}\n`,
        `select 1 from ${source} where ${condition}`,
        `select kind as value_field, count(*) as n_records\nfrom ${source}\nwhere ${condition}\ngroup by kind`,
        `SELECT "group" AS value, COUNT(*) AS n FROM ${source} WHERE ${condition} GROUP BY "group"`,
      ]) {
        const counted = rowTestCount(sql);
        expect(counted?.from, sql).toBe(source);
        const rows = await number(`select count(*) as rows from (${sql})`);
        expect(await number(`select ${counted!.count} as rows from ${counted!.from}`), sql).toBe(rows);
      }
    }
  });

  it.each([
    ['another clause', 'select * from plays where n > 1 order by n'],
    ['a limit', 'select * from plays where n > 1 limit 3'],
    [
      'groups that are counted',
      'select n as unique_field, count(*) as n_records from plays where n is not null group by n having count(*) > 1',
    ],
    ['groups by a number of a column', 'select 1 as x, count(*) as n from plays where n > 1 group by 1'],
    ['groups of an expression', 'select n + 1 as x, count(*) as n from plays where n > 1 group by n + 1'],
    ['several SELECTs', 'select * from plays where n > 1 union all select * from plays where n > 2'],
    ['a CTE', 'with a as (select * from plays) select * from a where n > 1'],
    ['no condition', 'select * from plays'],
    ['an aggregate', 'select count(*) from plays where n > 1'],
    ['distinct rows', 'select distinct * from plays where n > 1'],
    ['a comment, which may hide a bracket', 'select * from plays where n > 1 -- or not'],
    ['a text with escapes', "select * from plays where kind = e'\\'' or n > 1"],
    ['a text between dollars', 'select * from plays where kind = $$it$$'],
    ['two statements', 'select * from plays where n > 1; select 1'],
    ['brackets that do not close', 'select * from plays where (n > 1'],
  ])('is not told of %s', (_, sql) => {
    expect(rowTestCount(sql)).toBeUndefined();
  });
});
