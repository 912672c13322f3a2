import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { SnapshotAt } from '../delta/log/load.js';
import { openDuckDb } from '../engines/duckdb/duckdb-engine.js';
import { DuckDbParquet } from '../engines/duckdb/duckdb-parquet.js';
import type { Engine, Session } from '../engines/engine.js';
import { CancelledError, ProjectError, TsdbtErrors, tsdbtErrorsOf } from '../errors/tsdbt-error.js';
import type { ModelNode, TestNode, UnitTestNode } from '../manifest/nodes.js';
import { DeltaStorage } from '../materialize/delta-storage.js';
import type { LakeStorage } from '../materialize/lake-storage.js';
import type { Project } from '../project/project.js';
import { TSDBT_VERSION } from '../project/tsdbt-version.js';
import { checkRun } from './check-project.js';
import { runHooks } from './hooks.js';
import { writeViews } from './lake-views.js';
import { announceRun } from './live-runs.js';
import { missingParents, staleTests } from './missing-parents.js';
import { executeNativeRun } from './native-run.js';
import { finishNoOps, noOpsOf } from './no-ops.js';
import { openNative } from './open-native.js';
import { openTrinoLake } from './open-trino.js';
import { isBuilt, planRun, type RunTask } from './plan-run.js';
import { runNode } from './run-node.js';
import { RunState } from './run-state.js';
import { runOneTest } from './run-test-task.js';
import type { NodeResult, RunRequest, RunResult } from './run-types.js';
import { runsIn } from './runs-in.js';
import { schedule } from './scheduler.js';
import { changesOf, summaryOf, totalsOf } from './summaries.js';
import { sweep } from './sweep.js';
import { withUnitTests } from './unit-test-tasks.js';

/**
 * Runs what is selected: checks it, builds it in the order of the graph, and writes the file of views.
 *
 * In `build`, tests decide about publication; `run` and `seed` publish without tests; `test` tests what is published.
 * @throws {TsdbtErrors} before anything is written, when types do not fit or parents are missing
 */
export async function executeRun(request: RunRequest): Promise<RunResult> {
  if (request.project.target.storage === 'native') return executeNativeRun(request);
  const startedAt = new Date();
  const { project, manifest, bus } = request;
  const selected = new Set([...request.selected].filter((id) => runsIn(request.command, manifest.get(id))));
  const open = await openLake(project, request.invocationId, {
    writes: request.command !== 'test',
    signal: request.signal,
  });
  const sessions: Session[] = [];
  const cancel = (): void => {
    for (const session of sessions) session.cancel();
  };
  const state = new RunState(request, open.engine, open.storage);
  let allWell = true;
  try {
    await state.defer(new Set([...selected].filter((id) => isBuilt(manifest.get(id)!))));
    const unready = [...(await missingParents(state, selected, request.selection))];
    for (const { test } of unready) selected.delete(test.uniqueId);
    unready.push(...staleTests(state, selected));
    for (const { test } of unready) selected.delete(test.uniqueId);
    const tasks = withUnitTests(
      planRun(manifest, selected, { gating: request.command === 'build' }),
      manifest,
      selected,
    );
    const noOps = noOpsOf(state);
    state.total = selected.size + unready.length + noOps.length;
    // where nothing is written, each test is bound when it runs
    if (open.engine.capabilities.runsModels) await check(state, tasks);

    bus.emit({
      event: 'run_started',
      command: request.command,
      invocationId: request.invocationId,
      version: TSDBT_VERSION,
      project: project.name,
      target: project.target.name,
      engine: `${open.engine.name} ${open.engine.version.replace(/^v/, '')}`,
      threads: request.threads,
      counts: countsOf(tasks),
      total: state.total,
    });
    for (const { test, why } of unready) state.finish(test, { status: 'skipped', elapsed: 0, message: why });
    for (let i = 0; i < request.threads; i++) sessions.push(await open.engine.openSession());
    request.signal.addEventListener('abort', cancel, { once: true });
    const began = await attempt(state, () => runHooks(state, project.onRunStart, undefined, sessions[0]!));
    if (began) await runTasks(state, tasks, sessions);
    else skipAll(state, tasks);
    finishNoOps(state, noOps);
    const ended = request.signal.aborted
      ? true
      : await attempt(state, () => runHooks(state, project.onRunEnd, undefined, sessions[0]!));
    const shown = request.command === 'test' || (await attempt(state, () => writeViews(state)));
    const { afterPublishing } = request;
    const told = afterPublishing === undefined || request.signal.aborted || (await attempt(state, afterPublishing));
    allWell = began && ended && shown && told;
  } finally {
    await state.flushCompiled();
    request.signal.removeEventListener('abort', cancel);
    for (const session of sessions) await session.close();
    await open.close();
  }
  const results = [...state.results.values()];
  const elapsed = (Date.now() - startedAt.getTime()) / 1000;
  const interrupted = request.signal.aborted;
  const outcomes = results.map((result) => result.outcome);
  bus.emit({
    event: 'run_finished',
    command: request.command,
    elapsed,
    totals: totalsOf(outcomes),
    changes: changesOf(outcomes),
    interrupted,
  });
  return { exitCode: interrupted ? 130 : failedAny(results) || !allWell ? 1 : 0, results, elapsed, startedAt };
}

/** @throws {TsdbtErrors} when types do not fit */
async function check(state: RunState, tasks: readonly RunTask[]): Promise<void> {
  const checker = await state.engine.openSession();
  const errors = await checkRun(state, tasks, checker);
  await checker.close();
  if (errors.length > 0) throw new TsdbtErrors(errors);
}

/** What goes wrong around the nodes is told at once and does not lose what the nodes did. */
async function attempt(state: RunState, work: () => Promise<void>): Promise<boolean> {
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

function skipAll(state: RunState, tasks: readonly RunTask[]): void {
  const outcome = state.request.signal.aborted
    ? ({ status: 'cancelled', elapsed: 0, message: 'interrupted' } as const)
    : ({ status: 'skipped', elapsed: 0, message: 'on-run-start failed' } as const);
  for (const node of tasks.flatMap(nodesOf)) state.finish(node, outcome);
}

/** A running engine over a project's warehouse. */
export interface OpenLake {
  readonly engine: Engine;
  readonly storage: LakeStorage;
  /** stops the engine and removes its temporary files */
  close(): Promise<void>;
}

export interface LakeOptions {
  /** a warehouse that is not there yet will be made; default false */
  readonly writes?: boolean | undefined;
  /** tables are read as they were then; default: at their latest version */
  readonly asOf?: SnapshotAt | undefined;
  /** cancels what is asked of the engine's catalog */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Starts the target's engine over the project's warehouse, and spares what it reads and stages there from every vacuum.
 * @throws {ProjectError} TSD1085 for a target whose engine cannot run models
 */
export async function openLake(project: Project, invocationId: string, options: LakeOptions = {}): Promise<OpenLake> {
  const { target } = project;
  if (target.type === 'trino') return openTrinoLake(project, options);
  if (target.type === 'duckdb' && target.storage === 'native') return openNative(project, invocationId);
  if (target.type !== 'duckdb' || target.storage !== 'delta') {
    throw new ProjectError(
      'TSD1085',
      `target ${target.name} (${target.type}, storage ${target.storage}) cannot run models`,
      {
        hint: 'models run on a target of type duckdb with storage: delta',
      },
    );
  }
  sweep(join(project.targetPath, 'tmp'), /^[\da-f-]{36}$/);
  sweep(project.warehouse, /^lake\.duckdb\.\d+\.tmp(\.wal)?$/);
  const tempDirectory = join(project.targetPath, 'tmp', invocationId);
  const ended = announceRun(project.warehouse, invocationId, options.writes ?? false);
  const engine = await openDuckDb({
    tempDirectory,
    memoryLimit: target.memoryLimit,
    settings: Object.fromEntries(Object.entries(target.settings).map(([key, value]) => [key, String(value)])),
  });
  const catalog = await engine.openSession();
  const storage = new DeltaStorage({
    warehouse: project.warehouse,
    catalog,
    parquetOf: (session) => new DuckDbParquet(session),
    commitInfo: {
      runId: invocationId,
      engineInfo: `tsdbt/${TSDBT_VERSION} duckdb/${engine.version.replace(/^v/, '')}`,
    },
    invocationId,
    asOf: options.asOf,
  });
  return {
    engine,
    storage,
    async close() {
      await catalog.close();
      await engine.close();
      ended();
      rmSync(tempDirectory, { recursive: true, force: true });
    },
  };
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
          : await runOneTest(state, task.test, session, worker);
      if (end === 'stop') failed = true;
      return end;
    },
    skip: (task, cause) => {
      const causeNode = cause.kind === 'node' ? cause.node : cause.test;
      const outcome = state.results.get(cause.id)?.outcome.status;
      const why = `${causeNode.name} ${outcome === 'blocked' ? 'was not published' : outcome === 'cancelled' ? 'was cancelled' : 'failed'}`;
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

function nodesOf(task: RunTask): readonly (ModelNode | TestNode | UnitTestNode)[] {
  return task.kind === 'node' ? [task.node, ...task.gates] : [task.test];
}

function countsOf(tasks: readonly RunTask[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const node of tasks.flatMap(nodesOf)) {
    const type = summaryOf(node).resourceType;
    counts[type] = (counts[type] ?? 0) + 1;
  }
  return counts;
}

function failedAny(results: readonly NodeResult[]): boolean {
  return results.some(({ outcome }) => ['error', 'fail', 'blocked'].includes(outcome.status));
}
