import type { Session } from '../engines/engine.js';
import { EngineFailure } from '../engines/engine-failure.js';
import { CancelledError, type TsdbtError, tsdbtErrorsOf } from '../errors/tsdbt-error.js';
import type { CompiledCode } from '../manifest/compiled-code.js';
import { mapEngineError } from '../manifest/map-engine-error.js';
import { materializationMacro } from '../manifest/materialization-macros.js';
import type { ModelNode } from '../manifest/nodes.js';
import { runMaterialization } from '../manifest/run-materialization.js';
import { findRelation } from '../materialize/native/native-catalog.js';
import { nativeMaterializationOf, nativeMaterializations } from '../materialize/native/native-materializations.js';
import type { HookPhase, NativeMaterialization } from '../materialize/native/native-request.js';
import type { LibraryMacro } from '../template/macros.js';
import { hooksOf, runHooks } from './hooks.js';
import type { NodeTask } from './plan-run.js';
import type { RunState } from './run-state.js';
import type { TaskEnd } from './scheduler.js';
import { summaryOf } from './summaries.js';

interface Compiled {
  readonly code: CompiledCode;
  readonly path: string;
}

/** Writes one node into the database file; what fails leaves the relation as it was. */
export async function runNativeNode(
  state: RunState,
  { node }: NodeTask,
  session: Session,
  worker: number,
): Promise<TaskEnd> {
  const startedAt = new Date();
  const relation = state.relationOf(node.uniqueId);
  const about = { startedAt, worker, relationName: relation.toString() };
  const elapsed = (): number => (Date.now() - startedAt.getTime()) / 1000;
  state.started(node);
  let compiled: Compiled | undefined;
  const codeOf = () => ({ compiledPath: compiled?.path, compiledCode: compiled?.code.sql });
  try {
    const macro = materializationMacro(state.manifest.macros, node, [state.engine.name], nativeMaterializations);
    const materialize = macro === undefined ? nativeMaterializationOf(node) : byMacro(state, macro, session);
    const existing = await findRelation(session, relation);
    const fullRefresh = state.fullRefresh(node);
    const isIncremental = node.config.materialized === 'incremental' && existing?.type === 'table' && !fullRefresh;
    if (node.language === 'sql') compiled = await state.compile(node, session, { isIncremental });
    const result = await materialize({
      node,
      relation,
      existing,
      session,
      select: compiled?.code.sql ?? '',
      fullRefresh,
      startedAt: state.request.runStartedAt,
      hooks: (phase, inTransaction) => runHooks(state, hooksAt(node, phase, inTransaction), node, session),
    });
    state.finish(
      node,
      { status: 'success', elapsed: elapsed(), rows: result.rows, message: result.message },
      { ...about, completedAt: new Date(), ...codeOf() },
    );
    return 'go-on';
  } catch (thrown) {
    if (thrown instanceof CancelledError || state.request.signal.aborted) {
      state.finish(
        node,
        { status: 'cancelled', elapsed: elapsed(), message: 'interrupted' },
        { ...about, completedAt: new Date() },
      );
      return 'stop';
    }
    const errors = errorsOf(state, node, thrown, compiled);
    state.finish(
      node,
      { status: 'error', elapsed: elapsed(), message: errors[0]!.message, errors },
      { ...about, completedAt: new Date(), ...codeOf() },
    );
    return 'stop';
  }
}

/** A materialization that is written in macros: its hooks are its own business. */
function byMacro(state: RunState, macro: LibraryMacro, session: Session): NativeMaterialization {
  const { request } = state;
  return async ({ node, select, existing, fullRefresh }) => {
    const message = await runMaterialization(state.manifest, {
      node,
      macro,
      session,
      select,
      options: {
        relationOf: (id) => state.relationOf(id),
        isIncremental: node.config.materialized === 'incremental' && existing?.type === 'table' && !fullRefresh,
        execute: true,
        invocationId: request.invocationId,
        runStartedAt: request.runStartedAt,
        fullRefresh: request.fullRefresh,
        command: request.command,
        selectedResources: [...request.selected],
        onLog: (level, text) => state.log(level, text, summaryOf(node)),
      },
      write: (sql) => state.writeRun(node, sql),
    });
    return { message };
  };
}

/** A model's hooks that run inside, or outside, of its transaction: inside unless the hook says `transaction: false`. */
function hooksAt(node: ModelNode, phase: HookPhase, inTransaction: boolean) {
  const given = node.config.extra[phase];
  const written: readonly unknown[] = Array.isArray(given) ? given : [];
  return hooksOf(node, phase).filter((_, i) => (transactionOf(written[i]) ?? true) === inTransaction);
}

function transactionOf(hook: unknown): boolean | undefined {
  if (typeof hook !== 'object' || hook === null || !('transaction' in hook)) return undefined;
  return hook.transaction !== false;
}

/** Our errors as they are, the engine's with their place in the model's file; a defect of the program is thrown on. */
function errorsOf(
  state: RunState,
  node: ModelNode,
  thrown: unknown,
  compiled: Compiled | undefined,
): readonly TsdbtError[] {
  if (thrown instanceof EngineFailure && compiled !== undefined) {
    const at = thrown.statement.indexOf(compiled.code.sql);
    const inCode =
      at <= 0 || thrown.offset === undefined
        ? thrown
        : new EngineFailure(
            thrown.code,
            thrown.message,
            compiled.code.sql,
            thrown.offset - at,
            thrown.candidates,
            thrown.kind,
            thrown.subtype,
            thrown.subject,
            thrown.cause,
            thrown.hint,
          );
    return [mapEngineError(inCode, compiled.code, compiled.path, { node, manifest: state.manifest })];
  }
  const own = tsdbtErrorsOf(thrown);
  if (own.length === 0) throw thrown;
  return own;
}
