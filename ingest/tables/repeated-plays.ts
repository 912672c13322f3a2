import { type CellsOf, type ColumnBatch, type TableContext, toColumns } from './context.js';
import { candidatePairs, foldedSql, matchPlays, type Repetition } from './match-plays.js';

/**
 * Rows of `repeated_plays`. Two sources tell of the same play where artist and title are the same (or the track's id) and its
 * ends lie within one minute. Older account exports list podcasts among the tracks: what an extended export tells as an episode
 * is left out of the tracks too. Needs `spotify_export_plays`, `spotify_export_episodes` and `spotify_recent_plays`.
 */
export async function repeatedPlays(context: TableContext): Promise<ColumnBatch> {
  const exported = context.ref('spotify_export_plays').relation;
  const episodes = context.ref('spotify_export_episodes').relation;
  const recent = context.ref('spotify_recent_plays').relation;
  const repetitions = matchPlays(await candidatePairs(context, playsSql(exported, episodes, recent)));
  context.progress(repetitions.length, repetitions.length, 'plays');
  const cells: CellsOf<Repetition> = {
    repeated_id: (row) => row.repeatedId,
    repeated_format: (row) => row.repeatedFormat,
    kept_id: (row) => row.keptId,
    kept_format: (row) => row.keptFormat,
    seconds_apart: (row) => row.secondsApart,
  };
  return toColumns(repetitions, cells);
}

/** A play of the Web API is known by its own artist and by that of its album, whom exports name. */
function playsSql(exported: string, episodes: string, recent: string): string {
  const names = (artist: string, title = 'track_name') =>
    `${foldedSql(title)} as title, ${foldedSql(artist)} as artist`;
  return `
  select play_id, export_format as format, played_at, track_id, ms_played, ${names('artist_name')}
  from ${exported}
  union all
  select play_id, export_format, played_at, null, ms_played, ${names('show_name', 'episode_name')}
  from ${episodes}
  where export_format = 'extended'
  union all
  select play_id, 'api', played_at, track_id, null, ${names('artist_name')}
  from ${recent}
  union all
  select play_id, 'api', played_at, track_id, null, ${names('album_artist_name')}
  from ${recent}
  where album_artist_name <> artist_name`;
}
