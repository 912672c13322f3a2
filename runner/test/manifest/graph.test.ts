import { describe, expect, it } from 'vitest';
import { Graph } from '../../src/manifest/graph.js';

/** `c: a b` means that c reads a and b. */
function graph(...lines: string[]): Graph {
  return new Graph(
    new Map(
      lines.map((line) => {
        const [id, reads] = line.split(':');
        return [id!, reads!.trim().split(' ').filter(Boolean)];
      }),
    ),
  );
}

describe('the graph', () => {
  const diamond = graph('a:', 'b: a', 'c: a', 'd: b c', 'e: d');

  it('knows neighbours', () => {
    expect(diamond.parentsOf('d')).toEqual(['b', 'c']);
    expect(diamond.childrenOf('a')).toEqual(['b', 'c']);
    expect(diamond.parentsOf('nobody')).toEqual([]);
  });

  it('reaches ancestors and descendants up to a depth', () => {
    expect([...diamond.ancestors(['e'])].sort()).toEqual(['a', 'b', 'c', 'd']);
    expect([...diamond.ancestors(['e'], 2)].sort()).toEqual(['b', 'c', 'd']);
    expect([...diamond.descendants(['a'], 1)].sort()).toEqual(['b', 'c']);
  });

  it('puts each node after everything it reads', () => {
    expect(graph('z: y', 'y: x', 'x:').order).toEqual(['x', 'y', 'z']);
    expect(diamond.order).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('finds the shortest cycle of each knot, once', () => {
    expect(graph('a: c', 'b: a', 'c: b', 'd: c').cycles()).toEqual([['a', 'b', 'c']]);
    expect(graph('a: b', 'b: a', 'x: y', 'y: x').cycles()).toEqual([
      ['a', 'b'],
      ['x', 'y'],
    ]);
    expect(graph('a: a').cycles()).toEqual([['a']]);
    expect(diamond.cycles()).toEqual([]);
  });

  it('leaves out what it does not know', () => {
    expect(graph('a: gone').parentsOf('a')).toEqual([]);
  });
});
