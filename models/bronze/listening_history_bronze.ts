import { defineModel, sql } from 'tsdbt';

/** Plays of exports and Web API, each once, or of an invented listener where there are none. */
export default defineModel({
  config: {
    materialized: 'incremental',
    incremental_strategy: 'merge',
    unique_key: 'play_id',
    // the table is exactly what its sources tell: a play that turns out to be told twice goes, and so does the sample
    not_matched_by_source_delete: 'true',
    // when a play was first taken in stays as it was
    merge_exclude_columns: ['ingested_at'],
    on_schema_change: 'append_new_columns',
  },
  refs: ['spotify_export_plays', 'spotify_recent_plays', 'repeated_plays'],
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
    const history = await listeningHistory(context);
    return 'select' in history ? sql(history.select) : history.rows;
  },
});
