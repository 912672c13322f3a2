import type { PreviousRun } from '../artifacts/previous-run.js';
import { didYouMean } from '../errors/suggest.js';
import { GraphError } from '../errors/tsdbt-error.js';
import type { EventBus } from '../events/events.js';
import { graphCodes } from '../manifest/codes.js';
import type { Manifest } from '../manifest/manifest.js';

/** A node that dbt would not find either. */
function missing(id: string, manifest: Manifest): GraphError {
  const kind = id.slice(0, id.indexOf('.'));
  const alike = [...manifest.all()].filter(({ resourceType }) => resourceType === kind).map(({ uniqueId }) => uniqueId);
  return new GraphError(
    graphCodes.unknownRetried,
    `Couldn't find ${kind} '${id}' -- does it exist or is it disabled?`,
    {
      hint:
        didYouMean(id, alike) ??
        'the last run left it undone, and it is no longer in the project: run the command anew instead',
    },
  );
}

const UNFINISHED = new Set(['error', 'fail', 'skipped', 'runtime error', 'partial success']);

/**
 * Unique ids of what a run left undone. Where tests decide about publication, those of a node that was not published run again with it,
 * also the ones that passed: they passed on rows that nobody has seen.
 *
 * @param warnings what only warned is undone as well (`--warn-error`)
 * @throws {GraphError} TSD3027 in a dbt project, for a node that is no longer there
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
    else if (manifest.project.isDbt) throw missing(id, manifest);
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
