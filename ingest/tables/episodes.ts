import type { SampleEpisode } from '../sample/listening.js';
import type { ExportedEpisode, Identified } from '../spotify-export/plays.js';
import { type CellsOf, type ColumnBatch, countWhere, type TableContext, toColumns } from './context.js';
import { exportReport, openExport } from './export.js';
import { isSampleInUse, SAMPLE_LISTENING, sampleId } from './listening-history.js';
import { candidatePairs, foldedSql, matchPlays } from './match-plays.js';

/** Rows of `spotify_export_episodes`: podcasts and audiobooks of the export files, as each format tells them. */
export async function exportEpisodes(context: TableContext): Promise<ColumnBatch> {
  const opened = await openExport(context);
  const { episodes } = opened.files.length === 0 ? { episodes: [] } : await exportReport(context, opened);
  context.progress(episodes.length, episodes.length, 'plays');
  return toColumns(episodes, episodeCells(context));
}

/**
 * Rows of `episodes_history_bronze`: what account and extended exports tell, each play once; the sample where the listening
 * history is the sample. Needs `spotify_export_episodes` and `listening_history_bronze`.
 *
 * @returns a SELECT, or the sample's rows
 */
export async function episodesHistory(
  context: TableContext,
): Promise<{ readonly select: string } | { readonly rows: ColumnBatch }> {
  const exported = context.ref('spotify_export_episodes');
  if ((await countWhere(context, exported, 'true')) > 0 || !(await isSampleInUse(context))) {
    return { select: await episodesSql(context, exported.relation) };
  }
  const { sampleListening } = await import('../sample/listening.js');
  return { rows: toColumns(sampleListening().episodes, sampleEpisodeCells(context)) };
}

/** An account play that an extended one repeats is left out: the same rule as for plays of tracks. */
async function episodesSql(context: TableContext, exported: string): Promise<string> {
  const name = (column: string) => foldedSql(`coalesce(${column}, '')`);
  const repeated = matchPlays(
    await candidatePairs(
      context,
      `select play_id, export_format as format, played_at, cast(null as varchar) as track_id, ms_played,
        ${name('episode_name')} as title, ${name('show_name')} as artist
      from ${exported}`,
    ),
  );
  const left = repeated.map(({ repeatedId }) => `'${repeatedId}'`).sort();
  return `
select
  play_id, played_at, episode_name, show_name, episode_uri, content_type, ms_played, 'spotify_export' as source, source_file,
  ingested_at
from ${exported}
${left.length === 0 ? '' : `where play_id not in (${left.join(', ')})`}`;
}

function episodeCells(context: TableContext): CellsOf<Identified<ExportedEpisode>> {
  return {
    play_id: (play) => play.playId,
    export_format: ({ entry }) => (entry.exactSecond ? 'extended' : 'account'),
    played_at: ({ entry }) => new Date(entry.endedAt),
    episode_name: ({ entry }) => entry.episodeName,
    show_name: ({ entry }) => entry.showName,
    episode_uri: ({ entry }) => entry.episodeUri,
    content_type: ({ entry }) => entry.contentType,
    ms_played: ({ entry }) => entry.msPlayed,
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
