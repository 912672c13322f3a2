import { StorageError } from '../../errors/tsdbt-error.js';
import { quoteIdentifier } from '../sql.js';
import type { DataType, StructField, StructType } from './data-types.js';

/** How columns are found in data files (PROTOCOL.md, "Column Mapping"). */
export type ColumnMappingMode = 'none' | 'name' | 'id';

export const MAPPING_MODE = 'delta.columnMapping.mode';
export const MAX_COLUMN_ID = 'delta.columnMapping.maxColumnId';
export const PHYSICAL_NAME = 'delta.columnMapping.physicalName';
export const COLUMN_ID = 'delta.columnMapping.id';

/** Throws StorageError TSD6012 for a mode that the specification does not know. */
export function mappingMode(location: string, properties: Readonly<Record<string, string>>): ColumnMappingMode {
  const mode = (properties[MAPPING_MODE] ?? 'none').toLowerCase();
  if (mode === 'none' || mode === 'name' || mode === 'id') return mode;
  throw new StorageError(
    'TSD6012',
    `${location}: the table uses the feature columnMapping (mode ${mode}), which is not supported to read`,
  );
}

/** A column's name in data files, partition values and statistics. */
export function physicalName(field: StructField, mode: ColumnMappingMode): string {
  const name = field.metadata[PHYSICAL_NAME];
  return mode === 'none' || typeof name !== 'string' ? field.name : name;
}

/** The type as data files have it: fields of structs under their physical names. */
export function physicalType(type: DataType, mode: ColumnMappingMode): DataType {
  if (typeof type === 'string' || mode === 'none') return type;
  if (type.type === 'array') return { ...type, elementType: physicalType(type.elementType, mode) };
  if (type.type === 'map')
    return { ...type, keyType: physicalType(type.keyType, mode), valueType: physicalType(type.valueType, mode) };
  return physicalSchema(type, mode);
}

/** The schema of data files. */
export function physicalSchema(schema: StructType, mode: ColumnMappingMode): StructType {
  if (mode === 'none') return schema;
  return {
    type: 'struct',
    fields: schema.fields.map((field) => ({
      ...field,
      name: physicalName(field, mode),
      type: physicalType(field.type, mode),
    })),
  };
}

/** SQL that gives a value's nested fields their names in the schema (`read`) or in data files (`write`). */
export function renamedSql(
  value: string,
  type: DataType,
  mode: ColumnMappingMode,
  way: 'read' | 'write',
  depth = 0,
): string {
  if (!renames(type, mode)) return value;
  const item = `m${depth}`;
  if (typeof type === 'string') return value;
  if (type.type === 'array')
    return `list_transform(${value}, lambda ${item}: ${renamedSql(item, type.elementType, mode, way, depth + 1)})`;
  if (type.type === 'map') {
    const key = renamedSql(`${item}.key`, type.keyType, mode, way, depth + 1);
    const mapped = renamedSql(`${item}.value`, type.valueType, mode, way, depth + 1);
    return `map_from_entries(list_transform(map_entries(${value}), lambda ${item}: {'key': ${key}, 'value': ${mapped}}))`;
  }
  const fields = type.fields.map((field) => {
    const physical = physicalName(field, mode);
    const [from, to] = way === 'read' ? [physical, field.name] : [field.name, physical];
    const inner = renamedSql(`${value}.${quoteIdentifier(from)}`, field.type, mode, way, depth + 1);
    return `${quoteIdentifier(to)} := ${inner}`;
  });
  return `CASE WHEN ${value} IS NULL THEN NULL ELSE struct_pack(${fields.join(', ')}) END`;
}

function renames(type: DataType, mode: ColumnMappingMode): boolean {
  if (typeof type === 'string' || mode === 'none') return false;
  if (type.type === 'array') return renames(type.elementType, mode);
  if (type.type === 'map') return renames(type.keyType, mode) || renames(type.valueType, mode);
  return type.fields.some((field) => physicalName(field, mode) !== field.name || renames(field.type, mode));
}

/** `FIELD_IDS` of a COPY for files of a mapped table; undefined where the table is not mapped. */
export function fieldIdsSql(
  schema: StructType,
  stored: readonly StructField[],
  mode: ColumnMappingMode,
): string | undefined {
  if (mode === 'none') return undefined;
  const struct = (fields: readonly StructField[]): string[] =>
    fields.flatMap((field) => {
      const id = field.metadata[COLUMN_ID];
      if (typeof id !== 'number') return [];
      const inner = nested(field.type);
      const own = inner.length === 0 ? String(id) : `{__duckdb_field_id: ${id}, ${inner.join(', ')}}`;
      return [`${quoteIdentifier(physicalName(field, mode))}: ${own}`];
    });
  const nested = (type: DataType): string[] => {
    if (typeof type === 'string') return [];
    if (type.type === 'struct') return struct(type.fields);
    const part = (name: string, of: DataType) => {
      const inner = nested(of);
      return inner.length === 0 ? [] : [`${name}: {${inner.join(', ')}}`];
    };
    return type.type === 'array'
      ? part('element', type.elementType)
      : [...part('key', type.keyType), ...part('value', type.valueType)];
  };
  const ids = struct(schema.fields.filter((field) => stored.includes(field)));
  return ids.length === 0 ? undefined : `{${ids.join(', ')}}`;
}

/**
 * Gives every column, nested ones included, that has none an id and a physical name: its own name for columns that are in data files already,
 * a new one (`col-<uuid>`) for columns that come. Returns the schema and the greatest id given so far.
 */
export function assignMapping(
  schema: StructType,
  highest: number,
  nameOf: (field: StructField) => string,
): { schema: StructType; maxColumnId: number } {
  let maxColumnId = highest;
  const assign = (type: DataType): DataType => {
    if (typeof type === 'string') return type;
    if (type.type === 'array') return { ...type, elementType: assign(type.elementType) };
    if (type.type === 'map') return { ...type, keyType: assign(type.keyType), valueType: assign(type.valueType) };
    return struct(type);
  };
  const struct = (type: StructType): StructType => ({
    type: 'struct',
    fields: type.fields.map((field) => {
      const known = typeof field.metadata[COLUMN_ID] === 'number' && typeof field.metadata[PHYSICAL_NAME] === 'string';
      const metadata = known
        ? field.metadata
        : { ...field.metadata, [COLUMN_ID]: ++maxColumnId, [PHYSICAL_NAME]: nameOf(field) };
      return { ...field, type: assign(field.type), metadata };
    }),
  });
  return { schema: struct(schema), maxColumnId };
}
