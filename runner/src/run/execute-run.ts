import type { Session } from '../engines/engine.js';
import { CancelledError, TsdbtErrors } from '../errors/tsdbt-error.js';
import { forgetGraph } from '../manifest/graph-for-templates.js';
import { checkRun } from './check-project.js';
import { writeViews } from './lake-views.js';
import { missingParents, staleTests } from './missing-parents.js';
import { executeNativeRun } from './native-run.js';
import { finishNoOps, noOpsOf } from './no-ops.js';
import { openLake } from './open-lake.js';
import { endBelow, isBuilt, planRun, type RunTask, subjectOf } from './plan-run.js';
import { attempt, nodesOf, tellEnd, tellStart } from './run-frame.js';
import { runFunction } from './run-function.js';
import { runNode } from './run-node.js';
import { betweenHooks } from './run-operations.js';
import { RunState } from './run-state.js';
import { runOneTest } from './run-test-task.js';
import type { NodeResult, OperationResult, RunRequest, RunResult } from './run-types.js';
import { runsIn } from './runs-in.js';
import { schedule } from './scheduler.js';
import { withUnitTests } from './unit-test-tasks.js';

/**
 * Runs what is selected: checks it, builds it in the order of the graph, and writes the file of views.
 *
 * In `build`, tests decide about publication; `run` and `seed` publish without tests; `test` tests what is published.
 * @throws {TsdbtErrors} before anything is written, when types do not fit or parents are missing; in a dbt project these are errors of
 * the nodes that they concern
 */
export async function executeRun(request: RunRequest): Promise<RunResult> {
  if (request.project.target.storage === 'native') return executeNativeRun(request);
  const startedAt = new Date();
  const { project, manifest } = request;
  const selected = new Set([...request.selected].filter((id) => runsIn(request.command, manifest.get(id))));
  const open = await openLake(project, request.invocationId, {
    writes: request.command !== 'test',
    signal: request.signal,
  });
  const sessions: Session[] = [];
  const cancel = (): void => {
    for (const session of sessions) session.cancel();
  };
  forgetGraph(manifest);
  const state = new RunState(request, open.engine, open.storage);
  let allWell = true;
  let operations: readonly OperationResult[] = [];
  try {
    await state.defer(new Set([...selected].filter((id) => isBuilt(manifest.get(id)!))));
    // a dbt project runs what it can, as dbt does: what is wrong with a node is the node's error
    const unready = project.isDbt ? [] : [...(await missingParents(state, selected, request.selection))];
    for (const { test } of unready) selected.delete(test.uniqueId);
    unready.push(...staleTests(state, selected));
    for (const { test } of unready) selected.delete(test.uniqueId);
    const tasks = withUnitTests(
      planRun(manifest, selected, { gating: request.command === 'build', buildsUngated: project.isDbt }),
      manifest,
      selected,
      project.isDbt && request.command === 'build',
    );
    const noOps = noOpsOf(state);
    state.total = selected.size + unready.length + noOps.length;
    // where nothing is written, each test is bound when it runs
    if (open.engine.capabilities.runsModels && !project.isDbt) await check(state, tasks);

    tellStart(state, tasks);
    for (const { test, why } of unready) state.finish(test, { status: 'skipped', elapsed: 0, message: why });
    for (let i = 0; i < request.threads; i++) sessions.push(await open.engine.openSession());
    request.signal.addEventListener('abort', cancel, { once: true });
    const ran = await betweenHooks(state, {
      session: sessions[0]!,
      run: () => runTasks(state, tasks, sessions),
      skip: (why) => {
        for (const node of tasks.flatMap(nodesOf)) state.finish(node, { elapsed: 0, ...why });
      },
      after: () => finishNoOps(state, noOps),
    });
    operations = ran.operations;
    const shown = request.command === 'test' || (await attempt(state, () => writeViews(state)));
    const { afterPublishing } = request;
    const told = afterPublishing === undefined || request.signal.aborted || (await attempt(state, afterPublishing));
    allWell = ran.allWell && shown && told;
  } finally {
    await state.flushCompiled();
    request.signal.removeEventListener('abort', cancel);
    for (const session of sessions) await session.close();
    await open.close();
  }
  const { results, elapsed } = tellEnd(state, startedAt);
  const exitCode = request.signal.aborted ? 130 : failedAny(results) || !allWell ? 1 : 0;
  return { exitCode, results, operations, elapsed, startedAt };
}

/** @throws {TsdbtErrors} when types do not fit */
async function check(state: RunState, tasks: readonly RunTask[]): Promise<void> {
  const checker = await state.engine.openSession();
  const errors = await checkRun(state, tasks, checker);
  await checker.close();
  if (errors.length > 0) throw new TsdbtErrors(errors);
}

async function runTasks(state: RunState, tasks: readonly RunTask[], sessions: readonly Session[]): Promise<void> {
  const { request } = state;
  let failed = false;
  await schedule(tasks, {
    concurrency: sessions.length,
    run: async (task, worker) => {
      const session = sessions[worker]!;
      const end =
        task.kind === 'node'
          ? await runNode(state, task, session, worker)
          : task.kind === 'function'
            ? await runFunction(state, task, session, worker)
            : await runOneTest(state, task.test, session, worker);
      if (end === 'stop') failed = true;
      return endBelow(task, end);
    },
    skip: (task, cause) => {
      const outcome = state.results.get(cause.id)?.outcome.status;
      const why = `${subjectOf(cause).name} ${outcome === 'blocked' ? 'was not published' : outcome === 'cancelled' ? 'was cancelled' : 'failed'}`;
      for (const node of nodesOf(task)) state.finish(node, { status: 'skipped', elapsed: 0, message: why });
    },
    cancel: (task) => {
      const why = request.signal.aborted ? 'interrupted' : 'another node failed (--fail-fast)';
      for (const node of nodesOf(task)) state.finish(node, { status: 'cancelled', elapsed: 0, message: why });
    },
    stopped: () => request.signal.aborted || (request.failFast && failed),
  }).catch((thrown: unknown) => {
    if (!(thrown instanceof CancelledError)) throw thrown;
  });
}

function failedAny(results: readonly NodeResult[]): boolean {
  return results.some(({ outcome }) => ['error', 'fail', 'blocked'].includes(outcome.status));
}
