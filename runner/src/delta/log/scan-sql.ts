import type { AddFile } from '../protocol/actions.js';
import type { StructField, StructType } from '../protocol/data-types.js';
import { toDuckDBType } from '../protocol/duckdb-types.js';
import { partitionLiteral } from '../protocol/partition-values.js';
import { resolvePath } from '../protocol/paths.js';
import { quoteIdentifier, quoteLiteral } from '../sql.js';

/** Up to this many partitions are read by a branch each; beyond that, values are joined to files by name. */
const MAX_BRANCHES = 64;

/**
 * A SELECT over files of a table. Columns come from the log's schema, by name: a file without one gives typed nulls,
 * a partition column's value is the log's and never the folder's. Without files, a typed SELECT of no rows.
 *
 * @param withFile name of a further column that holds the absolute path of each row's file; none by default
 */
export function scanSql(
  location: string,
  schema: StructType,
  partitionColumns: readonly string[],
  files: readonly AddFile[],
  withFile?: string,
): string {
  if (files.length === 0) return emptySql(schema, withFile);
  const partitions = new Set(partitionColumns);
  const groups = new Map<string, AddFile[]>();
  for (const file of files) {
    const key = JSON.stringify(partitionColumns.map((name) => file.partitionValues[name] ?? null));
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [file]);
    else group.push(file);
  }
  const branches = [...groups.values()];
  const scan = (some: readonly AddFile[], fileColumn: string | undefined) => {
    const paths = some.map((file) => quoteLiteral(resolvePath(location, file.path)));
    const stored = schema.fields.filter((field) => !partitions.has(field.name));
    const named = fileColumn === undefined ? '' : `, filename=${quoteLiteral(fileColumn)}`;
    return `read_parquet([${paths.join(', ')}], hive_partitioning=false${named}, schema=${readSchema(stored)})`;
  };
  if (branches.length > MAX_BRANCHES)
    return joined(location, schema, partitions, files, scan(files, '__filename'), withFile);
  return branches
    .map((group) => {
      const columns = schema.fields.map((field) =>
        partitions.has(field.name)
          ? `${partitionLiteral(group[0]!.partitionValues[field.name], field.type)} AS ${quoteIdentifier(field.name)}`
          : quoteIdentifier(field.name),
      );
      if (withFile !== undefined) columns.push(quoteIdentifier(withFile));
      return `SELECT ${columns.join(', ')} FROM ${scan(group, withFile)}`;
    })
    .join('\nUNION ALL\n');
}

/** Partition values beside each file's name, joined to the rows. */
function joined(
  location: string,
  schema: StructType,
  partitions: ReadonlySet<string>,
  files: readonly AddFile[],
  scan: string,
  withFile: string | undefined,
): string {
  const keys = schema.fields.filter((field) => partitions.has(field.name));
  const rows = files.map((file) => {
    const values = keys.map((field) => partitionLiteral(file.partitionValues[field.name], field.type));
    return `(${[quoteLiteral(resolvePath(location, file.path)), ...values].join(', ')})`;
  });
  const names = ['__filename', ...keys.map((field) => field.name)].map(quoteIdentifier).join(', ');
  const columns = schema.fields.map(
    (field) => `${partitions.has(field.name) ? '__files' : '__rows'}.${quoteIdentifier(field.name)}`,
  );
  if (withFile !== undefined) columns.push(`__files."__filename" AS ${quoteIdentifier(withFile)}`);
  return `SELECT ${columns.join(', ')} FROM ${scan} AS __rows
JOIN (VALUES ${rows.join(', ')}) AS __files(${names}) ON __rows."__filename" = __files."__filename"`;
}

function emptySql(schema: StructType, withFile: string | undefined): string {
  const columns = schema.fields.map(
    (field) => `CAST(NULL AS ${toDuckDBType(field.type)}) AS ${quoteIdentifier(field.name)}`,
  );
  if (withFile !== undefined) columns.push(`CAST(NULL AS VARCHAR) AS ${quoteIdentifier(withFile)}`);
  return `SELECT ${columns.join(', ')} WHERE false`;
}

function readSchema(fields: readonly StructField[]): string {
  const entries = fields.map((field) => {
    const name = quoteLiteral(field.name);
    return `${name}: {name: ${name}, type: ${quoteLiteral(toDuckDBType(field.type))}, default_value: NULL}`;
  });
  return `MAP {${entries.join(', ')}}`;
}
