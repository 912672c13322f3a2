import type { Session } from '../engines/engine.js';
import { CancelledError, tsdbtErrorsOf } from '../errors/tsdbt-error.js';
import { behaves } from '../project/behavior-flags.js';
import type { HookText, Project } from '../project/project.js';
import { runEndContext } from './hook-results.js';
import { type HookContext, runHooks } from './hooks.js';
import { attempt } from './run-frame.js';
import type { RunState } from './run-state.js';
import type { OperationResult } from './run-types.js';

interface Operation {
  readonly uniqueId: string;
  readonly packageName: string;
  readonly index: number;
  readonly hook: HookText;
}

/** What stands between the hooks of a whole run. */
export interface BetweenHooks {
  /** in which the hooks run */
  readonly session: Session;
  /** runs the nodes */
  run(): Promise<void>;
  /** instead of `run`, where on-run-start did not end well */
  skip(why: { readonly status: 'skipped' | 'cancelled'; readonly message: string }): void;
  /** after either, before on-run-end sees the results */
  after(): void;
}

/** Runs on-run-start, what is between, and on-run-end unless the run is interrupted. A hook that fails is told, and loses nothing of what the nodes did. */
export async function betweenHooks(
  state: RunState,
  { session, run, skip, after }: BetweenHooks,
): Promise<{ readonly allWell: boolean; readonly operations: readonly OperationResult[] }> {
  const { signal } = state.request;
  const operations: OperationResult[] = [];
  const hooks = async (kind: 'on-run-start' | 'on-run-end'): Promise<boolean> => {
    const ended = await attempt(state, async () => {
      operations.push(...(await runOperations(state, kind, session)));
    });
    return ended && operations.every(({ status }) => status === 'success');
  };
  const began = await hooks('on-run-start');
  const goesOn = began || !behaves(state.request.project, 'skip_nodes_if_on_run_start_fails');
  if (goesOn && !signal.aborted) await run();
  else if (signal.aborted) skip({ status: 'cancelled', message: 'interrupted' });
  else skip({ status: 'skipped', message: 'on-run-start failed' });
  after();
  const ended = signal.aborted || (await hooks('on-run-end'));
  return { allWell: began && ended, operations };
}

/**
 * Runs on-run-start or on-run-end of the project and of its packages, as dbt does: the first of each, then the second; what
 * fails keeps those after it from running.
 */
async function runOperations(
  state: RunState,
  kind: 'on-run-start' | 'on-run-end',
  session: Session,
): Promise<readonly OperationResult[]> {
  const { project } = state.request;
  const operations = [project, ...project.packages].flatMap((one) => operationsOf(one, kind));
  operations.sort((a, b) => a.index - b.index);
  const results: OperationResult[] = [];
  const context: HookContext = kind === 'on-run-start' || operations.length === 0 ? {} : runEndContext(state);
  for (const { uniqueId, packageName, hook } of operations) {
    if (results.some((result) => result.status === 'error')) {
      results.push({ uniqueId, status: 'skipped', elapsed: 0, message: undefined });
      continue;
    }
    const startedAt = new Date();
    const done = (status: OperationResult['status'], message?: string): void => {
      const completedAt = new Date();
      const elapsed = (completedAt.getTime() - startedAt.getTime()) / 1000;
      results.push({ uniqueId, status, elapsed, message, startedAt, completedAt });
    };
    try {
      await runHooks(state, [hook], undefined, session, { ...context, packageName });
      done('success', 'OK');
    } catch (thrown) {
      const errors = tsdbtErrorsOf(thrown);
      if (thrown instanceof CancelledError || errors.length === 0) throw thrown;
      for (const error of errors) state.request.bus.emit({ event: 'error', error });
      done('error', errors[0]!.message);
    }
  }
  return results;
}

function operationsOf(project: Project, kind: 'on-run-start' | 'on-run-end'): Operation[] {
  const hooks = kind === 'on-run-start' ? project.onRunStart : project.onRunEnd;
  return hooks.map((hook, index) => ({
    uniqueId: `operation.${project.name}.${project.name}-${kind}-${index}`,
    packageName: project.name,
    index,
    hook,
  }));
}
