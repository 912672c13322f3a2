import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { ParquetEngine } from '../../src/delta/parquet.js';
import { writtenFilesOf } from '../../src/delta/return-stats.js';

/** A ParquetEngine over one DuckDB connection, for specs of the Delta folder. */
export interface TestEngine extends ParquetEngine {
  readonly connection: DuckDBConnection;
  /** rows as JSON-friendly objects, in the query's order */
  rows(sql: string): Promise<Record<string, unknown>[]>;
  close(): void;
}

export async function openTestEngine(): Promise<TestEngine> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
  const query = async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjectsJS();
  return {
    connection,
    query,
    async rows(sql) {
      return (await connection.runAndReadAll(sql)).getRowObjectsJson() as Record<string, unknown>[];
    },
    async execute(sql) {
      await connection.run(sql);
    },
    async describe(select) {
      const rows = await query(`DESCRIBE ${select}`);
      return rows.map((row) => ({ name: String(row.column_name), type: String(row.column_type) }));
    },
    async writeParquet(select, { path, compression = 'zstd', rowGroupSize = 122_880 }) {
      const result = await connection.runAndReadAll(
        `COPY (${select}) TO '${path.replaceAll("'", "''")}' (FORMAT parquet, COMPRESSION ${compression}, ROW_GROUP_SIZE ${rowGroupSize}, RETURN_STATS)`,
      );
      return writtenFilesOf(result.getRowObjectsJson() as Record<string, unknown>[])[0]!;
    },
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}
