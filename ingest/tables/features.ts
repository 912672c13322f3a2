import { type ExportifyFileReport, ExportifyProvider } from '../features/exportify.js';
import type { AudioFeatures } from '../features/feature-ranges.js';
import type { MeasuredTrack } from '../features/provider.js';
import { type CellsOf, type ColumnBatch, formatCount, type TableContext, toColumns } from './context.js';
import { configuredPath } from './paths.js';

/** Names of the features, in the order of the tables. */
export const FEATURES: readonly (keyof AudioFeatures)[] = [
  'danceability',
  'energy',
  'loudness',
  'speechiness',
  'acousticness',
  'instrumentalness',
  'liveness',
  'valence',
  'tempo',
  'key',
  'mode',
  'time_signature',
];

/**
 * Rows of `my_tracks_features_bronze`: measured features of every provider, files and services. Needs
 * `audio_feature_lookups`.
 */
export async function* measuredFeatures(context: TableContext): AsyncGenerator<ColumnBatch> {
  const provider = exportify(context);
  let tracks = 0;
  for await (const batch of provider.read(context.signal)) {
    tracks += batch.length;
    context.progress(tracks, undefined, 'tracks');
    yield toColumns(batch, cells(provider.name));
  }
  for (const report of provider.reports.filter((each) => each.rejected > 0)) {
    context.log.warn(
      `${report.path}: ${formatCount(report.rejected)} of ${formatCount(report.rowsRead)} rows rejected; ` +
        report.firstRejections[0],
    );
  }
  yield await foundFeatures(context);
}

/** What services found. */
async function foundFeatures(context: TableContext): Promise<ColumnBatch> {
  const lookups = context.ref('audio_feature_lookups').relation;
  const rows = await context.query(
    `select *, epoch_ms(asked_at) as asked from ${lookups} where outcome = 'found' order by provider, track_id`,
  );
  const number = (name: string) => (row: Readonly<Record<string, unknown>>) =>
    row[name] === null || row[name] === undefined ? null : Number(row[name]);
  const text = (name: string) => (row: Readonly<Record<string, unknown>>) => row[name] as string;
  return toColumns(rows, {
    track_id: text('track_id'),
    artist_name: text('artist_name'),
    track_name: text('track_name'),
    provider: text('provider'),
    ...Object.fromEntries(FEATURES.map((name) => [name, number(name)])),
    duration_ms: number('duration_ms'),
    fetched_at: (row) => new Date(Number(row.asked)),
  });
}

/** What became of the files, for `ingested_files`. */
export async function featureFileReports(context: TableContext): Promise<readonly ExportifyFileReport[]> {
  const provider = exportify(context);
  for await (const _ of provider.read(context.signal)); // the reports are made on the way
  return provider.reports;
}

/** The Exportify files of the project. */
export function exportify(context: TableContext): ExportifyProvider {
  const { absolute, label } = configuredPath(context, 'features_dir', 'data/features');
  return new ExportifyProvider(absolute, label);
}

function cells(provider: string): CellsOf<MeasuredTrack> {
  return {
    track_id: (track) => track.trackId,
    artist_name: (track) => track.artistName,
    track_name: (track) => track.trackName,
    provider: () => provider,
    ...Object.fromEntries(FEATURES.map((name) => [name, (track: MeasuredTrack) => track.features[name]])),
    duration_ms: (track) => track.durationMs,
    fetched_at: (track) => track.fetchedAt,
  };
}
