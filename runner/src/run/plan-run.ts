import type { FunctionNode } from '../manifest/function-nodes.js';
import type { ManifestNode, ModelNode, TestNode, UnitTestNode } from '../manifest/nodes.js';
import type { Task, TaskEnd } from './scheduler.js';

/** A node to build, with the tests that decide whether its data is published. */
export interface NodeTask extends Task {
  readonly kind: 'node';
  readonly node: ModelNode;
  readonly gates: readonly TestNode[];
}

/** A test that runs by itself, on what is published. */
export interface TestTask extends Task {
  readonly kind: 'test';
  readonly test: TestNode | UnitTestNode;
  /** why it gates no node although it is selected together with one it tests; undefined where nothing was to be gated */
  readonly notGating: string | undefined;
}

/** A function to make: what calls it waits for it. */
export interface FunctionTask extends Task {
  readonly kind: 'function';
  readonly node: FunctionNode;
}

export type RunTask = NodeTask | FunctionTask | TestTask;

/** The node, function or test that a task is about. */
export function subjectOf(task: RunTask): ModelNode | FunctionNode | TestNode | UnitTestNode {
  return task.kind === 'test' ? task.test : task.node;
}

/** The part of a manifest that planning needs. */
export interface PlanGraph {
  get(uniqueId: string): ManifestNode | undefined;
  parentsOf(uniqueId: string): readonly string[];
  childrenOf(uniqueId: string): readonly string[];
}

export interface PlanOptions {
  /** tests decide about publication (`build`); otherwise they run after what they test */
  readonly gating: boolean;
  /** a node is built also where another node that a test of it reads was not: the test is skipped then, as in dbt */
  readonly buildsUngated?: boolean | undefined;
}

/**
 * Turns selected nodes and tests into a graph of tasks.
 *
 * A test gates the node it is attached to; a test of several nodes gates the last of them. The other nodes that it reads
 * are published before (extra edges). Where that would make a circle (a test reads a descendant of its node, two
 * nodes test each other), the test runs after all it reads, and what lies below these waits for it.
 * Ephemeral nodes are no tasks: edges lead through them.
 */
export function planRun(graph: PlanGraph, selected: ReadonlySet<string>, options: PlanOptions): RunTask[] {
  const nodes = new Map<string, ModelNode | FunctionNode>();
  const tests: TestNode[] = [];
  for (const id of selected) {
    const node = graph.get(id);
    if (node === undefined) continue;
    if (node.resourceType === 'test') tests.push(node);
    else if (isBuilt(node)) nodes.set(id, node);
  }
  const edges = new Map<string, Set<string>>();
  for (const id of nodes.keys()) edges.set(id, builtAncestors(graph, id, nodes));

  const gates = new Map<string, TestNode[]>();
  const awaited = new Map<string, Set<string>>([...nodes.keys()].map((id) => [id, new Set()]));
  const testTasks: TestTask[] = [];
  const waits = new Map<string, string[]>();
  for (const test of [...tests].sort((a, b) => (a.uniqueId < b.uniqueId ? -1 : 1))) {
    const parents = [...builtAncestors(graph, test.uniqueId, nodes)];
    const gated = parents.filter((id) => nodes.get(id)!.resourceType !== 'function');
    const place = options.gating ? gateFor(test, gated, edges) : undefined;
    if (place !== undefined) {
      for (const parent of parents) {
        if (parent === place || edges.get(place)!.has(parent)) continue;
        edges.get(place)!.add(parent);
        if (options.buildsUngated === true) awaited.get(place)!.add(parent);
      }
      gates.set(place, [...(gates.get(place) ?? []), test]);
      continue;
    }
    testTasks.push({
      kind: 'test',
      id: test.uniqueId,
      test,
      dependsOn: parents,
      notGating:
        options.gating && gated.length > 0
          ? `it reads ${gated.map((id) => nodes.get(id)!.name).join(' and ')}, which depend on each other`
          : undefined,
    });
    if (options.gating) for (const parent of parents) waits.set(parent, [...(waits.get(parent) ?? []), test.uniqueId]);
  }

  const all = new Map(edges);
  for (const task of testTasks) all.set(task.id, new Set(task.dependsOn));
  for (const id of nodes.keys()) {
    for (const parent of builtAncestors(graph, id, nodes)) {
      for (const testId of waits.get(parent) ?? []) {
        // a test that needs this node, be it through another test that was made to come first, cannot come before it
        if (!reaches(all, testId, id)) all.get(id)!.add(testId);
      }
    }
  }
  const tasks = [...nodes].map(([id, node]): RunTask => {
    const dependsOn = [...all.get(id)!].filter((other) => !awaited.get(id)!.has(other));
    if (node.resourceType === 'function') return { kind: 'function', id, node, dependsOn };
    return { kind: 'node', id, node, gates: gates.get(id) ?? [], dependsOn, after: [...awaited.get(id)!] };
  });
  return [...tasks, ...testTasks];
}

/** How a task has ended for what lies below it: a model may say that its failure keeps nothing from running. */
export function endBelow(task: RunTask, end: TaskEnd): TaskEnd {
  return task.kind === 'node' && task.node.config.extra.on_error === 'continue' ? 'go-on' : end;
}

export function isBuilt(node: ManifestNode): node is ModelNode | FunctionNode {
  if (node.resourceType === 'function') return true;
  if (node.resourceType !== 'model' && node.resourceType !== 'seed' && node.resourceType !== 'snapshot') return false;
  return node.config.materialized !== 'ephemeral';
}

/** The nearest nodes above that are built in this run; ephemeral and unselected ones are looked through. */
export function builtAncestors(graph: PlanGraph, id: string, nodes: ReadonlyMap<string, unknown>): Set<string> {
  const found = new Set<string>();
  const seen = new Set<string>([id]);
  const visit = (from: string): void => {
    for (const parent of graph.parentsOf(from)) {
      if (seen.has(parent)) continue;
      seen.add(parent);
      if (nodes.has(parent)) found.add(parent);
      else visit(parent);
    }
  };
  visit(id);
  return found;
}

/** The node that a test gates, or undefined where there is none or the extra edges would make a circle. */
function gateFor(
  test: TestNode,
  parents: readonly string[],
  edges: ReadonlyMap<string, ReadonlySet<string>>,
): string | undefined {
  const attached = test.attachedNode;
  const candidates =
    attached !== undefined
      ? parents.filter((id) => id === attached)
      : // of the nodes that a singular test reads, the last: none of the others depends on it
        parents.filter((id) => parents.every((other) => other === id || !reaches(edges, other, id))).slice(-1);
  return candidates.find((id) => parents.every((other) => other === id || !reaches(edges, other, id)));
}

/** True when `from` depends on `to`, directly or not. */
function reaches(edges: ReadonlyMap<string, ReadonlySet<string>>, from: string, to: string): boolean {
  const stack = [from];
  const seen = new Set<string>();
  while (stack.length > 0) {
    for (const parent of edges.get(stack.pop()!) ?? []) {
      if (parent === to) return true;
      if (!seen.has(parent)) {
        seen.add(parent);
        stack.push(parent);
      }
    }
  }
  return false;
}
