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
import { quoteLiteral } from '../relation.js';

/** Parquet through a DuckDB session: what the Delta log asks of an engine. */
export class DuckDbParquet implements ParquetEngine {
  constructor(private readonly session: Session) {}

  async describe(select: string): Promise<readonly SelectColumn[]> {
    return this.session.describe(select);
  }

  async writeParquet(select: string, options: ParquetWriteOptions): Promise<WrittenFile> {
    const [file] = await this.#copy(select, options.path, options, []);
    if (file === undefined) throw new StorageError('TSD6090', `nothing was written to ${options.path}`);
    return file;
  }

  async writeParquetFiles(select: string, options: ParquetFilesOptions): Promise<readonly WrittenFile[]> {
    return this.#copy(select, options.folder, options, [
      `FILE_SIZE_BYTES ${options.fileSizeBytes}`,
      `FILENAME_PATTERN ${quoteLiteral(options.name)}`,
      // the folder is a table's: what is in it stays
      'OVERWRITE_OR_IGNORE',
    ]);
  }

  async #copy(
    select: string,
    path: string,
    options: Omit<ParquetWriteOptions, 'path'>,
    further: readonly string[],
  ): Promise<WrittenFile[]> {
    const settings = [
      'FORMAT parquet',
      `COMPRESSION ${options.compression ?? 'zstd'}`,
      `ROW_GROUP_SIZE ${options.rowGroupSize ?? 122_880}`,
      ...(options.fieldIds === undefined ? [] : [`FIELD_IDS ${options.fieldIds}`]),
      'RETURN_STATS',
      ...further,
    ];
    const { columns, rows } = await this.session.query(
      `COPY (${select}\n) TO ${quoteLiteral(path)} (${settings.join(', ')})`,
    );
    return writtenFilesOf(rows.map((row) => Object.fromEntries(columns.map((column, i) => [column.name, row[i]]))));
  }

  async query(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
    const { columns, rows } = await this.session.query(sql);
    return rows.map((row) => Object.fromEntries(columns.map((column, i) => [column.name, row[i]])));
  }

  async execute(sql: string): Promise<void> {
    await this.session.execute(sql);
  }
}
