import type { Session } from '../engines/engine.js';
import { quoteIdentifier } from '../engines/relation.js';
import { type Materialization, tableOptions } from './materialization.js';
import { sameValues } from './same-values.js';
import { checkSnapshotColumns, type SnapshotConfig, snapshotConfig } from './snapshot-config.js';
import { firstSnapshot, isCurrent, type SnapshotSource, snapshotChanges } from './snapshot-sql.js';

/**
 * Keeps every version that a row ever had: a version that changes is ended, and the new one begun, in one commit. `--full-refresh`
 * leaves snapshots alone: what they remember is nowhere else.
 */
export const materializeSnapshot: Materialization = async ({ node, relation, session, storage, select, startedAt }) => {
  const config = snapshotConfig(node);
  const options = tableOptions(node);
  const names = (await session.describe(select)).map((column) => column.name);
  const time = startedAt.toISOString().replace('T', ' ').replace('Z', '');
  const source: SnapshotSource = { config, select, names, now: `timestamp '${time}'` };
  const published = await storage.published(relation);
  if (published?.kind !== 'table') return storage.stageTable(session, relation, firstSnapshot(source), options);
  const table = published.columns.map((column) => column.name);
  checkSnapshotColumns(node, config, table);
  const changes = snapshotChanges(source, relation.toString(), table);
  const { dbt_scd_id: scdId } = config.columns;
  if (await repeatsVersions(session, config, changes)) {
    const isEnding = async (rows: string): Promise<string> =>
      `${await sameValues(session, rows, [scdId], published.columns, false)} and ${isCurrent(config)}`;
    return storage.stageReplace(session, relation, changes, isEnding, 'append_new_columns', options);
  }
  const merge = {
    keys: [scdId],
    update: [config.columns.dbt_valid_to],
    notMatchedBySourceDelete: undefined,
    predicates: [],
    schemaChange: 'append_new_columns',
  } as const;
  return storage.stageMerge(session, relation, changes, merge, options);
};

/**
 * Whether a version that begins has the `dbt_scd_id` of the one that it ends, as where columns change and `updated_at` does not: no merge
 * tells these apart.
 */
async function repeatsVersions(session: Session, config: SnapshotConfig, changes: string): Promise<boolean> {
  if (config.strategy !== 'check' || config.updatedAt === undefined) return false;
  const id = quoteIdentifier(config.columns.dbt_scd_id);
  const { rows } = await session.query(`select 1 from (\n${changes}\n) group by ${id} having count(*) > 1 limit 1`);
  return rows.length > 0;
}
