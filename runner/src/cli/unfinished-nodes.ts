import type { PreviousRun } from '../artifacts/previous-run.js';
import type { EventBus } from '../events/events.js';
import type { Manifest } from '../manifest/manifest.js';

const UNFINISHED = new Set(['error', 'fail', 'skipped', 'runtime error', 'partial success']);

/**
 * Unique ids of what a run left undone. Where tests decide about publication, those of a node that was not published run again with it,
 * also the ones that passed: they passed on rows that nobody has seen.
 *
 * @param warnings what only warned is undone as well (`--warn-error`)
 */
export function unfinishedNodes(
  { command, statuses }: PreviousRun,
  manifest: Manifest,
  { warnings, bus }: { readonly warnings: boolean; readonly bus: EventBus },
): Set<string> {
  const unfinished = new Set<string>();
  for (const [id, status] of statuses) {
    if (!UNFINISHED.has(status) && !(warnings && status === 'warn')) continue;
    // hooks of the whole run are run anyway
    if (id.startsWith('operation.')) continue;
    if (manifest.get(id) !== undefined) unfinished.add(id);
    else bus.emit({ event: 'log', level: 'warn', message: `${id} is no longer in the project` });
  }
  if (command !== 'build' || manifest.project.target.storage !== 'delta') return unfinished;
  for (const id of [...unfinished]) {
    if (manifest.get(id)!.resourceType === 'test') continue;
    for (const child of manifest.childrenOf(id)) {
      if (manifest.get(child)!.resourceType === 'test' && statuses.has(child)) unfinished.add(child);
    }
  }
  return unfinished;
}
