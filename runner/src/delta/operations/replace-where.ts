import { StorageError } from '../../errors/tsdbt-error.js';
import type { Snapshot } from '../log/snapshot.js';
import { enclosed } from '../sql.js';
import { deleteRows } from './delete.js';
import { describeSource } from './describe-source.js';
import { fitColumns } from './fit-schema.js';
import { changeTable } from './metadata.js';
import { countRows, sumBytes } from './metrics.js';
import type { OverwriteOptions } from './overwrite.js';
import { StagedCommit } from './staged-commit.js';
import type { OpenTarget } from './target.js';
import { withSpill, writeFiles } from './write-files.js';

/**
 * Replaces the rows for which a predicate holds.
 *
 * @throws StorageError TSD6036 when a new row does not meet the predicate
 */
export async function stageReplaceWhere(
  { store, engine, base }: OpenTarget & { readonly base: Snapshot },
  options: OverwriteOptions & { readonly replaceWhere: string },
): Promise<StagedCommit> {
  const { replaceWhere } = options;
  const fitted = fitColumns(store.location, await describeSource(engine, options.select, base.schema), base.schema, {
    mergeSchema: false,
  });
  const { partitionColumns } = base;
  const table = changeTable(store.location, base, fitted.schema, partitionColumns, options, {
    removesRows: true,
    rewritesRows: true,
  });
  const request = { store, engine, schema: table.schema, partitionColumns, properties: table.properties };
  const select = `SELECT ${fitted.expressions.join(', ')} FROM ${enclosed(options.select)}`;
  return withSpill(store, engine, select, async (spill) => {
    const [row] = await engine.query(`SELECT count(*) AS n FROM ${spill} WHERE ${enclosed(replaceWhere)} IS NOT TRUE`);
    const outside = Number(row!.n);
    if (outside > 0)
      throw new StorageError(
        'TSD6036',
        `${store.location}: ${outside} of the new rows do not meet ${replaceWhere}, by which rows are replaced`,
        {
          hint: 'restrict the query to the rows that the predicate names',
        },
      );
    const adds = await writeFiles({ ...request, select: `SELECT * FROM ${spill}` });
    const deleted = await deleteRows(request, base, replaceWhere);
    return new StagedCommit({
      store,
      engine,
      base,
      schema: table.schema,
      partitionColumns,
      warnings: fitted.warnings,
      change: {
        operation: 'WRITE',
        parameters: { mode: 'Overwrite', predicate: replaceWhere, partitionBy: JSON.stringify(partitionColumns) },
        metrics: {
          numFiles: adds.length,
          numOutputRows: countRows(adds),
          numOutputBytes: sumBytes(adds),
          numDeletedRows: deleted.rows,
          numRemovedFiles: deleted.removes.length,
        },
        protocol: table.protocol,
        metadata: table.metadata,
        adds: [...deleted.adds, ...adds],
        removes: deleted.removes,
        reads: 'table',
      },
    });
  });
}
