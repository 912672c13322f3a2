import { CancelledError, type TsdbtError } from '../errors/tsdbt-error.js';
import type { ModelNode } from '../manifest/nodes.js';
import { type Batch, batchesOf, microbatchConfig } from '../materialize/microbatch.js';
import type { NativeWrite } from './native-write.js';
import type { RunState } from './run-state.js';
import type { BatchResults } from './run-types.js';
import { summaryOf } from './summaries.js';

/**
 * Writes a microbatch model, each batch in a transaction of its own. A batch that fails leaves its time as it was and the others go on;
 * only after the first, which makes the table, none is tried.
 * @throws {QualityError} TSD4015 where its config says too little
 */
export async function writeBatches(
  state: RunState,
  node: ModelNode,
  write: NativeWrite,
): Promise<{ batches: BatchResults; errors: readonly TsdbtError[] }> {
  const { request } = state;
  const batches = batchesOf(microbatchConfig(node), {
    isIncremental: await write.isIncremental(),
    times: request.eventTimes,
    now: request.runStartedAt,
  });
  const successful: Batch[] = [];
  const failed: Batch[] = [];
  const errors: TsdbtError[] = [];
  for (const [i, batch] of batches.entries()) {
    if (request.signal.aborted) throw new CancelledError();
    const isFirst = i === 0;
    if (!isFirst && failed[0] === batches[0]) {
      failed.push(batch);
      continue;
    }
    try {
      await write.once({ batch, isFirst, isLast: i === batches.length - 1 });
      successful.push(batch);
      request.bus.emit({
        event: 'node_progress',
        node: summaryOf(node),
        done: i + 1,
        of: batches.length,
        unit: 'batches',
      });
    } catch (thrown) {
      if (thrown instanceof CancelledError || request.signal.aborted) throw thrown;
      errors.push(...write.errorsOf(thrown));
      failed.push(batch);
    }
  }
  return { batches: { successful, failed }, errors };
}
