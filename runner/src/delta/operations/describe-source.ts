import type { ParquetEngine, SelectColumn } from '../parquet.js';
import type { StructType } from '../protocol/data-types.js';
import { enclosed, quoteIdentifier } from '../sql.js';

/**
 * Describes a SELECT that is to fit a table. DuckDB gives an untyped NULL the type INTEGER: where the table's column is no
 * integer, this asks again what the binder knew, and says `NULL`, which fits every type.
 */
export async function describeSource(
  engine: ParquetEngine,
  select: string,
  table: StructType,
): Promise<readonly SelectColumn[]> {
  const columns = await engine.describe(select);
  const types = new Map(table.fields.map((field) => [field.name.toLowerCase(), field.type]));
  const doubtful = columns.filter(({ name, type }) => {
    const wanted = types.get(name.toLowerCase());
    return type === 'INTEGER' && wanted !== undefined && wanted !== 'integer';
  });
  if (doubtful.length === 0) return columns;
  const asked = doubtful.map(({ name }, i) => `typeof(any_value(${quoteIdentifier(name)})) AS t${i}`);
  const [row] = await engine.query(`SELECT ${asked.join(', ')} FROM ${enclosed(select)} WHERE false`);
  const untyped = new Set(doubtful.filter((_, i) => String(row?.[`t${i}`]).includes('NULL')).map(({ name }) => name));
  return columns.map((column) => (untyped.has(column.name) ? { name: column.name, type: 'NULL' } : column));
}
