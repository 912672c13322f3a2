import { hash } from 'node:crypto';
import type { SampleEpisode, SamplePlay } from '../sample/listening.js';
import type { ExportedEpisode, ExportedPlay, Identified } from '../spotify-export/plays.js';
import { type CellsOf, type ColumnBatch, countWhere, formatCount, type TableContext, toColumns } from './context.js';
import { exportReport, openExport, streamPlays } from './export.js';

/** Label of the sample plays where a file's path would stand. */
export const SAMPLE_LISTENING = 'sample:listening';

/** Plays to a batch of the table. */
const BATCH_ROWS = 16_384;

/** Rows of `listening_history_bronze`: all plays of the export files, or the sample where nothing real has ever arrived. */
export async function* listeningHistory(context: TableContext): AsyncGenerator<ColumnBatch> {
  const opened = await openExport(context);
  if (opened.ignored.length > 0) {
    const shown = opened.ignored.slice(0, 5).join(', ');
    const more = opened.ignored.length > 5 ? `, and ${opened.ignored.length - 5} more` : '';
    context.log.info(`no play history in ${shown}${more}: not read`);
  }
  if (opened.files.length > 0) {
    let batch: Identified<ExportedPlay>[] = [];
    for await (const plays of streamPlays(context, opened)) {
      batch = batch.length === 0 ? plays : batch.concat(plays);
      if (batch.length < BATCH_ROWS) continue;
      yield toColumns(batch, exportedCells(context));
      batch = [];
    }
    if (batch.length > 0) yield toColumns(batch, exportedCells(context));
    return;
  }
  const kept = context.this === undefined ? 0 : await countWhere(context, context.this, "source <> 'sample'");
  if (kept > 0) {
    context.log.info(`no play history in ${opened.folder}: the ${formatCount(kept)} plays taken in before stay`);
    return;
  }
  const { sampleListening, SAMPLE_DAYS } = await import('../sample/listening.js');
  const { plays } = sampleListening();
  context.log.warn(
    `no play history in ${opened.folder}: using an invented listener ` +
      `(${formatCount(plays.length)} plays over ${SAMPLE_DAYS} days, labelled "sample")`,
  );
  context.progress(plays.length, plays.length, 'plays');
  yield toColumns(plays, sampleCells(context));
}

/** Rows of `episodes_history_bronze`. Needs `listening_history_bronze`, which tells whether the sample is in use. */
export async function episodesHistory(context: TableContext): Promise<ColumnBatch> {
  const opened = await openExport(context);
  if (opened.files.length > 0) {
    const { episodes } = await exportReport(context, opened);
    context.progress(episodes.length, episodes.length, 'plays');
    return toColumns(episodes, episodeCells(context));
  }
  const { sampleListening } = await import('../sample/listening.js');
  const episodes = (await isSampleInUse(context)) ? sampleListening().episodes : [];
  return toColumns(episodes, sampleEpisodeCells(context));
}

/** Whether the published listening history is the invented one. */
export async function isSampleInUse(context: TableContext): Promise<boolean> {
  return (await countWhere(context, context.ref('listening_history_bronze'), "source = 'sample'")) > 0;
}

function exportedCells(context: TableContext): CellsOf<Identified<ExportedPlay>> {
  return {
    play_id: (play) => play.playId,
    played_at: ({ entry }) => new Date(entry.endedAt),
    track_id: ({ entry }) => entry.trackId,
    track_name: ({ entry }) => entry.trackName,
    artist_name: ({ entry }) => entry.artistName,
    album_name: ({ entry }) => entry.albumName,
    duration_ms: () => null,
    ms_played: ({ entry }) => entry.msPlayed,
    context_type: () => null,
    context_uri: () => null,
    reason_start: ({ entry }) => entry.reasonStart,
    reason_end: ({ entry }) => entry.reasonEnd,
    shuffle: ({ entry }) => entry.shuffle,
    skipped: ({ entry }) => entry.skipped,
    offline: ({ entry }) => entry.offline,
    source: () => 'spotify_export',
    source_file: (play) => play.file,
    ingested_at: () => context.runStartedAt,
  };
}

function sampleCells(context: TableContext): CellsOf<SamplePlay> {
  return {
    play_id: (play) => sampleId('play', play.endedAt),
    played_at: (play) => play.endedAt,
    track_id: (play) => play.track.trackId,
    track_name: (play) => play.track.trackName,
    artist_name: (play) => play.track.artistName,
    album_name: (play) => play.track.albumName,
    duration_ms: (play) => play.track.durationMs,
    ms_played: (play) => play.msPlayed,
    context_type: (play) => play.contextType,
    context_uri: (play) => play.contextUri,
    reason_start: (play) => play.reasonStart,
    reason_end: (play) => play.reasonEnd,
    shuffle: (play) => play.shuffle,
    skipped: (play) => play.skipped,
    offline: (play) => play.offline,
    source: () => 'sample',
    source_file: () => SAMPLE_LISTENING,
    ingested_at: () => context.runStartedAt,
  };
}

function episodeCells(context: TableContext): CellsOf<Identified<ExportedEpisode>> {
  return {
    play_id: (play) => play.playId,
    played_at: ({ entry }) => new Date(entry.endedAt),
    episode_name: ({ entry }) => entry.episodeName,
    show_name: ({ entry }) => entry.showName,
    episode_uri: ({ entry }) => entry.episodeUri,
    content_type: ({ entry }) => entry.contentType,
    ms_played: ({ entry }) => entry.msPlayed,
    source: () => 'spotify_export',
    source_file: (play) => play.file,
    ingested_at: () => context.runStartedAt,
  };
}

function sampleEpisodeCells(context: TableContext): CellsOf<SampleEpisode> {
  return {
    play_id: (episode) => sampleId('episode', episode.endedAt),
    played_at: (episode) => episode.endedAt,
    episode_name: (episode) => episode.episodeName,
    show_name: (episode) => episode.showName,
    episode_uri: (episode) => episode.episodeUri,
    content_type: () => 'podcast',
    ms_played: (episode) => episode.msPlayed,
    source: () => 'sample',
    source_file: () => SAMPLE_LISTENING,
    ingested_at: () => context.runStartedAt,
  };
}

/** The invented listener hears one thing at a time, so the end tells plays apart. */
function sampleId(kind: string, endedAt: Date): string {
  return hash('sha1', `sample ${kind} ${endedAt.toISOString()}`, 'hex');
}
