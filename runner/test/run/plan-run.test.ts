import { describe, expect, it } from 'vitest';
import type { ManifestNode } from '../../src/manifest/nodes.js';
import { type PlanGraph, planRun, type RunTask } from '../../src/run/plan-run.js';

/** A graph from `name: parents`; names with `?` are tests (attached to their first parent unless `single?`), with `~` ephemeral. */
function graphOf(edges: Record<string, string[]>): PlanGraph {
  const nodes = new Map<string, ManifestNode>();
  const plain = (name: string): string => name;
  for (const [name, parents] of Object.entries(edges)) {
    const isTest = name.endsWith('?');
    nodes.set(name, {
      uniqueId: name,
      name: plain(name),
      resourceType: isTest ? 'test' : 'model',
      config: { materialized: name.startsWith('~') ? 'ephemeral' : 'table' },
      attachedNode: isTest && !name.startsWith('single') ? parents[0] : undefined,
    } as unknown as ManifestNode);
  }
  return {
    get: (id) => nodes.get(id),
    parentsOf: (id) => edges[id] ?? [],
    childrenOf: (id) => Object.keys(edges).filter((name) => edges[name]!.includes(id)),
  };
}

function plan(edges: Record<string, string[]>, gating = true, without: string[] = []): Map<string, RunTask> {
  const selected = new Set(Object.keys(edges).filter((name) => !without.includes(name)));
  return new Map(planRun(graphOf(edges), selected, { gating }).map((task) => [task.id, task]));
}

const gatesOf = (task: RunTask | undefined): string[] =>
  task?.kind === 'node' ? task.gates.map((test) => test.name) : [];

describe('gates', () => {
  it('a test of one node gates that node', () => {
    const tasks = plan({ a: [], b: ['a'], 'unique_a?': ['a'] });
    expect(gatesOf(tasks.get('a'))).toEqual(['unique_a?']);
    expect(tasks.has('unique_a?')).toBe(false);
    expect(tasks.get('b')!.dependsOn).toEqual(['a']);
  });

  it('what a test reads beside its node is published before', () => {
    const tasks = plan({ orders: [], customers: [], 'orders_to_customers?': ['orders', 'customers'] });
    expect(gatesOf(tasks.get('orders'))).toEqual(['orders_to_customers?']);
    expect(tasks.get('orders')!.dependsOn).toEqual(['customers']);
  });

  it('a singular test gates the last of the nodes it reads', () => {
    const tasks = plan({ a: [], b: ['a'], c: ['b'], 'single?': ['a', 'c'] });
    expect(gatesOf(tasks.get('c'))).toEqual(['single?']);
  });

  it('a test that reads a descendant of its node gates nothing, and holds up what lies below', () => {
    const tasks = plan({ a: [], b: ['a'], c: ['b'], 'a_against_b?': ['a', 'b'] });
    expect(gatesOf(tasks.get('a'))).toEqual([]);
    const test = tasks.get('a_against_b?')!;
    expect(test).toMatchObject({ kind: 'test', dependsOn: ['a', 'b'] });
    expect(test.kind === 'test' && test.notGating).toContain('a and b');
    expect(tasks.get('c')!.dependsOn).toContain('a_against_b?');
    expect(tasks.get('b')!.dependsOn).not.toContain('a_against_b?');
  });

  it('of two nodes that test each other, one is gated and the other test runs after both', () => {
    const tasks = plan({ a: [], b: [], 'a_to_b?': ['a', 'b'], 'b_to_a?': ['b', 'a'] });
    expect(gatesOf(tasks.get('a'))).toEqual(['a_to_b?']);
    expect(gatesOf(tasks.get('b'))).toEqual([]);
    expect(tasks.get('b_to_a?')!.dependsOn.toSorted()).toEqual(['a', 'b']);
  });

  it('two tests of a node against its children do not wait for each other in a circle', () => {
    const tasks = plan({ a: [], b: ['a'], c: ['a'], 'a_against_b?': ['a', 'b'], 'a_against_c?': ['a', 'c'] });
    const reaches = (from: string, to: string): boolean =>
      tasks.get(from)!.dependsOn.some((id) => id === to || reaches(id, to));
    for (const id of tasks.keys()) expect([id, reaches(id, id)]).toEqual([id, false]);
  });

  it('a test on nodes that are not built runs by itself', () => {
    const tasks = plan({ a: [], 'unique_a?': ['a'] }, true, ['a']);
    expect(tasks.get('unique_a?')).toMatchObject({ kind: 'test', dependsOn: [], notGating: undefined });
  });

  it('without gating, tests come after what they read and hold up nothing', () => {
    const tasks = plan({ a: [], b: ['a'], 'unique_a?': ['a'] }, false);
    expect(tasks.get('unique_a?')!.dependsOn).toEqual(['a']);
    expect(tasks.get('b')!.dependsOn).toEqual(['a']);
  });
});

describe('edges', () => {
  it('lead through ephemeral and unselected nodes', () => {
    const tasks = plan({ a: [], '~e': ['a'], b: ['~e'], c: ['b'] }, true, ['b']);
    expect(tasks.has('~e')).toBe(false);
    expect(tasks.get('c')!.dependsOn).toEqual(['a']);
  });
});
