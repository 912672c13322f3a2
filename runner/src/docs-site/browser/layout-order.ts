const SWEEPS = 10;
const STRAIGHTENINGS = 12;

/**
 * Orders the items of every layer so that few links cross, and gives each a height.
 *
 * @param layers items of each layer; sorted in place
 * @param links pairs of items, from a lower to a higher layer
 * @param heightOf room that an item takes in its layer
 * @returns the centre of every item
 */
export function orderLayers(
  layers: number[][],
  links: readonly (readonly [number, number])[],
  layerOf: readonly number[],
  heightOf: (item: number) => number,
): number[] {
  const before: number[][] = layerOf.map(() => []);
  const after: number[][] = layerOf.map(() => []);
  for (const [from, to] of links) {
    before[to]!.push(from);
    after[from]!.push(to);
  }
  // where an item stands in its layer, 0 … 1: layers of different length can be compared
  const place = new Array<number>(layerOf.length).fill(0);
  const number = (items: readonly number[]): void => {
    for (const [i, item] of items.entries()) place[item] = (i + 0.5) / items.length;
  };
  for (const items of layers) number(items);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const forth = sweep % 2 === 0;
    for (let i = 0; i < layers.length; i++) {
      const items = layers[forth ? i : layers.length - 1 - i]!;
      const near = forth ? before : after;
      const centre = new Map(items.map((item) => [item, mean(near[item]!, place) ?? place[item]!]));
      items.sort((a, b) => centre.get(a)! - centre.get(b)! || place[a]! - place[b]!);
      number(items);
    }
  }
  return heights(layers, before, after, layerOf.length, heightOf);
}

/** Moves items towards what they are linked to, in the given order and without overlap. */
function heights(
  layers: readonly (readonly number[])[],
  before: readonly (readonly number[])[],
  after: readonly (readonly number[])[],
  count: number,
  heightOf: (item: number) => number,
): number[] {
  const y = new Array<number>(count).fill(0);
  const totals = layers.map((items) => items.reduce((sum, item) => sum + heightOf(item), 0));
  const tallest = Math.max(0, ...totals);
  for (const [i, items] of layers.entries()) {
    let top = (tallest - totals[i]!) / 2;
    for (const item of items) {
      y[item] = top + heightOf(item) / 2;
      top += heightOf(item);
    }
  }
  for (let round = 0; round < STRAIGHTENINGS; round++) {
    const forth = round % 2 === 0;
    for (let i = 0; i < layers.length; i++) {
      const items = layers[forth ? i : layers.length - 1 - i]!;
      const wanted = items.map((item) => {
        const near = round < STRAIGHTENINGS - 2 ? (forth ? before : after)[item]! : [...before[item]!, ...after[item]!];
        return mean(near, y) ?? y[item]!;
      });
      const placed = nearest(wanted, items.map(heightOf));
      for (const [at, item] of items.entries()) y[item] = placed[at]!;
    }
  }
  let top = Number.POSITIVE_INFINITY;
  for (let item = 0; item < count; item++) top = Math.min(top, y[item]! - heightOf(item) / 2);
  return y.map((value) => value - (Number.isFinite(top) ? top : 0));
}

/**
 * The positions nearest to the wanted ones (least squares) that keep the order and leave each item its height:
 * isotonic regression by pooling adjacent violators.
 */
export function nearest(wanted: readonly number[], heightsOf: readonly number[]): number[] {
  const offsets: number[] = [];
  let offset = 0;
  for (const [i, height] of heightsOf.entries()) {
    if (i > 0) offset += (heightsOf[i - 1]! + height) / 2;
    offsets.push(offset);
  }
  const pools: { sum: number; count: number }[] = [];
  for (const [i, want] of wanted.entries()) {
    let pool = { sum: want - offsets[i]!, count: 1 };
    for (
      let last = pools.at(-1);
      last !== undefined && last.sum / last.count > pool.sum / pool.count;
      last = pools.at(-1)
    ) {
      pool = { sum: pool.sum + last.sum, count: pool.count + last.count };
      pools.pop();
    }
    pools.push(pool);
  }
  const placed: number[] = [];
  for (const { sum, count } of pools)
    for (let i = 0; i < count; i++) placed.push(sum / count + offsets[placed.length]!);
  return placed;
}

function mean(items: readonly number[], values: readonly number[]): number | undefined {
  if (items.length === 0) return undefined;
  let sum = 0;
  for (const item of items) sum += values[item]!;
  return sum / items.length;
}
