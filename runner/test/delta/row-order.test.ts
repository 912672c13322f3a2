import { describe, expect, it } from 'vitest';
import { stageMerge, stageOverwrite, stageUpdate } from '../../src/delta/index.js';
import { by, useTempTable } from './temp-table.js';

const t = useTempTable();

/** Pairs of row groups of one file whose ranges of a column overlap: none where neighbours by that column lie together. */
async function overlaps(column: string): Promise<number> {
  const files = (await t.snapshot()).files.map((file) => `'${t.location}/${decodeURIComponent(file.path)}'`);
  const [row] = await t.engine.rows(
    `WITH groups AS (
      SELECT file_name, row_group_id, stats_min_value::BIGINT AS low, stats_max_value::BIGINT AS high
      FROM parquet_metadata([${files.join(', ')}]) WHERE path_in_schema = '${column}')
    SELECT count(*)::INTEGER AS n, (SELECT count(*)::INTEGER FROM groups) AS groups FROM groups a JOIN groups b
    ON a.file_name = b.file_name AND a.row_group_id < b.row_group_id AND a.low <= b.high AND b.low <= a.high`,
  );
  expect(row!.groups).toBeGreaterThan(3);
  return row!.n as number;
}

describe('the order of rows', () => {
  it('is that of the query, within each partition too', async () => {
    const select =
      'SELECT * FROM (SELECT hash(range) % 1000000 AS id, range % 2 AS part FROM range(600000)) ORDER BY id, part';
    await (await stageOverwrite(t.target, { select, partitionBy: ['part'] })).commit(by);
    expect((await t.snapshot()).files).toHaveLength(2);
    expect(await overlaps('id')).toBe(0);
  });

  it.each(['merged', 'updated'])('stays where rows are %s', async (how) => {
    await (
      await stageOverwrite(t.target, { select: 'SELECT range AS id, 0 AS v FROM range(600000) ORDER BY id' })
    ).commit(by);
    const source = 'SELECT range * 1000 AS id, 1 AS v FROM range(601)';
    const staged =
      how === 'merged'
        ? await stageMerge(t.target, { source, on: ['id'] })
        : await stageUpdate(t.target, { set: { v: '1' }, where: 'id % 1000 = 0' });
    await staged.commit(by);
    expect((await t.snapshot()).files).toHaveLength(1);
    expect(await overlaps('id')).toBe(0);
    const [row] = await t.engine.rows(
      `SELECT count(*)::INTEGER AS n, sum(v)::INTEGER AS v FROM (${(await t.snapshot()).toSql()})`,
    );
    expect(row).toEqual(how === 'merged' ? { n: 600_001, v: 601 } : { n: 600_000, v: 600 });
  });
});
