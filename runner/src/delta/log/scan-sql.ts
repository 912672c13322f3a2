import type { LiveFile } from '../protocol/actions.js';
import {
  COLUMN_ID,
  type ColumnMappingMode,
  physicalName,
  physicalType,
  renamedSql,
} from '../protocol/column-mapping.js';
import { boundsTellOfNan } from '../protocol/data-file-names.js';
import { type DataType, isStruct, type StructField, type StructType } from '../protocol/data-types.js';
import { type DeletedRows, deletedRowsOf, rowStaysSql } from '../protocol/deletion-vectors.js';
import { toDuckDBType } from '../protocol/duckdb-types.js';
import { partitionLiteral } from '../protocol/partition-values.js';
import { resolvePath } from '../protocol/paths.js';
import { roundsConditions } from '../protocol/type-widening.js';
import { computedSql, conjunction, ownName, quoteIdentifier, quoteLiteral } from '../sql.js';
import { type FileNumbers, numberOfReadFileSql, positionSql } from './positions.js';

/** Up to this many partitions are read by a branch each; beyond that, values are joined to files by name. */
const MAX_BRANCHES = 64;
/** Virtual columns of `read_parquet`; a column of the table by such a name is read under another one. */
const VIRTUAL: ReadonlySet<string> = new Set(['filename', 'file_row_number', 'file_index']);

/** What reading files of a table needs beside the files. */
export interface TableLayout {
  /** the table's folder, absolute */
  readonly location: string;
  readonly schema: StructType;
  readonly partitionColumns: readonly string[];
  readonly mapping: ColumnMappingMode;
  readonly deletedRows: DeletedRows;
}

/** Further columns of a scan, by the names they are to have. */
export interface ScanColumns {
  /** a number that tells the row (see `positions.ts`) */
  readonly position: string;
  readonly numbers: FileNumbers;
}

/** Rows of a file by their places in it, both included. */
export interface RowRange {
  readonly first: number;
  readonly last: number;
}

/** Files of which only some rows are read. */
export type PartsOfFiles = ReadonlyMap<LiveFile, readonly RowRange[]>;

/**
 * A SELECT over files of a table. Columns come from the log's schema, by name (or by what the table's column mapping says):
 * a file without one gives typed nulls, a partition column's value is the log's and never the folder's. Rows that deletion vectors
 * take away are left out. Without files, a typed SELECT of no rows (PROTOCOL.md, "Reader Requirements for Column Mapping", "Reader Requirements for Deletion Vectors"
 * and "Consistency Between Table Metadata and Data Files").
 */
export function scanSql(
  layout: TableLayout,
  files: readonly LiveFile[],
  further?: ScanColumns,
  parts?: PartsOfFiles,
): string {
  if (files.length === 0) return emptySql(layout.schema, further);
  const keys = partitionFields(layout);
  const floats = layout.schema.fields.some(({ type }) => hasFloat(type));
  const thinned = (file: LiveFile) => file.deletionVector || parts?.has(file);
  const groups = new Map<string, LiveFile[]>();
  for (const file of files) {
    const values = keys.map((field) => file.partitionValues[physicalName(field, layout.mapping)] ?? null);
    const bounded = !floats || boundsTellOfNan(file);
    const key = JSON.stringify(thinned(file) ? [bounded, values, file.path] : [bounded, values]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [file]);
    else group.push(file);
  }
  const whole = [...groups.values()].filter(([file]) => !thinned(file!));
  const some = [...groups.values()].filter(([file]) => thinned(file!));
  const branches =
    whole.length > MAX_BRANCHES
      ? [true, false].flatMap((bounded) => {
          const some = whole.flat().filter((file) => (!floats || boundsTellOfNan(file)) === bounded);
          return some.length === 0 ? [] : [joined(layout, some, further)];
        })
      : whole.map((group) => branch(layout, group, further));
  return [...branches, ...some.map((group) => branch(layout, group, further, parts?.get(group[0]!)))].join(
    '\nUNION ALL\n',
  );
}

/** Files of one partition, or a single one; all of them alike in what their bounds tell. */
function branch(
  layout: TableLayout,
  group: readonly LiveFile[],
  further: ScanColumns | undefined,
  part?: readonly RowRange[],
): string {
  const [first] = group;
  const columns = layout.schema.fields.map((field) =>
    layout.partitionColumns.includes(field.name)
      ? `${partitionLiteral(first!.partitionValues[physicalName(field, layout.mapping)], field.type)} AS ${quoteIdentifier(field.name)}`
      : storedSql(field, layout.mapping, '', boundsTellOfNan(first!)),
  );
  if (further !== undefined) {
    const number = numberOfReadFileSql(group, further.numbers);
    columns.push(`${positionSql(number)} AS ${quoteIdentifier(further.position)}`);
  }
  const deleted = deletedRowsOf(first!, layout.deletedRows);
  const conditions = [
    // row groups outside are not read
    ...(part === undefined
      ? []
      : [`(${part.map(({ first, last }) => `file_row_number BETWEEN ${first} AND ${last}`).join(' OR ')})`]),
    ...(deleted === undefined ? [] : [rowStaysSql('file_row_number', deleted)]),
  ];
  const kept = conditions.length === 0 ? '' : ` WHERE ${conjunction(conditions)}`;
  return `SELECT ${columns.join(', ')} FROM ${readParquet(layout, group)}${kept}`;
}

/** Partition values beside each file's name, joined to the rows; all files alike in what their bounds tell. */
function joined(layout: TableLayout, files: readonly LiveFile[], further: ScanColumns | undefined): string {
  const { mapping } = layout;
  const keys = partitionFields(layout);
  const rows = files.map((file) => {
    const values = keys.map((field) =>
      partitionLiteral(file.partitionValues[physicalName(field, mapping)], field.type),
    );
    const number = further?.numbers.get(file.path) ?? 0;
    return `(${[quoteLiteral(resolvePath(layout.location, file.path)), number, ...values].join(', ')})`;
  });
  const names = [ownName('filename'), ownName('number'), ...keys.map((field) => field.name)]
    .map(quoteIdentifier)
    .join(', ');
  const columns = layout.schema.fields.map((field) =>
    keys.includes(field)
      ? `__files.${quoteIdentifier(field.name)}`
      : storedSql(field, mapping, '__rows.', boundsTellOfNan(files[0]!)),
  );
  if (further !== undefined)
    columns.push(
      `${positionSql(`__files.${quoteIdentifier(ownName('number'))}`)} AS ${quoteIdentifier(further.position)}`,
    );
  return `SELECT ${columns.join(', ')} FROM ${readParquet(layout, files)} AS __rows
JOIN (VALUES ${rows.join(', ')}) AS __files(${names}) ON __rows.filename = __files.${quoteIdentifier(ownName('filename'))}`;
}

function partitionFields({ schema, partitionColumns }: TableLayout): StructField[] {
  return schema.fields.filter((field) => partitionColumns.includes(field.name));
}

function emptySql(schema: StructType, further: ScanColumns | undefined): string {
  const columns = schema.fields.map(
    (field) => `CAST(NULL AS ${toDuckDBType(field.type)}) AS ${quoteIdentifier(field.name)}`,
  );
  if (further !== undefined) columns.push(`CAST(NULL AS BIGINT) AS ${quoteIdentifier(further.position)}`);
  return `SELECT ${columns.join(', ')} WHERE false`;
}

/** Whether bounds of a column are of floating-point numbers. Lists and maps have none that the engine looks at. */
function hasFloat(type: DataType): boolean {
  if (isStruct(type)) return type.fields.some((field) => hasFloat(field.type));
  return type === 'float' || type === 'double';
}

/** Name under which a column is read from files, before it gets its own. */
function readName(field: StructField): string {
  return VIRTUAL.has(field.name.toLowerCase()) ? ownName(field.name) : field.name;
}

function storedSql(field: StructField, mapping: ColumnMappingMode, alias: string, bounded: boolean): string {
  const read = `${alias}${quoteIdentifier(readName(field))}`;
  const renamed = renamedSql(read, field.type, mapping, 'read');
  // the engine compares within files of an earlier type, what it compares with rounded to that, and reads no row group whose bounds a condition lies
  // beyond, though to it a NaN, which bounds may leave out, is above all numbers; a value that is computed it compares itself
  const computed = roundsConditions(field) || (!bounded && hasFloat(field.type));
  const value = computed ? computedSql(renamed) : renamed;
  return value === read && readName(field) === field.name ? value : `${value} AS ${quoteIdentifier(field.name)}`;
}

function readParquet(layout: TableLayout, files: readonly LiveFile[]): string {
  const { mapping, partitionColumns, schema } = layout;
  const paths = files.map((file) => quoteLiteral(resolvePath(layout.location, file.path)));
  const entries = schema.fields
    .filter((field) => !partitionColumns.includes(field.name))
    .map((field) => {
      const key = mapping === 'id' ? String(field.metadata[COLUMN_ID]) : quoteLiteral(physicalName(field, mapping));
      const type = toDuckDBType(physicalType(field.type, mapping));
      return `${key}: {name: ${quoteLiteral(readName(field))}, type: ${quoteLiteral(type)}, default_value: NULL}`;
    });
  // with a schema given, the engine takes every file for a small one, and joins the wrong way round
  const rows = estimatedRows(files);
  const cardinality = rows === undefined ? '' : `, explicit_cardinality=${rows}`;
  return `read_parquet([${paths.join(', ')}], hive_partitioning=false, schema=MAP {${entries.join(', ')}}${cardinality})`;
}

/** Rows by the files' statistics, roughly: for planning only. Undefined where another writer left them out. */
function estimatedRows(files: readonly LiveFile[]): number | undefined {
  let sum = 0;
  for (const { stats } of files) {
    const rows =
      typeof stats === 'object' && stats !== null
        ? stats.numRecords
        : /"numRecords"\s*:\s*(\d+)/.exec(stats ?? '')?.[1];
    if (rows === undefined) return undefined;
    sum += Number(rows);
  }
  return Math.max(sum, 1);
}
