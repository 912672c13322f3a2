import type { ParquetEngine, ParquetWriteOptions, SelectColumn, WrittenFile } from '../delta/parquet.js';
import { openDuckDb } from '../engines/duckdb/duckdb-engine.js';
import { DuckDbParquet } from '../engines/duckdb/duckdb-parquet.js';
import type { Engine, Session } from '../engines/engine.js';

/** Parquet through an engine that starts only when it is asked for: logs without checkpoints are plain JSON. */
export class LazyParquet implements ParquetEngine {
  #opened: Promise<{ engine: Engine; session: Session; parquet: DuckDbParquet }> | undefined;

  /** @param tempDirectory absolute folder to which the engine spills */
  constructor(private readonly tempDirectory: string) {}

  async describe(select: string): Promise<readonly SelectColumn[]> {
    return (await this.#open()).parquet.describe(select);
  }

  async writeParquet(select: string, options: ParquetWriteOptions): Promise<WrittenFile> {
    return (await this.#open()).parquet.writeParquet(select, options);
  }

  async query(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
    return (await this.#open()).parquet.query(sql);
  }

  async execute(sql: string): Promise<void> {
    return (await this.#open()).parquet.execute(sql);
  }

  /** Stops the engine if it was ever started. */
  async close(): Promise<void> {
    if (this.#opened === undefined) return;
    const { engine, session } = await this.#opened;
    await session.close();
    await engine.close();
  }

  #open() {
    this.#opened ??= (async () => {
      const engine = await openDuckDb({ threads: 1, tempDirectory: this.tempDirectory });
      const session = await engine.openSession();
      return { engine, session, parquet: new DuckDbParquet(session) };
    })();
    return this.#opened;
  }
}
