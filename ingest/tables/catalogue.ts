import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { type Fingerprint, withFingerprint, withGitBlob } from '../input/fingerprint.js';
import { IngestError } from '../input/ingest-error.js';
import { CATALOGUE_COLUMNS, type CatalogueRow, type RejectedRow } from '../kaggle/catalogue-row.js';
import { isOriginalDataSet } from '../kaggle/known-file.js';
import { readCatalogue } from '../kaggle/read-catalogue.js';
import {
  type CellsOf,
  type ColumnBatch,
  countWhere,
  formatCount,
  latestIngestion,
  type TableContext,
  toColumns,
} from './context.js';
import { Latest } from './latest.js';
import { configuredPath } from './paths.js';

/** Label of the sample catalogue where a file's path would stand. */
export const SAMPLE_CATALOGUE = 'sample:catalogue';

/** What reading the catalogue gave. */
export interface CatalogueReport extends Fingerprint {
  readonly path: string;
  readonly source: 'kaggle' | 'sample';
  readonly rowsRead: number;
  readonly rowsAccepted: number;
  readonly rowsRejected: number;
  /** whether it is the published data set, byte for byte; null for the sample */
  readonly knownChecksum: boolean | null;
  /** when the file was written or put there; the sample never changes */
  readonly changedAt: Date;
}

interface CatalogueReading {
  readonly report: CatalogueReport;
  readonly rejected: readonly RejectedRow[];
  /** the accepted rows, until they are taken */
  accepted: ColumnBatch[] | undefined;
}

interface CatalogueFile {
  readonly path: string;
  readonly label: string;
  readonly key: string;
  readonly changedAt: Date;
}

const latest = new Latest<CatalogueReading>();

/** Cells of the accepted rows; the file and the time are added when they are handed out. */
const CELLS: CellsOf<CatalogueRow> = Object.fromEntries(
  (['row_number', ...CATALOGUE_COLUMNS] as const).map((column) => [column, (row: CatalogueRow) => row[column]]),
);

/** Rows of `kaggle_tracks_bronze`, in batches. */
export async function* catalogueRows(context: TableContext): AsyncGenerator<ColumnBatch> {
  const file = await locate(context);
  if (file === undefined) await refuseToForget(context);
  let reading = await readOnce(context, file);
  if (reading.accepted === undefined) reading = await read(context, file); // taken by an earlier run of this process
  const batches = reading.accepted!;
  reading.accepted = undefined; // the rows go to the table; only the report stays
  const { report } = reading;
  if (report.source === 'sample') {
    context.log.debug(
      `no Kaggle catalogue at ${configuredPath(context, 'kaggle_csv', DEFAULT_CSV).label}: ` +
        `using the invented sample catalogue (${formatCount(report.rowsRead)} rows, labelled "sample")`,
    );
  } else if (report.rowsRejected > 0) {
    context.log.info(
      `${report.path}: ${formatCount(report.rowsRejected)} of ${formatCount(report.rowsRead)} rows rejected, ` +
        'reasons in kaggle_tracks_rejected',
    );
  }
  const ingestedAt = await takenInAt(context, report);
  for (let batch = batches.shift(); batch !== undefined; batch = batches.shift()) {
    const length = batch.row_number!.length;
    yield {
      ...batch,
      source: new Array(length).fill(report.source),
      source_file: new Array(length).fill(report.path),
      ingested_at: new Array(length).fill(ingestedAt),
    };
  }
}

/** Rows of `kaggle_tracks_rejected`. */
export async function rejectedRows(context: TableContext): Promise<ColumnBatch> {
  const file = await locate(context);
  if (file === undefined) await refuseToForget(context);
  const { report, rejected } = await readOnce(context, file);
  const ingestedAt = await takenInAt(context, report);
  return toColumns(rejected, {
    row_number: (row) => row.row_number,
    reason: (row) => row.reason,
    raw_line: (row) => row.raw_line,
    source_file: () => report.path,
    ingested_at: () => ingestedAt,
  });
}

/** The time at which the table took the file in: an earlier run's, when the file has not changed since. */
async function takenInAt(context: TableContext, report: CatalogueReport): Promise<Date> {
  if (context.this === undefined) return context.runStartedAt;
  const earlier = await latestIngestion(context, context.this, report.path);
  return earlier !== undefined && earlier >= report.changedAt ? earlier : context.runStartedAt;
}

/** What is known of the file, for `ingested_files`. */
export async function catalogueReport(context: TableContext): Promise<CatalogueReport> {
  return (await readOnce(context, await locate(context))).report;
}

const DEFAULT_CSV = 'data/kaggle/dataset.csv';

/** The CSV, or its `.gz` beside it; undefined where there is neither. */
async function locate(context: TableContext): Promise<CatalogueFile | undefined> {
  const { absolute, label } = configuredPath(context, 'kaggle_csv', DEFAULT_CSV);
  for (const suffix of absolute.endsWith('.gz') ? [''] : ['', '.gz']) {
    const path = absolute + suffix;
    const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
      throw error;
    });
    if (found === undefined) continue;
    if (!found.isFile()) {
      throw new IngestError(label + suffix, 'is not a file', {
        hint: 'put the CSV itself there: data/kaggle/dataset.csv',
      });
    }
    // a copy keeps the time of modification, but not that of the change of status
    const changedAt = new Date(Math.max(found.mtimeMs, found.ctimeMs));
    return { path, label: label + suffix, key: `${path}:${found.size}:${found.mtimeMs}:${found.ctimeMs}`, changedAt };
  }
  return undefined;
}

/** The sample stands in for a catalogue that never was, not for one that is gone. */
async function refuseToForget(context: TableContext): Promise<void> {
  if (context.this === undefined) return;
  const held = await countWhere(context, context.this, `source_file <> '${SAMPLE_CATALOGUE}'`);
  if (held === 0) return;
  throw new IngestError(
    configuredPath(context, 'kaggle_csv', DEFAULT_CSV).label,
    'is gone, and the table holds its rows',
    {
      hint: 'put it back; or go on with the sample catalogue: tsdbt build --full-refresh --select kaggle_tracks_rejected+',
    },
  );
}

function readOnce(context: TableContext, file: CatalogueFile | undefined): Promise<CatalogueReading> {
  return latest.get(file?.key ?? SAMPLE_CATALOGUE, () => read(context, file));
}

async function read(context: TableContext, file: CatalogueFile | undefined): Promise<CatalogueReading> {
  return file === undefined ? inventCatalogue() : readFile(context, file);
}

async function readFile(context: TableContext, file: CatalogueFile): Promise<CatalogueReading> {
  let fingerprint: Fingerprint = { sha256: '', bytes: 0 };
  let known = false;
  const blob = withGitBlob(file.path, file.label, (gitBlob) => {
    known = isOriginalDataSet(gitBlob);
  });
  const bytes = withFingerprint(blob, (taken) => {
    fingerprint = taken;
  });
  const accepted: ColumnBatch[] = [];
  const rejected: RejectedRow[] = [];
  let rowsAccepted = 0;
  for await (const batch of readCatalogue(bytes, file.label)) {
    context.signal.throwIfAborted();
    if (batch.accepted.length > 0) accepted.push(toColumns(batch.accepted, CELLS));
    rejected.push(...batch.rejected);
    rowsAccepted += batch.accepted.length;
    context.progress(rowsAccepted + rejected.length, undefined, 'rows');
  }
  const report: CatalogueReport = {
    ...fingerprint,
    path: file.label,
    source: 'kaggle',
    rowsRead: rowsAccepted + rejected.length,
    rowsAccepted,
    rowsRejected: rejected.length,
    knownChecksum: known,
    changedAt: file.changedAt,
  };
  return { report, rejected, accepted };
}

async function inventCatalogue(): Promise<CatalogueReading> {
  const { sampleCatalogue } = await import('../sample/catalogue.js');
  const rows = sampleCatalogue();
  const content = JSON.stringify(rows);
  const report: CatalogueReport = {
    sha256: createHash('sha256').update(content).digest('hex'),
    bytes: content.length,
    path: SAMPLE_CATALOGUE,
    source: 'sample',
    rowsRead: rows.length,
    rowsAccepted: rows.length,
    rowsRejected: 0,
    knownChecksum: null,
    changedAt: new Date(0),
  };
  return { report, rejected: [], accepted: [toColumns(rows, CELLS)] };
}
