import { StorageError } from '../../errors/tsdbt-error.js';
import type { ParquetEngine } from '../parquet.js';
import { COLUMN_ID, physicalName } from '../protocol/column-mapping.js';
import { containsType, type DataType, isStruct } from '../protocol/data-types.js';
import { resolvePath } from '../protocol/paths.js';
import { quoteLiteral } from '../sql.js';
import type { Snapshot } from './snapshot.js';

/**
 * In mode `id` of column mapping, columns of files are found by their ids. The engine does so for whole columns, but finds fields of structs by
 * name: this makes sure that in every file the fields have the physical names that belong to their ids, as usual writers see to.
 *
 * @param known a snapshot whose files have been looked at
 * @throws StorageError TSD6012 for a file where they differ
 */
export async function verifyFieldIds(
  engine: ParquetEngine,
  snapshot: Snapshot,
  known: Snapshot | undefined,
): Promise<void> {
  const { schema, mapping, location } = snapshot;
  if (mapping !== 'id' || !schema.fields.some((field) => containsType(field.type, isStruct))) return;
  const files = snapshot.files.filter((file) => known?.mapping !== 'id' || !known.state.files.has(file.path));
  if (files.length === 0) return;
  const names = new Map<number, string>();
  const collect = (type: DataType): void => {
    if (typeof type === 'string') return;
    if (type.type === 'array') collect(type.elementType);
    else if (type.type === 'map') for (const part of [type.keyType, type.valueType]) collect(part);
    else
      for (const field of type.fields) {
        names.set(Number(field.metadata[COLUMN_ID]), physicalName(field, mapping));
        collect(field.type);
      }
  };
  for (const field of schema.fields) collect(field.type);
  const paths = files.map((file) => quoteLiteral(resolvePath(location, file.path)));
  const rows = await engine.query(
    `SELECT file_name, field_id, name FROM parquet_schema([${paths.join(', ')}]) WHERE field_id IN (${[...names.keys()].join(', ')})`,
  );
  for (const { file_name, field_id, name } of rows)
    if (names.get(Number(field_id)) !== name)
      throw new StorageError(
        'TSD6012',
        `${location}: the table uses the feature columnMapping (mode id, with a struct whose field ${field_id} is named "${name}" in ${file_name}), which is not supported to read`,
        { hint: 'read it with the program that made it, or have that program rewrite the file' },
      );
}
