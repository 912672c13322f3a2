import { CancelledError, tsdbtErrorsOf } from '../errors/tsdbt-error.js';
import type { SqlNode, UnitTestNode } from '../manifest/nodes.js';
import { TSDBT_VERSION } from '../project/tsdbt-version.js';
import { type RunTask, subjectOf } from './plan-run.js';
import type { RunState } from './run-state.js';
import type { NodeResult } from './run-types.js';
import { changesOf, summaryOf, totalsOf } from './summaries.js';

/** Everything that a task reports of. */
export function nodesOf(task: RunTask): readonly (SqlNode | UnitTestNode)[] {
  return task.kind === 'node' ? [task.node, ...task.gates] : [subjectOf(task)];
}

/** Tells reporters what begins. */
export function tellStart({ request, engine, total }: RunState, tasks: readonly RunTask[]): void {
  const { project, bus } = request;
  const counts: Record<string, number> = {};
  for (const node of tasks.flatMap(nodesOf)) {
    const type = summaryOf(node).resourceType;
    counts[type] = (counts[type] ?? 0) + 1;
  }
  bus.emit({
    event: 'run_started',
    command: request.command,
    invocationId: request.invocationId,
    version: TSDBT_VERSION,
    project: project.name,
    target: project.target.name,
    engine: `${engine.name} ${engine.version.replace(/^v/, '')}`,
    threads: request.threads,
    counts,
    total,
  });
}

/** Tells reporters how it ended. @returns what every node did, and seconds */
export function tellEnd(
  { request, results: found }: RunState,
  startedAt: Date,
): { results: readonly NodeResult[]; elapsed: number } {
  const results = [...found.values()];
  const outcomes = results.map((result) => result.outcome);
  const elapsed = (Date.now() - startedAt.getTime()) / 1000;
  request.bus.emit({
    event: 'run_finished',
    command: request.command,
    elapsed,
    totals: totalsOf(outcomes),
    changes: changesOf(outcomes),
    interrupted: request.signal.aborted,
  });
  return { results, elapsed };
}

/** What goes wrong around the nodes is told at once and does not lose what the nodes did. */
export async function attempt(state: RunState, work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (thrown) {
    if (thrown instanceof CancelledError) return false;
    const errors = tsdbtErrorsOf(thrown);
    if (errors.length === 0) throw thrown;
    for (const error of errors) state.request.bus.emit({ event: 'error', error });
    return false;
  }
}
