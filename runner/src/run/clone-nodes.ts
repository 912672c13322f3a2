import type { Session } from '../engines/engine.js';
import type { Relation } from '../engines/relation.js';
import { CancelledError, tsdbtErrorsOf } from '../errors/tsdbt-error.js';
import type { NodeOutcome } from '../events/events.js';
import type { ModelNode } from '../manifest/nodes.js';
import { createSchema, dropByName } from '../materialize/native/native-catalog.js';
import { TSDBT_VERSION } from '../project/tsdbt-version.js';
import { openLake } from './open-lake.js';
import { isBuilt } from './plan-run.js';
import { RunState } from './run-state.js';
import type { DeferredRelation, RunRequest, RunResult } from './run-types.js';
import { changesOf, totalsOf } from './summaries.js';

/** How a node is made here of what the state has of it. */
type Clone = (node: ModelNode, own: Relation, from: DeferredRelation) => Promise<Partial<NodeOutcome>>;

/**
 * Makes the selected nodes of what an earlier run has published: Delta tables as shallow clones, which share its files until they are
 * written to; relations of a database file as views. What is here already stays, unless the run says `fullRefresh`.
 */
export async function executeClone(request: RunRequest): Promise<RunResult> {
  const startedAt = new Date();
  const { project, manifest, bus, signal } = request;
  const nodes = manifest.order
    .filter((id) => request.selected.has(id))
    .map((id) => manifest.get(id)!)
    .filter(isBuilt)
    .filter((node) => node.resourceType !== 'function');
  const open = await openLake(project, request.invocationId, { writes: true, signal });
  const state = new RunState(request, open.engine, open.storage);
  state.total = nodes.length;
  let session: Session | undefined;
  const cancel = (): void => session?.cancel();
  try {
    const { engine } = open;
    bus.emit({
      event: 'run_started',
      command: 'clone',
      invocationId: request.invocationId,
      version: TSDBT_VERSION,
      project: project.name,
      target: project.target.name,
      engine: `${engine.name} ${engine.version.replace(/^v/, '')}`,
      threads: 1,
      counts: Object.fromEntries(
        ['model', 'seed', 'snapshot'].map((type) => [type, nodes.filter((node) => node.resourceType === type).length]),
      ),
      total: nodes.length,
    });
    session = await engine.openSession();
    signal.addEventListener('abort', cancel, { once: true });
    const clone = project.target.storage === 'native' ? asView(session) : asTable(state, session);
    for (const node of nodes) await cloneNode(state, node, clone);
  } finally {
    signal.removeEventListener('abort', cancel);
    await session?.close();
    await open.close();
  }
  const results = [...state.results.values()];
  const outcomes = results.map((result) => result.outcome);
  const elapsed = (Date.now() - startedAt.getTime()) / 1000;
  const interrupted = signal.aborted;
  const totals = totalsOf(outcomes);
  bus.emit({ event: 'run_finished', command: 'clone', elapsed, totals, changes: changesOf(outcomes), interrupted });
  return { exitCode: interrupted ? 130 : totals.error > 0 ? 1 : 0, results, elapsed, startedAt };
}

async function cloneNode(state: RunState, node: ModelNode, clone: Clone): Promise<void> {
  const { defer, fullRefresh, signal } = state.request;
  const startedAt = new Date();
  const own = state.relationOf(node.uniqueId);
  const finish = (outcome: Omit<NodeOutcome, 'elapsed'>): void =>
    state.finish(
      node,
      { ...outcome, elapsed: (Date.now() - startedAt.getTime()) / 1000 },
      { startedAt, completedAt: new Date(), worker: 0, relationName: own.toString() },
    );
  if (signal.aborted) return finish({ status: 'cancelled', message: 'interrupted' });
  state.started(node);
  const from = defer?.relationOf(node.uniqueId);
  if (from === undefined) return finish({ status: 'reused', message: 'No-op: the state does not have it' });
  const isItself = from.warehouse === undefined && from.relation.toString() === own.toString();
  try {
    if ((isItself || !fullRefresh) && (await state.storage.has(own)))
      return finish({ status: 'reused', message: 'No-op: it is there already' });
    finish({ status: 'success', ...(await clone(node, own, from)) });
  } catch (thrown) {
    if (thrown instanceof CancelledError || signal.aborted)
      return finish({ status: 'cancelled', message: 'interrupted' });
    const errors = tsdbtErrorsOf(thrown);
    if (errors.length === 0) throw thrown;
    finish({ status: 'error', message: errors[0]!.message, errors });
  }
}

function asView(session: Session): Clone {
  return async (_node, own, { relation }) => {
    await createSchema(session, own.database, own.schema);
    await dropByName(session, own);
    await session.execute(`create view ${own} as select * from ${relation}`);
    return { message: `view of ${relation.schema}.${relation.identifier}` };
  };
}

function asTable(state: RunState, session: Session): Clone {
  return async (_node, own, { relation, warehouse }) => {
    const published = await state.storage.cloneFrom(session, own, { relation, warehouse });
    if (published === undefined)
      return { status: 'reused', message: `No-op: ${relation.schema}.${relation.identifier} is not there` };
    return { version: published.version, rows: published.rows, message: published.how };
  };
}
