import { defineModel } from 'tsdbt';

/** Podcasts and audiobooks of the export files, as each format tells them; after the plays, which read the same files. */
export default defineModel({
  config: {
    materialized: 'incremental',
    incremental_strategy: 'merge',
    unique_key: ['play_id', 'export_format'],
    // where and when a play was first taken in stays as it was
    merge_exclude_columns: ['ingested_at', 'source_file'],
    on_schema_change: 'append_new_columns',
  },
  refs: ['spotify_export_plays'],
  columns: {
    play_id: 'varchar',
    export_format: 'varchar',
    played_at: 'timestamptz',
    episode_name: 'varchar',
    show_name: 'varchar',
    episode_uri: 'varchar',
    content_type: 'varchar',
    ms_played: 'bigint',
    source_file: 'varchar',
    ingested_at: 'timestamptz',
  },
  async run(context) {
    const { exportEpisodes } = await import('../../ingest/tables/episodes.js');
    return exportEpisodes(context);
  },
});
