import { withFingerprint } from '../input/fingerprint.js';
import type { ExportFormat } from './formats.js';
import { jsonElements } from './json-elements.js';
import { PlayRegister } from './play-register.js';
import type { ExportedEpisode, ExportedPlay, Identified } from './plays.js';
import type { RecognisedFile } from './recognise.js';
import { type JsonRow, RowReader } from './row-reader.js';

/** What became of the rows of one file: read = plays + episodes + nameless + repeated. */
export interface ExportFileReport {
  readonly path: string;
  readonly format: ExportFormat['name'] | undefined;
  /** of the content, unpacked */
  readonly sha256: string;
  readonly bytes: number;
  readonly rowsRead: number;
  readonly plays: number;
  /** podcasts and audiobooks */
  readonly episodes: number;
  /** entries that name neither a track nor an episode */
  readonly nameless: number;
  /** rows that another file holds too */
  readonly repeatedInFiles: number;
  /** rows of an account export that the extended export tells more exactly */
  readonly repeatedExactly: number;
}

/** What became of all files; the last thing `readExport` gives. */
export interface ExportReport {
  readonly files: readonly ExportFileReport[];
  readonly episodes: readonly Identified<ExportedEpisode>[];
}

type Counts = {
  -readonly [K in 'rowsRead' | 'plays' | 'episodes' | 'nameless' | 'repeatedInFiles' | 'repeatedExactly']: number;
};

/**
 * Reads export files one after the other and yields their plays in batches; repeated plays are left out as `PlayRegister`
 * says. Memory: a chunk of a file, some 100 bytes for each play, and all episodes.
 *
 * @param files as `recogniseFiles` orders them: exact formats first
 * @returns when all is read, the report
 * @throws IngestError for an entry that is not as Spotify writes it, broken JSON, a file that is cut off
 */
export async function* readExport(
  files: readonly RecognisedFile[],
): AsyncGenerator<Identified<ExportedPlay>[], ExportReport> {
  const mixed = new Set(files.flatMap((file) => (file.format === undefined ? [] : [file.format.exact]))).size > 1;
  const plays = new PlayRegister(mixed);
  const spoken = new PlayRegister(mixed);
  const reports: ExportFileReport[] = [];
  const episodes: Identified<ExportedEpisode>[] = [];

  for (const [number, { file, format }] of files.entries()) {
    const counts: Counts = { rowsRead: 0, plays: 0, episodes: 0, nameless: 0, repeatedInFiles: 0, repeatedExactly: 0 };
    const reader = new RowReader(file.path);
    let fingerprint = { sha256: '', bytes: 0 };
    const bytes = withFingerprint(file.open(), (taken) => {
      fingerprint = taken;
    });
    for await (const { values, lines } of jsonElements(bytes, file.path)) {
      const batch: Identified<ExportedPlay>[] = [];
      for (const [index, value] of values.entries()) {
        reader.row = value as JsonRow;
        reader.line = lines[index]!;
        counts.rowsRead++;
        const entry = format!.read(reader);
        if (entry.kind === 'nothing') {
          counts.nameless++;
          continue;
        }
        const { play } = entry.kind === 'play' ? entry : { play: undefined };
        const result =
          entry.kind === 'play'
            ? plays.admit({ ...identity(entry.play), by: entry.play.artistName, title: entry.play.trackName }, number)
            : spoken.admit(
                {
                  ...identity(entry.episode),
                  by: entry.episode.showName ?? '',
                  title: entry.episode.episodeName ?? '',
                },
                number,
              );
        if (result === 'other file') counts.repeatedInFiles++;
        else if (result === 'exact format') counts.repeatedExactly++;
        else if (play !== undefined) {
          counts.plays++;
          batch.push({ ...play, playId: result.id, file: file.path });
        } else if (entry.kind === 'episode') {
          counts.episodes++;
          episodes.push({ ...entry.episode, playId: result.id, file: file.path });
        }
      }
      if (batch.length > 0) yield batch;
    }
    reports.push({ path: file.path, format: format?.name, ...fingerprint, ...counts });
  }
  return { files: reports, episodes };
}

function identity(play: { endedAt: number; exactSecond: boolean; msPlayed: number }) {
  return { endedAt: play.endedAt, exactSecond: play.exactSecond, msPlayed: play.msPlayed };
}
