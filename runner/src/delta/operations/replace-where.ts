import { StorageError } from '../../errors/tsdbt-error.js';
import type { Snapshot } from '../log/snapshot.js';
import type { ParquetEngine } from '../parquet.js';
import type { AddFile } from '../protocol/actions.js';
import { enclosed } from '../sql.js';
import { columnDefaults, generatedColumns } from './computed-columns.js';
import { requireNewConstraints } from './constraints.js';
import { deleteRows } from './delete.js';
import { describeSource } from './describe-source.js';
import { fitColumns } from './fit-schema.js';
import { changeTable } from './metadata.js';
import { sumBytes } from './metrics.js';
import type { OverwriteOptions } from './overwrite.js';
import { readsTable, rowsRead } from './rows-read.js';
import { StagedCommit } from './staged-commit.js';
import type { OpenTarget } from './target.js';
import { widenFitted } from './widen.js';
import { withGenerated, withSpill } from './write-files.js';

/**
 * Replaces the rows for which a predicate holds.
 *
 * @throws StorageError TSD6036 when a new row does not meet the predicate
 */
export async function stageReplaceWhere(
  open: OpenTarget<AddFile> & { readonly base: Snapshot<AddFile> },
  options: OverwriteOptions & { readonly replaceWhere: string },
): Promise<StagedCommit> {
  const { store, engine, base } = open;
  const { replaceWhere } = options;
  const columns = await describeSource(engine, options.select, base.schema);
  const mergeSchema = options.mergeSchema ?? false;
  const defaults = await columnDefaults(store.location, engine, base.schema);
  const fitted = widenFitted(
    fitColumns(store.location, columns, base.schema, { mergeSchema, defaults }),
    base,
    options.properties,
  );
  const { partitionColumns } = base;
  const table = changeTable(open, fitted.schema, partitionColumns, options, {
    removesRows: true,
    rewritesRows: true,
  });
  await requireNewConstraints(table, base);
  const select = `SELECT ${fitted.expressions.join(', ')} FROM ${enclosed(options.select)}`;
  const generated = await generatedColumns(table, fitted.present);
  const readsItself = await readsTable(engine, store.location, options.select, options);
  return withSpill(store, engine, withGenerated({ select, generated }), async (spill, written) => {
    const outside = options.anyRows === true ? 0 : await countOutside(engine, spill, replaceWhere);
    if (outside > 0)
      throw new StorageError(
        'TSD6036',
        `${store.location}: ${outside} of the new rows do not meet ${replaceWhere}, by which rows are replaced`,
        {
          hint: 'restrict the query to the rows that the predicate names',
        },
      );
    const { changes, rows } = await deleteRows({ ...table, generated }, base, replaceWhere, {
      inserted: spill,
      rewriteAlso: fitted.widened.length > 0 ? base.files : [],
    });
    return new StagedCommit(table, {
      ...changes,
      operation: 'WRITE',
      parameters: { mode: 'Overwrite', predicate: replaceWhere, partitionBy: JSON.stringify(partitionColumns) },
      metrics: {
        numFiles: changes.adds.length,
        numOutputRows: Number(written.rows),
        numOutputBytes: sumBytes(changes.adds),
        numDeletedRows: rows,
        numRemovedFiles: changes.removes.length,
      },
      reads: readsItself ? 'table' : rowsRead(table, { added: [{ where: [replaceWhere] }] }),
      warnings: fitted.warnings,
    });
  });
}

async function countOutside(engine: ParquetEngine, rows: string, predicate: string): Promise<number> {
  const [row] = await engine.query(`SELECT count(*) AS n FROM ${rows} WHERE ${enclosed(predicate)} IS NOT TRUE`);
  return Number(row!.n);
}
