import type { Relation } from '../../engines/relation.js';
import { dropRelation, findRelation, renameRelation } from './native-catalog.js';
import type { NativeMaterialization, NativeRequest } from './native-request.js';
import { beside, createTable, createView, inTransaction, persistDocs } from './native-statements.js';

/** A table made anew beside the old one, which it then replaces; the old one is there until the new one is whole. */
export const nativeTable: NativeMaterialization = (request) =>
  replace(request, 'table', (target) => createTable(request, target));

/** A view, replaced in the same way. */
export const nativeView: NativeMaterialization = (request) =>
  replace(request, 'view', (target) => createView(request, target));

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
