import { audioColumns } from '../features/audio-features.js';
import type { Table } from './training-data.js';

/** A SELECT and the columns that it gives: an empty result has columns too. */
export interface TableQuery {
  readonly sql: string;
  readonly columns: readonly string[];
}

/** Runs a query and gives its rows as columns. */
export async function readTable(
  run: (sql: string) => Promise<readonly { readonly [column: string]: unknown }[]>,
  query: TableQuery,
): Promise<Table> {
  const rows = await run(query.sql);
  return {
    length: rows.length,
    columns: Object.fromEntries(query.columns.map((name) => [name, rows.map((row) => row[name] ?? null)])),
  };
}

const trackExpressions: readonly (readonly [string, string])[] = [
  ['track_id', 'min(track_id)'],
  ['song_key', 'min(song_key)'],
  ['catalogue_track_id', 'min(catalogue_track_id)'],
  ['track_name', 'min(track_name)'],
  ['artist_name', 'min(artist_name)'],
  ['plays', 'count(*)'],
  ['first_played_at', 'min(played_at)'],
  ['feature_source', 'min(feature_source)'],
  ['is_sample', 'bool_or(is_sample)'],
  ['is_evidence', 'bool_and(is_evidence)'],
  ['mood', 'min(mood)'],
  ...audioColumns.map((name) => [name, `min(${name})`] as const),
];

/** One row per played track that has features: keys, names, features, counts of plays, and where the features are from. */
export function playedTracksQuery(listening: string): TableQuery {
  return {
    sql: `
      select track_key, ${trackExpressions.map(([name, expression]) => `${expression} as ${name}`).join(', ')}
      from ${listening}
      where feature_source <> 'none'
      group by track_key
      order by track_key`,
    columns: ['track_key', ...trackExpressions.map(([name]) => name)],
  };
}

/** Keys of the played tracks without features: what was played must not be learned from, with features or without. */
export function playedKeysQuery(listening: string): TableQuery {
  return {
    sql: `
      select track_key, min(song_key) as song_key, min(catalogue_track_id) as catalogue_track_id
      from ${listening}
      where feature_source = 'none'
      group by track_key
      order by track_key`,
    columns: ['track_key', 'song_key', 'catalogue_track_id'],
  };
}

/** The catalogue, in an order that does not depend on how the table is stored. */
export function catalogueQuery(tracks: string): TableQuery {
  const columns = ['track_key', 'track_id', 'song_key', 'lead_artist', 'mood', 'is_sample', ...audioColumns];
  return { sql: `select ${columns.join(', ')} from ${tracks} order by track_key`, columns };
}

export function genresQuery(genres: string): TableQuery {
  return {
    sql: `select track_key, genre from ${genres} order by track_key, genre`,
    columns: ['track_key', 'genre'],
  };
}

/**
 * The latest plays with features, oldest first.
 * @param limit bounds memory and time on long histories
 */
export function eventsQuery(listening: string, limit: number): TableQuery {
  const plain = ['track_key', 'artist_name', 'mood', 'is_evidence', 'feature_source', 'hour_of_day', 'day_of_week'];
  return {
    sql: `
      select * from (
        select played_at, play_id, ${plain.join(', ')}, case when is_weekend then 1 else 0 end as is_weekend,
          ${audioColumns.join(', ')}
        from ${listening}
        where mood is not null
        order by played_at desc, play_id desc
        limit ${limit}
      ) as latest
      order by played_at, play_id`,
    columns: [...plain, 'is_weekend', ...audioColumns],
  };
}
