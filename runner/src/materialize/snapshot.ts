import { type Materialization, tableOptions } from './materialization.js';
import { checkSnapshotColumns, snapshotConfig } from './snapshot-config.js';
import { firstSnapshot, type SnapshotSource, snapshotChanges } from './snapshot-sql.js';

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
  const merge = {
    keys: [config.columns.dbt_scd_id],
    update: [config.columns.dbt_valid_to],
    notMatchedBySourceDelete: undefined,
    predicates: [],
    schemaChange: 'append_new_columns',
  } as const;
  return storage.stageMerge(session, relation, snapshotChanges(source, relation.toString(), table), merge, options);
};
