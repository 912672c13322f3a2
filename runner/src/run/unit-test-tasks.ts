import type { ModelNode, UnitTestNode } from '../manifest/nodes.js';
import { builtAncestors, isBuilt, type PlanGraph, type RunTask, type TestTask } from './plan-run.js';

/**
 * Puts unit tests into a plan: each runs when its model could be built, and the model waits for it. Where one fails, the
 * model is skipped with all that lies below it.
 *
 * @param inTurn unit tests of one model run one after the other, and where one fails, those after it are skipped: so does dbt
 */
export function withUnitTests(
  tasks: readonly RunTask[],
  graph: PlanGraph,
  selected: ReadonlySet<string>,
  inTurn = false,
): readonly RunTask[] {
  const unitTests = [...selected]
    .map((id) => graph.get(id))
    .filter((node): node is UnitTestNode => node?.resourceType === 'unit_test');
  if (unitTests.length === 0) return tasks;
  const built = new Map<string, ModelNode>();
  for (const task of tasks) if (task.kind === 'node') built.set(task.id, task.node);
  const byModel = new Map<string, string[]>();
  const added = unitTests.map((test): TestTask => {
    const [model] = test.dependsOn;
    const node = graph.get(model!);
    const earlier = byModel.get(model!) ?? [];
    if (node !== undefined && isBuilt(node)) byModel.set(model!, [...earlier, test.uniqueId]);
    const own = tasks.find((task) => task.kind === 'node' && task.id === model);
    const above = own?.dependsOn ?? [...builtAncestors(graph, model!, built)];
    const dependsOn = inTurn && own !== undefined ? [...above, ...earlier.slice(-1)] : above;
    return { kind: 'test', id: test.uniqueId, test, dependsOn, before: model, notGating: undefined };
  });
  const waiting = tasks.map((task): RunTask => {
    const tests = task.kind === 'node' ? byModel.get(task.id) : undefined;
    return tests === undefined ? task : { ...task, dependsOn: [...task.dependsOn, ...tests] };
  });
  return [...waiting, ...added];
}
