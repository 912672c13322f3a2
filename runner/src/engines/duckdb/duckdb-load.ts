import type { DuckDBConnection, DuckDBType, DuckDBValue } from '@duckdb/node-api';
import { QualityError } from '../../errors/tsdbt-error.js';
import type { Column, ColumnBatch } from '../engine.js';
import { quoteIdentifier } from '../relation.js';
import { duckdb } from './duckdb-module.js';

const { BIGINT, BLOB, BOOLEAN, blobValue, DOUBLE, DuckDBDataChunk, DuckDBTimestampTZValue, TIMESTAMPTZ, VARCHAR } =
  duckdb;

/** How values of a declared type travel into DuckDB before they are cast to it. */
interface Carrier {
  readonly type: DuckDBType;
  /** text of the type in CREATE TABLE */
  readonly name: string;
  /** throws a text that says what is wrong with the value */
  convert(value: unknown): DuckDBValue;
  /** how the carried column becomes the declared type */
  cast(column: string, type: string): string;
  /** the cast can fail on a value that `convert` let through */
  readonly fallible: boolean;
}

const MAX_CHUNK = 2048;
const plainCast = (column: string, type: string): string => `CAST(${column} AS ${type})`;

const INTEGER_RANGES: Readonly<Record<string, readonly [bigint, bigint]>> = {
  TINYINT: [-128n, 127n],
  SMALLINT: [-32768n, 32767n],
  INTEGER: [-2147483648n, 2147483647n],
  BIGINT: [-(2n ** 63n), 2n ** 63n - 1n],
  UTINYINT: [0n, 255n],
  USMALLINT: [0n, 65535n],
  UINTEGER: [0n, 4294967295n],
};

function integerCarrier(low: bigint, high: bigint): Carrier {
  return {
    type: BIGINT,
    name: 'BIGINT',
    convert(value) {
      let integer: bigint;
      if (typeof value === 'bigint') integer = value;
      else if (typeof value === 'number' && Number.isInteger(value)) integer = BigInt(value);
      else throw `${show(value)} is not a whole number`;
      if (integer < low || integer > high) throw `${integer} is outside the type's range`;
      return integer;
    },
    cast: plainCast,
    fallible: false,
  };
}

const doubleCarrier: Carrier = {
  type: DOUBLE,
  name: 'DOUBLE',
  convert(value) {
    if (typeof value === 'number') return value;
    if (typeof value === 'bigint') return Number(value);
    throw `${show(value)} is not a number`;
  },
  cast: plainCast,
  fallible: false,
};

const booleanCarrier: Carrier = {
  type: BOOLEAN,
  name: 'BOOLEAN',
  convert(value) {
    if (typeof value !== 'boolean') throw `${show(value)} is not true or false`;
    return value;
  },
  cast: plainCast,
  fallible: false,
};

const timestampTzCarrier: Carrier = {
  type: TIMESTAMPTZ,
  name: 'TIMESTAMPTZ',
  convert(value) {
    const date = value instanceof Date ? value : typeof value === 'string' ? new Date(value) : undefined;
    if (date === undefined || Number.isNaN(date.getTime())) throw `${show(value)} is not a point in time`;
    return new DuckDBTimestampTZValue(BigInt(date.getTime()) * 1000n);
  },
  cast: plainCast,
  fallible: false,
};

const blobCarrier: Carrier = {
  type: BLOB,
  name: 'BLOB',
  convert(value) {
    if (!(value instanceof Uint8Array)) throw `${show(value)} is not a Uint8Array`;
    return blobValue(value);
  },
  cast: plainCast,
  fallible: false,
};

const textCarrier: Carrier = {
  type: VARCHAR,
  name: 'VARCHAR',
  convert(value) {
    if (typeof value !== 'string') throw `${show(value)} is not text`;
    return value;
  },
  cast: plainCast,
  fallible: false,
};

/** DATE, TIMESTAMP, DECIMAL, UUID, …: any scalar, printed and cast by the engine. */
const castCarrier: Carrier = {
  type: VARCHAR,
  name: 'VARCHAR',
  convert(value) {
    if (value instanceof Date) return value.toISOString().replace('Z', '');
    if (typeof value === 'object') throw `${show(value)} is not a single value`;
    return String(value);
  },
  cast: plainCast,
  fallible: true,
};

/** Lists, structs and maps travel as JSON. */
const jsonCarrier: Carrier = {
  type: VARCHAR,
  name: 'VARCHAR',
  convert: (value) =>
    JSON.stringify(value, (_, item: unknown) => {
      if (typeof item === 'bigint')
        return item <= Number.MAX_SAFE_INTEGER && item >= Number.MIN_SAFE_INTEGER ? Number(item) : String(item);
      return ArrayBuffer.isView(item) ? Array.from(item as unknown as ArrayLike<number>) : item;
    }),
  cast: (column, type) => `CAST(CAST(${column} AS JSON) AS ${type})`,
  fallible: true,
};

function carrierOf(type: string): Carrier {
  const upper = type.toUpperCase();
  if (upper.endsWith(']') || /^(STRUCT|MAP|UNION)\b/.test(upper)) return jsonCarrier;
  const range = INTEGER_RANGES[upper === 'INT' ? 'INTEGER' : upper];
  if (range !== undefined) return integerCarrier(...range);
  if (upper === 'DOUBLE') return doubleCarrier;
  if (upper === 'FLOAT' || upper === 'REAL') return { ...doubleCarrier, fallible: true };
  if (upper === 'BOOLEAN' || upper === 'BOOL') return booleanCarrier;
  if (upper === 'TIMESTAMPTZ' || upper === 'TIMESTAMP WITH TIME ZONE') return timestampTzCarrier;
  if (upper === 'BLOB') return blobCarrier;
  if (upper === 'VARCHAR' || upper === 'TEXT' || upper === 'STRING') return textCarrier;
  return castCarrier;
}

function show(value: unknown): string {
  if (typeof value === 'string') return `'${value.length > 60 ? `${value.slice(0, 57)}…` : value}'`;
  if (typeof value === 'bigint' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'an invalid Date' : value.toISOString();
  return Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

let tableNumber = 0;

/**
 * Appends rows of this process to a temporary table and returns a SELECT's worth of relation: a temporary view that casts
 * every column to its declared type. Memory: one chunk of 2,048 rows in JavaScript; DuckDB spills the rest to its
 * temporary folder.
 * @throws {QualityError} TSD4002 with row number (from 1), column, value and type where a value does not fit
 */
export async function loadBatches(
  connection: DuckDBConnection,
  columns: readonly Column[],
  batches: AsyncIterable<ColumnBatch>,
): Promise<string> {
  const table = `tsdbt_rows_${++tableNumber}`;
  const carriers = columns.map((column) => carrierOf(column.type));
  await connection.run(
    `CREATE TEMP TABLE ${table} (${columns.map((c, i) => `${quoteIdentifier(c.name)} ${carriers[i]!.name}`).join(', ')})`,
  );
  try {
    await appendBatches(connection, table, columns, carriers, batches);
    await checkCasts(connection, table, columns, carriers);
  } catch (error) {
    await connection.run(`DROP TABLE IF EXISTS ${table}`).catch(() => undefined);
    throw error;
  }
  const view = `${table}_typed`;
  const casts = columns.map((column, i) => {
    const name = quoteIdentifier(column.name);
    return `${carriers[i]!.cast(name, column.type)} AS ${name}`;
  });
  await connection.run(`CREATE TEMP VIEW ${view} AS SELECT ${casts.join(', ')} FROM ${table}`);
  return view;
}

async function appendBatches(
  connection: DuckDBConnection,
  table: string,
  columns: readonly Column[],
  carriers: readonly Carrier[],
  batches: AsyncIterable<ColumnBatch>,
): Promise<void> {
  const appender = await connection.createAppender(table, 'main', 'temp');
  let rowsBefore = 0;
  try {
    for await (const batch of batches) {
      const positions = columns.map((column) => batch.names.indexOf(column.name));
      for (let start = 0; start < batch.length; start += MAX_CHUNK) {
        const length = Math.min(MAX_CHUNK, batch.length - start);
        const chunk = DuckDBDataChunk.create(
          carriers.map((carrier) => carrier.type),
          length,
        );
        carriers.forEach((carrier, i) => {
          const values = positions[i] === -1 ? undefined : batch.columns[positions[i]!];
          const converted: DuckDBValue[] = new Array(length);
          for (let row = 0; row < length; row++) {
            const value = values?.[start + row];
            if (value === null || value === undefined) converted[row] = null;
            else {
              try {
                converted[row] = carrier.convert(value);
              } catch (reason) {
                if (typeof reason !== 'string') throw reason;
                throw misfit(columns[i]!, rowsBefore + start + row + 1, reason);
              }
            }
          }
          chunk.setColumnValues(i, converted);
        });
        appender.appendDataChunk(chunk);
      }
      rowsBefore += batch.length;
    }
    appender.flushSync();
  } finally {
    appender.closeSync();
  }
}

/** Drops the view that `loadBatches` returned and its table. */
export async function dropLoaded(connection: DuckDBConnection, view: string): Promise<void> {
  await connection.run(`DROP VIEW IF EXISTS ${view}; DROP TABLE IF EXISTS ${view.replace(/_typed$/, '')}`);
}

async function checkCasts(
  connection: DuckDBConnection,
  table: string,
  columns: readonly Column[],
  carriers: readonly Carrier[],
): Promise<void> {
  for (const [i, column] of columns.entries()) {
    if (!carriers[i]!.fallible) continue;
    const name = quoteIdentifier(column.name);
    const cast = carriers[i]!.cast(name, column.type).replace(/^CAST/, 'TRY_CAST');
    const reader = await connection.runAndReadAll(
      `SELECT rowid + 1, ${name} FROM ${table} WHERE ${name} IS NOT NULL AND ${cast} IS NULL LIMIT 1`,
    );
    const row = reader.getRows()[0];
    if (row !== undefined) throw misfit(column, Number(row[0]), `${show(row[1])} does not fit`);
  }
}

function misfit(column: Column, row: number, reason: string): QualityError {
  return new QualityError('TSD4002', `column "${column.name}" (${column.type.toLowerCase()}), row ${row}: ${reason}`, {
    hint: 'the contract in defineModel({ columns }) says which types the rows must have',
  });
}
