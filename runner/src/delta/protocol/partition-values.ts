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
  if (type === 'date') return timeSql(name, '%m-%d');
  if (type === 'timestamp') return timeSql(`${name} AT TIME ZONE 'UTC'`, '%m-%dT%H:%M:%S.%fZ');
  if (type === 'timestamp_ntz') return timeSql(name, '%m-%d %H:%M:%S.%f');
  if (type === 'string') return `nullif(${name}, '')`;
  if (type === 'float' || type === 'double')
    return `CASE CAST(${name} AS VARCHAR) WHEN 'nan' THEN 'NaN' WHEN 'inf' THEN 'Infinity' WHEN '-inf' THEN '-Infinity' ELSE CAST(${name} AS VARCHAR) END`;
  return `CAST(${name} AS VARCHAR)`;
}

/**
 * Before the year 1, years are counted as ISO 8601 does: 0 for 1 BC, then negative. The engine's own text says BC, which nobody else reads.
 * After 9999 they have a sign, without which other readers refuse the table.
 */
function timeSql(value: string, rest: string): string {
  const year = `CASE WHEN year(${value}) < 0 THEN '-' ELSE '' END || lpad(CAST(abs(year(${value})) AS VARCHAR), 4, '0')`;
  return `CASE WHEN year(${value}) <= 0 THEN ${year} || strftime(${value}, '-${rest}') WHEN year(${value}) > 9999 THEN strftime(${value}, '+%Y-${rest}') ELSE strftime(${value}, '%Y-${rest}') END`;
}

/** A value of the log as a typed SQL literal. */
export function partitionLiteral(value: string | null | undefined, type: DataType): string {
  const duckdb = toDuckDBType(type);
  if (value === null || value === undefined || value === '') return `CAST(NULL AS ${duckdb})`;
  if (type === 'string') return `CAST(${quoteLiteral(value)} AS VARCHAR)`;
  if (type === 'binary') return binaryLiteral(value);
  if (type === 'timestamp' && !/(Z|[+-]\d\d(:?\d\d)?|infinity)$/.test(value))
    // without a zone, the writer's own is meant; this project writes and reads in UTC
    return `CAST(${quoteLiteral(`${value.replace(/^\+/, '')}+00`)} AS ${duckdb})`;
  // years after 9999 have a sign, in ISO 8601
  return `CAST(${quoteLiteral(value.replace(/^\+(?=\d)/, ''))} AS ${duckdb})`;
}

/**
 * The specification spells bytes as characters of the same code, `\u0001` for byte 1. Spark and Delta Kernel take the text's
 * UTF-8 for the bytes, which is the same below 128; other bytes no two readers agree on, and nothing is written to such tables.
 */
function binaryLiteral(value: string): string {
  const bytes = Buffer.from(value, 'utf8');
  return `CAST('${[...bytes].map((b) => `\\x${b.toString(16).padStart(2, '0')}`).join('')}' AS BLOB)`;
}
