import { toDuckDBType } from '../protocol/duckdb-types.js';
import { enclosed, identifierList, ownName, quoteIdentifier } from '../sql.js';
import { generatedColumns } from './computed-columns.js';
import { changeTable } from './metadata.js';
import { requireTable } from './require-table.js';
import { resolveColumns } from './resolve-columns.js';
import { changeRows, POSITION, positionedScan, recordsChanges } from './row-changes.js';
import { rowsRead } from './rows-read.js';
import { StagedCommit } from './staged-commit.js';
import { openTargetWithStats, type Target } from './target.js';
import { withSpill } from './write-files.js';

export interface UpdateOptions {
  /** column → SQL expression over the table's columns; without any, no row changes */
  readonly set: Readonly<Record<string, string>>;
  /** SQL over the table's columns; rows for which it is null stay as they are; default: every row */
  readonly where?: string | undefined;
}

/**
 * Changes the rows for which a predicate holds.
 *
 * @throws StorageError TSD6038 for a column that is not there, TSD6033 when a changed row breaks a constraint
 */
export async function stageUpdate(target: Target, options: UpdateOptions): Promise<StagedCommit> {
  const open = requireTable(await openTargetWithStats(target));
  const { store, engine, base } = open;
  const { schema } = base;
  const names = schema.fields.map((field) => field.name);
  const set = new Map(
    Object.entries(options.set).map(([name, expression]) => [
      resolveColumns(store.location, [name], names)[0]!,
      expression,
    ]),
  );
  const intent = { removesRows: true, rewritesRows: true };
  const table = changeTable(open, schema, base.partitionColumns, {}, intent);
  const feeds = recordsChanges(table.properties);
  const columns = schema.fields.flatMap((field) => {
    const quoted = quoteIdentifier(field.name);
    const expression = set.get(field.name);
    const now =
      expression === undefined ? quoted : `CAST(${enclosed(expression)} AS ${toDuckDBType(field.type)}) AS ${quoted}`;
    return feeds ? [now, `${quoted} AS ${quoteIdentifier(ownName(`before ${field.name}`))}`] : [now];
  });
  const where =
    set.size === 0 ? ' WHERE false' : options.where === undefined ? '' : ` WHERE ${enclosed(options.where)} IS TRUE`;
  const found = `SELECT "${POSITION}", ${columns.join(', ')} FROM (${positionedScan(base, base, base.files)})${where}`;
  return withSpill(store, engine, found, async (changed, { rows }) => {
    const before = names.map((name) => `${quoteIdentifier(ownName(`before ${name}`))} AS ${quoteIdentifier(name)}`);
    const feed = `SELECT ${before.join(', ')}, 'update_preimage' AS _change_type FROM ${changed}
UNION ALL SELECT ${identifierList(names)}, 'update_postimage' FROM ${changed}`;
    const generated = await generatedColumns(table, [...set.keys()]);
    const changes = await changeRows({ ...table, generated }, base, {
      updated: rows === 0n ? undefined : { positions: changed, rows: changed },
      feed: feeds && rows > 0n ? feed : undefined,
    });
    return new StagedCommit(table, {
      ...changes,
      operation: 'UPDATE',
      parameters: options.where === undefined ? {} : { predicate: JSON.stringify([options.where]) },
      metrics: {
        numUpdatedRows: Number(rows),
        numCopiedRows: changes.copied,
        numAddedFiles: changes.adds.length,
        numRemovedFiles: changes.removes.length,
      },
      reads: rowsRead(table, {
        added: [{ where: options.where === undefined ? [] : [options.where] }],
        values: [...set.values()],
      }),
    });
  });
}
