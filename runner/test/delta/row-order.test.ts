import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { stageOverwrite } from '../../src/delta/index.js';
import { by, useTempTable } from './temp-table.js';

const t = useTempTable();

const paths = async () =>
  (await t.snapshot()).files.map((file) => `'${t.location}/${decodeURIComponent(file.path)}'`).sort();

/** What part of a column's range a row group covers in the mean: all of it where rows lie in no order. */
async function meanSpan(column: string): Promise<number> {
  const [row] = await t.engine.rows(
    `WITH groups AS (
      SELECT stats_min_value::BIGINT AS low, stats_max_value::BIGINT AS high
      FROM parquet_metadata([${(await paths()).join(', ')}]) WHERE path_in_schema = '${column}')
    SELECT count(*)::INTEGER AS groups, (avg(high - low) / (max(high) - min(low)))::DOUBLE AS span FROM groups`,
  );
  expect(row!.groups).toBeGreaterThan(3);
  return row!.span as number;
}

/** How often, in the files of a partition one behind the other, a row is less than the one before it. */
async function stepsBack(column: string): Promise<number> {
  const [row] = await t.engine.rows(
    `SELECT count(*) FILTER (${column} < before)::INTEGER AS steps FROM (
      SELECT ${column}, lag(${column}) OVER (PARTITION BY parse_dirpath(filename) ORDER BY filename, file_row_number) AS before
      FROM read_parquet([${(await paths()).join(', ')}], filename = true, file_row_number = true))`,
  );
  return row!.steps as number;
}

/** Rows in no order, whose statistics are not all alike: nulls, a NaN, text, a struct. */
const SHUFFLED = `SELECT (range * 7919) % 800011 AS id, range % 2 AS part, 'song ' || range % 1000 AS song,
  CASE WHEN range = 5 THEN 'nan'::DOUBLE ELSE range / 2 + 1 END AS h, {'x': CASE WHEN range % 3 > 0 THEN range END} AS s FROM range(800000)`;

describe('the order of rows', () => {
  // where COPY cuts files, threads of the engine exchange neighbouring row groups, so it is not exact
  it('is about that of the query, within each partition too', async () => {
    const select =
      'SELECT * FROM (SELECT hash(range) % 1000000 AS id, range % 2 AS part FROM range(600000)) ORDER BY id, part';
    await (await stageOverwrite(t.target, { select, partitionBy: ['part'] })).commit(by);
    expect((await t.snapshot()).files).toHaveLength(2);
    expect(await meanSpan('id')).toBeLessThan(0.6);
  });

  it.each([[[]], [['part']]])('is exactly that of sortBy, across files, partitioned by %j', async (partitionBy) => {
    const properties = { 'delta.targetFileSize': '300kb' };
    const staged = await stageOverwrite(t.target, { select: SHUFFLED, partitionBy, properties, sortBy: ['ID'] });
    await staged.commit(by);
    const { files } = await t.snapshot();
    expect(files.length).toBeGreaterThan(3);
    expect(await stepsBack('id')).toBe(0);
    const found = await readdir(t.location, { recursive: true });
    expect(found.filter((path) => path.endsWith('.parquet'))).toHaveLength(files.length);
    const [row] = await t.engine.rows(
      `SELECT count(*)::INTEGER AS missing FROM (${SHUFFLED} EXCEPT ALL (${(await t.snapshot()).toSql()}))`,
    );
    expect(row!.missing).toBe(0);
  });

  it('leaves the statistics of each file as true as if it had been written alone', async () => {
    const properties = { 'delta.targetFileSize': '300kb' };
    await (await stageOverwrite(t.target, { select: SHUFFLED, properties, sortBy: ['s', 'id'] })).commit(by);
    for (const file of await t.files()) {
      const from = `read_parquet('${t.location}/${decodeURIComponent(file.path)}')`;
      const [row] = await t.engine.rows(
        `SELECT to_json({
          numRecords: count(*),
          minValues: {id: min(id), part: min(part), song: min(song),
            s: CASE WHEN count(s.x) > 0 THEN {x: min(s.x)} END, h: CASE WHEN NOT bool_or(isnan(h)) THEN min(h) END},
          maxValues: {id: max(id), part: max(part), song: max(song),
            s: CASE WHEN count(s.x) > 0 THEN {x: max(s.x)} END, h: CASE WHEN NOT bool_or(isnan(h)) THEN max(h) END},
          nullCount: {id: 0, part: 0, song: 0, h: 0, s: {x: count(*) - count(s.x)}}})::VARCHAR AS stats FROM ${from}`,
      );
      const wanted = JSON.parse(row!.stats as string);
      for (const bounds of [wanted.minValues, wanted.maxValues])
        for (const name of ['s', 'h']) if (bounds[name] === null) delete bounds[name];
      expect(JSON.parse(file.stats!)).toEqual(wanted);
    }
  });

  it('names a column to sort by that the rows do not have', async () => {
    await expect(stageOverwrite(t.target, { select: 'SELECT 1 AS id', sortBy: ['di'] })).rejects.toMatchObject({
      code: 'TSD6038',
      hint: 'did you mean "id"?',
    });
  });
});
