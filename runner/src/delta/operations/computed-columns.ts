import { StorageError } from '../../errors/tsdbt-error.js';
import type { ParquetEngine } from '../parquet.js';
import type { StructField, StructType } from '../protocol/data-types.js';
import { toDuckDBType } from '../protocol/duckdb-types.js';
import { COLUMN_DEFAULT, GENERATION_EXPRESSION } from '../protocol/features.js';
import { enclosed } from '../sql.js';
import { fromSparkSql } from './spark-sql.js';

/** A column whose value follows from others of its row (PROTOCOL.md, "Generated Columns"). */
export interface GeneratedColumn {
  readonly name: string;
  /** SQL of its value, in its type */
  readonly sql: string;
  /** rows come with a value, which must be that; else they get it */
  readonly given: boolean;
}

/** Whether a write may leave the column out: it is computed then, or has a default. */
export function isComputed({ metadata }: StructField): boolean {
  return metadata[GENERATION_EXPRESSION] !== undefined || metadata[COLUMN_DEFAULT] !== undefined;
}

/**
 * The generated columns of a table to which rows are written.
 *
 * @param given names of columns that the rows bring
 * @throws StorageError TSD6012 for an expression that may not mean here what it means to others
 */
export async function generatedColumns(
  {
    store,
    engine,
    schema,
  }: { readonly store: { readonly location: string }; readonly engine: ParquetEngine; readonly schema: StructType },
  given: readonly string[],
): Promise<readonly GeneratedColumn[]> {
  const columns: GeneratedColumn[] = [];
  for (const field of schema.fields) {
    const expression = field.metadata[GENERATION_EXPRESSION];
    if (typeof expression !== 'string') continue;
    const sql = await computed(store.location, engine, schema, field, expression, 'generatedColumns');
    columns.push({ name: field.name, sql, given: given.includes(field.name) });
  }
  return columns;
}

/**
 * What rows get that do not say anything of a column, by its name (PROTOCOL.md, "Default Columns").
 *
 * @throws StorageError TSD6012 for an expression that may not mean here what it means to others
 */
export async function columnDefaults(
  location: string,
  engine: ParquetEngine,
  schema: StructType,
): Promise<ReadonlyMap<string, string>> {
  const defaults = new Map<string, string>();
  for (const field of schema.fields) {
    const expression = field.metadata[COLUMN_DEFAULT];
    if (typeof expression === 'string')
      defaults.set(field.name, await computed(location, engine, schema, field, expression, 'allowColumnDefaults'));
  }
  return defaults;
}

async function computed(
  location: string,
  engine: ParquetEngine,
  schema: StructType,
  field: StructField,
  expression: string,
  feature: string,
): Promise<string> {
  const { sql, foreign } = await fromSparkSql(engine, expression, schema, field.type);
  if (foreign === undefined) return `CAST(${enclosed(sql)} AS ${toDuckDBType(field.type)})`;
  throw new StorageError(
    'TSD6012',
    `${location}: the table uses the feature ${feature} (${field.name}: ${expression}), which is not supported to write, for ${foreign} may mean something else here`,
    { hint: 'write it with the program that made it' },
  );
}
