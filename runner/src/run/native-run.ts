import type { Session } from '../engines/engine.js';
import { CancelledError } from '../errors/tsdbt-error.js';
import { forgetGraph } from '../manifest/graph-for-templates.js';
import { createSchema } from '../materialize/native/native-catalog.js';
import { commentedSession, statementFrame } from './commented-session.js';
import { ViewGroups } from './native-groups.js';
import { RunningNode } from './native-node.js';
import { finishNoOps, noOpsOf } from './no-ops.js';
import { openNative } from './open-native.js';
import { planNative } from './plan-native.js';
import { endBelow, isBuilt, type RunTask, subjectOf } from './plan-run.js';
import { tellEnd, tellStart } from './run-frame.js';
import { runFunction } from './run-function.js';
import { betweenHooks } from './run-operations.js';
import { RunState } from './run-state.js';
import { runOneTest } from './run-test-task.js';
import type { NodeResult, OperationResult, RunRequest, RunResult } from './run-types.js';
import { runsIn } from './runs-in.js';
import { schedule } from './scheduler.js';
import { withUnitTests } from './unit-test-tasks.js';

/**
 * Runs what is selected in a DuckDB file, as dbt does it: every node is written under its name, then tested; what lies
 * below a failed node or test is skipped. The file is closed when this ends.
 */
export async function executeNativeRun(request: RunRequest): Promise<RunResult> {
  const startedAt = new Date();
  const open = await openNative(request.project, request.invocationId);
  let closing: Promise<void> | undefined;
  try {
    forgetGraph(request.manifest);
    const state = new RunState(request, open.engine, open.storage);
    const { allWell, operations } = await runAll(state);
    const { results, elapsed } = tellEnd(state, startedAt);
    const exitCode = request.signal.aborted ? 130 : allWell && !results.some(isFailure) ? 0 : 1;
    const result: RunResult = { exitCode, results, operations, elapsed, startedAt };
    closing = open.close();
    request.whileClosing?.(result);
    return result;
  } finally {
    await (closing ?? open.close());
  }
}

/** A test that warns says what it found as an error, too. */
function isFailure({ outcome: { status, errors = [] } }: NodeResult): boolean {
  return status === 'error' || status === 'fail' || (status !== 'warn' && errors.length > 0);
}

/** Runs everything between opening the file and closing it. */
async function runAll(state: RunState): Promise<{ allWell: boolean; operations: readonly OperationResult[] }> {
  const { request, engine } = state;
  const { manifest } = request;
  const selected = new Set([...request.selected].filter((id) => runsIn(request.command, manifest.get(id))));
  const sessions: Session[] = [];
  const cancel = (): void => {
    for (const session of sessions) session.cancel();
  };
  try {
    await state.defer(new Set([...selected].filter((id) => isBuilt(manifest.get(id)!))));
    const tasks = withUnitTests(
      planNative(manifest, selected, { testsFirst: request.command === 'build' }),
      manifest,
      selected,
      request.project.isDbt && request.command === 'build',
    );
    const noOps = noOpsOf(state);
    state.total = selected.size + noOps.length;
    tellStart(state, tasks);
    if (tasks.length === 0) state.log('warn', 'nothing to do: no node matches the selection');
    for (let i = 0; i < request.threads; i++) sessions.push(await engine.openSession());
    request.signal.addEventListener('abort', cancel, { once: true });
    const [session] = sessions;
    // a comment that cannot be rendered ends the command here
    const hookSession = commentedSession(state, await statementFrame(state, undefined), session!);
    // as in dbt, a schema that cannot be made ends the command here
    await createSchemas(state, tasks, session!);
    return await betweenHooks(state, {
      session: hookSession,
      run: () => runTasks(state, tasks, sessions),
      skip: (why) => {
        for (const task of tasks) state.finish(subjectOf(task), { elapsed: 0, ...why });
      },
      after: () => finishNoOps(state, noOps),
    });
  } finally {
    await state.flushCompiled();
    request.signal.removeEventListener('abort', cancel);
    for (const session of sessions) await session.close();
  }
}

/** Makes the schemas of everything that will be written, one after the other: the catalog takes one such change at a time. */
async function createSchemas(state: RunState, tasks: readonly RunTask[], session: Session): Promise<void> {
  const made = new Set<string>();
  for (const task of tasks) {
    if (task.kind === 'test') continue;
    const { database, schema } = state.relationOf(task.id);
    const key = `${database}.${schema}`.toLowerCase();
    if (made.has(key)) continue;
    made.add(key);
    await createSchema(session, database, schema);
  }
}

async function runTasks(state: RunState, tasks: readonly RunTask[], sessions: readonly Session[]): Promise<void> {
  const { request } = state;
  const views = new ViewGroups(state, sessions);
  let failed = false;
  await schedule(tasks, {
    concurrency: sessions.length,
    order: 'levels',
    groups: {
      takes: (task) => views.takes(task),
      size: () => views.size,
      run: (tasks, worker, ended) =>
        views.run(tasks, worker, (task, end) => {
          if (end === 'stop') failed = true;
          ended(task, endBelow(task, end));
        }),
    },
    run: async (task, worker) => {
      const frame = await statementFrame(state, subjectOf(task));
      const session = commentedSession(state, frame, sessions[worker]!);
      const end =
        task.kind === 'node'
          ? await new RunningNode(state, task, session, worker).run()
          : task.kind === 'function'
            ? await runFunction(state, task, session, worker)
            : await runOneTest(state, task.test, session, worker);
      if (end === 'stop') failed = true;
      return endBelow(task, end);
    },
    skip: (task, cause) => skip(state, task, `${subjectOf(cause).name} failed`),
    cancel: (task) => {
      const why = request.signal.aborted ? 'interrupted' : 'another node failed (--fail-fast)';
      const node = subjectOf(task);
      state.finish(node, { status: request.signal.aborted ? 'cancelled' : 'skipped', elapsed: 0, message: why });
    },
    stopped: () => request.signal.aborted || (request.failFast && failed),
  }).catch((thrown: unknown) => {
    if (!(thrown instanceof CancelledError)) throw thrown;
  });
}

function skip(state: RunState, task: RunTask, why: string): void {
  state.finish(subjectOf(task), { status: 'skipped', elapsed: 0, message: why });
}
