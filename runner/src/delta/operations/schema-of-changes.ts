import { COLUMN_ID, type ColumnMappingMode, PHYSICAL_NAME, physicalName } from '../protocol/column-mapping.js';
import { type DataType, type StructField, type StructType, sameType } from '../protocol/data-types.js';

/** A schema, and how files have it. */
interface MappedSchema {
  readonly schema: StructType;
  readonly mapping: ColumnMappingMode;
}

export interface SchemaOfChanges extends MappedSchema {
  /** first column of the version that the asked schema lacks, or has with another type */
  readonly changed: string | undefined;
  /** first column that cannot be read as the asked schema has it: one of the two is nested as the other is not */
  readonly unreadable: string | undefined;
}

/**
 * The asked schema, by which files of another version can be read: columns, and fields in them, have the asked names and types, and are found in
 * files as that version wrote them. A field is the same where its physical name is (it was renamed), else where its name is (a table
 * that was overwritten has new physical names). Fields that the version lacks are null.
 */
export function schemaOfChanges(version: MappedSchema, asked: MappedSchema): SchemaOfChanges {
  let changed: string | undefined;
  let unreadable: string | undefined;
  const struct = (from: StructType, to: StructType, column?: string): StructType => {
    const sources = sameFields(from, to);
    const kept = new Set(sources.values());
    const gone = from.fields.find((field) => !kept.has(field));
    if (gone !== undefined) changed ??= column ?? gone.name;
    const fields = to.fields.map((field) => {
      const source = sources.get(field);
      if (source === undefined) return field;
      const found = { [PHYSICAL_NAME]: physicalName(source, version.mapping), [COLUMN_ID]: source.metadata[COLUMN_ID] };
      const type = convert(source.type, field.type, column ?? source.name);
      return { ...field, type, metadata: { ...field.metadata, ...found } };
    });
    return { ...to, fields };
  };
  const convert = (from: DataType, to: DataType, column: string): DataType => {
    if (typeof from === 'string' && typeof to === 'string') {
      if (!sameType(from, to)) changed ??= column;
      return to;
    }
    if (typeof from !== 'string' && typeof to !== 'string') {
      if (from.type === 'struct' && to.type === 'struct') return struct(from, to, column);
      if (from.type === 'array' && to.type === 'array')
        return { ...to, elementType: convert(from.elementType, to.elementType, column) };
      if (from.type === 'map' && to.type === 'map')
        return {
          ...to,
          keyType: convert(from.keyType, to.keyType, column),
          valueType: convert(from.valueType, to.valueType, column),
        };
    }
    changed ??= column;
    unreadable ??= column;
    return to;
  };
  const sameFields = (from: StructType, to: StructType): Map<StructField, StructField> => {
    const left = new Set(from.fields);
    const sources = new Map<StructField, StructField>();
    const match = (is: (source: StructField, field: StructField) => boolean) => {
      for (const field of to.fields) {
        const source = sources.has(field) ? undefined : [...left].find((candidate) => is(candidate, field));
        if (source === undefined) continue;
        sources.set(field, source);
        left.delete(source);
      }
    };
    match((source, field) => physicalName(source, version.mapping) === physicalName(field, asked.mapping));
    match((source, field) => source.name.toLowerCase() === field.name.toLowerCase());
    return sources;
  };
  const schema = struct(version.schema, asked.schema);
  // every field says now how files name it: also those of a version that mapped no columns yet
  return { schema, mapping: version.mapping === 'none' ? 'name' : version.mapping, changed, unreadable };
}
