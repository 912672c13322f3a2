import type { Session } from '../engines/engine.js';
import { CancelledError } from '../errors/tsdbt-error.js';
import type { NodeOutcome } from '../events/events.js';
import { isMicrobatch } from '../materialize/microbatch.js';
import { writeBatches } from './native-batches.js';
import { NativeWrite } from './native-write.js';
import type { NodeTask } from './plan-run.js';
import type { RunState } from './run-state.js';
import type { TaskEnd } from './scheduler.js';
import { dbtHeadingOf } from './summaries.js';

/** Writes one node into the database file; what fails leaves the relation, or the batch, as it was. */
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
  const write = new NativeWrite(state, node, relation, session);
  const codeOf = () => ({ compiledPath: write.compiled?.path, compiledCode: write.compiled?.code.sql });
  try {
    if (isMicrobatch(node)) {
      const { batches, errors } = await writeBatches(state, node, write);
      if (state.request.signal.aborted) {
        const outcome: NodeOutcome = { status: 'cancelled', elapsed: elapsed(), message: 'interrupted' };
        state.finish(node, outcome, { ...about, completedAt: new Date(), ...codeOf(), batches });
        return 'stop';
      }
      const [done, all] = [batches.successful.length, batches.successful.length + batches.failed.length];
      const outcome: NodeOutcome =
        errors.length === 0
          ? { status: 'success', elapsed: elapsed(), message: 'SUCCESS' }
          : {
              status: 'error',
              elapsed: elapsed(),
              message:
                done === 0 ? errors[0]!.message : `${errors[0]!.message} (${done} of ${all} batches were written)`,
              errors,
            };
      state.finish(node, outcome, { ...about, completedAt: new Date(), ...codeOf(), batches });
      return errors.length === 0 ? 'go-on' : 'stop';
    }
    const result = await write.once();
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
    const errors = write.errorsOf(thrown);
    const cause = write.failedEphemeral;
    const what: NodeOutcome =
      cause === undefined
        ? { status: 'error', elapsed: elapsed(), message: errors[0]!.message, errors }
        : {
            status: 'skipped',
            elapsed: 0,
            message: errors[0]!.message,
            errors,
            heading: dbtHeadingOf(errors[0]!, cause),
          };
    state.finish(node, what, { ...about, completedAt: new Date(), ...codeOf() });
    return 'stop';
  }
}
