import {
  assignRows,
  centroidOf,
  clusterFeatures,
  clusterMusic,
  diagnoseMusic,
  type MusicClusters,
  supportOf,
} from '../clustering/music-clusters.js';
import { personas } from '../clustering/personas.js';
import { featureMatrix, selectRows } from '../features/feature-matrix.js';
import { evidenceLabel, type TableRow } from './model-rows.js';
import type { Table } from './training-data.js';

/** The part of the clusters that is needed to assign tracks, as it is kept in the table. */
type AssignmentModel = Pick<MusicClusters, 'scaler' | 'centroids'>;

/**
 * One row per persona: how many catalogue tracks sound like it, where its centre lies, and how much of the measured listening falls on it.
 * @param tracks columns of `catalogueQuery`
 * @param played columns of `playedTracksQuery`
 */
export function clusterRows(tracks: Table, played: Table, minimum: number): TableRow[] {
  const known = knownRows(tracks);
  const matrix = selectRows(featureMatrix(tracks.columns, clusterFeatures), known);
  const clusters = clusterMusic(matrix, minimum);
  const isSample = known.some((row) => tracks.columns.is_sample![row] === true);
  if (typeof clusters === 'string') {
    return personas.map((persona, at) => emptyRow(persona, at, known.length, isSample, clusters));
  }
  const plays = measuredPlays(clusters, played);
  const allPlays = plays.reduce((sum, entry) => sum + entry.plays, 0);
  const model: AssignmentModel = { scaler: clusters.scaler, centroids: clusters.centroids };
  return clusters.centroids.map((_, cluster) => {
    const persona = personas[clusters.personaOf[cluster]!]!;
    const n = clusters.labels.reduce((count, label) => count + Number(label === cluster), 0);
    return {
      cluster_id: cluster + 1,
      persona: persona.name,
      description: persona.description,
      n: BigInt(n),
      share_of_tracks: n / known.length,
      played_tracks: BigInt(plays[cluster]!.tracks),
      plays: BigInt(plays[cluster]!.plays),
      share_of_plays: allPlays > 0 ? plays[cluster]!.plays / allPlays : null,
      ...centroidColumns(centroidOf(clusters, cluster)),
      silhouette: clusters.silhouettes[cluster]!,
      silhouette_overall: clusters.silhouette,
      silhouette_n: BigInt(clusters.silhouetteRows),
      support: supportOf(clusters.silhouette),
      model: JSON.stringify(model),
      is_sample: isSample,
      is_evidence: !isSample,
      evidence: evidenceLabel(!isSample),
      note: [supportNote(clusters.silhouette), isSample ? 'sample catalogue: not evidence' : null]
        .filter((part) => part !== null)
        .join('; '),
    };
  });
}

/**
 * One row per track, of the catalogue or played, with the cluster it is nearest to. Without clusters there are no rows.
 * @param clusters rows of {@link clusterRows}
 */
export function memberRows(
  clusters: readonly { readonly [column: string]: unknown }[],
  tracks: Table,
  played: Table,
): TableRow[] {
  const first = clusters.find((row) => typeof row.model === 'string');
  if (first === undefined) return [];
  const model = JSON.parse(String(first.model)) as AssignmentModel;
  // Groups of invented tracks say nothing of real ones, however well those were measured.
  const fromSample = first.is_sample === true;
  const names = new Map(clusters.map((row) => [Number(row.cluster_id), String(row.persona)]));
  const rows = new Map<string, TableRow>();
  const add = (table: Table, describe: (row: number) => TableRow): void => {
    const known = knownRows(table);
    const assigned = assignRows(
      model as MusicClusters,
      selectRows(featureMatrix(table.columns, clusterFeatures), known),
    );
    known.forEach((row, i) => {
      const key = String(table.columns.track_key![row]);
      const { cluster, distance } = assigned[i]!;
      const earlier = rows.get(key);
      rows.set(key, {
        track_key: key,
        cluster_id: cluster + 1,
        persona: names.get(cluster + 1) ?? null,
        distance,
        ...describe(row),
        in_catalogue: table === tracks || earlier !== undefined,
      });
    });
  };
  add(tracks, (row) => {
    const isSample = tracks.columns.is_sample![row] === true;
    const evidence = { is_sample: isSample, is_evidence: !isSample, evidence: evidenceLabel(!isSample) };
    return { plays: 0n, feature_source: 'kaggle', ...evidence };
  });
  // What was heard wins: its features are those that the listening tables use.
  add(played, (row) => {
    const isEvidence = played.columns.is_evidence![row] === true && !fromSample;
    return {
      plays: BigInt(played.columns.plays![row] as bigint),
      feature_source: String(played.columns.feature_source![row]),
      is_sample: played.columns.is_sample![row] === true || fromSample,
      is_evidence: isEvidence,
      evidence: evidenceLabel(isEvidence),
    };
  });
  return [...rows.values()];
}

/** One row per number of clusters from 2 to 10; five is what the project names, whatever the figures favour. */
export function diagnosticRows(tracks: Table, minimum: number): TableRow[] {
  const known = knownRows(tracks);
  const isEvidence = !known.some((row) => tracks.columns.is_sample![row] === true);
  const diagnostics = diagnoseMusic(selectRows(featureMatrix(tracks.columns, clusterFeatures), known), minimum);
  const shared = { is_evidence: isEvidence, evidence: evidenceLabel(isEvidence) };
  const reason = typeof diagnostics === 'string' ? diagnostics : 'too few different tracks';
  const found = new Map((typeof diagnostics === 'string' ? [] : diagnostics).map((entry) => [entry.clusters, entry]));
  const best = [...found.values()].find((entry) => entry.isBestSilhouette);
  return Array.from({ length: 9 }, (_, i): TableRow => {
    const k = i + 2;
    const entry = found.get(k);
    return {
      k,
      inertia: entry?.inertia ?? null,
      inertia_share: entry?.inertiaShare ?? null,
      silhouette: entry?.silhouette ?? null,
      stability: entry?.stability ?? null,
      starts: entry?.starts ?? 0,
      n: BigInt(entry?.points ?? known.length),
      silhouette_n: BigInt(entry?.silhouettePoints ?? 0),
      is_elbow: entry?.isElbow ?? false,
      is_best_silhouette: entry?.isBestSilhouette ?? false,
      is_chosen: k === personas.length,
      support: entry === undefined ? null : supportOf(entry.silhouette),
      ...shared,
      note: entry === undefined ? reason : chosenNote(k, entry.silhouette, best?.clusters),
    };
  });
}

function chosenNote(k: number, silhouette: number, best: number | undefined): string | null {
  if (k !== personas.length) return null;
  const figure = silhouette.toFixed(2);
  const rival = best === undefined || best === k ? '' : `; the silhouette is highest for ${best} clusters`;
  return `chosen because five groups are named, not because the data ask for five: silhouette ${figure} (${supportOf(silhouette)})${rival}`;
}

function supportNote(silhouette: number): string | null {
  return silhouette > 0.5
    ? null
    : `the groups overlap: silhouette ${silhouette.toFixed(2)} (${supportOf(silhouette)}); see cluster_diagnostics`;
}

/** Rows that have all that matters: a track without valence and energy has no features at all. */
function knownRows(table: Table): number[] {
  const rows = Array.from({ length: table.length }, (_, row) => row);
  return rows.filter((row) => (table.columns.mood![row] ?? null) !== null);
}

/** Tracks and plays per cluster, of plays whose features were measured: where they are synthetic, they say nothing of the music. */
function measuredPlays(clusters: MusicClusters, played: Table): { tracks: number; plays: number }[] {
  const measured = knownRows(played).filter((row) => played.columns.feature_source![row] !== 'synthetic');
  const totals = clusters.centroids.map(() => ({ tracks: 0, plays: 0 }));
  const matrix = selectRows(featureMatrix(played.columns, clusterFeatures), measured);
  assignRows(clusters, matrix).forEach(({ cluster }, i) => {
    totals[cluster]!.tracks++;
    totals[cluster]!.plays += Number(played.columns.plays![measured[i]!]);
  });
  return totals;
}

function emptyRow(
  persona: (typeof personas)[number],
  at: number,
  n: number,
  isSample: boolean,
  reason: string,
): TableRow {
  return {
    cluster_id: at + 1,
    persona: persona.name,
    description: persona.description,
    n: 0n,
    share_of_tracks: null,
    played_tracks: 0n,
    plays: 0n,
    share_of_plays: null,
    ...centroidColumns(null),
    silhouette: null,
    silhouette_overall: null,
    silhouette_n: 0n,
    support: null,
    model: null,
    is_sample: isSample,
    is_evidence: !isSample && n > 0,
    evidence: evidenceLabel(!isSample && n > 0),
    note: reason,
  };
}

function centroidColumns(centroid: readonly number[] | null): TableRow {
  return Object.fromEntries(clusterFeatures.map((name, f) => [`centroid_${name}`, centroid?.[f] ?? null]));
}
