import { defineModel } from 'tsdbt';

/** What services said of tracks that were played: the memory that lets each be asked for once. */
export default defineModel({
  config: {
    materialized: 'incremental',
    incremental_strategy: 'merge',
    unique_key: ['track_id', 'provider'],
    // what was found is not asked for again
    full_refresh: false,
    on_schema_change: 'append_new_columns',
  },
  refs: ['listening_history_bronze'],
  columns: {
    track_id: 'varchar',
    artist_name: 'varchar',
    track_name: 'varchar',
    provider: 'varchar',
    outcome: 'varchar',
    reason: 'varchar',
    danceability: 'double',
    energy: 'double',
    loudness: 'double',
    speechiness: 'double',
    acousticness: 'double',
    instrumentalness: 'double',
    liveness: 'double',
    valence: 'double',
    tempo: 'double',
    key: 'integer',
    mode: 'integer',
    time_signature: 'integer',
    duration_ms: 'bigint',
    asked_at: 'timestamptz',
  },
  async run(context) {
    const { featureLookups } = await import('../../ingest/tables/feature-lookups.js');
    return featureLookups(context);
  },
});
