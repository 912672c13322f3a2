import { scanSql } from '../log/scan-sql.js';
import type { Snapshot } from '../log/snapshot.js';
import type { AddFile } from '../protocol/actions.js';
import { resolvePath } from '../protocol/paths.js';
import { enclosed } from '../sql.js';
import { changeTable } from './metadata.js';
import { requireTable } from './require-table.js';
import { StagedCommit } from './staged-commit.js';
import { openTarget, type Target } from './target.js';
import { type WriteRequest, writeFiles } from './write-files.js';

/** Column that carries the absolute path of each row's file through a query. */
const FILE = '__delta_file';

/**
 * Writes the files of a table anew without the rows for which a predicate holds. Files that hold none stay, files that
 * hold nothing else go without being rewritten.
 *
 * @param predicate SQL over the table's columns; rows for which it is null stay
 */
export async function stageDelete(target: Target, predicate: string): Promise<StagedCommit> {
  const { store, engine, base } = requireTable(await openTarget(target));
  const { partitionColumns } = base;
  const table = changeTable(
    store.location,
    base,
    base.schema,
    partitionColumns,
    {},
    { removesRows: true, rewritesRows: true },
  );
  const request = { store, engine, schema: table.schema, partitionColumns, properties: table.properties };
  const { adds, removes, rows, copied } = await deleteRows(request, base, predicate);
  return new StagedCommit({
    store,
    engine,
    base,
    schema: table.schema,
    partitionColumns,
    change: {
      operation: 'DELETE',
      parameters: { predicate: JSON.stringify([predicate]) },
      metrics: {
        numRemovedFiles: removes.length,
        numAddedFiles: adds.length,
        numDeletedRows: rows,
        numTargetRowsDeleted: rows,
        numCopiedRows: copied,
      },
      protocol: undefined,
      metadata: undefined,
      adds,
      removes,
      reads: 'table',
    },
  });
}

export interface DeletedRows {
  readonly adds: readonly AddFile[];
  readonly removes: readonly AddFile[];
  /** rows deleted */
  readonly rows: number;
  /** rows taken over from rewritten files */
  readonly copied: number;
}

export async function deleteRows(
  request: Omit<WriteRequest, 'select'>,
  base: Snapshot,
  predicate: string,
): Promise<DeletedRows> {
  const scan = scanSql(base.location, base.schema, base.partitionColumns, base.files, FILE);
  const counts = await request.engine.query(
    `SELECT "${FILE}" AS path, count(*) AS n, count(*) FILTER (WHERE ${enclosed(predicate)} IS TRUE) AS gone FROM (${scan}) GROUP BY ALL`,
  );
  const byPath = new Map(base.files.map((file) => [resolvePath(base.location, file.path), file]));
  const adds: AddFile[] = [];
  const removes: AddFile[] = [];
  let rows = 0;
  let copied = 0;
  for (const { path, n, gone } of counts) {
    if (Number(gone) === 0) continue;
    const file = byPath.get(String(path))!;
    removes.push(file);
    rows += Number(gone);
    if (Number(gone) === Number(n)) continue;
    copied += Number(n) - Number(gone);
    const one = scanSql(base.location, base.schema, base.partitionColumns, [file]);
    adds.push(
      ...(await writeFiles({ ...request, select: `SELECT * FROM (${one}) WHERE ${enclosed(predicate)} IS NOT TRUE` })),
    );
  }
  return { adds, removes, rows, copied };
}
