import type { Column } from '../engines/engine.js';
import { TsdbtErrors, tsdbtErrorsOf } from '../errors/tsdbt-error.js';
import { type CheckedNode, checkTypes, viewStandIns } from '../lineage/binder-check.js';
import { checkedNodes } from './check-project.js';
import { type CompileRequest, withLake } from './compile.js';
import { planRun } from './plan-run.js';

/**
 * The columns of models, seeds, snapshots and sources, by unique id, with the engine's types: of models as their SQL gives them now, of sources
 * as they are. Nothing is run or written. What cannot be known beforehand (a source that is not there, SQL that depends on the answer of a query) has none.
 *
 * @throws TsdbtErrors where SQL does not fit what it reads
 */
export function columnsOfNodes(
  request: Omit<CompileRequest, 'inline'>,
): Promise<ReadonlyMap<string, readonly Column[]>> {
  return withLake(request, async (state, session) => {
    const found = new Map<string, readonly Column[]>();
    const { manifest, selected } = request;
    const needed = new Set(selected);
    for (const id of manifest.order.toReversed())
      if (needed.has(id)) for (const parent of manifest.parentsOf(id)) needed.add(parent);
    const tasks = planRun(manifest, needed, { gating: false });
    const nodes = (await checkedNodes(state, tasks, session, needed)).map((checked) => ({
      ...checked,
      columns: checked.node.resourceType === 'source' ? () => ifThere(checked.columns!) : checked.columns,
      judge: async (columns: readonly Column[]) => {
        found.set(checked.node.uniqueId, columns);
        return [];
      },
    }));
    const errors = await checkTypes(nodes, await viewStandIns(session), manifest);
    if (errors.length > 0) throw new TsdbtErrors(errors);
    return found;
  });
}

async function ifThere(columns: NonNullable<CheckedNode['columns']>): Promise<readonly Column[] | undefined> {
  try {
    return await columns();
  } catch (thrown) {
    if (tsdbtErrorsOf(thrown).length === 0) throw thrown;
    return undefined;
  }
}
