import { defineModel } from 'tsdbt';

/** What was read and what became of it; after the tables that it speaks of. */
export default defineModel({
  config: { materialized: 'table' },
  refs: [
    'kaggle_tracks_bronze',
    'kaggle_tracks_rejected',
    'listening_history_bronze',
    'episodes_history_bronze',
    'my_tracks_features_bronze',
  ],
  columns: {
    path: 'varchar',
    kind: 'varchar',
    sha256: 'varchar',
    bytes: 'bigint',
    rows_read: 'bigint',
    rows_accepted: 'bigint',
    rows_rejected: 'bigint',
    rows_other: 'bigint',
    rows_repeated: 'bigint',
    known_checksum: 'boolean',
    ingested_at: 'timestamptz',
  },
  async run(context) {
    const { ingestedFiles } = await import('../../ingest/tables/ingested-files.js');
    return ingestedFiles(context);
  },
});
