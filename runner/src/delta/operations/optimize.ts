import { StorageError } from '../../errors/tsdbt-error.js';
import { scanSql } from '../log/scan-sql.js';
import type { Snapshot } from '../log/snapshot.js';
import type { ParquetEngine } from '../parquet.js';
import type { AddFile, LiveFile } from '../protocol/actions.js';
import { physicalName } from '../protocol/column-mapping.js';
import { CHANGES_NOTHING } from '../protocol/features.js';
import { partitionLiteral } from '../protocol/partition-values.js';
import { enclosed, ownName, quoteIdentifier } from '../sql.js';
import { changeTable } from './metadata.js';
import { countRows, sumBytes } from './metrics.js';
import { requireTable } from './require-table.js';
import { resolveColumns } from './resolve-columns.js';
import { groups } from './row-changes.js';
import { StagedCommit } from './staged-commit.js';
import { openTarget, type Target } from './target.js';
import { layoutOf, orNothing, relativePath, targetBytes, type WriteRequest, writeFiles } from './write-files.js';

export interface OptimizeOptions {
  /** files grow to about this many bytes; default: `delta.targetFileSize`, else 256 MiB */
  readonly targetSize?: number | undefined;
  /** rows are sorted by these columns within each partition, all files are written anew */
  readonly sortBy?: readonly string[] | undefined;
  /** only these partitions: SQL over the partition columns; default: all */
  readonly where?: string | undefined;
}

/** A file of less than this share of the target's size is worth putting together with others. */
const SMALL = 0.75;

/**
 * Puts small files together, and applies deletion vectors. Rows stay what they are: readers that look for changes see none, and
 * appends by others in the meantime do not conflict.
 *
 * @throws StorageError TSD6038 for a column to sort by that is not there, or a `where` that names other than partition columns
 */
export async function stageOptimize(target: Target, options: OptimizeOptions = {}): Promise<StagedCommit> {
  const open = requireTable(await openTarget(target));
  const { store, engine, base } = open;
  const { partitionColumns, schema } = base;
  const table = changeTable(open, schema, partitionColumns, {}, CHANGES_NOTHING);
  const bytes = options.targetSize ?? targetBytes(table.properties);
  const properties = { ...table.properties, 'delta.targetFileSize': String(bytes) };
  const request = { ...table, properties, dataChange: false };
  const names = schema.fields.map((field) => field.name);
  const sortBy = resolveColumns(store.location, options.sortBy ?? [], names);
  const chosen = await inPartitions(request, base.files, options.where);
  const adds: AddFile[] = [];
  const removes: LiveFile[] = [];
  const layout = { ...layoutOf(request), deletedRows: base.deletedRows };
  const write = async (written: string[]) => {
    for (const partition of byPartition(chosen)) {
      const some = sortBy.length > 0 ? [partition] : compactable(partition, bytes);
      for (const group of some) {
        const some = await writeFiles({ ...request, sortBy, select: scanSql(layout, group) });
        adds.push(...some);
        written.push(...some.map((add) => relativePath(store, add)));
        removes.push(...group);
      }
    }
  };
  await orNothing(store, (written) =>
    sortBy.length > 0 ? write(written) : readingWhole(engine, () => write(written)),
  );
  return new StagedCommit(table, {
    operation: 'OPTIMIZE',
    parameters: {
      predicate: JSON.stringify(options.where === undefined ? [] : [options.where]),
      sortBy: JSON.stringify(sortBy),
    },
    metrics: {
      numAddedFiles: adds.length,
      numRemovedFiles: removes.length,
      numAddedBytes: sumBytes(adds),
      numRemovedBytes: sumBytes(removes),
      numOutputRows: countRows(adds),
    },
    adds,
    removes,
    removesData: false,
    // the rows of removed files are what they were; a commit that removes one of them conflicts all the same
    reads: 'nothing',
  });
}

/** DuckDB's setting that has it read a row group at once. Small files are else read in two dozen pieces each. */
const WHOLE = 'prefetch_all_parquet_files';

/** Has the engine read files of which every column is wanted; then the setting is what it was. */
async function readingWhole(engine: ParquetEngine, work: () => Promise<void>): Promise<void> {
  const [row] = await engine.query(`SELECT CAST(current_setting('${WHOLE}') AS VARCHAR) AS before`);
  await engine.execute(`SET SESSION ${WHOLE} = true`);
  try {
    await work();
  } finally {
    await engine.execute(`SET SESSION ${WHOLE} = ${String(row?.before)}`);
  }
}

/** How many files of a table {@link stageOptimize} would put together with others, or rid of deletion vectors. */
export function smallFiles(snapshot: Snapshot): number {
  const bytes = targetBytes(snapshot.properties);
  return byPartition(snapshot.files).reduce((sum, files) => sum + compactable(files, bytes).flat().length, 0);
}

/** Files of the partitions for which a predicate holds. */
async function inPartitions(
  request: Omit<WriteRequest, 'select'>,
  files: readonly LiveFile[],
  where: string | undefined,
): Promise<readonly LiveFile[]> {
  if (where === undefined) return files;
  const layout = layoutOf(request);
  const fields = request.schema.fields.filter((field) => request.partitionColumns.includes(field.name));
  const found: LiveFile[] = [];
  for (const partition of byPartition(files)) {
    const values = fields.map(
      (field) =>
        `${partitionLiteral(partition[0]!.partitionValues[physicalName(field, layout.mapping)], field.type)} AS ${quoteIdentifier(field.name)}`,
    );
    const partitionSql = `SELECT ${[`1 AS ${quoteIdentifier(ownName('one'))}`, ...values].join(', ')}`;
    const rows = await request.engine
      .query(`SELECT 1 AS found FROM (${partitionSql}) WHERE ${enclosed(where)}`)
      .catch((cause: Error) => {
        throw new StorageError(
          'TSD6038',
          `${layout.location}: partitions cannot be chosen by ${where}: ${cause.message.split('\n')[0]}`,
          {
            hint: `only partition columns can be named (${request.partitionColumns.join(', ') || 'the table has none'})`,
            cause,
          },
        );
      });
    if (rows.length > 0) found.push(...partition);
  }
  return found;
}

function byPartition(files: readonly LiveFile[]): LiveFile[][] {
  const partitions = new Map<string, LiveFile[]>();
  for (const file of files) {
    const key = JSON.stringify(Object.entries(file.partitionValues).sort(([a], [b]) => (a < b ? -1 : 1)));
    const partition = partitions.get(key);
    if (partition === undefined) partitions.set(key, [file]);
    else partition.push(file);
  }
  return [...partitions.values()];
}

/** Small files, put together up to the target's size; files with deletion vectors, even alone. */
function compactable(files: readonly LiveFile[], bytes: number): LiveFile[][] {
  const small = files.filter((file) => file.size < bytes * SMALL || file.deletionVector);
  return groups(small, bytes).filter((group) => group.length > 1 || group[0]!.deletionVector);
}
