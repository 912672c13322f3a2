import { defineModel } from 'tsdbt';

/** Plays of which a more exact source tells as well. */
export default defineModel({
  config: { materialized: 'table' },
  refs: ['spotify_export_plays', 'spotify_export_episodes', 'spotify_recent_plays'],
  columns: {
    repeated_id: 'varchar',
    repeated_format: 'varchar',
    kept_id: 'varchar',
    kept_format: 'varchar',
    seconds_apart: 'double',
  },
  async run(context) {
    const { repeatedPlays } = await import('../../ingest/tables/repeated-plays.js');
    return repeatedPlays(context);
  },
});
