import { describe, expect, it } from 'vitest';
import { stageOverwrite } from '../../src/delta/index.js';
import { by, useTempTable } from './temp-table.js';

const t = useTempTable();

/** What part of a column's range a row group covers in the mean: all of it where rows lie in no order. */
async function meanSpan(column: string): Promise<number> {
  const files = (await t.snapshot()).files.map((file) => `'${t.location}/${decodeURIComponent(file.path)}'`);
  const [row] = await t.engine.rows(
    `WITH groups AS (
      SELECT stats_min_value::BIGINT AS low, stats_max_value::BIGINT AS high
      FROM parquet_metadata([${files.join(', ')}]) WHERE path_in_schema = '${column}')
    SELECT count(*)::INTEGER AS groups, (avg(high - low) / (max(high) - min(low)))::DOUBLE AS span FROM groups`,
  );
  expect(row!.groups).toBeGreaterThan(3);
  return row!.span as number;
}

describe('the order of rows', () => {
  // threads of the engine may exchange neighbouring row groups, so it is not exact
  it('is about that of the query, within each partition too', async () => {
    const select =
      'SELECT * FROM (SELECT hash(range) % 1000000 AS id, range % 2 AS part FROM range(600000)) ORDER BY id, part';
    await (await stageOverwrite(t.target, { select, partitionBy: ['part'] })).commit(by);
    expect((await t.snapshot()).files).toHaveLength(2);
    expect(await meanSpan('id')).toBeLessThan(0.6);
  });
});
