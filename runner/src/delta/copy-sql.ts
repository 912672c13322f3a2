import type { ParquetFilesOptions, ParquetWriteOptions } from './parquet.js';
import { quoteLiteral } from './sql.js';

/** Takes a third less time than the engine's own level, for files a tenth larger: about the time of snappy, for half of its size. */
const ZSTD_LEVEL = 1;

/** Rows that a row group has at most, where a write does not say otherwise. */
export const ROW_GROUP_SIZE = 122_880;

/** The COPY statement of a write; its rows are for `writtenFilesOf`. */
export function copySql(select: string, options: ParquetWriteOptions | ParquetFilesOptions): string {
  const { compression = 'zstd' } = options;
  const settings = [
    'FORMAT parquet',
    `COMPRESSION ${compression}`,
    ...(compression === 'zstd' ? [`COMPRESSION_LEVEL ${ZSTD_LEVEL}`] : []),
    `ROW_GROUP_SIZE ${options.rowGroupSize ?? ROW_GROUP_SIZE}`,
    ...(options.fieldIds === undefined ? [] : [`FIELD_IDS ${options.fieldIds}`]),
    'statistics' in options && options.statistics === false ? 'RETURN_FILES' : 'RETURN_STATS',
  ];
  if ('folder' in options)
    settings.push(
      `FILE_SIZE_BYTES ${options.fileSizeBytes}`,
      `FILENAME_PATTERN ${quoteLiteral(options.name)}`,
      // the folder is a table's: what is in it stays
      'OVERWRITE_OR_IGNORE',
    );
  const path = 'folder' in options ? options.folder : options.path;
  return `COPY (${select}\n) TO ${quoteLiteral(path)} (${settings.join(', ')})`;
}
