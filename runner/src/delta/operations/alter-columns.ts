import { didYouMean } from '../../errors/suggest.js';
import { StorageError } from '../../errors/tsdbt-error.js';
import { scanSql } from '../log/scan-sql.js';
import type { StructType } from '../protocol/data-types.js';
import { quoteIdentifier } from '../sql.js';
import { changeTable } from './metadata.js';
import { requireTable } from './require-table.js';
import { StagedCommit } from './staged-commit.js';
import { openTarget, type Target } from './target.js';
import { writeFiles } from './write-files.js';

export interface AlterColumnsOptions {
  /** old name → new name */
  readonly rename?: Readonly<Record<string, string>> | undefined;
  readonly drop?: readonly string[] | undefined;
}

/**
 * Renames and drops columns. Where the table maps columns (`delta.columnMapping.mode`), only its schema changes; otherwise all
 * its files are written anew.
 *
 * @throws StorageError TSD6038 for a column that is not there, TSD6046 for one that the table is partitioned by or a constraint may name,
 *   and for a new name that is taken
 */
export async function stageAlterColumns(target: Target, options: AlterColumnsOptions): Promise<StagedCommit> {
  const { store, engine, base } = requireTable(await openTarget(target));
  const { location } = store;
  const names = base.schema.fields.map((field) => field.name);
  const rename = new Map(
    Object.entries(options.rename ?? {}).map(([from, to]) => [resolve(location, from, names), to] as const),
  );
  const drop = new Set((options.drop ?? []).map((name) => resolve(location, name, names)));
  for (const name of [...rename.keys(), ...drop]) requireFree(location, name, base.partitionColumns, base.properties);
  const kept = base.schema.fields.filter((field) => !drop.has(field.name));
  const fields = kept.map((field) => ({ ...field, name: rename.get(field.name) ?? field.name }));
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
  const mapped = base.mapping !== 'none';
  const schema: StructType = { type: 'struct', fields };
  const intent = { removesRows: false, rewritesRows: !mapped };
  const table = changeTable(location, base, schema, base.partitionColumns, {}, intent);
  const { partitionColumns } = base;
  const columns = kept.map((field, i) => `${quoteIdentifier(field.name)} AS ${quoteIdentifier(fields[i]!.name)}`);
  const request = { store, engine, schema: table.schema, partitionColumns, properties: table.properties };
  const select = `SELECT ${columns.join(', ')} FROM (${scanSql(base, base.files)})`;
  const adds = mapped ? [] : await writeFiles({ ...request, select, dataChange: false });
  return new StagedCommit({
    store,
    engine,
    base,
    schema: table.schema,
    partitionColumns,
    properties: table.properties,
    rowChanges: { deletedRows: base.deletedRows, furtherFiles: [] },
    change: {
      operation: drop.size > 0 ? 'DROP COLUMNS' : 'RENAME COLUMN',
      parameters: { rename: JSON.stringify(Object.fromEntries(rename)), drop: JSON.stringify([...drop]) },
      metrics: { numAddedFiles: adds.length, numRemovedFiles: mapped ? 0 : base.files.length },
      protocol: table.protocol,
      metadata: table.metadata,
      adds,
      removes: mapped ? [] : base.files,
      removesData: false,
      reads: 'table',
    },
  });
}

function requireFree(
  location: string,
  name: string,
  partitionColumns: readonly string[],
  properties: Readonly<Record<string, string>>,
): void {
  const constraint = Object.entries(properties).find(
    ([key, expression]) =>
      key.startsWith('delta.constraints.') && expression.toLowerCase().includes(name.toLowerCase()),
  );
  const why = partitionColumns.includes(name)
    ? 'is a partition column'
    : constraint === undefined
      ? undefined
      : `is named in the constraint ${constraint[0].slice('delta.constraints.'.length)} (${constraint[1]})`;
  if (why !== undefined)
    throw new StorageError('TSD6046', `${location}: column "${name}" cannot be renamed or dropped, for it ${why}`, {
      hint: 'rebuild the table (overwrite)',
    });
}

function resolve(location: string, name: string, columns: readonly string[]): string {
  const found = columns.find((column) => column.toLowerCase() === name.toLowerCase());
  if (found !== undefined) return found;
  throw new StorageError('TSD6038', `${location}: there is no column "${name}"`, {
    hint: didYouMean(name, columns) ?? `the table has ${columns.join(', ')}`,
  });
}
