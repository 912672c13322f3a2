import { describe, expect, it } from 'vitest';
import { stageOverwrite } from '../../src/delta/index.js';
import { by, useTempTable } from './temp-table.js';

const t = useTempTable();

/** Pairs of row groups of one file whose ranges of a column overlap by more than an end that they share: none where neighbours by that column lie together. */
async function overlaps(column: string): Promise<number> {
  const files = (await t.snapshot()).files.map((file) => `'${t.location}/${decodeURIComponent(file.path)}'`);
  const [row] = await t.engine.rows(
    `WITH groups AS (
      SELECT file_name, row_group_id, stats_min_value::BIGINT AS low, stats_max_value::BIGINT AS high
      FROM parquet_metadata([${files.join(', ')}]) WHERE path_in_schema = '${column}')
    SELECT count(*)::INTEGER AS n, (SELECT count(*)::INTEGER FROM groups) AS groups FROM groups a JOIN groups b
    ON a.file_name = b.file_name AND a.row_group_id < b.row_group_id AND a.low < b.high AND b.low < a.high`,
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
});
