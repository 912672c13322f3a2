import type { Snapshot } from '../log/snapshot.js';
import { physicalName } from '../protocol/column-mapping.js';
import type { StructType } from '../protocol/data-types.js';
import { keepsSpelling, withoutTypeChanges, withTypeChanges } from '../protocol/type-widening.js';
import type { FittedColumns } from './fit-schema.js';

/**
 * What becomes of a table whose columns get wider types: where it has `delta.enableTypeWidening`, its files stay and its schema tells of the change
 * (PROTOCOL.md, "Writer Requirements for Type Widening"); otherwise, and for changes that the feature does not cover, all files are written anew.
 * So they are where a partition column's values would be spelled otherwise: the feature has readers convert what data files hold and says nothing of
 * values in the log, which "Partition Value Serialization" spells by the type of the schema. Of files that are all of the schema's types, changes of
 * types need not be told ("Writers may remove the `delta.typeChanges` metadata").
 *
 * @param properties the table's, after the write
 */
export function widenSchema(
  base: Snapshot,
  schema: StructType,
  properties: Readonly<Record<string, string>>,
): { readonly schema: StructType; readonly rewrites: boolean } {
  const records = properties['delta.enableTypeWidening']?.toLowerCase() === 'true';
  const recorded = records && keepsPartitions(base, schema) ? withTypeChanges(base.schema, schema) : undefined;
  return recorded === undefined
    ? { schema: withoutTypeChanges(schema), rewrites: true }
    : { schema: recorded, rewrites: false };
}

/** Whether the log spells the partition values of a table's files as it would under another schema. */
export function keepsPartitions(base: Snapshot, { fields }: StructType): boolean {
  return base.schema.fields
    .filter(({ name }) => base.partitionColumns.includes(name))
    .every((before) => {
      // a column that was renamed is known by its physical name
      const after =
        fields.find(
          (field) =>
            base.mapping !== 'none' && physicalName(field, base.mapping) === physicalName(before, base.mapping),
        ) ?? fields.find((field) => field.name.toLowerCase() === before.name.toLowerCase());
      return after === undefined || keepsSpelling(before.type, after.type);
    });
}

/** {@link widenSchema} for columns that a write has fitted: `widened` is empty where files stay. */
export function widenFitted(
  fitted: FittedColumns,
  base: Snapshot,
  properties: Readonly<Record<string, string>> | undefined,
): FittedColumns {
  if (fitted.widened.length === 0) return fitted;
  const { schema, rewrites } = widenSchema(base, fitted.schema, { ...base.properties, ...properties });
  return { ...fitted, schema, widened: rewrites ? fitted.widened : [] };
}
