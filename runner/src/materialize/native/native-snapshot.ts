import { quoteIdentifier } from '../../engines/relation.js';
import { checkSnapshotColumns, snapshotConfig } from '../snapshot-config.js';
import { firstSnapshot, isCurrent, type SnapshotSource, snapshotChanges } from '../snapshot-sql.js';
import { columnsOf } from './native-catalog.js';
import type { NativeMaterialization } from './native-request.js';
import { inTransaction, persistDocs } from './native-statements.js';

const CHANGES = '__tsdbt_snapshot_changes';
const BEGINS = '_tsdbt_begins';

/**
 * Keeps every version that a row ever had. Versions that end and versions that begin are written in one transaction; a
 * full refresh leaves snapshots alone, as what they remember is nowhere else.
 */
export const nativeSnapshot: NativeMaterialization = async (request) => {
  const { node, relation, session, existing, select, startedAt } = request;
  const config = snapshotConfig(node);
  const names = (await session.describe(select)).map((column) => column.name);
  const time = startedAt.toISOString().replace('T', ' ').replace('Z', '');
  const source: SnapshotSource = { config, select, names, now: `timestamp '${time}'` };
  await inTransaction(request, async () => {
    if (existing === undefined) await session.execute(`create table ${relation} as (\n${firstSnapshot(source)}\n)`);
    else {
      const table = (await columnsOf(session, relation)).map((column) => column.name);
      checkSnapshotColumns(node, config, table);
      const changes = snapshotChanges(source, relation.toString(), table, BEGINS);
      await session.execute(`create or replace temporary table ${CHANGES} as (\n${changes}\n)`);
      const there = new Set(table.map((name) => name.toLowerCase()));
      const { columns } = await session.query(`select * exclude (${BEGINS}) from ${CHANGES} limit 0`);
      for (const { name, type } of columns)
        if (!there.has(name.toLowerCase()))
          await session.execute(`alter table ${relation} add column ${quoteIdentifier(name)} ${type}`);
      const [scdId, validTo] = [config.columns.dbt_scd_id, config.columns.dbt_valid_to].map(quoteIdentifier);
      await session.execute(
        `update ${relation} as DBT_INTERNAL_DEST set ${validTo} = DBT_INTERNAL_SOURCE.${validTo}\n` +
          `from ${CHANGES} as DBT_INTERNAL_SOURCE\n` +
          `where DBT_INTERNAL_SOURCE.${scdId} = DBT_INTERNAL_DEST.${scdId} and not ${BEGINS} and ${isCurrent(config, 'DBT_INTERNAL_DEST.')}`,
      );
      await session.execute(
        `insert into ${relation} by name select * exclude (${BEGINS}) from ${CHANGES} where ${BEGINS}`,
      );
      await session.execute(`drop table ${CHANGES}`);
    }
    await persistDocs(request, relation);
  });
  await request.hooks('post_hook', false);
  return { message: 'OK' };
};
