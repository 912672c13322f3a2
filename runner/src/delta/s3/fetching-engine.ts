import type { ParquetEngine } from '../parquet.js';
import type { S3Store } from './s3-store.js';

/** An engine that has a store bring the files that a statement names, before it runs the statement. */
export function fetchingEngine(store: S3Store, engine: ParquetEngine): ParquetEngine {
  const fetched = async (sql: string): Promise<string> => {
    await store.fetch(store.filesIn(sql));
    return sql;
  };
  const { writeParquetFiles } = engine;
  return {
    describe: async (select) => engine.describe(await fetched(select)),
    query: async (sql) => engine.query(await fetched(sql)),
    execute: async (sql) => engine.execute(await fetched(sql)),
    writeParquet: async (select, options) => engine.writeParquet(await fetched(select), options),
    ...(writeParquetFiles === undefined
      ? {}
      : {
          writeParquetFiles: async (select, options) => writeParquetFiles.call(engine, await fetched(select), options),
        }),
  };
}
