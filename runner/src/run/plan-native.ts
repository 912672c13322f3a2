import type { FunctionNode } from '../manifest/function-nodes.js';
import type { ManifestNode, ModelNode } from '../manifest/nodes.js';
import { builtAncestors, isBuilt, type PlanGraph, type RunTask } from './plan-run.js';

/**
 * Turns selected nodes and tests into tasks in dbt's order: a node is written, then tested; with `testsFirst` (`build`)
 * a node waits for every test whose parents all lie above it, so that it is skipped where one of them fails.
 */
export function planNative(
  graph: PlanGraph,
  selected: ReadonlySet<string>,
  options: { readonly testsFirst: boolean },
): RunTask[] {
  const nodes = new Map<string, ModelNode | FunctionNode>();
  const tests: Extract<ManifestNode, { resourceType: 'test' }>[] = [];
  for (const id of selected) {
    const node = graph.get(id);
    if (node?.resourceType === 'test') tests.push(node);
    else if (node !== undefined && isBuilt(node)) nodes.set(id, node);
  }
  const edges = new Map([...nodes.keys()].map((id) => [id, builtAncestors(graph, id, nodes)]));
  if (options.testsFirst) {
    const testsOf = new Map<string, string[]>();
    for (const test of tests)
      for (const parent of test.dependsOn) testsOf.set(parent, [...(testsOf.get(parent) ?? []), test.uniqueId]);
    const parents = new Map(tests.map((test) => [test.uniqueId, test.dependsOn]));
    for (const id of nodes.keys()) {
      const above = ancestors(graph, id);
      for (const parent of above)
        for (const test of testsOf.get(parent) ?? [])
          if (parents.get(test)!.every((one) => above.has(one))) edges.get(id)!.add(test);
    }
  }
  return [
    ...[...nodes].map(([id, node]): RunTask => {
      const dependsOn = [...edges.get(id)!];
      if (node.resourceType === 'function') return { kind: 'function', id, node, dependsOn };
      return { kind: 'node', id, node, gates: [], dependsOn };
    }),
    ...tests.map(
      (test): RunTask => ({
        kind: 'test',
        id: test.uniqueId,
        test,
        dependsOn: [...builtAncestors(graph, test.uniqueId, nodes)],
        notGating: undefined,
      }),
    ),
  ];
}

function ancestors(graph: PlanGraph, id: string): Set<string> {
  const found = new Set<string>();
  const visit = (from: string): void => {
    for (const parent of graph.parentsOf(from)) {
      if (found.has(parent)) continue;
      found.add(parent);
      visit(parent);
    }
  };
  visit(id);
  return found;
}
