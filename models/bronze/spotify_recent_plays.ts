import { defineModel } from 'tsdbt';

/** Plays that the Web API told, for whoever has signed in. */
export default defineModel({
  config: {
    materialized: 'incremental',
    incremental_strategy: 'merge',
    unique_key: 'play_id',
    // when a play was first taken in stays as it was
    merge_exclude_columns: ['ingested_at'],
    // Spotify tells a play for some hours only: what is stored is all there will ever be
    full_refresh: false,
    on_schema_change: 'append_new_columns',
  },
  columns: {
    play_id: 'varchar',
    played_at: 'timestamptz',
    track_id: 'varchar',
    track_uri: 'varchar',
    track_name: 'varchar',
    artist_name: 'varchar',
    album_artist_name: 'varchar',
    album_name: 'varchar',
    duration_ms: 'bigint',
    context_type: 'varchar',
    context_uri: 'varchar',
    ingested_at: 'timestamptz',
  },
  async run(context) {
    const { recentPlays } = await import('../../ingest/tables/recent-plays.js');
    return recentPlays(context);
  },
});
