import type { RunState } from './run-state.js';
import { isNoOp } from './runs-in.js';

const NOT_BUILT: ReadonlySet<string> = new Set(['error', 'fail', 'blocked', 'skipped', 'cancelled']);

/** The exposures and saved queries that a build of a dbt project tells of. */
export function noOpsOf({ request }: RunState): readonly string[] {
  if (!request.project.isDbt || request.command !== 'build') return [];
  return [...request.selected].filter((id) => isNoOp(request.manifest.get(id)));
}

/** Tells of exposures and saved queries as dbt does: `no-op`, or skipped where something above them was not built; tests do not matter. */
export function finishNoOps(state: RunState, ids: readonly string[]): void {
  const { manifest, results } = state;
  const lost = [...results].filter(
    ([, { node, outcome }]) => node.resourceType !== 'test' && NOT_BUILT.has(outcome.status),
  );
  for (const id of ids) {
    const node = manifest.get(id)!;
    const above = lost.length === 0 ? undefined : manifest.graph.ancestors([id]);
    const cause = lost.find(([one]) => above!.has(one));
    const now = new Date();
    const times = { startedAt: now, completedAt: now };
    if (cause === undefined) state.finish(node, { status: 'no-op', elapsed: 0, message: 'NO-OP' }, times);
    else state.finish(node, { status: 'skipped', elapsed: 0, message: `${cause[1].node.name} was not built` });
  }
}
