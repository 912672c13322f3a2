import { containsType, type DataType, isStruct, type StructType } from '../protocol/data-types.js';
import { quoteIdentifier } from '../sql.js';

/**
 * The scan, so that conditions on floating-point columns see every row. Writers of Parquet may leave NaN out of a row group's
 * bounds; the engine reads no row group whose bounds a condition lies beyond, though to it a NaN is above all numbers. Of a value
 * that is computed it knows no bounds, and negating twice changes none.
 *
 * @param scan a SELECT of the schema's columns and perhaps further ones
 */
export function beyondFloatBounds(scan: string, schema: StructType): string {
  const computed = schema.fields.flatMap(({ name, type }) => {
    const column = quoteIdentifier(name);
    const value = computedSql(column, type);
    return value === column ? [] : [`${value} AS ${column}`];
  });
  return computed.length === 0 ? scan : `SELECT * REPLACE (${computed.join(', ')}) FROM (${scan})`;
}

/** Lists and maps have no bounds that the engine looks at. */
function computedSql(value: string, type: DataType): string {
  if (isFloat(type)) return `-(-${value})`;
  if (!isStruct(type) || !containsType(type, isFloat)) return value;
  const fields = type.fields.map(({ name, type: inner }) => {
    const field = quoteIdentifier(name);
    return `${field} := ${computedSql(`(${value}).${field}`, inner)}`;
  });
  return `CASE WHEN ${value} IS NULL THEN NULL ELSE struct_pack(${fields.join(', ')}) END`;
}

function isFloat(type: DataType): boolean {
  return type === 'float' || type === 'double';
}
