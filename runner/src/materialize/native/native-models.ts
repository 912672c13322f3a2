import { EngineFailure } from '../../engines/engine-failure.js';
import type { Relation } from '../../engines/relation.js';
import type { ModelNode } from '../../manifest/nodes.js';
import { dropByName, dropRelation, findRelation, renameRelation } from './native-catalog.js';
import { tellLayout } from './native-layout.js';
import type { NativeMaterialization, NativeRequest } from './native-request.js';
import {
  beside,
  createTable,
  createView,
  createViewSql,
  inTransaction,
  persistDocs,
  replaceViewSql,
} from './native-statements.js';

/** A table made anew beside the old one, which it then replaces; the old one is there until the new one is whole. */
export const nativeTable: NativeMaterialization = (request) =>
  replace(request, 'table', (target) => {
    tellLayout(request);
    return createTable(request, target);
  });

/**
 * A view that is all there is to do replaces the old one by a single statement, which takes a fifth of the time; with hooks or
 * descriptions it is made beside it and takes its name, in their transaction. Where a table has its name, it is replaced as a
 * table is. What is there now is not looked up: in a file of a thousand views the catalog's answer takes longer than the view.
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
    const made = beside(relation, '__dbt_tmp', 'view');
    if (isOneStatement(request.node)) await createView(request, made, relation);
    else
      await inTransaction(once, async () => {
        await createView(request, made);
        await session.execute(`drop view if exists ${relation}`);
        await persistDocs(request, await renameRelation(session, made, relation.identifier));
      });
  } catch (thrown) {
    if (!(thrown instanceof EngineFailure) || !isInTheWay(thrown)) throw thrown;
    const existing = await findRelation(session, relation);
    return replace({ ...once, existing }, 'view', (target) => createView(request, target));
  }
  await request.hooks('post_hook', false);
  return { message: 'OK' };
};

/** The statement that makes a view of which that is all, and the one that `target/run` shows for it. */
export function oneViewStatement(view: Pick<NativeRequest, 'node' | 'select' | 'relation'>) {
  return {
    statement: replaceViewSql(view, view.relation),
    shown: `${createViewSql(view, beside(view.relation, '__dbt_tmp', 'view'))};\n`,
  };
}

/** Whether nothing belongs to a view but its one statement. */
export function isOneStatement(node: ModelNode): boolean {
  const { pre_hook: before, post_hook: after, persist_docs: docs, extra } = node.config;
  return before.length === 0 && after.length === 0 && !docs.relation && !docs.columns && extra.sql_header === undefined;
}

/** DuckDB's words for a view that is to take the name of a table, or whose name beside is taken by what was left there. */
function isInTheWay({ message }: EngineFailure): boolean {
  return /existing object .* is of type table|"[^"]*__dbt_tmp" already exists/i.test(message);
}

/** Builds under another name, and swaps names with what is there in one transaction. */
export async function replace(
  request: NativeRequest,
  type: 'table' | 'view',
  build: (target: Relation) => Promise<void>,
): ReturnType<NativeMaterialization> {
  const { session, relation } = request;
  const intermediate = beside(relation, '__dbt_tmp', type);
  for (const suffix of ['__dbt_tmp', '__dbt_backup']) await dropByName(session, beside(relation, suffix));
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
