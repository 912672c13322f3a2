import { defineModel, sql } from 'tsdbt';

/** Podcasts and audiobooks of exports, each play once; the listening history tells whether the sample is in use. */
export default defineModel({
  config: {
    materialized: 'incremental',
    incremental_strategy: 'merge',
    unique_key: 'play_id',
    // the table is exactly what its source tells: a play that turns out to be told twice goes, and so does the sample
    not_matched_by_source_delete: 'true',
    // when a play was first taken in stays as it was
    merge_exclude_columns: ['ingested_at'],
    on_schema_change: 'append_new_columns',
  },
  refs: ['spotify_export_episodes', 'listening_history_bronze'],
  columns: {
    play_id: 'varchar',
    played_at: 'timestamptz',
    episode_name: 'varchar',
    show_name: 'varchar',
    episode_uri: 'varchar',
    content_type: 'varchar',
    ms_played: 'bigint',
    source: 'varchar',
    source_file: 'varchar',
    ingested_at: 'timestamptz',
  },
  async run(context) {
    const { episodesHistory } = await import('../../ingest/tables/episodes.js');
    const history = await episodesHistory(context);
    return 'select' in history ? sql(history.select) : history.rows;
  },
});
