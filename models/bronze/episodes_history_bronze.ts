import { defineModel } from 'tsdbt';

/** Podcasts and audiobooks of the same files; the listening history tells whether the sample is in use. */
export default defineModel({
  config: {
    materialized: 'incremental',
    incremental_strategy: 'merge',
    unique_key: 'play_id',
    // where and when a play was first taken in stays as it was
    merge_exclude_columns: ['ingested_at', 'source_file'],
    // the first real play removes the invented ones, in the same commit
    not_matched_by_source_delete: "source = 'sample'",
    on_schema_change: 'append_new_columns',
  },
  refs: ['listening_history_bronze'],
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
    const { episodesHistory } = await import('../../ingest/tables/listening-history.js');
    return episodesHistory(context);
  },
});
