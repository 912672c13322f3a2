import { describe, expect, it } from 'vitest';
import { RunState } from '../../src/run/run-state.js';
import type { RunRequest } from '../../src/run/run-types.js';

/** A state of three nodes, of which `model.c` reads the two others; what it asks the storage for is noted. */
function stateOf(exposes: boolean): { state: RunState; asked: string[] } {
  const asked: string[] = [];
  const nodes: Record<string, unknown> = {
    'model.a': { resourceType: 'model', schema: 's', alias: 'a', config: { materialized: 'table' } },
    'source.b': { resourceType: 'source', schema: 's', identifier: 'b', location: undefined, config: {} },
  };
  const manifest = { get: (id: string) => nodes[id], parentsOf: () => Object.keys(nodes) };
  const storage = {
    exposes,
    expose: async (relation: { identifier: string }) => {
      asked.push(relation.identifier);
      return true;
    },
  };
  const request = { project: { env: {}, target: { storage: exposes ? 'delta' : 'native' } }, manifest };
  const engine = { capabilities: { createsViews: true } };
  const state = new RunState(request as unknown as RunRequest, engine as never, storage as never);
  return { state, asked };
}

describe('exposeParents', () => {
  it('makes readable what a node reads, but for what is readable already', async () => {
    const { state, asked } = stateOf(true);
    await state.exposeParents('model.c');
    expect(asked).toEqual(['a', 'b']);
    await state.exposeParents('model.c', new Set(['model.a']));
    expect(asked).toEqual(['a', 'b', 'b']);
  });

  it('asks nothing of a database file, whose relations have their names', async () => {
    const { state, asked } = stateOf(false);
    await state.exposeParents('model.c');
    expect(asked).toEqual([]);
  });
});
