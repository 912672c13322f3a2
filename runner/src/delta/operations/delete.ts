import type { Snapshot } from '../log/snapshot.js';
import type { AddFile } from '../protocol/actions.js';
import { enclosed, identifierList } from '../sql.js';
import { changeTable } from './metadata.js';
import { requireTable } from './require-table.js';
import { changeRows, POSITION, positionedScan, type RowChanges, recordsChanges } from './row-changes.js';
import { rowsRead } from './rows-read.js';
import { StagedCommit } from './staged-commit.js';
import { openTargetWithStats, type Target } from './target.js';
import { layoutOf, type WriteRequest, withSpill } from './write-files.js';

/**
 * Takes away the rows for which a predicate holds. Files that hold none stay, files that hold nothing else go without
 * being rewritten.
 *
 * @param predicate SQL over the table's columns; rows for which it is null stay
 */
export async function stageDelete(target: Target, predicate: string): Promise<StagedCommit> {
  const open = requireTable(await openTargetWithStats(target));
  const { base } = open;
  const intent = { removesRows: true, rewritesRows: true };
  const table = changeTable(open, base.schema, base.partitionColumns, {}, intent);
  const { changes, rows } = await deleteRows(table, base, predicate);
  return new StagedCommit(table, {
    ...changes,
    operation: 'DELETE',
    parameters: { predicate: JSON.stringify([predicate]) },
    metrics: {
      numRemovedFiles: changes.removes.length,
      numAddedFiles: changes.adds.length,
      numDeletedRows: rows,
      numTargetRowsDeleted: rows,
      numCopiedRows: changes.copied,
    },
    reads: rowsRead(table, { added: [{ where: [predicate] }] }),
  });
}

/**
 * Takes rows away, and adds others in their place.
 *
 * @param options `inserted`: table expression of the rows to add, its columns those of the schema; `rewriteAlso`: files to write anew whatever their rows
 */
export async function deleteRows(
  request: Omit<WriteRequest, 'select'>,
  base: Snapshot<AddFile>,
  predicate: string,
  { inserted, rewriteAlso }: { readonly inserted?: string; readonly rewriteAlso?: readonly AddFile[] } = {},
): Promise<{ readonly changes: RowChanges; readonly rows: number }> {
  const feeds = recordsChanges(request.properties);
  const names = identifierList(request.schema.fields.map((field) => field.name));
  const scan = positionedScan({ ...layoutOf(request), deletedRows: base.deletedRows }, base, base.files);
  const columns = `"${POSITION}"${feeds ? `, ${names}` : ''}`;
  const found = `SELECT ${columns} FROM (${scan}) WHERE ${enclosed(predicate)} IS TRUE`;
  const further = inserted === undefined ? undefined : `SELECT ${names} FROM ${inserted}`;
  return withSpill(request.store, request.engine, found, async (gone, { rows }) => {
    const feed = [
      `SELECT ${names}, 'delete' AS _change_type FROM ${gone}`,
      ...(further === undefined ? [] : [`SELECT *, 'insert' FROM (${further})`]),
    ].join('\nUNION ALL\n');
    const changes = await changeRows(request, base, {
      deleted: rows === 0n ? undefined : gone,
      further,
      feed: feeds && (rows > 0n || further !== undefined) ? feed : undefined,
      rewriteAlso,
    });
    return { changes, rows: Number(rows) };
  });
}
