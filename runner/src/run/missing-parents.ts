import { GraphError } from '../errors/tsdbt-error.js';
import type { RunTask } from './plan-run.js';
import type { RunState } from './run-state.js';

/**
 * Holds that whatever the tasks read and this run does not build exists already.
 * @param selection the `--select` words, for the suggestion
 * @throws {GraphError} TSD3050 naming every relation that is missing and how to build it
 */
export async function requireParents(
  state: RunState,
  tasks: readonly RunTask[],
  selection: readonly string[],
): Promise<void> {
  const built = new Set(tasks.map((task) => task.id));
  const missing = new Map<string, string>();
  for (const task of tasks) {
    for (const id of state.namedParents(task.id)) {
      if (built.has(id) || missing.has(id)) continue;
      if (!(await state.expose(id))) missing.set(id, task.kind === 'node' ? task.node.name : task.test.name);
    }
  }
  if (missing.size === 0) return;
  const names = [...missing].map(([id, reader]) => {
    const relation = state.relationOf(id);
    return `${relation.schema}.${relation.identifier} (read by ${reader})`;
  });
  const command = state.request.command;
  const words = selection.length > 0 ? selection : ['…'];
  const onlySources = [...missing.keys()].every((id) => state.manifest.get(id)!.resourceType === 'source');
  throw new GraphError(
    'TSD3050',
    missing.size === 1 ? `${names[0]} does not exist yet` : `${missing.size} relations that are read do not exist yet`,
    {
      detail: missing.size === 1 ? undefined : names.join('\n'),
      hint: onlySources
        ? 'these are sources: something else has to write them first'
        : command === 'test'
          ? `build them first: tsdbt build --select ${words.map((word) => word.replace(/^\+?/, '+')).join(' ')}`
          : `build what they need too: tsdbt ${command} --select ${words.map((word) => word.replace(/^\+?/, '+')).join(' ')}`,
    },
  );
}
