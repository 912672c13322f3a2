import { defineModel } from 'tsdbt';

/** Plays of the Spotify export files, or of an invented listener where there are none. */
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
  columns: {
    play_id: 'varchar',
    played_at: 'timestamptz',
    track_id: 'varchar',
    track_name: 'varchar',
    artist_name: 'varchar',
    album_name: 'varchar',
    duration_ms: 'bigint',
    ms_played: 'bigint',
    context_type: 'varchar',
    context_uri: 'varchar',
    reason_start: 'varchar',
    reason_end: 'varchar',
    shuffle: 'boolean',
    skipped: 'boolean',
    offline: 'boolean',
    source: 'varchar',
    source_file: 'varchar',
    ingested_at: 'timestamptz',
  },
  async run(context) {
    const { listeningHistory } = await import('../../ingest/tables/listening-history.js');
    return listeningHistory(context);
  },
});
