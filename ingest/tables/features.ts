import { type ExportifyFileReport, ExportifyProvider } from '../features/exportify.js';
import type { AudioFeatures } from '../features/feature-ranges.js';
import type { MeasuredTrack, TrackReference } from '../features/provider.js';
import { type CellsOf, type ColumnBatch, formatCount, type TableContext, toColumns } from './context.js';
import { configuredPath } from './paths.js';

const FEATURES: readonly (keyof AudioFeatures)[] = [
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

/** Rows of `my_tracks_features_bronze`: measured features of every provider that is configured. */
export async function* measuredFeatures(context: TableContext): AsyncGenerator<ColumnBatch> {
  const provider = exportify(context);
  let tracks = 0;
  for await (const batch of provider.fetch(noneInParticular(), context.signal)) {
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
  if (tracks === 0) yield toColumns([], cells(provider.name));
}

/** What became of the files, for `ingested_files`. */
export async function featureFileReports(context: TableContext): Promise<readonly ExportifyFileReport[]> {
  const provider = exportify(context);
  for await (const _ of provider.fetch(noneInParticular(), context.signal)); // the reports are made on the way
  return provider.reports;
}

function exportify(context: TableContext): ExportifyProvider {
  const { absolute, label } = configuredPath(context, 'features_dir', 'data/features');
  return new ExportifyProvider(absolute, label);
}

/** Files give all they have: no tracks are asked for by name. */
async function* noneInParticular(): AsyncGenerator<TrackReference[]> {}

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
