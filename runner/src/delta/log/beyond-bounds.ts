import { type DataType, isStruct, type StructType } from '../protocol/data-types.js';
import { computedSql, quoteIdentifier } from '../sql.js';

/**
 * The scan, so that conditions on floating-point columns see every row. Writers of Parquet may leave NaN out of a row group's
 * bounds; the engine reads no row group whose bounds a condition lies beyond, though to it a NaN is above all numbers. Of a value
 * that is computed it knows no bounds.
 *
 * @param scan a SELECT of the schema's columns and perhaps further ones
 */
export function beyondFloatBounds(scan: string, schema: StructType): string {
  const computed = schema.fields
    .filter(({ type }) => hasFloat(type))
    .map(({ name }) => `${computedSql(quoteIdentifier(name))} AS ${quoteIdentifier(name)}`);
  return computed.length === 0 ? scan : `SELECT * REPLACE (${computed.join(', ')}) FROM (${scan})`;
}

/** Lists and maps have no bounds that the engine looks at. */
function hasFloat(type: DataType): boolean {
  if (isStruct(type)) return type.fields.some((field) => hasFloat(field.type));
  return type === 'float' || type === 'double';
}
