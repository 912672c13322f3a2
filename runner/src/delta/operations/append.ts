import { CHANGES_NOTHING } from '../protocol/features.js';
import { enclosed } from '../sql.js';
import { columnDefaults, generatedColumns } from './computed-columns.js';
import { requireNewConstraints } from './constraints.js';
import { describeSource } from './describe-source.js';
import { fitColumns } from './fit-schema.js';
import { changeTable, type TableSettings } from './metadata.js';
import { countRows, sumBytes } from './metrics.js';
import { stageOverwrite } from './overwrite.js';
import { rewriteFiles } from './rewrite.js';
import { type RowsOrigin, readsTable } from './rows-read.js';
import { StagedCommit } from './staged-commit.js';
import { openTarget, type Target } from './target.js';
import { widenFitted } from './widen.js';
import { orNothing, relativePath, writeFiles } from './write-files.js';

export interface AppendOptions extends TableSettings, RowsOrigin {
  /** a SELECT; columns fit the table's by name */
  readonly select: string;
  /** new columns are added and types widened; default false */
  readonly mergeSchema?: boolean | undefined;
  /** for a table that does not exist yet */
  readonly partitionBy?: readonly string[] | undefined;
  readonly notNull?: readonly string[] | undefined;
}

/**
 * Writes rows to be added to a table, which is created when it does not exist.
 *
 * @throws StorageError TSD6030, TSD6031, TSD6032 when the columns do not fit, TSD6033 when a row breaks a constraint
 */
export async function stageAppend(target: Target, options: AppendOptions): Promise<StagedCommit> {
  const open = await openTarget(target);
  const { store, engine, base } = open;
  if (base === undefined) return stageOverwrite(target, options);
  const columns = await describeSource(engine, options.select, base.schema);
  const mergeSchema = options.mergeSchema ?? false;
  const defaults = await columnDefaults(store.location, engine, base.schema);
  const fitted = widenFitted(
    fitColumns(store.location, columns, base.schema, { mergeSchema, defaults }),
    base,
    options.properties,
  );
  const { partitionColumns } = base;
  const table = changeTable(open, fitted.schema, partitionColumns, options, CHANGES_NOTHING);
  await requireNewConstraints(table, base);
  const select = `SELECT ${fitted.expressions.join(', ')} FROM ${enclosed(options.select)}`;
  const widened = fitted.widened.length === 0 ? [] : base.files;
  const readsItself = await readsTable(engine, store.location, options.select, options);
  const { adds, rewritten } = await orNothing(store, async (written) => {
    const generated = await generatedColumns(table, fitted.present);
    const adds = await writeFiles({ ...table, generated, select });
    written.push(...adds.map((file) => relativePath(store, file)));
    return { adds, rewritten: await rewriteFiles(table, base, widened) };
  });
  const metrics = {
    numFiles: adds.length,
    numOutputRows: countRows(adds),
    numOutputBytes: sumBytes(adds),
  };
  return new StagedCommit(table, {
    operation: 'WRITE',
    parameters: { mode: 'Append', partitionBy: JSON.stringify(partitionColumns) },
    metrics,
    adds: [...rewritten, ...adds],
    removes: widened,
    removesData: false,
    reads: widened.length === 0 && !readsItself ? 'nothing' : 'table',
    warnings: fitted.warnings,
  });
}
