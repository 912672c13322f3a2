import type { Session } from '../engines/engine.js';
import { CancelledError } from '../errors/tsdbt-error.js';
import type { NodeOutcome } from '../events/events.js';
import { wholeOf } from '../manifest/compiled-code.js';
import type { ModelNode } from '../manifest/nodes.js';
import { isMicrobatch } from '../materialize/microbatch.js';
import type { NativeResult } from '../materialize/native/native-request.js';
import { writeBatches } from './native-batches.js';
import { NativeWrite } from './native-write.js';
import type { NodeTask } from './plan-run.js';
import type { RunState } from './run-state.js';
import type { BatchResults } from './run-types.js';
import type { TaskEnd } from './scheduler.js';
import { dbtHeadingOf } from './summaries.js';

/** A node that is being written into the database file; what fails leaves the relation, or the batch, as it was. */
export class RunningNode {
  readonly node: ModelNode;
  readonly write: NativeWrite;
  readonly #startedAt = new Date();
  readonly #relationName: string;

  /** Tells that the node has begun. */
  constructor(
    readonly state: RunState,
    { node }: NodeTask,
    readonly session: Session,
    readonly worker: number,
  ) {
    const relation = state.relationOf(node.uniqueId);
    this.node = node;
    this.#relationName = relation.toString();
    state.started(node);
    this.write = new NativeWrite(state, node, relation, session);
  }

  /** Writes the node. */
  async run(): Promise<TaskEnd> {
    try {
      if (isMicrobatch(this.node)) return await this.#runBatches();
      const result = await this.write.once();
      await this.write.pointer();
      return this.succeeded(result);
    } catch (thrown) {
      return this.failed(thrown);
    }
  }

  /** Tells that it was written. */
  succeeded({ rows, message }: NativeResult): TaskEnd {
    this.#finish({ status: 'success', elapsed: this.#elapsed(), rows, message });
    return 'go-on';
  }

  /** Tells why it was not written. @throws what is a defect of the program */
  failed(thrown: unknown): TaskEnd {
    if (thrown instanceof CancelledError || this.state.request.signal.aborted) {
      const { node, worker } = this;
      this.state.finish(
        node,
        { status: 'cancelled', elapsed: this.#elapsed(), message: 'interrupted' },
        { startedAt: this.#startedAt, worker, relationName: this.#relationName, completedAt: new Date() },
      );
      return 'stop';
    }
    const errors = this.write.errorsOf(thrown);
    const cause = this.write.failedEphemeral;
    const { message } = errors[0]!;
    this.#finish(
      cause === undefined
        ? { status: 'error', elapsed: this.#elapsed(), message, errors }
        : { status: 'skipped', elapsed: 0, message, errors, heading: dbtHeadingOf(errors[0]!, cause) },
    );
    return 'stop';
  }

  async #runBatches(): Promise<TaskEnd> {
    const { batches, errors } = await writeBatches(this.state, this.node, this.write);
    const elapsed = this.#elapsed();
    if (this.state.request.signal.aborted) {
      this.#finish({ status: 'cancelled', elapsed, message: 'interrupted' }, batches);
      return 'stop';
    }
    const [error] = errors;
    if (error === undefined) {
      await this.write.pointer();
      this.#finish({ status: 'success', elapsed, message: 'SUCCESS' }, batches);
      return 'go-on';
    }
    const [done, all] = [batches.successful.length, batches.successful.length + batches.failed.length];
    const message = done === 0 ? error.message : `${error.message} (${done} of ${all} batches were written)`;
    this.#finish({ status: 'error', elapsed, message, errors }, batches);
    return 'stop';
  }

  #elapsed(): number {
    return (Date.now() - this.#startedAt.getTime()) / 1000;
  }

  #finish(outcome: NodeOutcome, batches?: BatchResults): void {
    const { node, state, worker, write } = this;
    state.finish(node, outcome, {
      startedAt: this.#startedAt,
      worker,
      relationName: this.#relationName,
      completedAt: new Date(),
      compiledPath: write.compiled?.path,
      compiledCode: wholeOf(write.compiled?.code),
      batches,
    });
  }
}
