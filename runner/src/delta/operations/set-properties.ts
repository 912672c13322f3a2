import { StorageError } from '../../errors/tsdbt-error.js';
import { CHANGES_NOTHING } from '../protocol/features.js';
import { requireNewConstraints } from './constraints.js';
import { changeTable, type TableSettings } from './metadata.js';
import { requireTable } from './require-table.js';
import { StagedCommit } from './staged-commit.js';
import { openTarget, type Target } from './target.js';

export interface SetPropertiesOptions extends TableSettings {
  /** table properties that go; what is not there is no error */
  readonly unset?: readonly string[] | undefined;
}

/** Properties without which files of a table are not understood any more. */
const PERMANENT = /^delta\.(columnMapping|inCommitTimestamp|rowTracking)/;

/**
 * Sets and removes table properties, and describes the table and its columns, without writing a row. Constraints come and go as properties
 * (`delta.constraints.<name>`).
 *
 * @throws StorageError TSD6034 for a property that Delta does not know, that cannot have this value, or that cannot go; TSD6012 for one that switches on a
 *   feature which is not supported; TSD6033 for a constraint that rows of the table break
 */
export async function stageSetProperties(target: Target, options: SetPropertiesOptions): Promise<StagedCommit> {
  const open = requireTable(await openTarget(target));
  const { store, base } = open;
  const { unset = [] } = options;
  for (const key of unset)
    if (PERMANENT.test(key) && base.properties[key] !== undefined)
      throw new StorageError('TSD6034', `${store.location}: the table property ${key} cannot be removed`, {
        hint: 'the table’s files or log are understood by it; rebuild the table at another place to do without',
      });
  const table = changeTable(open, base.schema, base.partitionColumns, options, CHANGES_NOTHING);
  await requireNewConstraints(table, base);
  return new StagedCommit(table, {
    operation: options.properties === undefined && unset.length > 0 ? 'UNSET TBLPROPERTIES' : 'SET TBLPROPERTIES',
    parameters: { properties: JSON.stringify(options.properties ?? {}), unset: JSON.stringify(unset) },
    metrics: {},
    adds: [],
    removes: [],
    reads: 'table',
  });
}
