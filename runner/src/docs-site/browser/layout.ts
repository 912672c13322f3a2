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
 * longest path, order within columns by barycentres, heights by least squares. Circles (folders can need each other) are
 * laid out as if their last edge pointed the other way.
 *
 * @param count number of boxes
 * @param edges pairs of places, from what is read to what reads it
 */
export function layoutGraph(count: number, edges: readonly (readonly [number, number])[], sizes: LayoutSizes): Layout {
  const forward = withoutCircles(count, edges);
  const layer = layersOf(count, forward);
  const layers: number[][] = [];
  for (let box = 0; box < count; box++) {
    layers[layer[box]!] ??= [];
    layers[layer[box]!]!.push(box);
  }
  // items are boxes, then bends
  const itemLayer = [...layer];
  const links: [number, number][] = [];
  const bends = forward.reduce((sum, [from, to]) => sum + layer[to]! - layer[from]! - 1, 0);
  const ways = forward.map(([from, to]) => {
    const way = [from];
    if (bends <= MOST_BENDS) {
      for (let at = layer[from]! + 1; at < layer[to]!; at++) {
        const bend = itemLayer.push(at) - 1;
        layers[at]!.push(bend);
        way.push(bend);
      }
    }
    way.push(to);
    for (let i = 1; i < way.length; i++) links.push([way[i - 1]!, way[i]!]);
    return way;
  });
  const heightOf = (item: number): number => (item < count ? sizes.boxHeight + sizes.gapY : BEND_HEIGHT);
  const y = orderLayers(layers, links, itemLayer, heightOf);
  const x = (at: number): number => at * (sizes.boxWidth + sizes.gapX);
  const boxes = layer.slice(0, count).map((at, box) => ({ x: x(at), y: y[box]! }));
  return {
    boxes,
    edges: edges.map(([from, to], i) => {
      const way = ways[i]!;
      const turned = way[0] !== from;
      const middle = way.slice(1, -1).flatMap((bend) => {
        const left = x(itemLayer[bend]!);
        const pair = [
          { x: left, y: y[bend]! },
          { x: left + sizes.boxWidth, y: y[bend]! },
        ];
        return turned ? pair.reverse() : pair;
      });
      if (turned) middle.reverse();
      const start = { x: boxes[from]!.x + sizes.boxWidth, y: boxes[from]!.y };
      return { from, to, points: [start, ...middle, boxes[to]!] };
    }),
    columns: layers.map((items) => items.filter((item) => item < count).sort((a, b) => y[a]! - y[b]!)),
    width: layers.length === 0 ? 0 : x(layers.length - 1) + sizes.boxWidth,
    height: Math.max(0, ...y.map((value, item) => value + heightOf(item) / 2)),
  };
}

/** The same edges, some turned round so that no way leads back to where it began. */
function withoutCircles(count: number, edges: readonly (readonly [number, number])[]): (readonly [number, number])[] {
  const out: number[][] = Array.from({ length: count }, () => []);
  for (const [at, [from]] of edges.entries()) out[from]!.push(at);
  const state = new Uint8Array(count); // 0 not seen, 1 on the way, 2 done
  const turned = new Set<number>();
  for (let start = 0; start < count; start++) {
    if (state[start] !== 0) continue;
    const stack: { box: number; next: number }[] = [{ box: start, next: 0 }];
    state[start] = 1;
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      const edge = out[top.box]![top.next++];
      if (edge === undefined) {
        state[top.box] = 2;
        stack.pop();
        continue;
      }
      const to = edges[edge]![1];
      if (state[to] === 1) turned.add(edge);
      else if (state[to] === 0) {
        state[to] = 1;
        stack.push({ box: to, next: 0 });
      }
    }
  }
  return edges.map(([from, to], at) => (turned.has(at) ? [to, from] : [from, to]));
}

/** Columns by longest path; boxes without parents move next to their nearest child. */
function layersOf(count: number, edges: readonly (readonly [number, number])[]): number[] {
  const children: number[][] = Array.from({ length: count }, () => []);
  const waiting = new Array<number>(count).fill(0);
  for (const [from, to] of edges) {
    children[from]!.push(to);
    waiting[to]! += 1;
  }
  const roots = [...waiting.keys()].filter((box) => waiting[box] === 0);
  const layer = new Array<number>(count).fill(0);
  const queue = [...roots];
  for (let i = 0; i < queue.length; i++) {
    for (const child of children[queue[i]!]!) {
      layer[child] = Math.max(layer[child]!, layer[queue[i]!]! + 1);
      waiting[child]! -= 1;
      if (waiting[child] === 0) queue.push(child);
    }
  }
  for (const root of roots) {
    const nearest = Math.min(...children[root]!.map((child) => layer[child]!));
    if (Number.isFinite(nearest)) layer[root] = Math.max(0, nearest - 1);
  }
  return layer;
}
