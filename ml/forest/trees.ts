import { type BinnedMatrix, missingBin } from './bins.js';

// An imported binding read in a hot loop costs a call under loaders that wrap modules (jiti): half the training time.
const missing: number = missingBin;

/** Trees in flat arrays, one after the other. A node's children are `left` and `left + 1`. */
export interface Trees {
  /** first node of each tree, and the number of all nodes at the end */
  readonly roots: Int32Array;
  /** feature that the node splits on, −1 for a leaf */
  readonly feature: Int16Array;
  /** bins ≤ this go left */
  readonly bin: Uint8Array;
  /** 1 where missing values go left */
  readonly missingLeft: Uint8Array;
  /** left child (absolute), or for a leaf the number of its value */
  readonly left: Int32Array;
  /** `outputs` numbers for each leaf */
  readonly leaves: Float32Array;
  readonly outputs: number;
  /** sum over trees of the share that each feature has in the tree's impurity decrease */
  readonly importances: Float64Array;
}

/** Number of trees. */
export function treeCount(trees: Trees): number {
  return trees.roots.length - 1;
}

/** Puts chunks together in the given order. Throws RangeError on none. */
export function concatenateTrees(chunks: readonly Trees[]): Trees {
  const first = chunks[0];
  if (first === undefined) throw new RangeError('no trees to put together');
  const nodes = chunks.reduce((sum, chunk) => sum + chunk.feature.length, 0);
  const trees = chunks.reduce((sum, chunk) => sum + treeCount(chunk), 0);
  const leaves = chunks.reduce((sum, chunk) => sum + chunk.leaves.length, 0);
  const result = {
    roots: new Int32Array(trees + 1),
    feature: new Int16Array(nodes),
    bin: new Uint8Array(nodes),
    missingLeft: new Uint8Array(nodes),
    left: new Int32Array(nodes),
    leaves: new Float32Array(leaves),
    outputs: first.outputs,
    importances: new Float64Array(first.importances.length),
  };
  let tree = 0;
  let node = 0;
  let leaf = 0;
  for (const chunk of chunks) {
    for (let t = 0; t < treeCount(chunk); t++) result.roots[tree + t] = chunk.roots[t]! + node;
    result.feature.set(chunk.feature, node);
    result.bin.set(chunk.bin, node);
    result.missingLeft.set(chunk.missingLeft, node);
    for (let i = 0; i < chunk.left.length; i++) {
      result.left[node + i] = chunk.left[i]! + (chunk.feature[i]! < 0 ? leaf / first.outputs : node);
    }
    result.leaves.set(chunk.leaves, leaf);
    for (let f = 0; f < result.importances.length; f++) result.importances[f]! += chunk.importances[f]!;
    tree += treeCount(chunk);
    node += chunk.feature.length;
    leaf += chunk.leaves.length;
  }
  result.roots[tree] = node;
  return result;
}

/**
 * Adds what the trees say to `sums`, for every row. With several outputs per leaf `sums` has an array for each of them; else tree t adds
 * to array t mod sums.length (boosted classes take turns).
 * @param scale factor of every tree
 */
export function addPredictions(trees: Trees, matrix: BinnedMatrix, sums: readonly Float64Array[], scale: number): void {
  const { feature, bin, left, missingLeft, leaves, outputs, roots } = trees;
  const { values, rows } = matrix;
  for (let tree = 0; tree < roots.length - 1; tree++) {
    const root = roots[tree]!;
    const own = sums[tree % sums.length]!;
    for (let row = 0; row < rows; row++) {
      let node = root;
      let split = feature[node]!;
      while (split >= 0) {
        const value = values[split * rows + row]!;
        const goesLeft = value === missing ? missingLeft[node] === 1 : value <= bin[node]!;
        node = goesLeft ? left[node]! : left[node]! + 1;
        split = feature[node]!;
      }
      const leaf = left[node]! * outputs;
      if (outputs === 1) own[row]! += scale * leaves[leaf]!;
      else for (let c = 0; c < outputs; c++) sums[c]![row]! += scale * leaves[leaf + c]!;
    }
  }
}

/** Each feature's share in the impurity decrease, averaged over trees; they sum to 1 (or are all 0 where nothing split). */
export function impurityImportances(trees: Trees): Float64Array {
  const total = trees.importances.reduce((sum, value) => sum + value, 0);
  return trees.importances.map((value) => (total > 0 ? value / total : 0));
}
