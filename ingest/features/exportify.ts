import { readdir, stat } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { csvRecords } from '../csv/records.js';
import { parseNumber } from '../csv/values.js';
import { type Fingerprint, withFingerprint } from '../input/fingerprint.js';
import { IngestError } from '../input/ingest-error.js';
import { readBytes } from '../input/read-bytes.js';
import { type ExportifyHeader, readExportifyHeader } from './exportify-header.js';
import { type AudioFeatures, FEATURE_RANGES, numberInRange } from './feature-ranges.js';
import type { FileProvider, MeasuredTrack } from './provider.js';

/** What became of the rows of one file: read = accepted + rejected + withoutFeatures + repeated. */
export interface ExportifyFileReport extends Fingerprint {
  readonly path: string;
  readonly rowsRead: number;
  readonly accepted: number;
  readonly rejected: number;
  /** rows whose features are all empty: Exportify found none */
  readonly withoutFeatures: number;
  /** tracks that stood in a row or file before (a track may be in several playlists) */
  readonly repeated: number;
  /** the first rejected rows, as `line 3: energy is out of range …` */
  readonly firstRejections: readonly string[];
}

const TRACK_URI = /^(?:spotify:track:|https:\/\/open\.spotify\.com\/track\/)?([0-9A-Za-z]{22})(?:\?.*)?$/;

/**
 * Features from CSV files that Exportify wrote: all `*.csv` and `*.csv.gz` of a folder, by name. A track that is in several
 * files counts once, as the first of them has it. `fetchedAt` is the file's time of modification.
 */
export class ExportifyProvider implements FileProvider {
  readonly name = 'exportify';
  /** one for each file that has been read to its end */
  readonly reports: ExportifyFileReport[] = [];
  readonly #folder: string;
  readonly #label: string;

  /**
   * @param folder absolute path; a folder that is not there has no files
   * @param label how messages name it
   */
  constructor(folder: string, label: string) {
    this.#folder = folder;
    this.#label = label;
  }

  /** @throws IngestError for a CSV that is not Exportify's, has no features, or is empty */
  async *read(signal: AbortSignal): AsyncGenerator<MeasuredTrack[]> {
    this.reports.length = 0;
    const seen = new Set<string>();
    const names = await readdir(this.#folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    });
    for (const name of names.filter((each) => /^[^.].*\.csv(\.gz)?$/i.test(each)).sort()) {
      yield* this.#readFile(join(this.#folder, name), posix.join(this.#label, name), seen, signal);
    }
  }

  async *#readFile(
    path: string,
    file: string,
    seen: Set<string>,
    signal: AbortSignal,
  ): AsyncGenerator<MeasuredTrack[]> {
    const fetchedAt = (await stat(path)).mtime;
    const counts = { rowsRead: 0, accepted: 0, rejected: 0, withoutFeatures: 0, repeated: 0 };
    const firstRejections: string[] = [];
    let header: ExportifyHeader | undefined;
    let fingerprint: Fingerprint = { sha256: '', bytes: 0 };
    const bytes = withFingerprint(readBytes(path, file), (taken) => {
      fingerprint = taken;
    });
    for await (const records of csvRecords(bytes, file)) {
      signal.throwIfAborted();
      const batch: MeasuredTrack[] = [];
      for (const record of records) {
        if (header === undefined) {
          if (record.fields === undefined) throw new IngestError(file, `the header: ${record.problem}`, { line: 1 });
          header = readExportifyHeader(record.fields, file, record.line);
          continue;
        }
        counts.rowsRead++;
        const track = record.fields === undefined ? [record.problem!] : parseRow(record.fields, header, fetchedAt);
        if (Array.isArray(track)) {
          counts.rejected++;
          if (firstRejections.length < 5) firstRejections.push(`line ${record.line}: ${track.join('; ')}`);
        } else if (track === 'no features') counts.withoutFeatures++;
        else if (seen.has(keyOf(track))) counts.repeated++;
        else {
          seen.add(keyOf(track));
          counts.accepted++;
          batch.push(track);
        }
      }
      if (batch.length > 0) yield batch;
    }
    if (header === undefined)
      throw new IngestError(file, 'the file is empty', { line: 1, hint: 'export it again or remove it' });
    this.reports.push({ path: file, ...fingerprint, ...counts, firstRejections });
  }
}

function keyOf(track: MeasuredTrack): string {
  return track.trackId ?? `${track.artistName}\u001f${track.trackName}`;
}

function parseRow(
  fields: readonly string[],
  header: ExportifyHeader,
  fetchedAt: Date,
): MeasuredTrack | 'no features' | string[] {
  if (fields.length !== header.width) return [`${fields.length} columns instead of ${header.width}`];
  const names = Object.keys(header.features) as (keyof AudioFeatures)[];
  if (names.every((name) => fields[header.features[name]] === '')) return 'no features';
  const reasons: string[] = [];
  const uri = fields[header.uri]!.trim();
  const trackId = TRACK_URI.exec(uri)?.[1] ?? null;
  const local = uri.startsWith('spotify:local:') || uri === '';
  if (trackId === null && !local) reasons.push(`not a Spotify track: "${uri.slice(0, 40)}"`);
  const artistName = fields[header.artists]!;
  const trackName = fields[header.title]!;
  if (trackId === null && (artistName === '' || trackName === '')) reasons.push('neither a Spotify id nor names');
  const features = Object.fromEntries(
    names.map((name) => [name, numberInRange(fields[header.features[name]]!, name, FEATURE_RANGES[name], reasons)]),
  );
  const duration = header.duration === -1 ? undefined : parseNumber(fields[header.duration]!);
  if (reasons.length > 0) return reasons;
  return {
    trackId,
    artistName,
    trackName,
    features: features as unknown as AudioFeatures,
    durationMs: duration !== undefined && duration > 0 ? Math.round(duration) : null,
    fetchedAt,
  };
}
