import { StorageError } from '../../errors/tsdbt-error.js';

/**
 * Types of a table's schema as the log spells them (PROTOCOL.md, "Schema Serialization Format").
 * A primitive is its name (PROTOCOL.md, "Primitive Types" and "Void Type"): `string`, `long`, `integer`, `short`, `byte`, `float`, `double`, `decimal(p,s)`,
 * `boolean`, `binary`, `date`, `timestamp`, `timestamp_ntz`, `void`.
 */
export type DataType = string | StructType | ArrayType | MapType;

/** PROTOCOL.md, "Struct Type" */
export interface StructType {
  readonly type: 'struct';
  readonly fields: readonly StructField[];
}

/** PROTOCOL.md, "Struct Field" */
export interface StructField {
  readonly name: string;
  readonly type: DataType;
  readonly nullable: boolean;
  /** `comment` holds the description; `delta.*` keys belong to the protocol */
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** PROTOCOL.md, "Array Type" */
export interface ArrayType {
  readonly type: 'array';
  readonly elementType: DataType;
  readonly containsNull: boolean;
}

/** PROTOCOL.md, "Map Type" */
export interface MapType {
  readonly type: 'map';
  readonly keyType: DataType;
  readonly valueType: DataType;
  readonly valueContainsNull: boolean;
}

/** Reads `metaData.schemaString`. Throws StorageError TSD6011 when it is no struct. */
export function parseSchema(schemaString: string, where: string): StructType {
  let value: unknown;
  try {
    value = JSON.parse(schemaString);
  } catch (cause) {
    throw new StorageError('TSD6011', `${where}: the table's schema is not valid JSON`, { cause });
  }
  if (!isStruct(value as DataType)) throw new StorageError('TSD6011', `${where}: the table's schema is not a struct`);
  return value as StructType;
}

/** The text for `metaData.schemaString`; the same schema always gives the same text. */
export function serializeSchema(schema: StructType): string {
  return JSON.stringify(ordered(schema));
}

function ordered(type: DataType): unknown {
  if (typeof type === 'string') return type;
  if (type.type === 'array')
    return { type: 'array', elementType: ordered(type.elementType), containsNull: type.containsNull };
  if (type.type === 'map')
    return {
      type: 'map',
      keyType: ordered(type.keyType),
      valueType: ordered(type.valueType),
      valueContainsNull: type.valueContainsNull,
    };
  return {
    type: 'struct',
    fields: type.fields.map((field) => ({
      name: field.name,
      type: ordered(field.type),
      nullable: field.nullable,
      metadata: field.metadata,
    })),
  };
}

export function isStruct(type: DataType): type is StructType {
  return typeof type === 'object' && type !== null && type.type === 'struct' && Array.isArray(type.fields);
}

/** Precision and scale of `decimal(p,s)`, undefined for any other type. */
export function decimalOf(type: DataType): { precision: number; scale: number } | undefined {
  const match = typeof type === 'string' ? /^decimal\(\s*(\d+)\s*,\s*(-?\d+)\s*\)$/.exec(type) : null;
  return match === null ? undefined : { precision: Number(match[1]), scale: Number(match[2]) };
}

/** True when `found` accepts the type or one nested in it. */
export function containsType(type: DataType, found: (type: DataType) => boolean): boolean {
  if (found(type)) return true;
  if (typeof type === 'string') return false;
  if (type.type === 'array') return containsType(type.elementType, found);
  if (type.type === 'map') return containsType(type.keyType, found) || containsType(type.valueType, found);
  return type.fields.some((field) => containsType(field.type, found));
}

/** Same type, whatever may be null in it and whatever is remarked on it. */
export function sameType(a: DataType, b: DataType): boolean {
  if (typeof a === 'string' || typeof b === 'string') return a === b;
  if (a.type === 'array') return b.type === 'array' && sameType(a.elementType, b.elementType);
  if (a.type === 'map') return b.type === 'map' && sameType(a.keyType, b.keyType) && sameType(a.valueType, b.valueType);
  return (
    b.type === 'struct' &&
    a.fields.length === b.fields.length &&
    a.fields.every((field, i) => field.name === b.fields[i]!.name && sameType(field.type, b.fields[i]!.type))
  );
}
