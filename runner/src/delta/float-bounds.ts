import type { WrittenFile } from './parquet.js';
import { quoteLiteral } from './sql.js';

/**
 * Takes bounds away that leave out a NaN. What `RETURN_STATS` says of a floating-point column comes of those row groups only
 * that have bounds, and DuckDB gives a row group with a NaN none: where that is one of several, neither `has_nan` nor the bounds
 * tell of it. The file's own metadata does.
 *
 * @param rowGroupSize rows that a row group has at most
 */
export async function withTrueFloatBounds(
  files: readonly WrittenFile[],
  rowGroupSize: number,
  query: (sql: string) => Promise<readonly Readonly<Record<string, unknown>>[]>,
): Promise<WrittenFile[]> {
  const checked: WrittenFile[] = [];
  for (const file of files) {
    // only floating-point columns say whether there is a NaN
    const floats = file.columns.filter((column) => column.hasNan === false && column.min !== undefined);
    if (floats.length === 0 || file.rows <= BigInt(rowGroupSize)) {
      checked.push(file);
      continue;
    }
    const paths = floats.map((column) => quoteLiteral(column.path.join(', ')));
    const rows = await query(
      `SELECT DISTINCT path_in_schema AS path FROM parquet_metadata(${quoteLiteral(file.path)})
       WHERE path_in_schema IN (${paths.join(', ')}) AND stats_min_value IS NULL AND stats_null_count IS DISTINCT FROM num_values`,
    );
    const untold = new Set(rows.map((row) => String(row.path)));
    const columns = file.columns.map((column) =>
      floats.includes(column) && untold.has(column.path.join(', ')) ? { ...column, hasNan: true } : column,
    );
    checked.push({ ...file, columns });
  }
  return checked;
}
