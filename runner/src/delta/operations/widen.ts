import type { Snapshot } from '../log/snapshot.js';
import type { StructType } from '../protocol/data-types.js';
import { withoutTypeChanges, withTypeChanges } from '../protocol/type-widening.js';
import type { FittedColumns } from './fit-schema.js';

/**
 * What becomes of a table whose columns get wider types: where it has `delta.enableTypeWidening`, its files stay and its schema tells of the change
 * (PROTOCOL.md, "Writer Requirements for Type Widening"); otherwise, and for changes that the feature does not cover, all files are written anew.
 *
 * @param properties the table's, after the write
 */
export function widenSchema(
  base: Snapshot,
  schema: StructType,
  properties: Readonly<Record<string, string>>,
): { readonly schema: StructType; readonly rewrites: boolean } {
  const records = properties['delta.enableTypeWidening']?.toLowerCase() === 'true';
  const recorded = records ? withTypeChanges(base.schema, schema) : undefined;
  return recorded === undefined
    ? { schema: withoutTypeChanges(schema), rewrites: true }
    : { schema: recorded, rewrites: false };
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
