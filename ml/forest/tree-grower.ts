import type { RandomGenerator } from '../random/generator.js';
import { type BinnedMatrix, missingBin } from './bins.js';
import type { Criterion } from './criterion.js';
import type { Trees } from './trees.js';

// An imported binding read in a hot loop costs a call under loaders that wrap modules (jiti): half the training time.
const missing: number = missingBin;

export interface GrowOptions {
  /** splits on the longest way from the root to a leaf */
  readonly maximumDepth: number;
  /** features drawn anew for each split; those that do not vary in the node do not count */
  readonly featuresPerSplit: number;
}

/** Grows trees one after the other into flat arrays; memory is that of the finished trees and one row order. */
export class TreeGrower {
  private feature = new Int16Array(1024);
  private bin = new Uint8Array(1024);
  private missingLeft = new Uint8Array(1024);
  private left = new Int32Array(1024);
  private leaves = new Float32Array(1024);
  private nodes = 0;
  private leafCount = 0;
  private readonly roots: number[] = [];
  private readonly candidates: Int32Array;
  private readonly treeGains: Float64Array;
  private readonly importances: Float64Array;
  private readonly held: Int32Array;

  constructor(
    private readonly matrix: BinnedMatrix,
    private readonly criterion: Criterion,
    private readonly options: GrowOptions,
  ) {
    this.candidates = Int32Array.from({ length: matrix.features }, (_, i) => i);
    this.treeGains = new Float64Array(matrix.features);
    this.importances = new Float64Array(matrix.features);
    this.held = new Int32Array(matrix.rows);
  }

  /** Grows one tree on the rows in `order` (which it reorders) and returns its number. */
  grow(order: Int32Array, random: RandomGenerator): number {
    const { criterion } = this;
    this.treeGains.fill(0);
    // Every tree starts alike, so that it depends on its own seed only, not on the trees grown before it.
    for (let f = 0; f < this.candidates.length; f++) this.candidates[f] = f;
    this.roots.push(this.nodes);
    const root = this.allocate(1);
    const pending = [root, 0, order.length, 0];
    while (pending.length > 0) {
      const depth = pending.pop()!;
      const end = pending.pop()!;
      const start = pending.pop()!;
      const node = pending.pop()!;
      const divisible = criterion.enter(order, start, end);
      const split = divisible && depth < this.options.maximumDepth ? this.bestSplit(random) : undefined;
      if (split === undefined) {
        this.makeLeaf(node);
        continue;
      }
      this.treeGains[split.feature]! += split.gain;
      const middle = this.partition(order, start, end, split);
      const child = this.allocate(2);
      this.feature[node] = split.feature;
      this.bin[node] = split.bin;
      this.missingLeft[node] = split.missingLeft ? 1 : 0;
      this.left[node] = child;
      pending.push(child + 1, middle, end, depth + 1, child, start, middle, depth + 1);
    }
    const total = this.treeGains.reduce((sum, gain) => sum + gain, 0);
    if (total > 0) for (let f = 0; f < this.treeGains.length; f++) this.importances[f]! += this.treeGains[f]! / total;
    return this.roots.length - 1;
  }

  /** The trees grown so far. The arrays are those of the grower: nothing may be grown while they are in use, unless they are copied. */
  trees(): Trees {
    return {
      roots: Int32Array.from([...this.roots, this.nodes]),
      feature: this.feature.subarray(0, this.nodes),
      bin: this.bin.subarray(0, this.nodes),
      missingLeft: this.missingLeft.subarray(0, this.nodes),
      left: this.left.subarray(0, this.nodes),
      leaves: this.leaves.subarray(0, this.leafCount * this.criterion.outputs),
      outputs: this.criterion.outputs,
      importances: this.importances,
    };
  }

  /** Adds `scale` times the leaf value of a tree to every row's score, for criteria with one output. */
  addTo(scores: Float64Array, tree: number, scale: number): void {
    const { feature, bin, left, missingLeft, leaves } = this;
    const { values, rows } = this.matrix;
    const root = this.roots[tree]!;
    for (let row = 0; row < rows; row++) {
      let node = root;
      let split = feature[node]!;
      while (split >= 0) {
        const value = values[split * rows + row]!;
        const goesLeft = value === missing ? missingLeft[node] === 1 : value <= bin[node]!;
        node = goesLeft ? left[node]! : left[node]! + 1;
        split = feature[node]!;
      }
      scores[row]! += scale * leaves[left[node]!]!;
    }
  }

  private bestSplit(random: RandomGenerator): Split | undefined {
    const { criterion, candidates } = this;
    let best: Split | undefined;
    let examined = 0;
    const draws = this.options.featuresPerSplit < candidates.length;
    for (let i = 0; i < candidates.length && examined < this.options.featuresPerSplit; i++) {
      if (draws) {
        const j = i + random.integer(candidates.length - i);
        const drawn = candidates[j]!;
        candidates[j] = candidates[i]!;
        candidates[i] = drawn;
      }
      const feature = candidates[i]!;
      if (!criterion.scan(feature)) continue;
      examined++;
      if (criterion.gain > (best?.gain ?? 0)) {
        best = { feature, gain: criterion.gain, bin: criterion.bin, missingLeft: criterion.missingLeft };
      }
    }
    return best;
  }

  /** Moves the rows that go left to the front, keeping their order, and returns where the right side begins. */
  private partition(order: Int32Array, start: number, end: number, split: Split): number {
    const { held } = this;
    const bins = this.matrix.values;
    const offset = split.feature * this.matrix.rows;
    let middle = start;
    let right = 0;
    for (let i = start; i < end; i++) {
      const row = order[i]!;
      const value = bins[offset + row]!;
      if (value === missing ? split.missingLeft : value <= split.bin) order[middle++] = row;
      else held[right++] = row;
    }
    for (let i = 0; i < right; i++) order[middle + i] = held[i]!;
    return middle;
  }

  private makeLeaf(node: number): void {
    const { outputs } = this.criterion;
    if ((this.leafCount + 1) * outputs > this.leaves.length) this.leaves = enlarge(this.leaves);
    this.criterion.leaf(this.leaves, this.leafCount * outputs);
    this.feature[node] = -1;
    this.left[node] = this.leafCount++;
  }

  private allocate(count: number): number {
    const first = this.nodes;
    this.nodes += count;
    if (this.nodes > this.feature.length) {
      this.feature = enlarge(this.feature);
      this.bin = enlarge(this.bin);
      this.missingLeft = enlarge(this.missingLeft);
      this.left = enlarge(this.left);
    }
    return first;
  }
}

interface Split {
  readonly feature: number;
  readonly gain: number;
  readonly bin: number;
  readonly missingLeft: boolean;
}

function enlarge<T extends Int16Array | Uint8Array | Int32Array | Float32Array>(array: T): T {
  const larger = new (array.constructor as new (length: number) => T)(array.length * 2);
  larger.set(array);
  return larger;
}
