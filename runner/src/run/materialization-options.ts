import type { ModelNode, TestNode } from '../manifest/nodes.js';
import type { MaterializationRun } from '../manifest/run-materialization.js';
import type { RunState } from './run-state.js';
import { summaryOf } from './summaries.js';

/** What the templates of a materialization written in macros see of the run. */
export function materializationOptions(
  state: RunState,
  node: ModelNode | TestNode,
  how: { readonly isIncremental: boolean; readonly fullRefresh: boolean },
): MaterializationRun['options'] {
  const { request } = state;
  return {
    relationOf: (id) => state.relationOf(id),
    isIncremental: how.isIncremental,
    execute: true,
    invocationId: request.invocationId,
    runStartedAt: request.runStartedAt,
    fullRefresh: how.fullRefresh,
    command: request.command,
    selectedResources: [...request.selected],
    onLog: (level, text) => state.log(level, text, summaryOf(node)),
  };
}
