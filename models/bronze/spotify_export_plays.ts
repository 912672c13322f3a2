import { defineModel } from 'tsdbt';

/** Plays of the export files, as each format tells them. */
export default defineModel({
  config: {
    materialized: 'incremental',
    incremental_strategy: 'merge',
    unique_key: ['play_id', 'export_format'],
    // where and when a play was first taken in stays as it was
    merge_exclude_columns: ['ingested_at', 'source_file'],
    on_schema_change: 'append_new_columns',
  },
  columns: {
    play_id: 'varchar',
    export_format: 'varchar',
    played_at: 'timestamptz',
    track_id: 'varchar',
    track_name: 'varchar',
    artist_name: 'varchar',
    album_name: 'varchar',
    ms_played: 'bigint',
    reason_start: 'varchar',
    reason_end: 'varchar',
    shuffle: 'boolean',
    skipped: 'boolean',
    offline: 'boolean',
    source_file: 'varchar',
    ingested_at: 'timestamptz',
  },
  async run(context) {
    const { exportPlays } = await import('../../ingest/tables/listening-history.js');
    return exportPlays(context);
  },
});
