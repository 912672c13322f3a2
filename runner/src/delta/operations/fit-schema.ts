import { StorageError } from '../../errors/tsdbt-error.js';
import type { SelectColumn } from '../parquet.js';
import { type DataType, decimalOf, type StructField, type StructType, sameType } from '../protocol/data-types.js';
import { planColumns, type TypeWarning, toDuckDBType } from '../protocol/duckdb-types.js';
import { quoteIdentifier } from '../sql.js';
import { isComputed } from './computed-columns.js';

/** How the columns of a SELECT are brought into the schema of a table. */
export interface FittedColumns {
  /** the table's schema, with what mergeSchema added or widened */
  readonly schema: StructType;
  /** for each column of the schema, an expression over the SELECT with an alias */
  readonly expressions: readonly string[];
  readonly warnings: readonly TypeWarning[];
  /** columns (of `schema`) that the SELECT has */
  readonly present: readonly string[];
  /** columns whose stored type became wider: files from before must be rewritten */
  readonly widened: readonly string[];
}

export interface FitOptions {
  /** new columns are added to the table, and columns of it widened where the SELECT's type is wider */
  readonly mergeSchema: boolean;
  /** columns that may not be null may be missing, for rows that keep the value they have; default false */
  readonly allowMissing?: boolean;
  /** SQL of what rows get for columns that are missing; default: null */
  readonly defaults?: ReadonlyMap<string, string>;
}

/**
 * Fits columns to a table by name, whatever their order. Narrower types are cast to the table's; missing columns are null.
 *
 * @throws StorageError TSD6030 for a column whose type does not fit, TSD6031 for one that the table does not have,
 *   TSD6032 for one that is missing and may not be null
 */
export function fitColumns(
  location: string,
  columns: readonly SelectColumn[],
  table: StructType,
  options: FitOptions,
): FittedColumns {
  const { mergeSchema, allowMissing = false, defaults } = options;
  const plan = planColumns(columns);
  const warnings = plan.warnings.filter(
    ({ column, from }) =>
      from !== 'NULL' || !table.fields.some((field) => field.name.toLowerCase() === column.toLowerCase()),
  );
  const given = new Map(
    plan.schema.fields.map((field, i) => [field.name.toLowerCase(), { field, from: columns[i]!.type }]),
  );
  const fields: StructField[] = [];
  const expressions: string[] = [];
  const widened: string[] = [];
  const present: string[] = [];
  for (const field of table.fields) {
    const found = given.get(field.name.toLowerCase());
    given.delete(field.name.toLowerCase());
    const quoted = quoteIdentifier(field.name);
    if (found === undefined) {
      if (!field.nullable && !allowMissing && !isComputed(field)) throw missingColumn(location, field.name);
      fields.push(field);
      expressions.push(`${defaults?.get(field.name) ?? `CAST(NULL AS ${toDuckDBType(field.type)})`} AS ${quoted}`);
      continue;
    }
    const type = found.from === 'NULL' ? field.type : unify(field.type, found.field.type, mergeSchema);
    if (type === undefined) throw doesNotFit(location, field, found.field.type, found.from);
    if (!readsAs(field.type, type)) widened.push(field.name);
    fields.push({ ...field, type });
    present.push(field.name);
    const expression = quoteIdentifier(found.field.name);
    const cast = toDuckDBType(type) === found.from ? expression : `CAST(${expression} AS ${toDuckDBType(type)})`;
    expressions.push(`${cast} AS ${quoted}`);
  }
  for (const { field, from } of given.values()) {
    if (!mergeSchema) throw unknownColumn(location, field, table);
    fields.push(field);
    present.push(field.name);
    const quoted = quoteIdentifier(field.name);
    const type = toDuckDBType(field.type);
    expressions.push(type === from ? quoted : `CAST(${quoted} AS ${type}) AS ${quoted}`);
  }
  return { schema: { type: 'struct', fields }, expressions, warnings, present, widened };
}

/**
 * The type that holds both; undefined where there is none. Without `widen` the result has the table's primitives and fields.
 *
 * @param fitting whether every value of one primitive is a value of another
 */
export function unify(
  table: DataType,
  given: DataType,
  widen: boolean,
  fitting: (narrow: string, wide: string) => boolean = fits,
): DataType | undefined {
  if (typeof table === 'string' || typeof given === 'string') {
    if (typeof table !== 'string' || typeof given !== 'string') return undefined;
    if (fits(given, table)) return table;
    return widen && (table === 'void' || fitting(table, given)) ? given : undefined;
  }
  if (table.type === 'array') {
    if (given.type !== 'array') return undefined;
    const elementType = unify(table.elementType, given.elementType, widen, fitting);
    return elementType === undefined ? undefined : { ...table, elementType };
  }
  if (table.type === 'map') {
    if (given.type !== 'map') return undefined;
    const keyType = unify(table.keyType, given.keyType, widen, fitting);
    const valueType = unify(table.valueType, given.valueType, widen, fitting);
    return keyType === undefined || valueType === undefined ? undefined : { ...table, keyType, valueType };
  }
  if (given.type !== 'struct') return undefined;
  const rest = new Map(given.fields.map((field) => [field.name.toLowerCase(), field]));
  const fields: StructField[] = [];
  for (const field of table.fields) {
    const found = rest.get(field.name.toLowerCase());
    rest.delete(field.name.toLowerCase());
    const type = found === undefined ? field.type : unify(field.type, found.type, widen, fitting);
    if (type === undefined) return undefined;
    fields.push({ ...field, type });
  }
  if (rest.size > 0 && !widen) return undefined;
  return { type: 'struct', fields: [...fields, ...rest.values()] };
}

const INTEGER_DIGITS: Readonly<Record<string, number>> = { byte: 3, short: 5, integer: 10, long: 19 };

/** Every value of the type `narrow` is a value of `wide`. */
export function fits(narrow: string, wide: string): boolean {
  if (narrow === wide || narrow === 'void') return true;
  const from = INTEGER_DIGITS[narrow];
  const to = INTEGER_DIGITS[wide];
  if (from !== undefined && to !== undefined) return from < to;
  if (narrow === 'float' || (from !== undefined && from <= 10)) if (wide === 'double') return true;
  const target = decimalOf(wide);
  if (target === undefined) return false;
  if (from !== undefined) return target.precision - target.scale >= from;
  const source = decimalOf(narrow);
  if (source === undefined) return false;
  return target.scale >= source.scale && target.precision - target.scale >= source.precision - source.scale;
}

/** Files written with the type `before` may stay as they are when the schema says `after`: only fields were added. */
function readsAs(before: DataType, after: DataType): boolean {
  if (sameType(before, after)) return true;
  if (typeof before === 'string' || typeof after === 'string') return false;
  if (before.type === 'array' && after.type === 'array') return readsAs(before.elementType, after.elementType);
  if (before.type === 'map' && after.type === 'map')
    return readsAs(before.keyType, after.keyType) && readsAs(before.valueType, after.valueType);
  if (before.type !== 'struct' || after.type !== 'struct') return false;
  return before.fields.every((field) => {
    const now = after.fields.find((candidate) => candidate.name === field.name);
    return now !== undefined && readsAs(field.type, now.type);
  });
}

function doesNotFit(location: string, field: StructField, given: DataType, from: string): StorageError {
  const to = toDuckDBType(field.type);
  return new StorageError(
    'TSD6030',
    `${location}: column "${field.name}" is ${to} in the table, the new rows have ${from}`,
    {
      hint: `cast it in the query: CAST(${quoteIdentifier(field.name)} AS ${to})${unify(field.type, given, true) === undefined ? '' : ', or let the schema change (mergeSchema)'}; or rebuild the table (overwrite)`,
    },
  );
}

function unknownColumn(location: string, field: StructField, table: StructType): StorageError {
  const known = table.fields.map((candidate) => candidate.name).join(', ');
  return new StorageError('TSD6031', `${location}: column "${field.name}" is not in the table`, {
    hint: `leave it out of the query, let the schema change (mergeSchema), or rebuild the table (overwrite); the table has ${known}`,
  });
}

function missingColumn(location: string, name: string): StorageError {
  return new StorageError('TSD6032', `${location}: column "${name}" may not be null, and the new rows do not have it`, {
    hint: 'add it to the query',
  });
}
