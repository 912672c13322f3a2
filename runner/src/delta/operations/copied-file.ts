import type { ParquetEngine, WrittenColumnStats, WrittenFile } from '../parquet.js';
import type { StructType } from '../protocol/data-types.js';
import { toDuckDBType } from '../protocol/duckdb-types.js';
import { leafType } from '../protocol/stats.js';
import type { CutFile } from '../row-groups/copy-row-groups.js';
import { quoteLiteral } from '../sql.js';

/**
 * A file that row groups were copied into, as one that was written.
 *
 * @param indexed columns that get statistics, by their names in the file
 * @param trusted whether the bounds that row groups give for a column are those of all their values, NaN among them. They are where
 *   DuckDB wrote the row groups, which leaves bounds out where there is a NaN
 */
export async function copiedFile(
  engine: ParquetEngine,
  copy: CutFile,
  indexed: StructType,
  trusted: (path: readonly string[]) => boolean,
): Promise<WrittenFile> {
  const columns = await columnStats(engine, copy, indexed, trusted);
  return { path: copy.path, rows: BigInt(copy.rows), size: BigInt(copy.size), columns, partition: undefined };
}

/** Statistics of a copy, put together from those of its row groups. */
async function columnStats(
  engine: ParquetEngine,
  copy: CutFile,
  indexed: StructType,
  trusted: (path: readonly string[]) => boolean,
): Promise<WrittenColumnStats[]> {
  const known = copy.columns.flatMap((path, id) => {
    const type = leafType(indexed, path);
    return type === undefined ? [] : [{ path, id, type: toDuckDBType(type) }];
  });
  if (known.length === 0) return [];
  const parts = known.map(({ id, type }) => {
    const bound = (value: string, exact: string, least: string) =>
      `CASE WHEN bool_and((${value} IS NOT NULL AND ${exact} IS NOT FALSE) OR stats_null_count = num_values) THEN CAST(${least}(TRY_CAST(${value} AS ${type})) AS VARCHAR) END`;
    return `SELECT ${id} AS id, ${bound('stats_min_value', 'min_is_exact', 'min')} AS low, ${bound('stats_max_value', 'max_is_exact', 'max')} AS high, CASE WHEN count(*) = count(stats_null_count) THEN CAST(sum(stats_null_count) AS VARCHAR) END AS nulls FROM chunks WHERE column_id = ${id}`;
  });
  const rows = await engine.query(
    `WITH chunks AS MATERIALIZED (FROM parquet_metadata(${quoteLiteral(copy.path)})) ${parts.join(' UNION ALL ')}`,
  );
  const text = (value: unknown) => (value === null || value === undefined ? undefined : String(value));
  const byId = new Map(rows.map((row) => [Number(row.id), row]));
  return known.map(({ path, id }) => {
    const { low, high, nulls } = byId.get(id) ?? {};
    const count = text(nulls);
    const bounded = trusted(path);
    return {
      path,
      min: bounded ? text(low) : undefined,
      max: bounded ? text(high) : undefined,
      nullCount: count === undefined ? undefined : BigInt(count),
      numValues: undefined,
      hasNan: undefined,
    };
  });
}
