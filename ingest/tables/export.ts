import { findExportFiles } from '../spotify-export/find-files.js';
import type { ExportedPlay, Identified } from '../spotify-export/plays.js';
import { type ExportReport, readExport } from '../spotify-export/read-export.js';
import { type RecognisedFile, recogniseFiles } from '../spotify-export/recognise.js';
import type { TableContext } from './context.js';
import { Latest } from './latest.js';
import { configuredPath } from './paths.js';

/** The export files of the project, told apart but not read yet. */
export interface OpenedExport {
  readonly folder: string;
  readonly files: readonly RecognisedFile[];
  readonly ignored: readonly string[];
  /** changes when a file does */
  readonly key: string;
}

const latest = new Latest<ExportReport>();

/** Finds the files; undefined where there are none with plays, `ignored` says what else is there. */
export async function openExport(context: TableContext): Promise<OpenedExport> {
  const { absolute, label } = configuredPath(context, 'spotify_export_dir', 'data/spotify-export');
  const { plays, ignored } = await recogniseFiles(await findExportFiles(absolute, label));
  return { folder: label, files: plays, ignored, key: plays.map(({ file }) => file.stamp).join('\n') };
}

/**
 * The plays of all files, in batches. When the last is taken, the report is kept for `exportReport`: the plays themselves
 * pass through and are not.
 */
export async function* streamPlays(
  context: TableContext,
  opened: OpenedExport,
): AsyncGenerator<Identified<ExportedPlay>[]> {
  const reading = readExport(opened.files);
  let plays = 0;
  for (;;) {
    context.signal.throwIfAborted();
    const step = await reading.next();
    if (step.done === true) {
      latest.set(opened.key, Promise.resolve(step.value));
      return;
    }
    plays += step.value.length;
    context.progress(plays, undefined, 'plays');
    yield step.value;
  }
}

/** What the files hold beside plays; reads them where `streamPlays` has not done so yet. */
export function exportReport(context: TableContext, opened: OpenedExport): Promise<ExportReport> {
  return latest.get(opened.key, async () => {
    const reading = readExport(opened.files);
    for (;;) {
      context.signal.throwIfAborted();
      const step = await reading.next();
      if (step.done === true) return step.value;
    }
  });
}
