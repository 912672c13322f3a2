import { type DuckDBType, parseDuckDBType } from '../delta/protocol/duckdb-type-parser.js';
import { planColumns, toDuckDBType } from '../delta/protocol/duckdb-types.js';

const NUMBERS = new Set(['TINYINT', 'SMALLINT', 'INTEGER', 'UTINYINT', 'USMALLINT', 'UINTEGER', 'FLOAT', 'DOUBLE']);
const BIG = new Set(['BIGINT', 'UBIGINT', 'HUGEINT', 'UHUGEINT', 'BIGNUM']);

/** A type of the engine as the JavaScript values that a session gives for it, in TypeScript; without null. */
export function typeScriptType(type: string): string {
  try {
    return written(parseDuckDBType(type));
  } catch {
    return 'CellValue';
  }
}

function written(type: DuckDBType): string {
  switch (type.kind) {
    case 'list':
      return `readonly (${written(type.element)} | null)[]`;
    case 'map':
      return `{ readonly [key: string]: ${written(type.value)} | null }`;
    case 'struct': {
      const fields = type.fields.map(
        ({ name, type: inner }, i) => `readonly ${propertyName(name ?? String(i))}: ${written(inner)} | null`,
      );
      return `{ ${fields.join('; ')} }`;
    }
    case 'plain':
      return plain(type.name.toUpperCase(), type.args);
  }
}

function plain(name: string, args: readonly string[]): string {
  if (name === 'BOOLEAN') return 'boolean';
  if (NUMBERS.has(name)) return 'number';
  if (BIG.has(name)) return 'bigint';
  if (name === 'TIMESTAMP WITH TIME ZONE') return 'Date';
  if (name === 'BLOB') return 'Uint8Array';
  if (name === 'ENUM' && args.length > 0) return args.map((value) => JSON.stringify(unquoted(value))).join(' | ');
  if (name === 'UNION' || name === 'VARIANT') return 'CellValue';
  // dates, times, decimals, UUIDs, JSON and all that has only a text
  return 'string';
}

function unquoted(literal: string): string {
  return literal.startsWith("'") ? literal.slice(1, -1).replaceAll("''", "'") : literal;
}

/** The type that a column has once a Delta table holds it, which lacks some of the engine's. */
export function storedType(name: string, type: string): string {
  return toDuckDBType(planColumns([{ name, type }]).schema.fields[0]!.type);
}

/** A name as a property, quoted where it has to be. */
export function propertyName(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}
