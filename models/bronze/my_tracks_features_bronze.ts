import { defineModel } from 'tsdbt';

/** Audio features that a provider measured. */
export default defineModel({
  config: { materialized: 'table' },
  refs: ['audio_feature_lookups'],
  columns: {
    track_id: 'varchar',
    artist_name: 'varchar',
    track_name: 'varchar',
    provider: 'varchar',
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
    fetched_at: 'timestamptz',
  },
  async run(context) {
    const { measuredFeatures } = await import('../../ingest/tables/features.js');
    return measuredFeatures(context);
  },
});
