import { quoteIdentifier, quoteLiteral } from '../sql.js';
import type { DataType } from './data-types.js';
import { toDuckDBType } from './duckdb-types.js';

/**
 * SQL expression that gives a partition column's value as the log spells it (PROTOCOL.md, "Partition Value
 * Serialization"): null for null, dates as `1970-01-01`, timestamps in UTC as ISO 8601.
 * An empty string is null to every reader; what is no number is spelled as programs in Java and Rust both read it.
 */
export function partitionValueSql(column: string, type: DataType): string {
  const name = quoteIdentifier(column);
  if (type === 'timestamp') return `strftime(${name} AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S.%fZ')`;
  if (type === 'timestamp_ntz') return `strftime(${name}, '%Y-%m-%d %H:%M:%S.%f')`;
  if (type === 'string') return `nullif(${name}, '')`;
  if (type === 'float' || type === 'double')
    return `CASE CAST(${name} AS VARCHAR) WHEN 'nan' THEN 'NaN' WHEN 'inf' THEN 'Infinity' WHEN '-inf' THEN '-Infinity' ELSE CAST(${name} AS VARCHAR) END`;
  return `CAST(${name} AS VARCHAR)`;
}

/** A value of the log as a typed SQL literal. */
export function partitionLiteral(value: string | null | undefined, type: DataType): string {
  const duckdb = toDuckDBType(type);
  if (value === null || value === undefined || value === '') return `CAST(NULL AS ${duckdb})`;
  if (type === 'string') return `CAST(${quoteLiteral(value)} AS VARCHAR)`;
  if (type === 'binary') return binaryLiteral(value);
  if (type === 'timestamp' && !/(Z|[+-]\d\d(:?\d\d)?)$/.test(value))
    // without a zone, the writer's own is meant; this project writes and reads in UTC
    return `CAST(${quoteLiteral(`${value}+00`)} AS ${duckdb})`;
  return `CAST(${quoteLiteral(value)} AS ${duckdb})`;
}

/**
 * The specification spells bytes as characters of the same code, `\u0001` for byte 1. Spark and Delta Kernel take the text's
 * UTF-8 for the bytes, which is the same below 128; other bytes no two readers agree on, and nothing is written to such tables.
 */
function binaryLiteral(value: string): string {
  const bytes = Buffer.from(value, 'utf8');
  return `CAST('${[...bytes].map((b) => `\\x${b.toString(16).padStart(2, '0')}`).join('')}' AS BLOB)`;
}
