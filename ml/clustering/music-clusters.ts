import { audioFeatures } from '../features/audio-features.js';
import { type FeatureMatrix, selectRows } from '../features/feature-matrix.js';
import { seedFromText } from '../random/generator.js';
import { type ClusterDiagnostic, diagnoseClusters } from './diagnostics.js';
import { kMeansStarts, nearest, refine, sampleRows } from './k-means.js';
import { assignPersonas, personas } from './personas.js';
import { silhouettes } from './silhouette.js';
import { destandardise, fitScaler, type Scaler, standardise } from './standardise.js';

/** Clusters are made of all continuous features. */
export const clusterFeatures = audioFeatures;

const seed = seedFromText('music clusters');
/** Rows that the starts are tried on; the best one is finished on all rows. */
const startRows = 2500;
const silhouetteRows = 1000;
/** Rows that the number of clusters is judged on, with every number and every start. */
const diagnosticRows = 1500;

/** Five named groups of music. */
export interface MusicClusters {
  readonly scaler: Scaler;
  /** standardised, in the order of the personas */
  readonly centroids: readonly (readonly number[])[];
  /** position in {@link personas} of every centroid */
  readonly personaOf: readonly number[];
  /** mean silhouette of every cluster on a sample; null where the sample has none of it */
  readonly silhouettes: readonly (number | null)[];
  readonly silhouette: number;
  readonly silhouetteRows: number;
  /** number of the cluster of every row */
  readonly labels: Int32Array;
}

/**
 * Finds five groups of tracks by their sound and names them.
 * @param matrix columns {@link clusterFeatures}
 * @returns the reason where five groups cannot be made
 */
export function clusterMusic(matrix: FeatureMatrix, minimum: number): MusicClusters | string {
  if (matrix.rows < Math.max(minimum, personas.length)) {
    return `too few tracks: ${matrix.rows} of at least ${Math.max(minimum, personas.length)}`;
  }
  const scaler = fitScaler(matrix);
  const points = standardise(matrix, scaler);
  const distinct = new Set(points.map((point) => point.join(' '))).size;
  if (distinct < personas.length) return `too few different tracks: ${distinct} of at least ${personas.length}`;
  let sample = sampleRows(points.length, startRows, seed).map((row) => points[row]!);
  if (new Set(sample.map((point) => point.join(' '))).size < personas.length) sample = points;
  const best = kMeansStarts(sample, { clusters: personas.length, seed })[0]!;
  const finished = refine(points, best.centroids);
  const assigned = assignPersonas(finished.centroids, matrix.names);
  const order = assigned.map((_, cluster) => cluster).sort((a, b) => assigned[a]! - assigned[b]!);
  const position = new Map(order.map((cluster, at) => [cluster, at]));
  const labels = Int32Array.from(finished.labels, (label) => position.get(label)!);
  const rows = sampleRows(points.length, silhouetteRows, seed);
  const sampleLabels = rows.map((row) => labels[row]!);
  const scores = silhouettes(
    rows.map((row) => points[row]!),
    sampleLabels,
    personas.length,
  );
  return {
    scaler,
    centroids: order.map((cluster) => finished.centroids[cluster]!),
    personaOf: order.map((cluster) => assigned[cluster]!),
    silhouettes: order.map((_, at) => average(Array.from(scores).filter((_, i) => sampleLabels[i] === at))),
    silhouette: average(Array.from(scores)) ?? 0,
    silhouetteRows: rows.length,
    labels,
  };
}

/** Centroid of a cluster in the features' own units. */
export function centroidOf(clusters: MusicClusters, cluster: number): number[] {
  return destandardise(clusters.centroids[cluster]!, clusters.scaler);
}

/** Cluster of every row by the nearest centroid, and the distance to it in standard deviations. */
export function assignRows(clusters: MusicClusters, matrix: FeatureMatrix): { cluster: number; distance: number }[] {
  return standardise(matrix, clusters.scaler).map((point) => {
    const [cluster, squared] = nearest(point, clusters.centroids);
    return { cluster, distance: Math.sqrt(squared) };
  });
}

/** Diagnostics for 2 … 10 clusters on a sample, or the reason why there are none. */
export function diagnoseMusic(matrix: FeatureMatrix, minimum: number): ClusterDiagnostic[] | string {
  if (matrix.rows < minimum) return `too few tracks: ${matrix.rows} of at least ${minimum}`;
  const rows = sampleRows(matrix.rows, diagnosticRows, seed);
  const sample = selectRows(matrix, rows);
  const diagnostics = diagnoseClusters(standardise(sample, fitScaler(sample)), { most: 10, seed });
  return diagnostics.length > 0 ? diagnostics : 'the tracks do not differ';
}

/** How well a silhouette supports a structure (Kaufman & Rousseeuw, Finding Groups in Data, 1990, table 4). */
export function supportOf(silhouette: number): string {
  if (silhouette > 0.7) return 'strong';
  if (silhouette > 0.5) return 'reasonable';
  return silhouette > 0.25 ? 'weak' : 'none to speak of';
}

function average(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
