import { CancelledError, type TsdbtError } from '../errors/tsdbt-error.js';
import type { ModelNode } from '../manifest/nodes.js';
import type { Batch } from '../materialize/microbatch.js';
import type { NativeWrite } from './native-write.js';
import type { RunState } from './run-state.js';
import type { BatchResults } from './run-types.js';
import { summaryOf } from './summaries.js';

/**
 * Writes a microbatch model, each batch in a transaction of its own. A batch that fails leaves its time as it was and the others go on;
 * only after the first, which makes the table, none is tried. An interruption leaves the rest undone.
 * @throws {QualityError} TSD4015 where its config says too little
 */
export async function writeBatches(
  state: RunState,
  node: ModelNode,
  write: NativeWrite,
): Promise<{ batches: BatchResults; errors: readonly TsdbtError[] }> {
  const { request } = state;
  const batches = state.batchesOf(node, await write.isIncremental());
  const successful: Batch[] = [];
  const failed: Batch[] = [];
  const errors: TsdbtError[] = [];
  for (const [i, batch] of batches.entries()) {
    if (request.signal.aborted) {
      failed.push(...batches.slice(i));
      break;
    }
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
      if (thrown instanceof CancelledError || request.signal.aborted) {
        failed.push(...batches.slice(i));
        break;
      }
      errors.push(...write.errorsOf(thrown));
      failed.push(batch);
    }
  }
  return { batches: state.withEarlierBatches(node, { successful, failed }), errors };
}
