import type { ParquetEngine, ParquetWriteOptions, SelectColumn, WrittenFile } from '../../delta/parquet.js';
import { writtenFilesOf } from '../../delta/return-stats.js';
import { StorageError } from '../../errors/tsdbt-error.js';
import type { Session } from '../engine.js';
import { quoteLiteral } from '../relation.js';

/** Parquet through a DuckDB session: what the Delta log asks of an engine. */
export class DuckDbParquet implements ParquetEngine {
  constructor(private readonly session: Session) {}

  async describe(select: string): Promise<readonly SelectColumn[]> {
    return this.session.describe(select);
  }

  async writeParquet(select: string, options: ParquetWriteOptions): Promise<WrittenFile> {
    const settings = [
      'FORMAT parquet',
      `COMPRESSION ${options.compression ?? 'zstd'}`,
      `ROW_GROUP_SIZE ${options.rowGroupSize ?? 122_880}`,
      'RETURN_STATS',
    ];
    const { columns, rows } = await this.session.query(
      `COPY (${select}\n) TO ${quoteLiteral(options.path)} (${settings.join(', ')})`,
    );
    const row = rows[0];
    if (row === undefined) throw new StorageError('TSD6090', `nothing was written to ${options.path}`);
    return writtenFilesOf([Object.fromEntries(columns.map((column, i) => [column.name, row[i]]))])[0]!;
  }

  async query(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const { columns, rows } = await this.session.query(sql);
    return rows.map((row) => Object.fromEntries(columns.map((column, i) => [column.name, row[i]])));
  }

  async execute(sql: string): Promise<void> {
    await this.session.execute(sql);
  }
}
