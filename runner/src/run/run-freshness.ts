import type { Session } from '../engines/engine.js';
import { EngineFailure } from '../engines/engine-failure.js';
import { SourceText } from '../errors/source-text.js';
import { CancelledError, QualityError, type TsdbtError, tsdbtErrorsOf } from '../errors/tsdbt-error.js';
import type { EventBus } from '../events/events.js';
import { renderText } from '../manifest/compile.js';
import type { Manifest } from '../manifest/manifest.js';
import type { SourceNode } from '../manifest/nodes.js';
import { behaves } from '../project/behavior-flags.js';
import type { Project } from '../project/project.js';
import { TSDBT_VERSION } from '../project/tsdbt-version.js';
import { ageInWords, type FreshnessResult, judgeFreshness, timeOf } from '../quality/freshness.js';
import { withLake } from './compile.js';
import { betweenHooks } from './run-operations.js';
import type { RunState } from './run-state.js';
import { totalsOf } from './summaries.js';

export interface FreshnessRequest {
  readonly project: Project;
  readonly manifest: Manifest;
  readonly selected: ReadonlySet<string>;
  readonly bus: EventBus;
  readonly signal: AbortSignal;
  readonly now: () => Date;
}

/** What was found of one source; without `result` it could not be looked at. */
export interface SourceFreshness {
  readonly node: SourceNode;
  readonly result: FreshnessResult | undefined;
  readonly error: string | undefined;
  readonly startedAt: Date;
  readonly completedAt: Date;
}

export interface FreshnessRun {
  readonly exitCode: 0 | 1 | 130;
  readonly sources: readonly SourceFreshness[];
  /** seconds */
  readonly elapsed: number;
}

/** Looks at the newest rows of the selected sources that say how fresh they should be, one after the other. */
export async function runFreshness(request: FreshnessRequest): Promise<FreshnessRun> {
  const { manifest, bus, project } = request;
  const began = Date.now();
  const nodes = [...manifest.sources.values()].filter(
    (node) => request.selected.has(node.uniqueId) && node.freshness !== undefined,
  );
  const sources: SourceFreshness[] = [];
  let allWell = true;
  const command = 'source freshness';
  const outcomes = await withLake(request, async (state, session) => {
    state.total = nodes.length;
    bus.emit({
      event: 'run_started',
      command,
      invocationId: state.request.invocationId,
      version: TSDBT_VERSION,
      project: project.name,
      target: project.target.name,
      engine: `${state.engine.name} ${state.engine.version.replace(/^v/, '')}`,
      threads: 1,
      counts: { source: nodes.length },
      total: nodes.length,
    });
    if (nodes.length === 0) state.log('warn', 'nothing to do: no selected source has a freshness with a threshold');
    const run = async (): Promise<void> => {
      for (const node of nodes) {
        if (request.signal.aborted) break;
        sources.push(await lookAt(state, node, session, request.now()));
      }
    };
    if (project.isDbt && behaves(project, 'source_freshness_run_project_hooks'))
      ({ allWell } = await betweenHooks(state, { session, run, skip: () => undefined, after: () => undefined }));
    else await run();
    return [...state.results.values()].map((result) => result.outcome);
  });
  const elapsed = (Date.now() - began) / 1000;
  const interrupted = request.signal.aborted;
  bus.emit({ event: 'run_finished', command, elapsed, totals: totalsOf(outcomes), interrupted });
  const failed = !allWell || outcomes.some((outcome) => outcome.status === 'error');
  return { exitCode: interrupted ? 130 : failed ? 1 : 0, sources, elapsed };
}

async function lookAt(state: RunState, node: SourceNode, session: Session, now: Date): Promise<SourceFreshness> {
  const startedAt = new Date();
  const elapsed = (): number => (Date.now() - startedAt.getTime()) / 1000;
  state.started(node);
  const about = () => ({ startedAt, completedAt: new Date(), worker: 0 });
  try {
    const result = judgeFreshness(node.freshness!, await newestOf(state, node, session), now);
    const age = result.maxLoadedAt.getUTCFullYear() === 1 ? 'no rows' : `newest row ${ageInWords(result.age)} old`;
    const message = `${age}${result.status === 'pass' ? '' : `, ${limitOf(node, result.status)}`}`;
    const errors =
      result.status === 'error'
        ? [new QualityError('TSD4120', `${label(node)}: ${message}`, { place: node.propertiesPlace })]
        : undefined;
    state.finish(node, { status: result.status, elapsed: elapsed(), message, errors }, about());
    return { node, result, error: undefined, startedAt, completedAt: new Date() };
  } catch (thrown) {
    if (thrown instanceof CancelledError || state.request.signal.aborted) {
      state.finish(node, { status: 'cancelled', elapsed: elapsed(), message: 'interrupted' }, about());
      return { node, result: undefined, error: 'interrupted', startedAt, completedAt: new Date() };
    }
    const errors = errorsOf(node, thrown);
    const message = errors[0]!.message.replace(`${label(node)}: `, '');
    state.finish(node, { status: 'error', elapsed: elapsed(), message, errors }, about());
    return { node, result: undefined, error: message, startedAt, completedAt: new Date() };
  }
}

function limitOf({ freshness }: SourceNode, status: 'warn' | 'error'): string {
  const { count, period } = (status === 'warn' ? freshness!.warnAfter : freshness!.errorAfter)!;
  return `more than ${count} ${period}${count === 1 ? '' : 's'}`;
}

/** When the newest row came; undefined where there is none. */
async function newestOf(state: RunState, node: SourceNode, session: Session): Promise<Date | undefined> {
  const relation = state.relationOf(node.uniqueId);
  const { request } = state;
  if (!(await state.expose(node.uniqueId)) && node.location === undefined)
    throw new QualityError('TSD4121', `${label(node)} does not exist: ${relation}`, {
      place: node.propertiesPlace,
      hint: 'something else has to write it first; schema: and identifier: say where it lies',
    });
  let sql: string;
  if (node.loadedAtQuery !== undefined) {
    const rendered = await renderText(state.manifest, undefined, new SourceText(node.path, node.loadedAtQuery), {
      relationOf: (id) => state.relationOf(id),
      isIncremental: false,
      execute: true,
      session,
      invocationId: request.invocationId,
      runStartedAt: request.runStartedAt,
      packageName: node.packageName,
      extra: { this: relation },
      onLog: (level, message) => state.log(level, message),
    });
    sql = rendered.sql.replace(/[;\s]+$/, '');
  } else if (node.loadedAtField !== undefined) {
    const { filter } = node.freshness!;
    const where = filter === undefined ? '' : ` where ${filter}`;
    sql = `select max(${node.loadedAtField}) as max_loaded_at from ${relation}${where}`;
  } else {
    throw new QualityError('TSD4122', `${label(node)} does not say when its rows came`, {
      place: node.propertiesPlace,
      hint: 'add loaded_at_field: with the column that holds the time, or loaded_at_query:',
    });
  }
  const { rows } = await session.query(sql);
  const value = rows[0]?.[0];
  if (value === null || value === undefined) return undefined;
  const time = timeOf(value);
  if (time !== undefined) return time;
  throw new QualityError('TSD4122', `${label(node)}: ${String(value)} is no time`, {
    place: node.propertiesPlace,
    hint: `cast it: loaded_at_field: "cast(${node.loadedAtField ?? 'column'} as timestamp)"`,
  });
}

function label(node: SourceNode): string {
  return `source ${node.sourceName}.${node.name}`;
}

function errorsOf(node: SourceNode, thrown: unknown): readonly TsdbtError[] {
  if (thrown instanceof EngineFailure)
    return [
      new QualityError('TSD4122', `${label(node)}: ${thrown.message}`, {
        place: node.propertiesPlace,
        hint: 'see loaded_at_field, loaded_at_query and filter',
        cause: thrown,
      }),
    ];
  const own = tsdbtErrorsOf(thrown);
  if (own.length === 0) throw thrown;
  return own;
}
