import type { DuckDBValue } from '@duckdb/node-api';
import { duckdb } from './duckdb-module.js';

const {
  DuckDBArrayValue,
  DuckDBBlobValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBUnionValue,
} = duckdb;

/**
 * Turns a value of the binding into plain JavaScript as {@link Session.query} promises:
 * numbers, bigints, strings and booleans stay; TIMESTAMPTZ becomes Date (milliseconds); lists become arrays, structs and
 * maps objects, blobs Uint8Array; everything else (DATE, naive TIMESTAMP, DECIMAL, UUID, TIME, INTERVAL) its text.
 */
export function plainValue(value: DuckDBValue): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof DuckDBTimestampTZValue) return timestampTz(value);
  if (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue) return value.items.map(plainValue);
  if (value instanceof DuckDBStructValue) {
    return Object.fromEntries(Object.entries(value.entries).map(([key, item]) => [key, plainValue(item)]));
  }
  if (value instanceof DuckDBMapValue) {
    return Object.fromEntries(value.entries.map(({ key, value: item }) => [String(plainValue(key)), plainValue(item)]));
  }
  if (value instanceof DuckDBBlobValue) return new Uint8Array(value.bytes);
  if (value instanceof DuckDBUnionValue) return plainValue(value.value);
  return value.toString();
}

/** Infinite timestamps have no Date: they stay text. */
function timestampTz(value: InstanceType<typeof DuckDBTimestampTZValue>): Date | string {
  const milliseconds = Number(value.micros / 1000n) - (value.micros % 1000n < 0n ? 1 : 0);
  const date = new Date(milliseconds);
  return Number.isNaN(date.getTime()) ? value.toString() : date;
}
