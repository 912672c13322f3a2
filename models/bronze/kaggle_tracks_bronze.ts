import { defineModel } from 'tsdbt';

/** The catalogue file. It comes after the rejected rows, so that these can be read when too many of them stop the build. */
export default defineModel({
  config: { materialized: 'table' },
  refs: ['kaggle_tracks_rejected'],
  columns: {
    row_number: 'bigint',
    track_id: 'varchar',
    artists: 'varchar',
    album_name: 'varchar',
    track_name: 'varchar',
    popularity: 'integer',
    duration_ms: 'bigint',
    explicit: 'boolean',
    danceability: 'double',
    energy: 'double',
    key: 'integer',
    loudness: 'double',
    mode: 'integer',
    speechiness: 'double',
    acousticness: 'double',
    instrumentalness: 'double',
    liveness: 'double',
    valence: 'double',
    tempo: 'double',
    time_signature: 'integer',
    track_genre: 'varchar',
    source: 'varchar',
    source_file: 'varchar',
    ingested_at: 'timestamptz',
  },
  async run(context) {
    const { catalogueRows } = await import('../../ingest/tables/catalogue.js');
    return catalogueRows(context);
  },
});
