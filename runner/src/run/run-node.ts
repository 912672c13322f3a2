import type { Session } from '../engines/engine.js';
import { EngineFailure } from '../engines/engine-failure.js';
import type { Relation } from '../engines/relation.js';
import { CancelledError, type TsdbtError, TsdbtErrors, tsdbtErrorsOf } from '../errors/tsdbt-error.js';
import { wholeOf } from '../manifest/compiled-code.js';
import { pointerOf } from '../manifest/latest-version-pointer.js';
import { mapEngineError } from '../manifest/map-engine-error.js';
import type { ManifestNode, ModelNode, TestNode } from '../manifest/nodes.js';
import { materializationOf } from '../materialize/materializations.js';
import type { Publication, StagedRelation } from '../materialize/storage.js';
import { constraintErrors } from '../quality/constraints.js';
import { contractErrors, contractOrder } from '../quality/contract.js';
import { hooksOf, runHooks } from './hooks.js';
import { inOrder, type NodeSelect, nodeSelect } from './node-select.js';
import type { NodeTask } from './plan-run.js';
import type { RunState } from './run-state.js';
import { runOneTest, skipTest } from './run-test-task.js';
import type { TaskEnd } from './scheduler.js';
import { macroOf, stageByMacro } from './stage-by-macro.js';

/**
 * Builds one node: writes its data where no reader sees it, holds it against contract, constraints and the tests that gate
 * it, and only then publishes it. Whatever goes wrong leaves the version before as it was.
 */
export async function runNode(state: RunState, task: NodeTask, session: Session, worker: number): Promise<TaskEnd> {
  const { node, gates } = task;
  const startedAt = new Date();
  const relation = state.relationOf(node.uniqueId);
  const elapsed = (): number => (Date.now() - startedAt.getTime()) / 1000;
  const about = { startedAt, worker, relationName: relation.toString() };
  state.started(node);
  let source: NodeSelect | undefined;
  let staged: StagedRelation | undefined;
  const seen = new Set<string>();
  try {
    await state.exposeParents(node.uniqueId);
    const published = await state.storage.published(relation);
    // a view that is replaced need not be readable any more: what it reads may have changed
    if (published?.kind === 'table') await state.storage.expose(relation);
    const isIncremental = state.isIncremental(node, published);
    const macro = macroOf(state, node);
    // a materialization written in macros runs the hooks itself
    const hooks = async (kind: 'pre_hook' | 'post_hook'): Promise<void> => {
      if (macro === undefined) await runHooks(state, hooksOf(node, kind), node, session, { isIncremental });
    };
    await hooks('pre_hook');
    source = await nodeSelect(
      state,
      node,
      session,
      isIncremental,
      published?.kind === 'table' && !state.fullRefresh(node),
    );
    staged =
      macro === undefined
        ? await stage(state, node, relation, session, source, isIncremental)
        : await stageByMacro(state, session, {
            node,
            macro,
            relation,
            published,
            isIncremental,
            select: source.select,
          });
    for (const warning of staged.warnings) state.log('info', `${relation.schema}.${relation.identifier}: ${warning}`);

    const broken = await constraintErrors(node, staged.relation.toString(), session);
    if (broken.length > 0) throw new TsdbtErrors(broken);
    const failed: string[] = [];
    for (const test of gates) {
      seen.add(test.uniqueId);
      const lost = lostParent(state, test);
      if (lost !== undefined) {
        skipTest(state, test, lost);
        continue;
      }
      const result = await runOneTest(state, test, session, worker, new Map([[node.uniqueId, staged.relation]]));
      if (state.request.signal.aborted) throw new CancelledError();
      if (result === 'stop') failed.push(test.name);
    }
    if (failed.length > 0) {
      await staged.discard();
      const kept =
        published?.version !== undefined
          ? `readers keep version ${published.version}`
          : published === undefined
            ? 'nothing was published'
            : 'readers keep what was there';
      state.finish(
        node,
        {
          status: 'blocked',
          elapsed: elapsed(),
          version: published?.version,
          message: `${failed.length} of ${gates.length} ${gates.length === 1 ? 'test' : 'tests'} failed: ${list(failed)}; ${kept}`,
          hint: mendHint(node, isIncremental),
        },
        { ...about, completedAt: new Date(), ...compiledOf(source), batches: state.batchesBefore(node) },
      );
      return 'stop';
    }
    const publication = await staged.publish();
    if (publication.warning !== undefined) state.log('warn', publication.warning);
    await hooks('post_hook');
    await pointToLatest(state, node, relation, session);
    const batches = source.batches === undefined ? undefined : state.withEarlierBatches(node, source.batches);
    const more = { ...about, completedAt: new Date(), ...compiledOf(source), batches };
    const errors = source.batches?.errors ?? [];
    if (errors.length === 0) {
      state.finish(node, success(publication, elapsed()), more);
      return 'go-on';
    }
    const { successful, failed: lost } = batches!;
    const message = `${errors[0]!.message} (${successful.length} of ${successful.length + lost.length} batches were written)`;
    state.finish(node, { ...success(publication, elapsed()), status: 'error', message, errors }, more);
    return 'stop';
  } catch (thrown) {
    await staged?.discard().catch(() => undefined);
    const interrupted = thrown instanceof CancelledError || state.request.signal.aborted;
    for (const test of gates) {
      if (seen.has(test.uniqueId)) continue;
      if (interrupted) state.finish(test, { status: 'cancelled', elapsed: 0, message: 'interrupted' });
      else skipTest(state, test, node);
    }
    if (interrupted) {
      state.finish(
        node,
        { status: 'cancelled', elapsed: elapsed(), message: 'interrupted' },
        { ...about, completedAt: new Date(), batches: state.batchesBefore(node) },
      );
      return 'stop';
    }
    const errors = errorsOf(state, node, thrown, source);
    state.finish(
      node,
      { status: 'error', elapsed: elapsed(), message: errors[0]!.message, errors },
      {
        ...about,
        completedAt: new Date(),
        batches: state.batchesBefore(node),
        ...(source === undefined ? {} : compiledOf(source)),
      },
    );
    return 'stop';
  } finally {
    await source?.drop().catch(() => undefined);
  }
}

/** What a test reads that was to be built in this run, and was not. */
function lostParent(state: RunState, test: TestNode): ManifestNode | undefined {
  return state
    .namedParents(test.uniqueId)
    .map((id) => state.results.get(id))
    .find((result) => result !== undefined && !['success', 'reused'].includes(result.outcome.status))?.node;
}

async function stage(
  state: RunState,
  node: ModelNode,
  relation: Relation,
  session: Session,
  source: NodeSelect,
  isIncremental: boolean,
): Promise<StagedRelation> {
  const columns = await session.describe(source.select);
  const mismatches = await contractErrors(node, columns, session);
  if (mismatches.length > 0) throw new TsdbtErrors(mismatches);
  const names = columns.map((column) => column.name);
  return materializationOf(node)({
    node,
    relation,
    session,
    storage: state.storage,
    select: inOrder(source.select, names, contractOrder(node, columns)),
    dependsOn: state.namedParents(node.uniqueId).map((id) => state.relationOf(id)),
    isIncremental,
    batches: source.batches?.successful,
    likeDbt: state.request.project.isDbt,
    startedAt: state.request.runStartedAt,
  });
}

/** Publishes the view that shows the latest version of a model under a name without a version, where one is asked for. */
async function pointToLatest(state: RunState, node: ModelNode, latest: Relation, session: Session): Promise<void> {
  const view = pointerOf(node, latest);
  if (view === undefined) return;
  await state.storage.expose(latest);
  const staged = await state.storage.stageView(session, view, `select * from ${latest}`, undefined, [latest]);
  await staged.publish();
}

function mendHint(node: ModelNode, isIncremental: boolean): string {
  const command = `mend the data or the model, then: tsdbt build --select ${node.name}+`;
  return isIncremental ? `${command} (rows published before stay: --full-refresh builds the table anew)` : command;
}

function compiledOf(source: NodeSelect): { compiledPath: string | undefined; compiledCode: string | undefined } {
  return { compiledPath: source.compiled?.path, compiledCode: wholeOf(source.compiled?.code) };
}

function success(publication: Publication, elapsed: number) {
  return {
    status: 'success',
    elapsed,
    rows: publication.rows,
    version: publication.version,
    unchanged: publication.unchanged,
    rowsInserted: publication.inserted,
    rowsUpdated: publication.updated,
    rowsDeleted: publication.deleted,
  } as const;
}

/** Our errors as they are, the engine's with their place in the model's file; a defect of the program is thrown on. */
function errorsOf(
  state: RunState,
  node: ModelNode,
  thrown: unknown,
  source: NodeSelect | undefined,
): readonly TsdbtError[] {
  if (thrown instanceof EngineFailure && source?.compiled !== undefined) {
    return [mapEngineError(thrown, source.compiled.code, source.compiled.path, { node, manifest: state.manifest })];
  }
  const own = tsdbtErrorsOf(thrown);
  if (own.length === 0) throw thrown;
  return own;
}

function list(names: readonly string[]): string {
  return names.length <= 3 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;
}
