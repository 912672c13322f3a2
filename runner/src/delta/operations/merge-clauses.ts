import { StorageError } from '../../errors/tsdbt-error.js';
import type { Snapshot } from '../log/snapshot.js';
import type { SelectColumn } from '../parquet.js';
import type { AddFile, LiveFile } from '../protocol/actions.js';
import type { StructType } from '../protocol/data-types.js';
import { toDuckDBType } from '../protocol/duckdb-types.js';
import { CHANGES_NOTHING } from '../protocol/features.js';
import { comparesAsText, mayHold } from '../protocol/skipping.js';
import { enclosed, quoteIdentifier } from '../sql.js';
import { columnDefaults, generatedColumns } from './computed-columns.js';
import { requireNewConstraints } from './constraints.js';
import { describeSource } from './describe-source.js';
import { type FittedColumns, fitColumns } from './fit-schema.js';
import { keyRanges, ROWS_HAVE } from './merge.js';
import { type MergeClausesSql, mergeClausesSql, type PlannedClause } from './merge-clauses-sql.js';
import { numbered } from './merge-sql.js';
import { changeTable, type TableSettings } from './metadata.js';
import { sumBytes } from './metrics.js';
import { requireTable } from './require-table.js';
import { resolveColumns } from './resolve-columns.js';
import { changeRows, positionedScan, recordsChanges } from './row-changes.js';
import { type RowsOrigin, readsTable, rowsRead, type Sought } from './rows-read.js';
import { StagedCommit } from './staged-commit.js';
import { openTargetWithStats, type Target } from './target.js';
import { widenFitted } from './widen.js';
import { layoutOf, type WriteRequest, withSpill } from './write-files.js';

/** `all`: what the source has under the columns' names; or column → SQL expression. */
export type MergeValues = 'all' | Readonly<Record<string, string>>;

/** Changes or deletes a row of the table. */
export type RowClause = {
  /** SQL condition; default: it always holds */
  readonly when?: string | undefined;
} & ({ readonly set: MergeValues } | { readonly delete: true });

/** Inserts a row of the source. */
export interface InsertClause {
  /** SQL condition over `source`; default: it always holds */
  readonly when?: string | undefined;
  readonly values: MergeValues;
}

export interface MergeClausesOptions extends TableSettings, RowsOrigin {
  /** a SELECT; `source` in conditions and expressions */
  readonly source: string;
  /** SQL condition over `target` and `source`, or columns that are equal in both: by them files are skipped */
  readonly on: string | readonly string[];
  /** for rows that match, over `target` and `source`; the first whose condition holds decides */
  readonly whenMatched?: readonly RowClause[] | undefined;
  /** for rows of the source that match none */
  readonly whenNotMatched?: readonly InsertClause[] | undefined;
  /** for rows of the table that no row of the source matches, over `target` */
  readonly whenNotMatchedBySource?: readonly RowClause[] | undefined;
  /** with `all`: new columns are added and types widened; default false */
  readonly mergeSchema?: boolean | undefined;
}

/**
 * Merges by clauses, as SQL's MERGE does: of each kind, the first clause whose condition holds decides about a row, and a row about which none does
 * stays as it is. `stageMerge` is the short way to update and insert by key.
 *
 * @throws StorageError TSD6037 when several rows of the source decide about one of the table, TSD6038 for a column that is not there,
 *   TSD6030, TSD6031 when columns do not fit, TSD6033 when a row breaks a constraint, TSD6001 where there is no table
 */
export async function stageMergeClauses(target: Target, options: MergeClausesOptions): Promise<StagedCommit> {
  const open = requireTable(await openTargetWithStats(target));
  const { store, engine, base } = open;
  const { location } = store;
  const { whenMatched = [], whenNotMatched = [], whenNotMatchedBySource = [] } = options;
  const columns = await describeSource(engine, options.source, base.schema);
  const all = [...whenMatched, ...whenNotMatched].some((clause) =>
    'values' in clause ? clause.values === 'all' : 'set' in clause && clause.set === 'all',
  );
  const fit = { mergeSchema: options.mergeSchema ?? false, allowMissing: true };
  const fitted = all
    ? widenFitted(fitColumns(location, columns, base.schema, fit), base, options.properties)
    : undefined;
  const changes = whenMatched.length + whenNotMatchedBySource.length > 0;
  const intent = changes ? { removesRows: true, rewritesRows: true } : CHANGES_NOTHING;
  const table = changeTable(open, fitted?.schema ?? base.schema, base.partitionColumns, options, intent);
  await requireNewConstraints(table, base);
  const plan = planClauses(location, table.schema, fitted, columns);
  const keys =
    typeof options.on === 'string'
      ? []
      : resolveColumns(
          location,
          options.on,
          columns.map(({ name }) => name),
          ROWS_HAVE,
        );
  const on =
    typeof options.on === 'string'
      ? [options.on]
      : keys.map((name) => `target.${quoteIdentifier(name)} = source.${quoteIdentifier(name)}`);
  const readsItself = await readsTable(engine, location, options.source, options);
  return withSpill(store, engine, numbered(options.source), async (source, written) => {
    const ranged = keys.filter((key) => {
      const column = base.schema.fields.find(({ name }) => name === key);
      const given = columns.find(({ name }) => name === key);
      return column && given && comparesAsText(given.type, column.type);
    });
    const ranges = keyRanges(written, ranged);
    const near = (file: LiveFile) => written.rows > 0n && mayHold(file, base, ranges);
    const clauses = {
      matched: whenMatched.map(plan),
      notMatched: whenNotMatched.map(plan),
      notMatchedBySource: whenNotMatchedBySource.map(plan),
    };
    const given = Object.values(clauses)
      .flat()
      .flatMap(({ values }) => [...(values?.keys() ?? [])]);
    const generated = await generatedColumns(table, given);
    const feeds = recordsChanges(table.properties);
    const sql = mergeClausesSql({
      source,
      schema: table.schema,
      on,
      defaults: await columnDefaults(location, engine, table.schema),
      ...clauses,
      feeds,
    });
    const candidates = base.files.filter(near);
    const wide = (fitted?.widened.length ?? 0) > 0;
    const changed = await apply({ ...table, generated }, base, sql, {
      candidates,
      orphans: whenNotMatchedBySource.length > 0,
      // whatever rows match: they go all the same
      several: whenMatched.length === 1 && 'delete' in whenMatched[0]! && whenMatched[0].when === undefined,
      rewriteAlso: wide ? base.files : [],
      feeds,
    });
    const matching = { near, on: keys.length === 0 ? on : [] };
    const values = Object.values(clauses)
      .flat()
      .flatMap((clause) => [...(clause.values?.values() ?? []), ...(clause.when === undefined ? [] : [clause.when])]);
    return new StagedCommit(table, {
      ...changed,
      operation: 'MERGE',
      parameters: {
        predicate: on.join(' AND '),
        matchedPredicates: JSON.stringify(whenMatched),
        notMatchedPredicates: JSON.stringify(whenNotMatched),
        notMatchedBySourcePredicates: JSON.stringify(whenNotMatchedBySource),
      },
      metrics: {
        numSourceRows: Number(written.rows),
        numTargetRowsInserted: changed.inserted,
        numTargetRowsUpdated: changed.updated,
        numTargetRowsDeleted: changed.deleted,
        numTargetRowsCopied: changed.copied,
        numOutputRows: changed.copied + changed.updated + changed.inserted,
        numOutputBytes: sumBytes(changed.adds),
        numTargetFilesAdded: changed.adds.length,
        numTargetFilesRemoved: changed.removes.length,
      },
      reads:
        wide || readsItself
          ? 'table'
          : rowsRead(table, {
              added: [matching, ...whenNotMatchedBySource.map(soughtBy)],
              removed: [matching],
              values,
            }),
      warnings: fitted?.warnings,
    });
  });
}

/** Clauses as SQL, each value in the type of its column. */
function planClauses(
  location: string,
  schema: StructType,
  fitted: FittedColumns | undefined,
  columns: readonly SelectColumn[],
): (clause: RowClause | InsertClause) => PlannedClause {
  const types = new Map(schema.fields.map((field) => [field.name, toDuckDBType(field.type)]));
  const inSource = new Map(columns.map(({ name }) => [name.toLowerCase(), name]));
  const typed = (name: string, value: string) => `CAST(${value} AS ${types.get(name)})`;
  const ofSource = () =>
    (fitted?.present ?? []).map((name): [string, string] => [
      name,
      typed(name, `source.${quoteIdentifier(inSource.get(name.toLowerCase())!)}`),
    ]);
  const given = (values: Readonly<Record<string, string>>) => {
    const names = resolveColumns(location, Object.keys(values), [...types.keys()]);
    return Object.values(values).map((value, i): [string, string] => [names[i]!, typed(names[i]!, enclosed(value))]);
  };
  return (clause) => {
    if ('delete' in clause) return { when: clause.when, values: undefined };
    const values = 'set' in clause ? clause.set : clause.values;
    return { when: clause.when, values: new Map(values === 'all' ? ofSource() : given(values)) };
  };
}

/** Rows that a clause may change, whatever the source has. */
function soughtBy({ when }: RowClause): Sought {
  return { where: when === undefined ? [] : [when] };
}

interface Plan {
  /** files that may hold a row that matches */
  readonly candidates: readonly AddFile[];
  /** rows without a match are looked for, in all files */
  readonly orphans: boolean;
  /** several rows of the source may decide about one of the table */
  readonly several: boolean;
  readonly rewriteAlso: readonly AddFile[];
  readonly feeds: boolean;
}

async function apply(request: Omit<WriteRequest, 'select'>, base: Snapshot<AddFile>, sql: MergeClausesSql, plan: Plan) {
  const { store, engine } = request;
  const layout = { ...layoutOf(request), deletedRows: base.deletedRows };
  const spill = <T>(select: string | undefined, use: (table: string | undefined) => Promise<T>) =>
    select === undefined
      ? use(undefined)
      : withSpill(store, engine, select, (table, { rows }) => use(rows === 0n ? undefined : table));
  const { candidates, rewriteAlso } = plan;
  const near = candidates.length === 0 ? undefined : sql.matches(positionedScan(layout, base, candidates));
  const all = plan.orphans && base.files.length > 0 ? sql.orphans(positionedScan(layout, base, base.files)) : undefined;
  return spill(near, (matches) =>
    spill(all, async (orphans) => {
      if (matches !== undefined && !plan.several) await requireOneDecision(request, sql, matches);
      const inserts = sql.inserts(matches);
      const [row] = inserts === undefined ? [] : await engine.query(`SELECT 1 AS any FROM (${inserts}) LIMIT 1`);
      const further = row === undefined ? undefined : inserts;
      return changeRows(request, base, {
        deleted: sql.deleted(matches, orphans),
        updated: sql.updated(matches, orphans),
        further,
        feed: plan.feeds ? sql.feed(matches, orphans, further) : undefined,
        rewriteAlso,
      });
    }),
  );
}

async function requireOneDecision(
  { store, engine }: Omit<WriteRequest, 'select'>,
  sql: MergeClausesSql,
  matches: string,
): Promise<void> {
  const [row] = await engine.query(sql.ambiguous(matches));
  const rows = Number(row!.n);
  if (rows > 0)
    throw new StorageError(
      'TSD6037',
      `${store.location}: ${rows} ${rows === 1 ? 'row of the table matches' : 'rows of the table match'} several rows of the source, e.g. row ${row!.example} of it`,
      { hint: 'keep one row of the source for each, e.g. with QUALIFY row_number() OVER (PARTITION BY …) = 1' },
    );
}
