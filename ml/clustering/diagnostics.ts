import { type Clustering, kMeansStarts, sampleRows } from './k-means.js';
import { adjustedRandIndex } from './rand-index.js';
import { silhouettes } from './silhouette.js';

/** What speaks for one number of clusters. */
export interface ClusterDiagnostic {
  readonly clusters: number;
  readonly inertia: number;
  /** share of the inertia of one cluster that is left */
  readonly inertiaShare: number;
  readonly silhouette: number;
  /** mean adjusted Rand index between the partitions of different seeds: 1 where every start finds the same */
  readonly stability: number;
  readonly starts: number;
  readonly points: number;
  readonly silhouettePoints: number;
  readonly isElbow: boolean;
  readonly isBestSilhouette: boolean;
}

/** Points that silhouettes are computed on; their cost is quadratic. */
const silhouettePoints = 1000;

/**
 * Inertia, silhouette and stability for every number of clusters from 2 to `most`. The elbow is the number whose inertia lies farthest below
 * the straight line from the first to the last (Satopää et al., "Kneedle", ICDCS Workshops 2011).
 * @param points standardised; a sample of a few thousand is enough
 */
export function diagnoseClusters(
  points: readonly (readonly number[])[],
  options: { readonly most: number; readonly seed: number; readonly starts?: number },
): ClusterDiagnostic[] {
  const starts = options.starts ?? 20;
  const distinct = new Set(points.map((point) => point.join(' '))).size;
  const whole = totalInertia(points);
  const sample = sampleRows(points.length, silhouettePoints, options.seed);
  const results: { clusters: number; best: Clustering; silhouette: number; stability: number }[] = [];
  for (let clusters = 2; clusters <= Math.min(options.most, distinct); clusters++) {
    const all = kMeansStarts(points, { clusters, seed: options.seed, starts });
    const best = all[0]!;
    const scores = silhouettes(
      sample.map((row) => points[row]!),
      sample.map((row) => best.labels[row]!),
      clusters,
    );
    const silhouette = scores.reduce((sum, score) => sum + score, 0) / scores.length;
    results.push({ clusters, best, silhouette, stability: agreement(all) });
  }
  const elbow = elbowOf(results.map(({ best }) => best.inertia));
  const highest = Math.max(...results.map(({ silhouette }) => silhouette));
  return results.map(({ clusters, best, silhouette, stability }, i) => ({
    clusters,
    inertia: best.inertia,
    inertiaShare: whole > 0 ? best.inertia / whole : 0,
    silhouette,
    stability,
    starts,
    points: points.length,
    silhouettePoints: sample.length,
    isElbow: i === elbow,
    isBestSilhouette: silhouette === highest,
  }));
}

/** Position of the value farthest below the line from first to last; −1 for fewer than three. */
export function elbowOf(inertias: readonly number[]): number {
  const last = inertias.length - 1;
  if (last < 2) return -1;
  let best = -1;
  let farthest = 0;
  inertias.forEach((inertia, i) => {
    const line = inertias[0]! + ((inertias[last]! - inertias[0]!) * i) / last;
    if (line - inertia > farthest) {
      farthest = line - inertia;
      best = i;
    }
  });
  return best;
}

function agreement(all: readonly Clustering[]): number {
  let sum = 0;
  let pairs = 0;
  for (let i = 0; i < all.length; i++) {
    for (let j = i + 1; j < all.length; j++) {
      sum += adjustedRandIndex(all[i]!.labels, all[j]!.labels);
      pairs++;
    }
  }
  return pairs === 0 ? 1 : sum / pairs;
}

function totalInertia(points: readonly (readonly number[])[]): number {
  const width = points[0]?.length ?? 0;
  let total = 0;
  for (let f = 0; f < width; f++) {
    const mean = points.reduce((sum, point) => sum + point[f]!, 0) / points.length;
    total += points.reduce((sum, point) => sum + (point[f]! - mean) ** 2, 0);
  }
  return total;
}
