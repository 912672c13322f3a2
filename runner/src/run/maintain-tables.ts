import type { DeltaTable } from '../delta/table.js';
import type { Session } from '../engines/engine.js';
import { EngineFailure } from '../engines/engine-failure.js';
import { CancelledError, StorageError, type TsdbtError, tsdbtErrorsOf } from '../errors/tsdbt-error.js';
import type { EventBus, NodeOutcome } from '../events/events.js';
import type { Manifest } from '../manifest/manifest.js';
import type { ModelNode } from '../manifest/nodes.js';
import type { Project } from '../project/project.js';
import { TSDBT_VERSION } from '../project/tsdbt-version.js';
import { withLake } from './compile.js';
import { writeViews } from './lake-views.js';
import { requireFiles } from './open-trino.js';
import { summaryOf, totalsOf } from './summaries.js';

export interface MaintenanceRequest {
  /** `optimize`, `restore`, `vacuum`: what reporters call it */
  readonly command: string;
  readonly project: Project;
  readonly manifest: Manifest;
  /** unique ids; those without a table are left out */
  readonly selected: ReadonlySet<string>;
  readonly bus: EventBus;
  readonly signal: AbortSignal;
}

/** A table that is worked on. */
export interface MaintainedTable {
  readonly node: ModelNode;
  /** `gold.top_tracks` */
  readonly label: string;
  readonly table: DeltaTable;
  readonly session: Session;
  readonly invocationId: string;
  /** what commits say of their origin */
  readonly engineInfo: string;
}

/** What was done to a table: its version afterwards, and a message for people. */
export type TableOutcome = Pick<NodeOutcome, 'version' | 'rows' | 'unchanged' | 'message'>;

/**
 * Works on the tables of the selected nodes, one after the other, and then brings the file of views up to date. A table whose
 * work fails stays as it was, and the others are done all the same.
 * @returns 0 all well, 1 something failed, 130 interrupted
 * @throws {StorageError} TSD6084 where none of the selected nodes has a table
 */
export async function maintainTables(
  request: MaintenanceRequest,
  work: (table: MaintainedTable) => Promise<TableOutcome>,
): Promise<0 | 1 | 130> {
  const { bus, command, project, manifest, signal } = request;
  requireFiles(project.target, command);
  const began = Date.now();
  return withLake(request, async (state, session) => {
    const found = await tablesOf(request, state, session);
    const { engine } = state;
    bus.emit({
      event: 'run_started',
      command,
      invocationId: state.request.invocationId,
      version: TSDBT_VERSION,
      project: project.name,
      target: project.target.name,
      engine: `${engine.name} ${engine.version.replace(/^v/, '')}`,
      threads: 1,
      counts: { table: found.length },
      total: found.length,
    });
    const outcomes: NodeOutcome[] = [];
    for (const maintained of found) {
      const started = Date.now();
      const elapsed = (): number => (Date.now() - started) / 1000;
      const about = { node: summaryOf(maintained.node), index: outcomes.length + 1, total: found.length };
      let outcome: NodeOutcome;
      if (signal.aborted) outcome = { status: 'cancelled', elapsed: 0, message: 'interrupted' };
      else {
        bus.emit({ event: 'node_started', ...about });
        try {
          outcome = { status: 'success', ...(await work(maintained)), elapsed: elapsed() };
        } catch (thrown) {
          outcome = failure(thrown, elapsed(), signal.aborted);
        }
      }
      outcomes.push(outcome);
      bus.emit({ event: 'node_finished', ...about, outcome });
    }
    if (outcomes.some(({ unchanged, status }) => status === 'success' && unchanged === false)) await writeViews(state);
    bus.emit({
      event: 'run_finished',
      command,
      elapsed: (Date.now() - began) / 1000,
      totals: totalsOf(outcomes),
      interrupted: signal.aborted,
    });
    if (signal.aborted) return 130;
    return outcomes.some(({ status }) => status !== 'success') ? 1 : 0;
  });

  async function tablesOf(
    { selected }: MaintenanceRequest,
    state: Parameters<Parameters<typeof withLake>[1]>[0],
    session: Session,
  ): Promise<MaintainedTable[]> {
    const found: MaintainedTable[] = [];
    for (const id of manifest.order) {
      const node = manifest.get(id);
      if (node === undefined || !selected.has(id) || !hasTable(node)) continue;
      const relation = state.relationOf(id);
      const label = `${relation.schema}.${relation.identifier}`;
      const table = await state.storage.table(session, relation);
      if (table === undefined) {
        state.log('debug', `${label} has no table yet`);
        continue;
      }
      const engineInfo = `tsdbt/${TSDBT_VERSION} duckdb/${state.engine.version.replace(/^v/, '')}`;
      found.push({ node, label, table, session, invocationId: state.request.invocationId, engineInfo });
    }
    if (found.length > 0) return found;
    throw new StorageError('TSD6084', `the selection holds no table to ${command}`, {
      hint: 'tables are there after a build: tsdbt build; views have neither files nor versions of their own',
    });
  }
}

function hasTable(node: {
  readonly resourceType: string;
  readonly config?: { readonly materialized?: string };
}): node is ModelNode {
  if (!['model', 'seed', 'snapshot'].includes(node.resourceType)) return false;
  return !['view', 'ephemeral'].includes(node.config?.materialized ?? '');
}

function failure(thrown: unknown, elapsed: number, interrupted: boolean): NodeOutcome {
  if (interrupted || thrown instanceof CancelledError) return { status: 'cancelled', elapsed, message: 'interrupted' };
  const errors: readonly TsdbtError[] =
    thrown instanceof EngineFailure
      ? [new StorageError('TSD6085', `the engine failed: ${thrown.message}`, { cause: thrown })]
      : tsdbtErrorsOf(thrown);
  if (errors.length === 0) throw thrown;
  return { status: 'error', elapsed, message: errors[0]!.message, errors };
}
