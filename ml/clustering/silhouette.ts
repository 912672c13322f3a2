import { squaredDistance } from './k-means.js';

/**
 * Silhouette of each point (Rousseeuw, J. Comput. Appl. Math. 20, 1987), −1 … 1: how much nearer it is to its own cluster than to the
 * next one. A cluster of one point has 0. Quadratic in the points: give a sample.
 */
export function silhouettes(
  points: readonly (readonly number[])[],
  labels: ArrayLike<number>,
  clusters: number,
): Float64Array {
  const n = points.length;
  const sizes = new Float64Array(clusters);
  for (let i = 0; i < n; i++) sizes[labels[i]!]!++;
  const sums = new Float64Array(n * clusters);
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const distance = Math.sqrt(squaredDistance(points[i]!, points[j]!));
      sums[i * clusters + labels[j]!]! += distance;
      sums[j * clusters + labels[i]!]! += distance;
    }
  }
  return Float64Array.from(points, (_, i) => {
    const own = labels[i]!;
    if (sizes[own]! < 2) return 0;
    const within = sums[i * clusters + own]! / (sizes[own]! - 1);
    let next = Number.POSITIVE_INFINITY;
    for (let c = 0; c < clusters; c++) {
      if (c !== own && sizes[c]! > 0) next = Math.min(next, sums[i * clusters + c]! / sizes[c]!);
    }
    const larger = Math.max(within, next);
    return Number.isFinite(next) && larger > 0 ? (next - within) / larger : 0;
  });
}
