import { StorageError } from '../../errors/tsdbt-error.js';
import { scanSql } from '../log/scan-sql.js';
import type { Snapshot } from '../log/snapshot.js';
import { type DataType, type StructField, type StructType, sameType } from '../protocol/data-types.js';
import { planColumns, toDuckDBType } from '../protocol/duckdb-types.js';
import { GENERATION_EXPRESSION } from '../protocol/features.js';
import { withStatsColumns } from '../protocol/stats-columns.js';
import { isTypeWidening } from '../protocol/type-widening.js';
import { quoteIdentifier } from '../sql.js';
import { fits, unify } from './fit-schema.js';
import { changeTable } from './metadata.js';
import { requireTable } from './require-table.js';
import { resolveColumns } from './resolve-columns.js';
import { StagedCommit } from './staged-commit.js';
import { openTarget, type Target } from './target.js';
import { widenSchema } from './widen.js';
import { writeFiles } from './write-files.js';

export interface AlterColumnsOptions {
  /** old name → new name */
  readonly rename?: Readonly<Record<string, string>> | undefined;
  readonly drop?: readonly string[] | undefined;
  /** new column → its DuckDB type; it is null in the rows that are there */
  readonly add?: Readonly<Record<string, string>> | undefined;
  /** column, by its name before a `rename` → DuckDB type that holds every value of the one it has */
  readonly widen?: Readonly<Record<string, string>> | undefined;
  /** columns, by their names afterwards, that come first, in this order; the others follow as they were */
  readonly order?: readonly string[] | undefined;
}

/** What a column becomes. */
interface Altered {
  /** undefined for a column that comes */
  readonly before: StructField | undefined;
  readonly field: StructField;
}

/**
 * Renames, drops, adds, widens and reorders columns. Often only the schema changes; all files are written anew where a column is renamed or dropped
 * in a table that does not map its columns (`delta.columnMapping.mode`), or widened in one without `delta.enableTypeWidening`.
 *
 * @throws StorageError TSD6038 for a column that is not there, TSD6046 for one to drop that the table is partitioned by, for one that a constraint may
 *   name, and for a new name that is taken; TSD6030 for a type that is not wider; TSD6042 for one that Delta cannot store
 */
export async function stageAlterColumns(target: Target, options: AlterColumnsOptions): Promise<StagedCommit> {
  const open = requireTable(await openTarget(target));
  const { base } = open;
  const { location } = open.store;
  const altered = alter(location, base, options);
  const fields = altered.map(({ field }) => field);
  requireNames(location, fields, base);
  const renamesOrDrops =
    altered.some(({ before, field }) => before !== undefined && before.name !== field.name) ||
    (options.drop ?? []).length > 0;
  const widens = altered.some(({ before, field }) => before !== undefined && !sameType(before.type, field.type));
  // by the names of before, under which the change of a type is told
  const asBefore = altered.map(({ before, field }) => ({ ...field, name: before?.name ?? field.name }));
  const widened = widens ? widenSchema(base, { type: 'struct', fields: asBefore }, base.properties) : undefined;
  const rewrites = (renamesOrDrops && base.mapping === 'none') || widened?.rewrites === true;
  const schema: StructType = {
    type: 'struct',
    fields: fields.map((field, i) => ({ ...(widened?.schema.fields[i] ?? field), name: field.name })),
  };
  const intent = { removesRows: false, rewritesRows: rewrites };
  const properties = renamesOrDrops ? statsColumnsAfter(base, altered) : {};
  const named = new Map(altered.map(({ before, field }) => [before?.name, field.name]));
  const partitionColumns = base.partitionColumns.map((name) => named.get(name)!);
  const table = changeTable(open, schema, partitionColumns, { properties }, intent);
  const columns = altered.map(({ before, field }) => {
    const value = before === undefined ? 'NULL' : quoteIdentifier(before.name);
    return `CAST(${value} AS ${toDuckDBType(field.type)}) AS ${quoteIdentifier(field.name)}`;
  });
  const select = `SELECT ${columns.join(', ')} FROM (${scanSql(base, base.files)})`;
  const adds = rewrites ? await writeFiles({ ...table, select, dataChange: false }) : [];
  return new StagedCommit(table, {
    operation: operationOf(options),
    parameters: Object.fromEntries(Object.entries(options).map(([key, value]) => [key, JSON.stringify(value)])),
    metrics: { numAddedFiles: adds.length, numRemovedFiles: rewrites ? base.files.length : 0 },
    adds,
    removes: rewrites ? base.files : [],
    removesData: false,
    reads: 'table',
  });
}

/** The property that names the columns with statistics, by the names that they have afterwards. */
function statsColumnsAfter(base: Snapshot, altered: readonly Altered[]): Readonly<Record<string, string>> {
  return withStatsColumns(base.properties, (name) => {
    const found = altered.find(({ before }) => before?.name.toLowerCase() === name.toLowerCase());
    return found?.field.name;
  });
}

/** The columns that the table is to have. */
function alter(location: string, base: Snapshot, options: AlterColumnsOptions): Altered[] {
  const names = base.schema.fields.map((field) => field.name);
  const byName = <T>(values: Readonly<Record<string, T>> | undefined) =>
    new Map(Object.entries(values ?? {}).map(([name, value]) => [resolveColumns(location, [name], names)[0]!, value]));
  const rename = byName(options.rename);
  const widen = byName(options.widen);
  const drop = new Set(resolveColumns(location, options.drop ?? [], names));
  for (const name of rename.keys()) requireFree(location, name, base, 'renamed');
  for (const name of drop) requireFree(location, name, base, 'dropped');
  const altered: Altered[] = base.schema.fields
    .filter((field) => !drop.has(field.name))
    .map((before) => {
      const type = widen.has(before.name) ? widerType(location, before, widen.get(before.name)!) : before.type;
      return { before, field: { ...before, name: rename.get(before.name) ?? before.name, type } };
    });
  for (const field of planned(options.add ?? {})) altered.push({ before: undefined, field });
  const after = altered.map(({ field }) => field.name);
  const first = resolveColumns(location, options.order ?? [], after);
  const rank = ({ field }: Altered) => (first.includes(field.name) ? first.indexOf(field.name) : first.length);
  return altered.sort((a, b) => rank(a) - rank(b));
}

function planned(columns: Readonly<Record<string, string>>): readonly StructField[] {
  return planColumns(Object.entries(columns).map(([name, type]) => ({ name, type }))).schema.fields;
}

function widerType(location: string, before: StructField, duckdb: string): DataType {
  const { type } = planned({ [before.name]: duckdb })[0]!;
  // nested fields keep what is said of them
  const both = unify(before.type, type, true, (narrow, wide) => fits(narrow, wide) || isTypeWidening(narrow, wide));
  if (both !== undefined && sameType(both, type)) return both;
  throw new StorageError(
    'TSD6030',
    `${location}: column "${before.name}" is ${toDuckDBType(before.type)}, of which ${duckdb} does not hold every value`,
    { hint: 'choose a wider type, or rebuild the table (overwrite)' },
  );
}

function operationOf({ rename, drop, add, widen }: AlterColumnsOptions): string {
  if ((drop ?? []).length > 0) return 'DROP COLUMNS';
  if (rename !== undefined) return 'RENAME COLUMN';
  return add !== undefined && widen === undefined ? 'ADD COLUMNS' : 'CHANGE COLUMN';
}

function requireNames(location: string, fields: readonly StructField[], base: Snapshot): void {
  const taken = fields.find((field, i) =>
    fields.some((other, j) => j < i && other.name.toLowerCase() === field.name.toLowerCase()),
  );
  if (taken !== undefined || fields.length <= base.partitionColumns.length)
    throw new StorageError(
      'TSD6046',
      taken === undefined
        ? `${location}: a table needs a column that it is not partitioned by`
        : `${location}: two columns would be named "${taken.name}"`,
    );
}

function requireFree(
  location: string,
  name: string,
  { schema, partitionColumns, properties }: Snapshot,
  what: 'renamed' | 'dropped',
): void {
  const says = (expression: unknown) => String(expression).toLowerCase().includes(name.toLowerCase());
  const other = schema.fields.find((field) => {
    const rules = [field.metadata[GENERATION_EXPRESSION], field.metadata['delta.invariants']];
    return field.name !== name && rules.some((rule) => rule !== undefined && says(rule));
  });
  const constraint = Object.entries(properties).find(
    ([key, expression]) => key.startsWith('delta.constraints.') && says(expression),
  );
  const why =
    what === 'dropped' && partitionColumns.includes(name)
      ? 'is a partition column'
      : constraint === undefined
        ? other && `may be named in what column "${other.name}" is generated or checked by`
        : `is named in the constraint ${constraint[0].slice('delta.constraints.'.length)} (${constraint[1]})`;
  if (why !== undefined)
    throw new StorageError('TSD6046', `${location}: column "${name}" cannot be ${what}, for it ${why}`, {
      hint: 'rebuild the table (overwrite)',
    });
}
