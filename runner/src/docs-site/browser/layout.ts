import { orderLayers } from './layout-order.js';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Layout {
  /** centre of the left edge of each box, by its place in the graph */
  readonly boxes: readonly Point[];
  /** from the right edge of one box to the left edge of another, through the gaps between what lies between */
  readonly edges: readonly { readonly from: number; readonly to: number; readonly points: readonly Point[] }[];
  /** places of boxes, a list for each column from left to right, each from top to bottom */
  readonly columns: readonly (readonly number[])[];
  readonly width: number;
  readonly height: number;
}

export interface LayoutSizes {
  readonly boxWidth: number;
  readonly boxHeight: number;
  /** between columns */
  readonly gapX: number;
  /** between boxes of a column */
  readonly gapY: number;
}

/** Points on the way of long edges; a graph that needs more is drawn with straight long edges. */
const MOST_BENDS = 12_000;
const BEND_HEIGHT = 8;

/**
 * Places a graph in columns, everything to the right of what it reads (Sugiyama, Tagawa and Toda 1981): columns by
 * longest path, order within columns by barycentres, heights by least squares. What needs each other in a circle stands in
 * one column.
 *
 * @param count number of boxes
 * @param edges pairs of places, from what is read to what reads it
 */
export function layoutGraph(count: number, edges: readonly (readonly [number, number])[], sizes: LayoutSizes): Layout {
  const layer = layersOf(count, edges);
  const layers: number[][] = [];
  for (let box = 0; box < count; box++) {
    layers[layer[box]!] ??= [];
    layers[layer[box]!]!.push(box);
  }
  // items are boxes, then bends
  const itemLayer = [...layer];
  const links: [number, number][] = [];
  const bends = edges.reduce((sum, [from, to]) => sum + Math.max(0, layer[to]! - layer[from]! - 1), 0);
  const ways = edges.map(([from, to]) => {
    const way = [from];
    if (bends <= MOST_BENDS) {
      for (let at = layer[from]! + 1; at < layer[to]!; at++) {
        const bend = itemLayer.push(at) - 1;
        layers[at]!.push(bend);
        way.push(bend);
      }
    }
    way.push(to);
    for (let i = 1; i < way.length; i++)
      if (itemLayer[way[i - 1]!]! < itemLayer[way[i]!]!) links.push([way[i - 1]!, way[i]!]);
    return way;
  });
  const heightOf = (item: number): number => (item < count ? sizes.boxHeight + sizes.gapY : BEND_HEIGHT);
  const y = orderLayers(layers, links, itemLayer, heightOf);
  const x = (at: number): number => at * (sizes.boxWidth + sizes.gapX);
  const boxes = layer.slice(0, count).map((at, box) => ({ x: x(at), y: y[box]! }));
  return {
    boxes,
    edges: edges.map(([from, to], i) => {
      const middle = ways[i]!.slice(1, -1).flatMap((bend) => {
        const left = x(itemLayer[bend]!);
        return [
          { x: left, y: y[bend]! },
          { x: left + sizes.boxWidth, y: y[bend]! },
        ];
      });
      const start = { x: boxes[from]!.x + sizes.boxWidth, y: boxes[from]!.y };
      return { from, to, points: [start, ...middle, boxes[to]!] };
    }),
    columns: layers.map((items) => items.filter((item) => item < count).sort((a, b) => y[a]! - y[b]!)),
    width: layers.length === 0 ? 0 : x(layers.length - 1) + sizes.boxWidth,
    height: Math.max(0, ...y.map((value, item) => value + heightOf(item) / 2)),
  };
}

/** Columns by longest path; boxes without parents move next to their nearest child. */
function layersOf(count: number, edges: readonly (readonly [number, number])[]): number[] {
  const knot = knotsOf(count, edges);
  const knots = Math.max(-1, ...knot) + 1;
  const children: Set<number>[] = Array.from({ length: knots }, () => new Set());
  for (const [from, to] of edges) if (knot[from] !== knot[to]) children[knot[from]!]!.add(knot[to]!);
  const waiting = new Array<number>(knots).fill(0);
  for (const below of children) for (const child of below) waiting[child]! += 1;
  const roots = [...waiting.keys()].filter((one) => waiting[one] === 0);
  const layer = new Array<number>(knots).fill(0);
  const queue = [...roots];
  for (let i = 0; i < queue.length; i++) {
    for (const child of children[queue[i]!]!) {
      layer[child] = Math.max(layer[child]!, layer[queue[i]!]! + 1);
      waiting[child]! -= 1;
      if (waiting[child] === 0) queue.push(child);
    }
  }
  for (const root of roots) {
    const nearest = Math.min(...[...children[root]!].map((child) => layer[child]!));
    if (Number.isFinite(nearest)) layer[root] = Math.max(0, nearest - 1);
  }
  return columnsOf(knot.map((one) => layer[one]!));
}

/** Splits columns that are too tall for the eye into several, in the order of the boxes: those of one folder stay together. */
function columnsOf(layer: readonly number[]): number[] {
  const tallest = Math.max(40, Math.ceil(Math.sqrt(layer.length) * 1.2));
  const sizes: number[] = [];
  for (const at of layer) sizes[at] = (sizes[at] ?? 0) + 1;
  const first: number[] = [];
  let next = 0;
  for (let at = 0; at < sizes.length; at++) {
    first[at] = next;
    next += Math.max(1, Math.ceil((sizes[at] ?? 0) / tallest));
  }
  const seen: number[] = [];
  return layer.map((at) => {
    seen[at] = (seen[at] ?? 0) + 1;
    const parts = Math.ceil(sizes[at]! / tallest);
    return first[at]! + Math.floor(((seen[at] - 1) * parts) / sizes[at]!);
  });
}

/**
 * A number for each box, shared by those that need each other in a circle (Tarjan 1972): folders can, nodes cannot.
 * Boxes of one knot stand in one column.
 */
function knotsOf(count: number, edges: readonly (readonly [number, number])[]): number[] {
  const out: number[][] = Array.from({ length: count }, () => []);
  for (const [from, to] of edges) out[from]!.push(to);
  const index = new Array<number>(count).fill(-1);
  const low = new Array<number>(count).fill(0);
  const knot = new Array<number>(count).fill(-1);
  const stack: number[] = [];
  let next = 0;
  let knots = 0;
  for (let start = 0; start < count; start++) {
    if (index[start] !== -1) continue;
    const calls = [{ box: start, edge: 0 }];
    while (calls.length > 0) {
      const call = calls.at(-1)!;
      const { box } = call;
      if (call.edge === 0) {
        index[box] = low[box] = next++;
        stack.push(box);
      }
      const to = out[box]![call.edge++];
      if (to !== undefined) {
        if (index[to] === -1) calls.push({ box: to, edge: 0 });
        else if (knot[to] === -1) low[box] = Math.min(low[box]!, index[to]!);
        continue;
      }
      calls.pop();
      const caller = calls.at(-1)?.box;
      if (caller !== undefined) low[caller] = Math.min(low[caller]!, low[box]!);
      if (low[box] !== index[box]) continue;
      for (let member = -1; member !== box; ) {
        member = stack.pop()!;
        knot[member] = knots;
      }
      knots += 1;
    }
  }
  return knot;
}
