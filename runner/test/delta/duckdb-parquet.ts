import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { ParquetEngine, ParquetWriteOptions } from '../../src/delta/parquet.js';
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
  const copy = async (select: string, path: string, options: Omit<ParquetWriteOptions, 'path'>, further: string) => {
    const { compression = 'zstd', rowGroupSize = 122_880, fieldIds } = options;
    const ids = fieldIds === undefined ? '' : `, FIELD_IDS ${fieldIds}`;
    const result = await connection.runAndReadAll(
      `COPY (${select}) TO '${path.replaceAll("'", "''")}' (FORMAT parquet, COMPRESSION ${compression}, ROW_GROUP_SIZE ${rowGroupSize}, RETURN_STATS${ids}${further})`,
    );
    return writtenFilesOf(result.getRowObjectsJson() as Record<string, unknown>[]);
  };
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
    async writeParquet(select, options) {
      return (await copy(select, options.path, options, ''))[0]!;
    },
    async writeParquetFiles(select, options) {
      const name = `FILENAME_PATTERN '${options.name}', OVERWRITE_OR_IGNORE`;
      return copy(select, options.folder, options, `, FILE_SIZE_BYTES ${options.fileSizeBytes}, ${name}`);
    },
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}
