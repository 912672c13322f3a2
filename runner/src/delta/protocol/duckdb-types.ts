import { StorageError } from '../../errors/tsdbt-error.js';
import type { SelectColumn } from '../parquet.js';
import { quoteIdentifier } from '../sql.js';
import { type DataType, decimalOf, type StructField, type StructType } from './data-types.js';
import { type DuckDBType, parseDuckDBType } from './duckdb-type-parser.js';

/** DuckDB types that Delta has under another name. */
const SAME: Readonly<Record<string, string>> = {
  BOOLEAN: 'boolean',
  TINYINT: 'byte',
  SMALLINT: 'short',
  INTEGER: 'integer',
  BIGINT: 'long',
  FLOAT: 'float',
  DOUBLE: 'double',
  VARCHAR: 'string',
  BLOB: 'binary',
  DATE: 'date',
  TIMESTAMP: 'timestamp_ntz',
  'TIMESTAMP WITH TIME ZONE': 'timestamp',
};

/** DuckDB types that Delta lacks: what they are stored as, and what that costs. */
const NEAREST: Readonly<Record<string, { type: string; cost: string | undefined }>> = {
  HUGEINT: { type: 'decimal(38,0)', cost: 'values of more than 38 digits fail' },
  UHUGEINT: { type: 'decimal(38,0)', cost: 'values of more than 38 digits fail' },
  UTINYINT: { type: 'short', cost: undefined },
  USMALLINT: { type: 'integer', cost: undefined },
  UINTEGER: { type: 'long', cost: undefined },
  UBIGINT: { type: 'decimal(20,0)', cost: undefined },
  BIGNUM: { type: 'string', cost: undefined },
  TIMESTAMP_S: { type: 'timestamp_ntz', cost: undefined },
  TIMESTAMP_MS: { type: 'timestamp_ntz', cost: undefined },
  TIMESTAMP_NS: { type: 'timestamp_ntz', cost: 'nanoseconds are cut to microseconds' },
  'TIMESTAMP_NS WITH TIME ZONE': { type: 'timestamp', cost: 'nanoseconds are cut to microseconds' },
  TIME: { type: 'string', cost: undefined },
  TIME_NS: { type: 'string', cost: undefined },
  'TIME WITH TIME ZONE': { type: 'string', cost: undefined },
  INTERVAL: { type: 'string', cost: undefined },
  UUID: { type: 'string', cost: undefined },
  ENUM: { type: 'string', cost: undefined },
  JSON: { type: 'string', cost: undefined },
  BIT: { type: 'string', cost: undefined },
  UNION: { type: 'string', cost: undefined },
  VARIANT: { type: 'string', cost: undefined },
  GEOMETRY: { type: 'string', cost: undefined },
  NULL: { type: 'string', cost: 'only nulls are known of it' },
  '"NULL"': { type: 'string', cost: 'only nulls are known of it' },
};

/** A column whose DuckDB type Delta does not have. */
export interface TypeWarning {
  readonly column: string;
  /** the DuckDB type, as described */
  readonly from: string;
  /** the Delta type it is stored as; several, with commas between, where several types of fields, elements or keys are lacking */
  readonly to: string;
  /** e.g. `column "total" is HUGEINT, which Delta lacks: stored as decimal(38,0); values of more than 38 digits fail` */
  readonly message: string;
}

/** How the columns of a SELECT become columns of a table. */
export interface ColumnPlan {
  readonly schema: StructType;
  /** for each column, an expression with an alias that gives it its stored type */
  readonly casts: readonly string[];
  readonly warnings: readonly TypeWarning[];
}

/**
 * Maps the columns of a SELECT to Delta's types, one explicit cast for each that Delta lacks (PROTOCOL.md, "Delta Data Type to Parquet Type Mappings":
 * DuckDB writes Parquet of them as it says).
 * Throws StorageError TSD6042 for a type that cannot be stored (a struct whose fields have no names) and TSD6043
 * for names that differ only by case, which Delta forbids.
 */
export function planColumns(columns: readonly SelectColumn[]): ColumnPlan {
  requireUniqueNames(columns.map((column) => column.name));
  const fields: StructField[] = [];
  const casts: string[] = [];
  const warnings: TypeWarning[] = [];
  for (const { name, type: from } of columns) {
    const mapped = map(parseDuckDBType(from), name);
    fields.push({ name, type: mapped.type, nullable: true, metadata: {} });
    const quoted = quoteIdentifier(name);
    casts.push(mapped.exact ? quoted : `CAST(${quoted} AS ${toDuckDBType(mapped.type)}) AS ${quoted}`);
    if (mapped.lacking.length > 0) warnings.push(lackingWarning(name, from, mapped.lacking));
  }
  return { schema: { type: 'struct', fields }, casts, warnings };
}

/** The one warning of a column. @param lacking the types in it that Delta does not have, at least one */
function lackingWarning(column: string, from: string, lacking: readonly string[]): TypeWarning {
  const nearest = lacking.map((type) => NEAREST[type]!);
  const what = lacking[0] === from ? `is ${from}` : `has ${lacking.join(', ')} in it`;
  const costs = new Set(nearest.flatMap(({ cost }) => (cost === undefined ? [] : [`; ${cost}`])));
  const to = nearest.map(({ type }) => type).join(', ');
  const message = `column ${quoteIdentifier(column)} ${what}, which Delta lacks: stored as ${to}${[...costs].join('')}`;
  return { column, from, to, message };
}

interface Mapped {
  readonly type: DataType;
  /** DuckDB writes this type to Parquet as Delta wants it, without a cast */
  readonly exact: boolean;
  readonly lacking: readonly string[];
}

function map(type: DuckDBType, column: string): Mapped {
  if (type.kind === 'list') {
    const element = map(type.element, column);
    return { ...element, type: { type: 'array', elementType: element.type, containsNull: true } };
  }
  if (type.kind === 'map') {
    const key = map(type.key, column);
    const value = map(type.value, column);
    return {
      type: { type: 'map', keyType: key.type, valueType: value.type, valueContainsNull: true },
      exact: key.exact && value.exact,
      lacking: [...new Set([...key.lacking, ...value.lacking])],
    };
  }
  if (type.kind === 'struct') {
    const fields = type.fields.map(({ name, type: fieldType }) => {
      if (name === undefined)
        throw new StorageError(
          'TSD6042',
          `column "${column}" has a struct without field names, which Delta cannot store`,
          {
            hint: "name the fields, e.g. {'x': 1, 'y': 2} instead of row(1, 2)",
          },
        );
      return { name, ...map(fieldType, column) };
    });
    requireUniqueNames(fields.map((field) => field.name));
    return {
      type: {
        type: 'struct',
        fields: fields.map((field) => ({ name: field.name, type: field.type, nullable: true, metadata: {} })),
      },
      exact: fields.every((field) => field.exact),
      lacking: [...new Set(fields.flatMap((field) => field.lacking))],
    };
  }
  if (type.name === 'DECIMAL') {
    const [precision = '18', scale = '3'] = type.args;
    return { type: `decimal(${precision},${scale})`, exact: true, lacking: [] };
  }
  const same = SAME[type.name];
  if (same !== undefined) return { type: same, exact: true, lacking: [] };
  const nearest = NEAREST[type.name];
  if (nearest === undefined)
    throw new StorageError('TSD6042', `column "${column}" is ${type.name}, which Delta cannot store`, {
      hint: `cast it to a type that Delta has, e.g. CAST(${quoteIdentifier(column)} AS VARCHAR)`,
    });
  return { type: nearest.type, exact: false, lacking: [type.name] };
}

const TO_DUCKDB: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(SAME).map(([duckdb, delta]) => [delta, duckdb])),
  void: 'INTEGER',
};

/**
 * The DuckDB type in which a column of the log's schema is read.
 *
 * @param what has the type, for the error
 * @throws StorageError TSD6012 for a type it does not know, and decimals that no engine has
 */
export function toDuckDBType(type: DataType, what = 'the table has a column'): string {
  if (typeof type === 'string') {
    const decimal = decimalOf(type);
    if (decimal !== undefined && isDecimal(decimal)) return `DECIMAL(${decimal.precision},${decimal.scale})`;
    const found = TO_DUCKDB[type];
    if (found === undefined) throw new StorageError('TSD6012', `${what} of type ${type}, which cannot be read here`);
    return found;
  }
  if (type.type === 'array') return `${toDuckDBType(type.elementType, what)}[]`;
  if (type.type === 'map') return `MAP(${toDuckDBType(type.keyType, what)}, ${toDuckDBType(type.valueType, what)})`;
  const fields = type.fields.map((field) => `${quoteIdentifier(field.name)} ${toDuckDBType(field.type, what)}`);
  return `STRUCT(${fields.join(', ')})`;
}

/** Delta's decimals have up to 38 digits, and no more after the point than at all. */
function isDecimal({ precision, scale }: { readonly precision: number; readonly scale: number }): boolean {
  return precision >= 1 && precision <= 38 && scale >= 0 && scale <= precision;
}

function requireUniqueNames(names: readonly string[]): void {
  const seen = new Map<string, string>();
  for (const name of names) {
    const before = seen.get(name.toLowerCase());
    if (before !== undefined)
      throw new StorageError(
        'TSD6043',
        `two columns are named "${before}" and "${name}": Delta ignores case in names`,
        {
          hint: 'give one of them another name',
        },
      );
    seen.set(name.toLowerCase(), name);
  }
}
