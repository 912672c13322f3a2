import { csvRecords } from '../csv/records.js';
import { IngestError } from '../input/ingest-error.js';
import type { CatalogueRow, RejectedRow } from './catalogue-row.js';
import { type CatalogueHeader, readHeader } from './header.js';
import { parseCatalogueRow } from './parse-row.js';

/** Rows of one stretch of the file; every data row is in exactly one of the two lists. */
export interface CatalogueBatch {
  readonly accepted: readonly CatalogueRow[];
  readonly rejected: readonly RejectedRow[];
}

const RAW_LIMIT = 4_000;

/**
 * Reads the Kaggle CSV in batches; memory is bounded by one chunk of the file. Accepted and rejected rows together are the
 * data rows of the file, always.
 *
 * A row is rejected, with all reasons, for: another number of columns than the header, a missing id, artist, album, title or
 * genre, a value that is no number or out of its range, `explicit` that is neither True nor False, invalid UTF-8, and a stray
 * quote.
 *
 * @param bytes the file, unpacked
 * @param file how messages name it
 * @throws IngestError for an empty file, one without rows, a header that is not the data set's, UTF-16, a quote that is never closed, and a
 *   file that ends in the middle of a row: rows are missing, and nobody can tell how many
 */
export async function* readCatalogue(bytes: AsyncIterable<Buffer>, file: string): AsyncGenerator<CatalogueBatch> {
  let header: CatalogueHeader | undefined;
  let rowNumber = 0;
  for await (const records of csvRecords(bytes, file)) {
    const accepted: CatalogueRow[] = [];
    const rejected: RejectedRow[] = [];
    for (const record of records) {
      if (header === undefined) {
        if (record.fields === undefined)
          throw new IngestError(file, `the header: ${record.problem}`, { line: record.line });
        header = readHeader(record.fields, file, record.line);
        continue;
      }
      rowNumber++;
      const row = record.fields === undefined ? [record.problem!] : parseCatalogueRow(record.fields, header, rowNumber);
      if (!Array.isArray(row)) {
        accepted.push(row as CatalogueRow);
        continue;
      }
      if (record.unterminated && (record.fields === undefined || record.fields.length < header.width)) {
        throw new IngestError(file, 'the file ends in the middle of this row', {
          line: record.line,
          hint: 'it is incomplete: download or unpack it again',
        });
      }
      rejected.push({ row_number: rowNumber, reason: row.join('; '), raw_line: record.raw().slice(0, RAW_LIMIT) });
    }
    yield { accepted, rejected };
  }
  if (header === undefined) {
    throw new IngestError(file, 'the file is empty', {
      line: 1,
      hint: 'download dataset.csv again, or remove the file to use the sample catalogue',
    });
  }
  if (rowNumber === 0) {
    throw new IngestError(file, 'the file has a header and no rows', {
      line: 1,
      hint: 'download dataset.csv again, or remove the file to use the sample catalogue',
    });
  }
}
