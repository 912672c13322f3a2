import type { FeatureMatrix } from '../features/feature-matrix.js';

/** Bin of a missing value. Values that are there have bins 0 … 254. */
export const missingBin = 255;
const maximumBins = 255;

/** Per feature the ascending upper bounds of its bins but the last: bin b holds values ≤ edges[b] and > edges[b − 1]. */
export type BinEdges = readonly Float64Array[];

/** Bins as trees read them: column-major, `values[feature * rows + row]`, in memory that workers share. */
export interface BinnedMatrix {
  readonly rows: number;
  readonly features: number;
  readonly values: Uint8Array;
}

/**
 * Edges by quantiles, at most 255 bins for each feature. With fewer distinct values every value has its own bin and the edges lie
 * halfway between neighbours (Ke et al., LightGBM, NeurIPS 2017, section 2).
 */
export function fitBinEdges(matrix: FeatureMatrix): BinEdges {
  return matrix.columns.map((column) => {
    const sorted = column.filter((value) => !Number.isNaN(value)).sort();
    const distinct = distinctUpTo(sorted, maximumBins + 1);
    if (distinct.length <= maximumBins) {
      return Float64Array.from({ length: Math.max(0, distinct.length - 1) }, (_, i) =>
        midpoint(distinct[i]!, distinct[i + 1]!),
      );
    }
    const edges: number[] = [];
    for (let b = 1; b < maximumBins; b++) {
      const at = Math.floor((sorted.length * b) / maximumBins);
      const lower = sorted[at - 1]!;
      const edge = lower === sorted[at]! ? lower : midpoint(lower, sorted[at]!);
      if (edges.length === 0 || edge > edges.at(-1)!) edges.push(edge);
    }
    if (edges.at(-1) === sorted.at(-1)) edges.pop();
    return Float64Array.from(edges);
  });
}

/** The first distinct values of sorted numbers. */
function distinctUpTo(sorted: Float64Array, limit: number): number[] {
  const distinct: number[] = [];
  let last = Number.NaN;
  for (let i = 0; i < sorted.length && distinct.length < limit; i++) {
    const value = sorted[i]!;
    if (value === last) continue;
    distinct.push(value);
    last = value;
  }
  return distinct;
}

/** Puts every value into its bin. */
export function applyBins(matrix: FeatureMatrix, edges: BinEdges): BinnedMatrix {
  const { rows } = matrix;
  const missing: number = missingBin;
  const values = new Uint8Array(new SharedArrayBuffer(Math.max(1, rows * matrix.columns.length)));
  matrix.columns.forEach((column, feature) => {
    const bounds = edges[feature]!;
    const offset = feature * rows;
    for (let row = 0; row < rows; row++) {
      const value = column[row]!;
      let low = 0;
      let high = bounds.length;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (value <= bounds[middle]!) high = middle;
        else low = middle + 1;
      }
      values[offset + row] = Number.isNaN(value) ? missing : low;
    }
  });
  return { rows, features: matrix.columns.length, values };
}

function midpoint(a: number, b: number): number {
  const middle = a + (b - a) / 2;
  // Neighbouring doubles have no number between them; a value on an edge belongs to the bin below.
  return middle < b ? middle : a;
}
