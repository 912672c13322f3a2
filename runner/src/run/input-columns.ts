import type { Column, Session } from '../engines/engine.js';
import { EngineFailure } from '../engines/engine-failure.js';
import { quoteIdentifier, Relation } from '../engines/relation.js';
import { compileNode } from '../manifest/compile.js';
import { injectCtes, type NamedCte } from '../manifest/ephemeral.js';
import type { ModelNode, SourceNode } from '../manifest/nodes.js';
import { typeOf } from '../materialize/typescript-model.js';
import { emptySelect } from '../quality/unit-test-sql.js';
import { SourceMap } from '../template/source-map.js';
import type { RunState } from './run-state.js';

/**
 * The columns of what a unit test gives rows for: as it is published, else as its contract, its file or its SQL say. Nothing
 * needs to have been built.
 * @returns undefined where nothing tells them
 */
export async function inputColumns(
  state: RunState,
  id: string,
  session: Session,
): Promise<readonly Column[] | undefined> {
  const node = state.manifest.get(id) as ModelNode | SourceNode;
  const isEphemeral = node.resourceType === 'model' && node.config.materialized === 'ephemeral';
  if (!isEphemeral && (await state.expose(id).catch(() => false))) {
    const published = await describe(session, `select * from ${state.relationOf(id)}`);
    if (published !== undefined) return published;
  }
  const declared = [...node.columns.values()];
  if (declared.length > 0 && declared.every((column) => column.dataType !== undefined))
    return describe(session, emptySelect(declared.map(({ name, dataType }) => ({ name, type: dataType! }))));
  if (node.resourceType === 'source') {
    // one that lies outside of the database has no name to look up
    return node.location === undefined ? undefined : describe(session, `select * from ${state.relationOf(id)}`);
  }
  if (node.language === 'csv') return describe(session, await state.seedSelect(node, session));
  if (node.language === 'typescript') {
    const columns = Object.entries(node.definition!.columns).map(([name, column]) => ({ name, type: typeOf(column) }));
    return describe(session, emptySelect(columns));
  }
  return node.resourceType === 'model' ? compiledColumns(state, node, session) : undefined;
}

/** Columns of a model's SQL, what it reads and is not there yet replaced by empty rows of the right columns. */
async function compiledColumns(
  state: RunState,
  node: ModelNode,
  session: Session,
): Promise<readonly Column[] | undefined> {
  const standIns = new Map<string, NamedCte>();
  for (const id of state.namedParents(node.uniqueId)) {
    const columns = await inputColumns(state, id, session);
    if (columns === undefined) return undefined;
    const name = quoteIdentifier(`columns of ${id}`);
    standIns.set(id, { name, sql: emptySelect(columns), map: new SourceMap([]) });
  }
  const { request } = state;
  const compiled = await compileNode(state.manifest, node, {
    relationOf: (id) => new Relation('', standIns.get(id)!.name, undefined, 'ephemeral'),
    isIncremental: false,
    execute: true,
    session,
    invocationId: request.invocationId,
    runStartedAt: request.runStartedAt,
    command: request.command,
  });
  const sql = compiled.sql.replace(/[;\s]+$/, '');
  return describe(session, injectCtes({ sql, map: compiled.map }, [...standIns.values()]).sql);
}

async function describe(session: Session, sql: string): Promise<readonly Column[] | undefined> {
  try {
    return await session.describe(sql);
  } catch (thrown) {
    if (thrown instanceof EngineFailure) return undefined;
    throw thrown;
  }
}
