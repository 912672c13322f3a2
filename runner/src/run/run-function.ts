import type { Session } from '../engines/engine.js';
import { CancelledError } from '../errors/tsdbt-error.js';
import type { NodeOutcome } from '../events/events.js';
import { wholeOf } from '../manifest/compiled-code.js';
import { type CompiledBody, compileBodies, functionErrors, makeFunction } from './make-function.js';
import { materializationOptions } from './materialization-options.js';
import type { FunctionTask } from './plan-run.js';
import type { RunState } from './run-state.js';
import type { TaskEnd } from './scheduler.js';

/** Makes a function, and keeps it where the warehouse is not the engine's own. */
export async function runFunction(
  state: RunState,
  { node }: FunctionTask,
  session: Session,
  worker: number,
): Promise<TaskEnd> {
  const { storage, request } = state;
  const startedAt = new Date();
  const relation = state.relationOf(node.uniqueId);
  let bodies: readonly CompiledBody[] = [];
  const finish = (outcome: Omit<NodeOutcome, 'elapsed'>): void =>
    state.finish(
      node,
      { ...outcome, elapsed: (Date.now() - startedAt.getTime()) / 1000 },
      {
        startedAt,
        worker,
        relationName: relation.toString(),
        completedAt: new Date(),
        compiledPath: bodies[0]?.path,
        compiledCode: wholeOf(bodies[0]?.code),
        compiledOverloads: bodies.slice(1).map(({ code }) => code.sql),
      },
    );
  state.started(node);
  try {
    await state.exposeParents(node.uniqueId);
    bodies = await compileBodies(node, (one) => state.compile(one, session));
    const statements: string[] = [];
    const options = materializationOptions(state, node, { isIncremental: false, fullRefresh: request.fullRefresh });
    const message = await makeFunction(state, bodies, session, relation, options, (sql) => {
      statements.push(sql);
      state.writeRun(node, statements.join(';\n'));
    });
    const kept = storage.functions?.publish(relation, {
      statements,
      dependsOn: state.namedParents(node.uniqueId).map((id) => {
        const { schema, identifier, type } = state.relationOf(id);
        return { schema, identifier, ...(type === 'function' ? { kind: type } : {}) };
      }),
      invocationId: request.invocationId,
    });
    finish({ status: 'success', message, unchanged: kept?.unchanged });
    return 'go-on';
  } catch (thrown) {
    if (thrown instanceof CancelledError || request.signal.aborted) {
      finish({ status: 'cancelled', message: 'interrupted' });
      return 'stop';
    }
    const errors = functionErrors(state, thrown, bodies);
    finish({ status: 'error', message: errors[0]!.message, errors });
    return 'stop';
  }
}
