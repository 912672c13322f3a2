import { createHash } from 'node:crypto';
import { catalogueReport } from './catalogue.js';
import { type ColumnBatch, formatCount, latestIngestion, type TableContext, toColumns } from './context.js';
import { exportReport, openExport } from './export.js';
import { featureFileReports } from './features.js';
import { isSampleInUse, SAMPLE_LISTENING } from './listening-history.js';

interface IngestedFile {
  readonly path: string;
  readonly kind: 'kaggle' | 'spotify_export' | 'features' | 'sample';
  readonly sha256: string;
  readonly bytes: number;
  readonly rowsRead: number;
  readonly rowsAccepted: number;
  readonly rowsRejected: number;
  readonly rowsOther: number;
  readonly rowsRepeated: number;
  readonly knownChecksum: boolean | null;
}

/**
 * Rows of `ingested_files`: what was read and what became of it. Needs `listening_history_bronze` and
 * `kaggle_tracks_bronze`.
 */
export async function ingestedFiles(context: TableContext): Promise<ColumnBatch> {
  const files = [await catalogueFile(context), ...(await exportFiles(context)), ...(await featureFiles(context))];
  tellSample(context, files);
  const times = await takenInAt(context, files);
  return toColumns(files, {
    path: (file) => file.path,
    kind: (file) => file.kind,
    sha256: (file) => file.sha256,
    bytes: (file) => file.bytes,
    rows_read: (file) => file.rowsRead,
    rows_accepted: (file) => file.rowsAccepted,
    rows_rejected: (file) => file.rowsRejected,
    rows_other: (file) => file.rowsOther,
    rows_repeated: (file) => file.rowsRepeated,
    known_checksum: (file) => file.knownChecksum,
    ingested_at: (file) => times.get(file.path) ?? context.runStartedAt,
  });
}

/** One line that says what of the run's input is invented, and where the real thing would go. */
function tellSample(context: TableContext, files: readonly IngestedFile[]): void {
  const invented = files
    .filter((file) => file.kind === 'sample')
    .map((file) =>
      file.path === SAMPLE_LISTENING
        ? `${formatCount(file.rowsAccepted)} plays`
        : `a catalogue of ${formatCount(file.rowsRead)} rows`,
    );
  if (invented.length === 0) return;
  context.log.info(
    `no data of your own in data/ for ${invented.length === 1 ? 'this' : 'these'}, so the invented sample stands in, ` +
      `labelled "sample" everywhere: ${invented.join(' and ')} (docs/your-own-data.md tells how to add yours)`,
  );
}

/** Times of earlier runs, by path, of files that are the same as then. The catalogue's is that of its table. */
async function takenInAt(context: TableContext, files: readonly IngestedFile[]): Promise<Map<string, Date>> {
  const times = new Map<string, Date>();
  if (context.this !== undefined) {
    const rows = await context.query(`select path, sha256, epoch_ms(ingested_at) as at from ${context.this.relation}`);
    for (const file of files) {
      const before = rows.find((row) => row.path === file.path && row.sha256 === file.sha256);
      if (before !== undefined) times.set(file.path, new Date(Number(before.at)));
    }
  }
  const catalogue = files[0]!.path;
  const at = await latestIngestion(context, context.ref('kaggle_tracks_bronze'), catalogue);
  if (at !== undefined) times.set(catalogue, at);
  return times;
}

async function catalogueFile(context: TableContext): Promise<IngestedFile> {
  const { source, ...report } = await catalogueReport(context);
  return { ...report, kind: source === 'sample' ? 'sample' : 'kaggle', rowsOther: 0, rowsRepeated: 0 };
}

async function exportFiles(context: TableContext): Promise<IngestedFile[]> {
  const opened = await openExport(context);
  if (opened.files.length === 0) return (await isSampleInUse(context)) ? [await sampleFile()] : [];
  const { files } = await exportReport(context, opened);
  return files.map((file) => ({
    path: file.path,
    kind: 'spotify_export',
    sha256: file.sha256,
    bytes: file.bytes,
    rowsRead: file.rowsRead,
    rowsAccepted: file.plays,
    rowsRejected: file.nameless,
    rowsOther: file.episodes,
    rowsRepeated: file.repeatedInFiles,
    knownChecksum: null,
  }));
}

async function sampleFile(): Promise<IngestedFile> {
  const { sampleListening } = await import('../sample/listening.js');
  const listening = sampleListening();
  const content = JSON.stringify(listening);
  return {
    path: SAMPLE_LISTENING,
    kind: 'sample',
    sha256: createHash('sha256').update(content).digest('hex'),
    bytes: content.length,
    rowsRead: listening.plays.length + listening.episodes.length,
    rowsAccepted: listening.plays.length,
    rowsRejected: 0,
    rowsOther: listening.episodes.length,
    rowsRepeated: 0,
    knownChecksum: null,
  };
}

async function featureFiles(context: TableContext): Promise<IngestedFile[]> {
  return (await featureFileReports(context)).map((file) => ({
    path: file.path,
    kind: 'features',
    sha256: file.sha256,
    bytes: file.bytes,
    rowsRead: file.rowsRead,
    rowsAccepted: file.accepted,
    rowsRejected: file.rejected,
    rowsOther: file.withoutFeatures,
    rowsRepeated: file.repeated,
    knownChecksum: null,
  }));
}
