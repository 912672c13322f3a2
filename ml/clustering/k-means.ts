import { kmeans } from 'ml-kmeans';
import { deriveSeed, RandomGenerator } from '../random/generator.js';

/** One partition of the points. */
export interface Clustering {
  readonly labels: Int32Array;
  readonly centroids: readonly (readonly number[])[];
  /** sum of squared distances to the nearest centroid */
  readonly inertia: number;
  readonly converged: boolean;
}

export interface KMeansOptions {
  readonly clusters: number;
  readonly seed: number;
  /** starts, default 20: a single one can be a tenth off the best */
  readonly starts?: number;
  /** default 300 */
  readonly maximumIterations?: number;
}

/**
 * All starts of k-means with k-means++ seeding (Arthur & Vassilvitskii, SODA 2007), the best first, equals in the order of their seeds.
 * The points should be standardised. Throws RangeError when there are fewer distinct points than clusters.
 */
export function kMeansStarts(points: readonly (readonly number[])[], options: KMeansOptions): Clustering[] {
  const distinct = new Set<string>();
  for (const point of points) {
    if (distinct.size < options.clusters) distinct.add(point.join(' '));
  }
  if (distinct.size < options.clusters) {
    throw new RangeError(`${distinct.size} distinct points cannot make ${options.clusters} clusters`);
  }
  const data = points as number[][];
  const results = Array.from({ length: options.starts ?? 20 }, (_, start) => {
    const seed = deriveSeed(options.seed, start) >>> 1;
    const result = kmeans(data, options.clusters, {
      seed,
      initialization: 'kmeans++',
      maxIterations: options.maximumIterations ?? 300,
    });
    return toClustering(points, result.centroids, result.converged);
  });
  return results.sort((a, b) => a.inertia - b.inertia);
}

/** Goes on from given centroids on (more) points: what a sample found is finished on all rows. */
export function refine(
  points: readonly (readonly number[])[],
  centroids: readonly (readonly number[])[],
  maximumIterations = 300,
): Clustering {
  const result = kmeans(points as number[][], centroids.length, {
    initialization: centroids.map((centroid) => [...centroid]),
    maxIterations: maximumIterations,
  });
  return toClustering(points, result.centroids, result.converged);
}

/** Number of the nearest centroid (the first of equals) and the squared distance to it. */
export function nearest(point: readonly number[], centroids: readonly (readonly number[])[]): [number, number] {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let c = 0; c < centroids.length; c++) {
    const distance = squaredDistance(point, centroids[c]!);
    if (distance < least) {
      least = distance;
      best = c;
    }
  }
  return [best, least];
}

export function squaredDistance(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! - b[i]!) ** 2;
  return sum;
}

/** Row numbers of a random sample, ascending; all rows when there are not more than `size`. */
export function sampleRows(rows: number, size: number, seed: number): number[] {
  const all = Array.from({ length: rows }, (_, row) => row);
  if (rows <= size) return all;
  return new RandomGenerator(seed)
    .shuffle(all)
    .slice(0, size)
    .sort((a, b) => a - b);
}

function toClustering(
  points: readonly (readonly number[])[],
  centroids: readonly (readonly number[])[],
  converged: boolean,
): Clustering {
  const labels = new Int32Array(points.length);
  let inertia = 0;
  points.forEach((point, row) => {
    const [label, distance] = nearest(point, centroids);
    labels[row] = label;
    inertia += distance;
  });
  return { labels, centroids, inertia, converged };
}
