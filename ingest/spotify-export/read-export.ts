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
  /** rows that another file of the same format holds too */
  readonly repeatedInFiles: number;
}

/** What became of all files; the last thing `readExport` gives. */
export interface ExportReport {
  readonly files: readonly ExportFileReport[];
  readonly episodes: readonly Identified<ExportedEpisode>[];
}

type Counts = {
  -readonly [K in 'rowsRead' | 'plays' | 'episodes' | 'nameless' | 'repeatedInFiles']: number;
};

/**
 * Reads export files one after the other and yields their plays in batches; repeated plays are left out as `PlayRegister`
 * says. Memory: a chunk of a file, some 100 bytes for each play, and all episodes.
 *
 * @returns when all is read, the report
 * @throws IngestError for an entry that is not as Spotify writes it, broken JSON, a file that is cut off
 */
export async function* readExport(
  files: readonly RecognisedFile[],
): AsyncGenerator<Identified<ExportedPlay>[], ExportReport> {
  const plays = new PlayRegister();
  const spoken = new PlayRegister();
  const reports: ExportFileReport[] = [];
  const episodes: Identified<ExportedEpisode>[] = [];

  for (const [number, { file, format }] of files.entries()) {
    const counts: Counts = { rowsRead: 0, plays: 0, episodes: 0, nameless: 0, repeatedInFiles: 0 };
    const reader = new RowReader(file.path);
    let fingerprint = { sha256: '', bytes: 0 };
    const bytes = withFingerprint(file.open(), (taken) => {
      fingerprint = taken;
    });
    for await (const { values, lines } of jsonElements(bytes, file.path)) {
      const batch: Identified<ExportedPlay>[] = [];
      for (let index = 0; index < values.length; index++) {
        reader.row = values[index] as JsonRow;
        reader.line = lines[index]!;
        const entry = format!.read(reader);
        counts.rowsRead++;
        if (entry.kind === 'nothing') counts.nameless++;
        else if (entry.kind === 'play') {
          const { play } = entry;
          const playId = plays.admit(play, play.artistName, play.trackName, number);
          if (playId === undefined) counts.repeatedInFiles++;
          else {
            counts.plays++;
            batch.push({ entry: play, playId, file: file.path });
          }
        } else {
          const { episode } = entry;
          const playId = spoken.admit(episode, episode.showName ?? '', episode.episodeName ?? '', number);
          if (playId === undefined) counts.repeatedInFiles++;
          else {
            counts.episodes++;
            episodes.push({ entry: episode, playId, file: file.path });
          }
        }
      }
      if (batch.length > 0) yield batch;
    }
    reports.push({ path: file.path, format: format?.name, ...fingerprint, ...counts });
  }
  return { files: reports, episodes };
}
