import { defineModel } from 'tsdbt';

/** Rows of the catalogue file that break its contract. */
export default defineModel({
  config: { materialized: 'table' },
  columns: {
    row_number: 'bigint',
    reason: 'varchar',
    raw_line: 'varchar',
    source_file: 'varchar',
    ingested_at: 'timestamptz',
  },
  async run(context) {
    const { rejectedRows } = await import('../../ingest/tables/catalogue.js');
    return rejectedRows(context);
  },
});
