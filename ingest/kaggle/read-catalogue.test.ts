import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withGitBlob } from '../input/fingerprint.js';
import { IngestError } from '../input/ingest-error.js';
import { readBytes } from '../input/read-bytes.js';
import { CATALOGUE_COLUMNS, type CatalogueRow, type RejectedRow } from './catalogue-row.js';
import { isOriginalDataSet } from './known-file.js';
import { readCatalogue } from './read-catalogue.js';

const HEADER = `,${CATALOGUE_COLUMNS.join(',')}`;
const GOOD =
  '0,5SuOikwiRyPMVoIQDJUgSV,Gen Hoshino,Comedy,Comedy,73,230666,False,0.676,0.461,1,-6.746,0,0.143,0.0322,1.01e-06,0.358,0.715,87.917,4,acoustic';

/** The good row with some columns replaced. */
function row(changes: Partial<Record<(typeof CATALOGUE_COLUMNS)[number], string>>): string {
  const fields = GOOD.split(',');
  for (const [name, value] of Object.entries(changes)) fields[CATALOGUE_COLUMNS.indexOf(name as never) + 1] = value;
  return fields.join(',');
}

async function* inPieces(content: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size);
}

async function read(
  content: string | Buffer,
  size = 64,
): Promise<{ accepted: CatalogueRow[]; rejected: RejectedRow[] }> {
  const accepted: CatalogueRow[] = [];
  const rejected: RejectedRow[] = [];
  for await (const batch of readCatalogue(inPieces(Buffer.from(content), size), 'dataset.csv')) {
    accepted.push(...batch.accepted);
    rejected.push(...batch.rejected);
  }
  return { accepted, rejected };
}

const reasons = async (...rows: string[]) =>
  (await read([HEADER, ...rows, ''].join('\n'))).rejected.map((r) => r.reason);

async function failure(content: string | Buffer): Promise<IngestError> {
  const error = await read(content).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(IngestError);
  return error as IngestError;
}

describe('the Kaggle catalogue', () => {
  it('types a row and leaves it otherwise as delivered', async () => {
    const { accepted, rejected } = await read(`${HEADER}\n${GOOD}\n`);
    expect(rejected).toEqual([]);
    expect(accepted).toEqual([
      {
        row_number: 1,
        track_id: '5SuOikwiRyPMVoIQDJUgSV',
        artists: 'Gen Hoshino',
        album_name: 'Comedy',
        track_name: 'Comedy',
        popularity: 73,
        duration_ms: 230666,
        explicit: false,
        danceability: 0.676,
        energy: 0.461,
        key: 1,
        loudness: -6.746,
        mode: 0,
        speechiness: 0.143,
        acousticness: 0.0322,
        instrumentalness: 0.00000101,
        liveness: 0.358,
        valence: 0.715,
        tempo: 87.917,
        time_signature: 4,
        track_genre: 'acoustic',
      },
    ]);
  });

  it('reads doubled quotes, commas, line ends and umlauts inside quotes, however the bytes arrive', async () => {
    const content = `${HEADER}\n${row({ track_name: '"""Heroes"", live\nat home ’“ü"', album_name: '24/7' })}\n${GOOD}\n`;
    for (const size of [1, 2, 3, 7, 64, 10_000]) {
      const { accepted, rejected } = await read(content, size);
      expect(rejected).toEqual([]);
      expect(accepted.map((each) => [each.row_number, each.track_name, each.album_name])).toEqual([
        [1, '"Heroes", live\nat home ’“ü', '24/7'],
        [2, 'Comedy', 'Comedy'],
      ]);
    }
  });

  it.each([
    ['a blank index column', HEADER, GOOD],
    ['"Unnamed: 0"', `Unnamed: 0${HEADER}`, GOOD],
    ['no index column', HEADER.slice(1), GOOD.slice(2)],
  ])('takes a header with %s', async (_, header, line) => {
    expect((await read(`${header}\n${line}\n`)).accepted).toHaveLength(1);
  });

  it('takes columns in any order, CRLF, a byte order mark, and a last line without its end', async () => {
    const names = HEADER.split(',').reverse().join(',');
    const values = GOOD.split(',').reverse().join(',');
    const { accepted } = await read(`\ufeff${names}\r\n${values}\r\n${values}`);
    expect(accepted.map((each) => each.track_genre)).toEqual(['acoustic', 'acoustic']);
  });

  it('says which column is missing and which may have been meant', async () => {
    const error = await failure(`${HEADER.replace('danceability', 'dancability')}\n${GOOD}\n`);
    expect(error.message).toBe('dataset.csv:1: the header has no column "danceability"');
    expect(error.hint).toBe('"dancability" stands there: did you mean "danceability"?');
  });

  it('refuses a file without a header, with an unknown column, or with a column twice', async () => {
    expect((await failure(`${GOOD}\n${GOOD}\n`)).hint).toBe(
      'the first line must name the columns; this one looks like data',
    );
    expect((await failure(`${HEADER},mood\n`)).message).toBe('dataset.csv:1: unknown column "mood"');
    expect((await failure(`${HEADER},tempo\n`)).message).toContain('column "tempo" stands in the header twice');
  });

  it('refuses an empty file and other encodings', async () => {
    expect((await failure('')).message).toBe('dataset.csv:1: the file is empty');
    expect((await failure(Buffer.from(`\ufeff${HEADER}\n`, 'utf16le'))).message).toBe(
      'dataset.csv:1: is UTF-16, not UTF-8',
    );
    expect((await failure(Buffer.from(`${HEADER}\n`, 'utf16le'))).message).toContain('holds zero bytes');
  });

  it('a header alone is refused: no catalogue has no rows', async () => {
    await expect(read(`${HEADER}\n`)).rejects.toThrow('dataset.csv:1: the file has a header and no rows');
  });
});

describe('rejected rows', () => {
  it('name every reason', async () => {
    expect(await reasons(row({ energy: '1.2', tempo: 'fast', key: '3.5', explicit: 'maybe' }))).toEqual([
      'explicit is neither True nor False: "maybe"; energy is out of range: 1.2 (0 to 1); ' +
        'key is not a whole number: 3.5; tempo is not a number: "fast"',
    ]);
  });

  it.each([
    ['popularity', '101', 'popularity is out of range: 101 (0 to 100)'],
    ['duration_ms', '0', 'duration_ms is out of range: 0 (1 to 86400000)'],
    ['loudness', '5.1', 'loudness is out of range: 5.1 (-60 to 5)'],
    ['loudness', '-60.5', 'loudness is out of range: -60.5 (-60 to 5)'],
    ['tempo', '19', 'tempo is out of range: 19 (20 to 260 or 0)'],
    ['key', '12', 'key is out of range: 12 (-1 to 11)'],
    ['mode', '2', 'mode is out of range: 2 (0 to 1)'],
    ['time_signature', '8', 'time_signature is out of range: 8 (0 to 7)'],
    ['valence', '', 'valence is missing'],
    ['valence', 'NaN', 'valence is not a number: "NaN"'],
    ['valence', '0x1', 'valence is not a number: "0x1"'],
    ['valence', ' 0.5', 'valence is not a number: " 0.5"'],
    ['track_id', '', 'track_id is missing'],
    ['track_id', 'short', 'track_id is not a Spotify id (22 letters and digits)'],
    ['track_genre', '', 'track_genre is missing'],
  ] as const)('%s = "%s"', async (column, value, reason) => {
    expect(await reasons(row({ [column]: value }))).toEqual([reason]);
  });

  it('what is at the edge of a range, or means "unknown", is accepted', async () => {
    expect(
      await reasons(
        row({ tempo: '0', time_signature: '0', loudness: '4.532', valence: '1', energy: '0.0', key: '-1' }),
        row({ tempo: '243.372', loudness: '-49.531', instrumentalness: '1e-05', popularity: '0', mode: '1' }),
      ),
    ).toEqual([]);
  });

  it('a row without artists, album and title, as the published file has one, is rejected', async () => {
    const line =
      '65900,1kR4gIb7nGxHPI3D2ifs59,,,,0,0,False,0.501,0.583,7,-9.46,0,0.0605,0.69,0.00396,0.0747,0.734,138.391,4,k-pop';
    expect(await reasons(line)).toEqual([
      'artists is missing; album_name is missing; track_name is missing; duration_ms is out of range: 0 (1 to 86400000)',
    ]);
  });

  it('too few and too many columns; the raw line is kept', async () => {
    const { rejected } = await read(`${HEADER}\n1,2,3\n${GOOD},more\n`);
    expect(rejected).toEqual([
      { row_number: 1, reason: '3 columns instead of 21', raw_line: '1,2,3' },
      { row_number: 2, reason: '22 columns instead of 21', raw_line: `${GOOD},more` },
    ]);
  });

  it('backslash escapes, which the data set does not use, spoil their own row only', async () => {
    const { accepted, rejected } = await read(`${HEADER}\n${row({ track_name: '"a \\"b\\" c"' })}\n${GOOD}\n`);
    expect(rejected.map((each) => each.reason)).toEqual([
      'a quote stands inside a field (quotes in a field are doubled)',
    ]);
    expect(accepted.map((each) => each.row_number)).toEqual([2]);
  });

  it('a row that is not UTF-8, while a replacement character that is in the data stays', async () => {
    const bad = Buffer.from(`${HEADER}\n${row({ artists: 'Bj?rk' })}\n${row({ artists: 'Bj\ufffdrk' })}\n`);
    bad[bad.indexOf('?')] = 0xf6; // ö in Latin-1
    const { accepted, rejected } = await read(bad);
    expect(rejected.map((each) => [each.row_number, each.reason])).toEqual([[1, 'invalid UTF-8']]);
    expect(accepted.map((each) => each.artists)).toEqual(['Bj\ufffdrk']);
  });

  it.each([
    ['in a field', GOOD.slice(0, 40)],
    ['inside quotes', row({ track_name: '"Comedy' }).slice(0, 55)],
  ])('not one cut off %s: the file is incomplete, which is an error', async (_, cut) => {
    const error = await failure(`${HEADER}\n${GOOD}\n${cut}`);
    expect(error.message).toBe('dataset.csv:3: the file ends in the middle of this row');
    expect(error.hint).toContain('incomplete');
  });
});

describe('a quote that never closes', () => {
  it('is an error with the line where it opens, when a later quote shows it', async () => {
    const error = await failure(
      `${HEADER}\n${GOOD}\n${row({ track_name: '"Comedy' })}\n${GOOD}\n${row({ artists: '"A, B"' })}\n`,
    );
    expect(error.message).toBe('dataset.csv:3: the quote that opens in this line is not closed');
    expect(error.hint).toContain('must be doubled');
  });

  it('and when nothing but data follows', async () => {
    const error = await failure(`${HEADER}\n${row({ track_name: '"Comedy' })}\n${GOOD}\n${GOOD}\n`);
    expect(error.line).toBe(2);
  });

  it('and before the rest of a large file is swallowed', async () => {
    const error = await failure(`${HEADER}\n${row({ track_name: '"Comedy' })}\n${`${GOOD}\n`.repeat(3_000)}`);
    expect(error.line).toBe(2);
  });
});

describe('on real data', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'catalogue-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('takes the id that git gives, so that the published file can be recognised', async () => {
    const path = join(folder, 'dataset.csv');
    await writeFile(path, 'hello\n');
    let blob = '';
    for await (const _ of withGitBlob(path, 'dataset.csv', (id) => (blob = id)));
    expect(blob).toBe('ce013625030ba8dba906f756967f9e9ca394464a'); // git hash-object
    expect(isOriginalDataSet(blob)).toBe(false);
    expect(isOriginalDataSet('623114a306a820ed68a77be900643aa1f10764f8')).toBe(true);
  });

  const real = join(process.cwd(), '../shared/data/kaggle_sample.csv.gz');
  if (!existsSync(real)) console.log('the real catalogue sample is absent: its spec is left out');
  it.runIf(existsSync(real))(
    'accepts all 17,949 rows of the real sample, and 107,694 of six times as many in linear time',
    async () => {
      const once: Buffer[] = [];
      for await (const chunk of readBytes(real, 'sample')) once.push(chunk);
      const content = Buffer.concat(once);
      expect((await read(content, 65_536)).rejected).toEqual([]);
      const body = content.subarray(content.indexOf('\n') + 1);
      const started = process.cpuUsage();
      const { accepted, rejected } = await read(Buffer.concat([content, body, body, body, body, body]), 262_144);
      const { user, system } = process.cpuUsage(started);
      expect([accepted.length, rejected.length]).toEqual([107_694, 0]);
      expect(accepted.at(-1)!.row_number).toBe(107_694);
      expect((user + system) / 1e6).toBeLessThan(8); // about one second of CPU time; a reader that is not linear needs minutes
    },
  );
});
