import { GraphError } from '../errors/tsdbt-error.js';
import type { TestNode } from '../manifest/nodes.js';
import type { RunState } from './run-state.js';
import type { RunCommand } from './run-types.js';

/** A test that this run sets aside. */
export interface UnreadyTest {
  readonly test: TestNode;
  /** `reads gold.orders, which does not exist yet` */
  readonly why: string;
}

/**
 * Tests that would hold new data against old: they read a relation that this run does not build, made from one that it does.
 */
export function staleTests(state: RunState, selected: ReadonlySet<string>): readonly UnreadyTest[] {
  const built = (id: string): boolean =>
    selected.has(id) && !['test', 'unit_test'].includes(state.manifest.get(id)!.resourceType);
  const stale: UnreadyTest[] = [];
  for (const id of selected) {
    const test = state.manifest.get(id)!;
    if (test.resourceType !== 'test') continue;
    for (const read of state.namedParents(id)) {
      if (built(read)) continue;
      const origin = [...state.manifest.graph.ancestors([read])].find(built);
      if (origin === undefined) continue;
      const name = state.manifest.get(origin)!.name;
      stale.push({
        test,
        why: `reads ${labelOf(state, read)}, which this run does not build anew (--select ${name}+ does)`,
      });
      break;
    }
  }
  return stale;
}

/**
 * Finds out whether whatever the selected nodes read exists already or is built in this run.
 *
 * A node without a parent is an error. A test without one is set aside: tests come along with the nodes that they read, also
 * where their other nodes are not built yet. Only where no selected test could run is that an error too.
 *
 * @param selected ids of nodes and tests
 * @param words the `--select` words, for the suggestion
 * @returns the tests to set aside
 * @throws {GraphError} TSD3050 naming every relation that is missing and how to build it
 */
export async function missingParents(
  state: RunState,
  selected: ReadonlySet<string>,
  words: readonly string[],
): Promise<readonly UnreadyTest[]> {
  const missingOf = async (id: string): Promise<string[]> => {
    const missing: string[] = [];
    for (const parent of state.namedParents(id)) {
      if (
        !(selected.has(parent) && state.manifest.get(parent)!.resourceType !== 'source') &&
        !(await state.expose(parent))
      ) {
        missing.push(parent);
      }
    }
    return missing;
  };
  const missing = new Map<string, string>();
  const unready: UnreadyTest[] = [];
  let ready = 0;
  for (const id of selected) {
    const node = state.manifest.get(id)!;
    // a unit test reads nothing but the rows that it gives
    const parents = node.resourceType === 'unit_test' ? [] : await missingOf(id);
    if (parents.length === 0) ready += 1;
    else if (node.resourceType === 'test')
      unready.push({ test: node, why: doesNotExist(parents.map((parent) => labelOf(state, parent))) });
    else for (const parent of parents) if (!missing.has(parent)) missing.set(parent, node.name);
  }
  if (missing.size === 0 && (ready > 0 || unready.length === 0)) return unready;
  if (missing.size === 0) {
    for (const { test } of unready) for (const parent of await missingOf(test.uniqueId)) missing.set(parent, test.name);
  }
  throw await missingError(state, missing, words);
}

function doesNotExist(labels: readonly string[]): string {
  return `reads ${labels.join(', ')}, which ${labels.length === 1 ? 'does' : 'do'} not exist yet`;
}

async function missingError(
  state: RunState,
  missing: ReadonlyMap<string, string>,
  words: readonly string[],
): Promise<GraphError> {
  const names = [...missing].map(([id, reader]) => `${labelOf(state, id)} (read by ${reader})`);
  const shown = names.length > 12 ? [...names.slice(0, 11), `and ${names.length - 11} more`] : names;
  const onlySources = [...missing.keys()].every((id) => state.manifest.get(id)!.resourceType === 'source');
  const withParents = words.map((word) => word.replace(/^\+?/, '+')).join(' ');
  const command = (await needsBuild(state, missing.keys())) ? 'build' : commandThatBuilds(state.request.command);
  return new GraphError(
    'TSD3050',
    missing.size === 1 ? `${names[0]} does not exist yet` : `${missing.size} relations that are read do not exist yet`,
    {
      detail: missing.size === 1 ? undefined : shown.join('\n'),
      hint: onlySources
        ? 'these are sources: something else has to write them first'
        : `build what is needed too: tsdbt ${command}${withParents === '' ? '' : ` --select ${withParents}`}`,
    },
  );
}

function commandThatBuilds(command: RunCommand): RunCommand {
  return command === 'test' ? 'build' : command;
}

/** `run` builds no seeds and functions: where one is missing, above whatever is missing, only `build` helps. */
async function needsBuild(state: RunState, missing: Iterable<string>): Promise<boolean> {
  const ids = [...missing];
  for (const id of [...ids, ...state.manifest.graph.ancestors(ids)]) {
    const isLeft = ['seed', 'function'].includes(state.manifest.get(id)!.resourceType);
    if (isLeft && !(await state.expose(id))) return true;
  }
  return false;
}

function labelOf(state: RunState, id: string): string {
  const { schema, identifier } = state.relationOf(id);
  return `${schema}.${identifier}`;
}
