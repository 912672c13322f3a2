import { EngineFailure } from '../../engines/engine-failure.js';
import type { Relation } from '../../engines/relation.js';
import { dropRelation, findRelation, renameRelation } from './native-catalog.js';
import type { NativeMaterialization, NativeRequest } from './native-request.js';
import { beside, createTable, createView, inTransaction, persistDocs } from './native-statements.js';

/** A table made anew beside the old one, which it then replaces; the old one is there until the new one is whole. */
export const nativeTable: NativeMaterialization = (request) =>
  replace(request, 'table', (target) => createTable(request, target));

/**
 * A view is replaced in place, by one statement; where a table has its name, as a table is. What is there now is not
 * looked up: in a file of a thousand views the catalog's answer takes longer than the view.
 */
export const nativeView: NativeMaterialization = async (request) => {
  const { session, relation } = request;
  let begun = false;
  // after a first try that was taken back, what stands outside of the transaction has run
  const once: NativeRequest = {
    ...request,
    hooks: async (phase, inside) => {
      if (phase === 'pre_hook' && !inside && begun) return;
      begun = true;
      await request.hooks(phase, inside);
    },
  };
  try {
    await inTransaction(once, async () => {
      await createView(request, relation, true);
      await persistDocs(request, beside(relation, '', 'view'));
    });
  } catch (thrown) {
    if (!(thrown instanceof EngineFailure) || !isAnotherKind(thrown)) throw thrown;
    const existing = await findRelation(session, relation);
    if (existing === undefined || existing.type === 'view') throw thrown;
    return replace({ ...once, existing }, 'view', (target) => createView(request, target));
  }
  await request.hooks('post_hook', false);
  return { message: 'OK' };
};

/** DuckDB's words for a view that is to take the name of a table. */
function isAnotherKind({ message }: EngineFailure): boolean {
  return /existing object .* is of type table/i.test(message);
}

/** Builds under another name, and swaps names with what is there in one transaction. */
export async function replace(
  request: NativeRequest,
  type: 'table' | 'view',
  build: (target: Relation) => Promise<void>,
): ReturnType<NativeMaterialization> {
  const { session, relation } = request;
  const intermediate = beside(relation, '__dbt_tmp', type);
  for (const suffix of ['__dbt_tmp', '__dbt_backup'])
    await dropRelation(session, await findRelation(session, beside(relation, suffix)));
  let backup: Relation | undefined;
  await inTransaction(request, async () => {
    await build(intermediate);
    const { existing } = request;
    if (existing !== undefined) backup = await renameRelation(session, existing, `${relation.identifier}__dbt_backup`);
    const target = await renameRelation(session, intermediate, relation.identifier);
    await persistDocs(request, target);
  });
  await dropRelation(session, backup);
  await request.hooks('post_hook', false);
  return { message: 'OK' };
}
