import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { duckDBEngine } from '../../src/delta/duckdb.js';
import type { ParquetEngine } from '../../src/delta/parquet.js';

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
  return {
    ...(await duckDBEngine(connection)),
    connection,
    async rows(sql) {
      return (await connection.runAndReadAll(sql)).getRowObjectsJson() as Record<string, unknown>[];
    },
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}
