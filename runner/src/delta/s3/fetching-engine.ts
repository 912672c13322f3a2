import { StorageError } from '../../errors/tsdbt-error.js';
import { missingFile } from '../data-file-error.js';
import type { ParquetEngine } from '../parquet.js';
import type { S3Store } from './s3-store.js';

/** An engine that has a store bring the files that a statement names, before it runs the statement. */
export function fetchingEngine(store: S3Store, engine: ParquetEngine): ParquetEngine {
  const reading = async <T>(sql: string, run: () => Promise<T>): Promise<T> => {
    await store.fetch(store.filesIn(sql));
    try {
      return await run();
    } catch (error) {
      // the engine knows only the mirror
      const file = missingFile(error instanceof StorageError ? error.cause : error);
      throw (file === undefined ? undefined : store.missing(file, error)) ?? error;
    }
  };
  const { views, writeParquetFiles } = engine;
  return {
    describe: (select) => reading(select, () => engine.describe(select)),
    query: (sql) => reading(sql, () => engine.query(sql)),
    execute: (sql) => reading(sql, () => engine.execute(sql)),
    writeParquet: (select, options) => reading(select, () => engine.writeParquet(select, options)),
    ...(writeParquetFiles === undefined
      ? {}
      : {
          writeParquetFiles: (select, options) =>
            reading(select, () => writeParquetFiles.call(engine, select, options)),
        }),
    ...(views === undefined ? {} : { views: () => views.call(engine) }),
  };
}
