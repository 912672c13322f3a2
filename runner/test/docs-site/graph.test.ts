import { describe, expect, it } from 'vitest';
import { drawGraph, foldersToOpen } from '../../src/docs-site/browser/folders.js';
import { layoutGraph } from '../../src/docs-site/browser/layout.js';
import { nearest } from '../../src/docs-site/browser/layout-order.js';
import type { SiteNode } from '../../src/docs-site/site-data.js';

const sizes = { boxWidth: 200, boxHeight: 36, gapX: 50, gapY: 12 };

/** `models/gold/daily/x` → a model in gold/daily */
function node(path: string): SiteNode {
  const fqn = ['p', ...path.split('/')];
  const name = fqn.at(-1)!;
  return {
    id: `model.p.${name}`,
    type: 'model',
    name,
    label: name,
    kind: 'table',
    fqn,
    path,
    package: 'p',
    tags: [],
    about: '',
    reads: [],
    config: -1,
  };
}

describe('layout', () => {
  it('puts everything to the right of what it reads', () => {
    const edges: [number, number][] = [
      [0, 2],
      [1, 2],
      [2, 3],
      [0, 3],
    ];
    const { boxes } = layoutGraph(4, edges, sizes);
    for (const [from, to] of edges) expect(boxes[to]!.x).toBeGreaterThan(boxes[from]!.x);
  });

  it('lets no two boxes overlap', () => {
    const edges: [number, number][] = [];
    for (let i = 1; i < 300; i++) edges.push([Math.floor(i / 3), i], [(i * 7) % i, i]);
    const { columns, boxes } = layoutGraph(300, edges, sizes);
    for (const column of columns)
      for (let i = 1; i < column.length; i++)
        expect(boxes[column[i]!]!.y - boxes[column[i - 1]!]!.y).toBeGreaterThanOrEqual(
          sizes.boxHeight + sizes.gapY - 1e-6,
        );
    expect(columns.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: 300 }, (_, i) => i));
  });

  it('leads long edges through the gaps of the columns between', () => {
    const { edges, boxes } = layoutGraph(
      3,
      [
        [0, 1],
        [1, 2],
        [0, 2],
      ],
      sizes,
    );
    const long = edges[2]!.points;
    expect(long).toHaveLength(4);
    expect(Math.abs(long[1]!.y - boxes[1]!.y)).toBeGreaterThanOrEqual(sizes.boxHeight / 2);
  });

  it('puts boxes that need each other into one column', () => {
    const { boxes } = layoutGraph(
      4,
      [
        [0, 1],
        [1, 2],
        [2, 1],
        [2, 3],
      ],
      sizes,
    );
    expect(boxes[1]!.x).toBe(boxes[2]!.x);
    expect(boxes[0]!.x).toBeLessThan(boxes[1]!.x);
    expect(boxes[3]!.x).toBeGreaterThan(boxes[2]!.x);
  });

  it('draws two thousand nodes in a moment, in columns that stay low', () => {
    const edges: [number, number][] = [];
    for (let i = 200; i < 2000; i++) for (let k = 1; k <= 3; k++) edges.push([(i * k * 31) % i, i]);
    const start = performance.now();
    const { columns } = layoutGraph(2000, edges, sizes);
    expect(performance.now() - start).toBeLessThan(2500);
    expect(Math.max(...columns.map((column) => column.length))).toBeLessThanOrEqual(60);
  });

  it('draws nothing, and a single node', () => {
    expect(layoutGraph(0, [], sizes)).toMatchObject({ width: 0, height: 0, columns: [] });
    expect(layoutGraph(1, [], sizes).columns).toEqual([[0]]);
  });
});

describe('heights', () => {
  it('are the wanted ones where there is room, and share what is missing where there is none', () => {
    expect(nearest([0, 100, 300], [10, 10, 10])).toEqual([0, 100, 300]);
    expect(nearest([50, 50], [10, 10])).toEqual([45, 55]);
    expect(nearest([60, 40], [10, 10])).toEqual([45, 55]);
  });
});

describe('folders', () => {
  const nodes = ['silver/a', 'silver/b', 'gold/x/c', 'gold/x/d', 'gold/y/e'].map(node);
  const reads: Record<string, string[]> = {
    'model.p.c': ['model.p.a'],
    'model.p.d': ['model.p.b'],
    'model.p.e': ['model.p.d'],
  };
  const draw = (open: string[]) => drawGraph(nodes, (id) => reads[id] ?? [], new Set(open));

  it('stand for what lies in them while they are closed', () => {
    const { boxes, edges } = draw([]);
    expect(boxes.map(({ id, members }) => [id, members.length])).toEqual([
      ['folder:silver', 2],
      ['folder:gold', 3],
    ]);
    expect(edges).toEqual([[0, 1]]);
  });

  it('open one by one; a folder with a single node is that node', () => {
    expect(draw(['gold']).boxes.map((box) => box.id)).toEqual(['folder:silver', 'folder:gold/x', 'model.p.e']);
    expect(draw(['gold', 'gold/x', 'silver']).boxes.map((box) => box.id)).toEqual(nodes.map(({ id }) => id));
  });

  it('are all open in a small graph, and as many as can be read in a large one', () => {
    expect([...foldersToOpen(nodes)].sort()).toEqual(['gold', 'gold/x', 'gold/y', 'silver']);
    const many = Array.from({ length: 2000 }, (_, i) => node(`marts/${['a', 'b', 'c'][i % 3]}/m${i}`));
    const open = foldersToOpen([...many, ...nodes]);
    expect([...open].sort()).toEqual(['gold', 'gold/x', 'gold/y', 'marts', 'silver']);
    expect(drawGraph([...many, ...nodes], () => [], open).boxes.length).toBeLessThan(40);
  });
});
