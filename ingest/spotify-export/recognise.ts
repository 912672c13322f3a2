import { IngestError } from '../input/ingest-error.js';
import type { ExportFile } from './find-files.js';
import { type ExportFormat, formatOf, isNamedAsPlays } from './formats.js';
import { jsonElements } from './json-elements.js';
import { withoutValues } from './personal.js';
import type { JsonRow } from './row-reader.js';

/** A file that holds plays. `format` is undefined when its list is empty. */
export interface RecognisedFile {
  readonly file: ExportFile;
  readonly format: ExportFormat | undefined;
}

/** The files of a folder, told apart by what is in them. */
export interface RecognisedFiles {
  /** in the order in which they were given */
  readonly plays: readonly RecognisedFile[];
  /** paths of files that hold something else: read-me, playlists, account data */
  readonly ignored: readonly string[];
}

/**
 * Looks at the first entry of every `.json` and `.json.gz` file. A file with the shape of a play history counts whatever its
 * name; a file that is named as Spotify names play histories must have that shape.
 *
 * @throws IngestError for a file named as a play history that is empty, broken, or of another shape
 */
export async function recogniseFiles(files: readonly ExportFile[]): Promise<RecognisedFiles> {
  const plays: RecognisedFile[] = [];
  const ignored: string[] = [];
  for (const file of files) {
    const recognised = /\.json(\.gz)?$/i.test(file.path) ? await recognise(file) : undefined;
    if (recognised === undefined) ignored.push(file.path);
    else plays.push(recognised);
  }
  return { plays, ignored };
}

async function recognise(file: ExportFile): Promise<RecognisedFile | undefined> {
  const named = isNamedAsPlays(file.path);
  let first: JsonRow | undefined;
  try {
    first = await firstEntry(file);
  } catch (error) {
    if (named || !(error instanceof IngestError)) throw error;
    return undefined; // some other JSON
  }
  if (first === undefined) return named ? { file, format: undefined } : undefined;
  const format = formatOf(first);
  if (format !== undefined) return { file, format };
  if (!named) return undefined;
  const keys = Object.keys(first).slice(0, 8).join(', ');
  throw new IngestError(file.path, 'is named like a play history and is none', {
    line: 1,
    conceal: withoutValues,
    hint:
      `its entries have the keys ${keys || '(none)'}; a history has endTime, artistName, trackName, msPlayed ` +
      'or ts, ms_played, master_metadata_track_name, spotify_track_uri. Rename or remove the file',
  });
}

async function firstEntry(file: ExportFile): Promise<JsonRow | undefined> {
  for await (const { values } of jsonElements(slices(file.open()), file.path)) return values[0] as JsonRow;
  return undefined;
}

/** Small pieces, so that the first entry is found before a later one that may be broken. */
async function* slices(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const chunk of bytes) {
    for (let at = 0; at < chunk.length; at += 256) yield chunk.subarray(at, at + 256);
  }
}
