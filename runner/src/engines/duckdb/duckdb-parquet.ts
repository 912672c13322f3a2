import { copySql, ROW_GROUP_SIZE } from '../../delta/copy-sql.js';
import { namingDataFile } from '../../delta/data-file-error.js';
import { withTrueFloatBounds } from '../../delta/float-bounds.js';
import type {
  ParquetEngine,
  ParquetFilesOptions,
  ParquetWriteOptions,
  SelectColumn,
  WrittenFile,
} from '../../delta/parquet.js';
import { writtenFilesOf } from '../../delta/return-stats.js';
import { StorageError } from '../../errors/tsdbt-error.js';
import type { Session } from '../engine.js';

/** Parquet through a DuckDB session: what the Delta log asks of an engine. */
export class DuckDbParquet implements ParquetEngine {
  constructor(private readonly session: Session) {}

  async describe(select: string): Promise<readonly SelectColumn[]> {
    return namingDataFile(this.session.describe(select));
  }

  async writeParquet(select: string, options: ParquetWriteOptions): Promise<WrittenFile> {
    const [file] = await this.writeParquetFiles(select, options);
    if (file === undefined) throw new StorageError('TSD6090', `nothing was written to ${options.path}`);
    return file;
  }

  async writeParquetFiles(
    select: string,
    options: ParquetFilesOptions | ParquetWriteOptions,
  ): Promise<readonly WrittenFile[]> {
    const files = writtenFilesOf(await this.query(copySql(select, options)));
    return withTrueFloatBounds(files, options.rowGroupSize ?? ROW_GROUP_SIZE, (sql) => this.query(sql));
  }

  async query(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const { columns, rows } = await namingDataFile(this.session.query(sql));
    return rows.map((row) => Object.fromEntries(columns.map((column, i) => [column.name, row[i]])));
  }

  async execute(sql: string): Promise<void> {
    await namingDataFile(this.session.execute(sql));
  }
}
