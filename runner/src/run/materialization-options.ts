import type { SqlNode } from '../manifest/nodes.js';
import type { MaterializationRun } from '../manifest/run-materialization.js';
import type { RunState } from './run-state.js';
import type { RunRequest } from './run-types.js';
import { summaryOf } from './summaries.js';

/** What the templates of a materialization written in macros see of the run. */
export function materializationOptions(
  state: RunState,
  node: SqlNode,
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
    selectedResources: selectedForTemplates(request),
    onLog: (level, text) => state.log(level, text, summaryOf(node)),
  };
}

/** `selected_resources` of templates; as in dbt, a build names no unit tests among them. */
export function selectedForTemplates(request: RunRequest): readonly string[] {
  const known = named.get(request);
  if (known !== undefined) return known;
  const { command, manifest, selected } = request;
  const all = [...selected];
  const found = command === 'build' ? all.filter((id) => manifest.get(id)?.resourceType !== 'unit_test') : all;
  named.set(request, found);
  return found;
}

/** Made once for all nodes of a run. */
const named = new WeakMap<RunRequest, readonly string[]>();
