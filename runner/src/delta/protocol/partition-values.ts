import { quoteIdentifier, quoteLiteral } from '../sql.js';
import type { DataType } from './data-types.js';
import { type TypeWarning, toDuckDBType } from './duckdb-types.js';

/**
 * SQL expression that gives a partition column's value as the log spells it (PROTOCOL.md, "Partition Value
 * Serialization"): null for null, dates as `1970-01-01`, timestamps in UTC as ISO 8601.
 * An empty string is null to every reader ({@link emptyPartitionSql}); what is no number is spelled as programs in Java and Rust both read it.
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

/** What is told of a partition column in whose rows there are empty strings. */
export function emptyPartitionWarning(column: string): TypeWarning {
  const message = `column ${quoteIdentifier(column)} has empty strings, which Delta lacks in partition columns: stored as null`;
  return { column, from: 'VARCHAR', to: 'string', message };
}

/** SQL aggregate: whether rows have a value that becomes null as a partition value; undefined for types without such a one. */
export function emptyPartitionSql(column: string, type: DataType): string | undefined {
  return type === 'string' ? `coalesce(bool_or(${quoteIdentifier(column)} = ''), false)` : undefined;
}

/**
 * Before the year 1, years are counted as ISO 8601 does: 0 for 1 BC, then negative. The engine's own text says BC, which nobody else reads.
 * After 9999 they have a sign, without which other readers refuse the table.
 */
function timeSql(value: string, rest: string): string {
  const year = `CASE WHEN year(${value}) < 0 THEN '-' ELSE '' END || lpad(CAST(abs(year(${value})) AS VARCHAR), 4, '0')`;
  return `CASE WHEN year(${value}) <= 0 THEN ${year} || strftime(${value}, '-${rest}') WHEN year(${value}) > 9999 THEN strftime(${value}, '+%Y-${rest}') ELSE strftime(${value}, '%Y-${rest}') END`;
}

/** Whether a value is infinity of days or times, for which ISO 8601 has no text. */
export function isEndless(value: string | null | undefined, type: DataType): boolean {
  return (type === 'date' || type === 'timestamp' || type === 'timestamp_ntz') && /infinity$/.test(value ?? '');
}

/** A value of the log as a typed SQL literal. */
export function partitionLiteral(value: string | null | undefined, type: DataType): string {
  const duckdb = toDuckDBType(type);
  if (value === null || value === undefined || value === '') return `CAST(NULL AS ${duckdb})`;
  if (type === 'binary') return binaryLiteral(value);
  return `CAST(${quoteLiteral(castable(value, type))} AS ${duckdb})`;
}

/** A value of the log, of another type than binary, as a text that the engine casts to the type. */
export function castable(value: string, type: DataType): string {
  if (type === 'string') return value;
  // years after 9999 have a sign, in ISO 8601
  const text = value.replace(/^\+(?=\d)/, '');
  if (type === 'timestamp' && !/(Z|[+-]\d\d(:?\d\d)?|infinity)$/.test(value))
    // without a zone, the writer's own is meant; this project writes and reads in UTC
    return `${text}+00`;
  return text;
}

/**
 * The specification spells bytes as characters of the same code, `\u0001` for byte 1. Spark and Delta Kernel take the text's
 * UTF-8 for the bytes, which is the same below 128; other bytes no two readers agree on, and nothing is written to such tables.
 */
function binaryLiteral(value: string): string {
  const bytes = Buffer.from(value, 'utf8');
  return `CAST('${[...bytes].map((b) => `\\x${b.toString(16).padStart(2, '0')}`).join('')}' AS BLOB)`;
}
