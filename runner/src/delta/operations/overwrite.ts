import { StorageError } from '../../errors/tsdbt-error.js';
import { withStats } from '../log/with-stats.js';
import type { StructField, StructType } from '../protocol/data-types.js';
import { type ColumnPlan, planColumns, toDuckDBType } from '../protocol/duckdb-types.js';
import { GENERATION_EXPRESSION } from '../protocol/features.js';
import { TYPE_CHANGES } from '../protocol/type-widening.js';
import { enclosed, quoteIdentifier } from '../sql.js';
import { generatedColumns } from './computed-columns.js';
import { changeTable, type TableSettings } from './metadata.js';
import { countRows, sumBytes } from './metrics.js';
import { stageReplaceWhere } from './replace-where.js';
import { resolveColumns } from './resolve-columns.js';
import type { RowsOrigin } from './rows-read.js';
import { StagedCommit } from './staged-commit.js';
import { openTarget, type Target } from './target.js';
import { writeFiles } from './write-files.js';

export interface OverwriteOptions extends TableSettings, RowsOrigin {
  /** a SELECT; may read the table's own current version */
  readonly select: string;
  /** columns to partition by; default: as the table is now */
  readonly partitionBy?: readonly string[] | undefined;
  /** rows are sorted by these columns, within each partition and across its files; not with `replaceWhere` */
  readonly sortBy?: readonly string[] | undefined;
  /** columns that may not be null; default: those of now, where the rows have them still */
  readonly notNull?: readonly string[] | undefined;
  /** only rows for which this predicate holds are replaced; the new rows must all meet it, and the schema stays, unless told otherwise */
  readonly replaceWhere?: string | undefined;
  /** with `replaceWhere`: the new rows need not meet it */
  readonly anyRows?: boolean | undefined;
  /** with `replaceWhere`: new columns are added and types widened; default false */
  readonly mergeSchema?: boolean | undefined;
}

/**
 * Writes rows to stand in place of all that a table holds; the table is created when it does not exist. The schema becomes
 * that of the SELECT; descriptions of columns stay where the name stays.
 *
 * @throws StorageError TSD6038 for a column to sort by that is not there, TSD6042, TSD6043 for columns that Delta cannot store, TSD6033 when a row breaks a constraint
 */
export async function stageOverwrite(target: Target, options: OverwriteOptions): Promise<StagedCommit> {
  const open = await openTarget(target);
  const { store, engine, base } = open;
  const { replaceWhere } = options;
  if (base !== undefined && replaceWhere !== undefined)
    return stageReplaceWhere({ ...open, base: await withStats(store, engine, base) }, { ...options, replaceWhere });
  const plan = withLacking(planColumns(await engine.describe(options.select)), base?.schema);
  const named = (name: string) =>
    plan.schema.fields.find((field) => field.name.toLowerCase() === name.toLowerCase())?.name ?? name;
  const kept = base?.partitionColumns.filter((name) =>
    plan.schema.fields.some((field) => field.name.toLowerCase() === name.toLowerCase()),
  );
  const partitionColumns = (options.partitionBy ?? kept ?? []).map(named);
  const names = plan.schema.fields.map((field) => field.name);
  const sortBy = resolveColumns(store.location, options.sortBy ?? [], names, 'the rows have');
  const schema = inherit(store.location, plan.schema, base?.schema, options.notNull);
  const table = changeTable(open, schema, partitionColumns, options, {
    removesRows: (base?.files.length ?? 0) > 0,
    rewritesRows: false,
  });
  const generated = await generatedColumns(table, plan.given);
  const adds = await writeFiles({
    ...table,
    generated,
    select: `SELECT ${plan.casts.join(', ')} FROM ${enclosed(options.select)}`,
    sortBy,
  });
  const removes = base?.files ?? [];
  return new StagedCommit(table, {
    operation: base === undefined ? 'CREATE TABLE AS SELECT' : 'WRITE',
    parameters: { mode: 'Overwrite', partitionBy: JSON.stringify(partitionColumns) },
    metrics: {
      numFiles: adds.length,
      numOutputRows: countRows(adds),
      numOutputBytes: sumBytes(adds),
      numRemovedFiles: removes.length,
      numRemovedBytes: sumBytes(removes),
    },
    adds,
    removes,
    reads: 'table',
    warnings: plan.warnings,
  });
}

/** Columns of the new rows, and the generated ones which the rows lack and that follow from what they have. */
function withLacking(
  plan: ColumnPlan,
  before: StructType | undefined,
): ColumnPlan & { readonly given: readonly string[] } {
  const given = plan.schema.fields.map((field) => field.name);
  const has = (name: string) => given.some((other) => other.toLowerCase() === name.toLowerCase());
  const isKept = (field: StructField) => {
    const expression = String(field.metadata[GENERATION_EXPRESSION] ?? '').toLowerCase();
    const names = before!.fields.filter(({ name }) => name !== field.name && expression.includes(name.toLowerCase()));
    return expression !== '' && !has(field.name) && names.every(({ name }) => has(name));
  };
  const lacking = before?.fields.filter(isKept) ?? [];
  const nulls = lacking.map(({ name, type }) => `CAST(NULL AS ${toDuckDBType(type)}) AS ${quoteIdentifier(name)}`);
  const schema: StructType = { type: 'struct', fields: [...plan.schema.fields, ...lacking] };
  return { ...plan, schema, casts: [...plan.casts, ...nulls], given };
}

/** Descriptions and rules of columns that stay; NOT NULL where asked for, or else where it was. */
function inherit(
  location: string,
  schema: StructType,
  before: StructType | undefined,
  notNull: readonly string[] | undefined,
): StructType {
  const required = new Set(notNull?.map((name) => name.toLowerCase()));
  const old = new Map(before?.fields.map((field) => [field.name.toLowerCase(), field]));
  const fields = schema.fields.map((field) => {
    const kept = old.get(field.name.toLowerCase());
    const asked = required.delete(field.name.toLowerCase());
    const nullable = notNull === undefined ? (kept?.nullable ?? true) : !asked;
    const { [TYPE_CHANGES]: _, ...metadata } = kept?.metadata ?? {};
    return { ...field, nullable, metadata };
  });
  const [unknown] = required;
  if (unknown !== undefined)
    throw new StorageError(
      'TSD6032',
      `${location}: column "${unknown}" may not be null, and the new rows do not have it`,
      {
        hint: 'add it to the query',
      },
    );
  return { type: 'struct', fields };
}
