import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { strToU8, zipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { IngestError } from '../input/ingest-error.js';
import { findExportFiles } from './find-files.js';
import type { ExportedPlay, Identified } from './plays.js';
import { type ExportReport, readExport } from './read-export.js';
import { recogniseFiles } from './recognise.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'export-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function put(path: string, content: unknown): Promise<void> {
  const target = join(folder, path);
  await mkdir(dirname(target), { recursive: true });
  const raw = typeof content === 'string' || content instanceof Uint8Array;
  await writeFile(target, raw ? content : JSON.stringify(content, null, 2));
}

interface Result extends ExportReport {
  readonly plays: Identified<ExportedPlay>[];
  readonly ignored: readonly string[];
}

async function read(): Promise<Result> {
  const { plays: files, ignored } = await recogniseFiles(await findExportFiles(folder, 'export'));
  const reading = readExport(files);
  const plays: Identified<ExportedPlay>[] = [];
  for (;;) {
    const step = await reading.next();
    if (step.done === true) return { ...step.value, plays, ignored };
    plays.push(...step.value);
  }
}

async function failure(): Promise<IngestError> {
  const error = await read().then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(IngestError);
  return error as IngestError;
}

const account = (endTime: string, trackName = 'Song', msPlayed = 1000) => ({
  endTime,
  artistName: 'Band',
  trackName,
  msPlayed,
});

const extended = (ts: string, more: Record<string, unknown> = {}) => ({
  ts,
  username: 'someone',
  platform: 'a phone',
  ms_played: 1000,
  conn_country: 'AT',
  ip_addr_decrypted: '192.0.2.1',
  user_agent_decrypted: 'secret agent',
  master_metadata_track_name: 'Song',
  master_metadata_album_artist_name: 'Band',
  master_metadata_album_album_name: 'Album',
  spotify_track_uri: 'spotify:track:5SuOikwiRyPMVoIQDJUgSV',
  episode_name: null,
  episode_show_name: null,
  spotify_episode_uri: null,
  reason_start: 'clickrow',
  reason_end: 'trackdone',
  shuffle: false,
  skipped: null,
  offline: '',
  offline_timestamp: 0,
  incognito_mode: false,
  ...more,
});

describe('where the files are', () => {
  it('in the folder, in folders below, gzipped, and in the .zip that Spotify sends', async () => {
    await put('StreamingHistory0.json', [account('2023-01-01 10:00')]);
    await put('my data/Spotify Account Data/StreamingHistory_music_1.json', [account('2023-01-02 10:00')]);
    await put('old/StreamingHistory2.json.gz', gzipSync(JSON.stringify([account('2023-01-03 10:00')])));
    const inside = {
      'Spotify Account Data/StreamingHistory3.json': strToU8(JSON.stringify([account('2023-01-04 10:00')])),
    };
    await put('my_spotify_data.zip', zipSync({ ...inside, '__MACOSX/._x.json': strToU8('x') }));
    await put(
      'stored.zip',
      zipSync({ 'endsong_0.json': strToU8(JSON.stringify([extended('2023-01-05T10:00:00Z')])) }, { level: 0 }),
    );
    await put('.DS_Store', 'x');
    const { files, plays, ignored } = await read();
    expect(files.map((file) => file.path)).toEqual([
      'export/StreamingHistory0.json',
      'export/my data/Spotify Account Data/StreamingHistory_music_1.json',
      'export/my_spotify_data.zip!/Spotify Account Data/StreamingHistory3.json',
      'export/old/StreamingHistory2.json.gz',
      'export/stored.zip!/endsong_0.json',
    ]);
    expect(plays.map((play) => new Date(play.entry.endedAt).getUTCDate())).toEqual([1, 2, 4, 3, 5]);
    expect(ignored).toEqual([]);
  });

  it('a file is known by its shape; what is something else is passed over and named', async () => {
    await put('renamed.json', [account('2023-01-01 10:00')]);
    await put('Userdata.json', { username: 'someone' });
    await put('Playlist1.json', { playlists: [] });
    await put('SearchQueries.json', [{ platform: 'x', searchTime: 'y' }]);
    await put('notes.json', '{ broken');
    await put('ReadMeFirst.pdf', '%PDF');
    const { files, ignored } = await read();
    expect(files.map((file) => file.path)).toEqual(['export/renamed.json']);
    expect(ignored.map((path) => path.slice(7))).toEqual([
      'Playlist1.json',
      'ReadMeFirst.pdf',
      'SearchQueries.json',
      'Userdata.json',
      'notes.json',
    ]);
  });

  it('a folder that is not there has no files', async () => {
    expect(await findExportFiles(join(folder, 'nowhere'), 'export')).toEqual([]);
  });

  it('links are followed, but not back to where they lie; one that leads nowhere is an error that names it', async () => {
    await put('old/StreamingHistory0.json', [account('2023-02-28 23:59')]);
    await symlink(folder, join(folder, 'old', 'back'));
    await symlink(join(folder, 'old', 'StreamingHistory0.json'), join(folder, 'linked.json'));
    const paths = (await findExportFiles(folder, 'export')).map((file) => file.path);
    expect(paths).toEqual(['export/linked.json', 'export/old/StreamingHistory0.json']);
    await symlink(join(folder, 'gone.json'), join(folder, 'lost.json'));
    expect((await failure()).message).toBe('export/lost.json: is a link that leads nowhere');
  });
});

describe('what is read', () => {
  it('the account export: names, minute, milliseconds; no ids', async () => {
    await put('StreamingHistory0.json', [account('2023-02-28 23:59', 'Fúgate', 0)]);
    const [play] = (await read()).plays;
    expect(play!.entry).toMatchObject({
      trackName: 'Fúgate',
      artistName: 'Band',
      trackId: null,
      msPlayed: 0,
      skipped: null,
    });
    expect(new Date(play!.entry.endedAt).toISOString()).toBe('2023-02-28T23:59:00.000Z');
  });

  it('the extended export: all but what names the person, the place or the device', async () => {
    await put('endsong_0.json', [extended('2023-01-01T10:00:30Z')]);
    const { plays } = await read();
    expect(plays[0]!.entry).toEqual({
      endedAt: Date.parse('2023-01-01T10:00:30Z'),
      exactSecond: true,
      trackId: '5SuOikwiRyPMVoIQDJUgSV',
      trackName: 'Song',
      artistName: 'Band',
      albumName: 'Album',
      msPlayed: 1000,
      reasonStart: 'clickrow',
      reasonEnd: 'trackdone',
      shuffle: false,
      skipped: null,
      offline: null,
    });
    expect(JSON.stringify(plays)).not.toMatch(/192\.0\.2\.1|secret agent|someone|phone|AT"/);
  });

  it('podcasts and audiobooks are kept apart, in both formats', async () => {
    const none = { master_metadata_track_name: null, master_metadata_album_artist_name: null, spotify_track_uri: null };
    await put('Streaming_History_Audio_2023_1.json', [
      extended('2023-01-01T10:00:00Z', {
        ...none,
        episode_name: 'E',
        episode_show_name: 'S',
        spotify_episode_uri: 'spotify:episode:e',
      }),
      extended('2023-01-01T11:00:00Z', {
        ...none,
        audiobook_title: 'B',
        audiobook_chapter_title: 'C',
        audiobook_uri: 'spotify:show:b',
      }),
      extended('2023-01-01T12:00:00Z', none),
      extended('2023-01-01T13:00:00Z', { ...none, spotify_track_uri: 'spotify:track:0000000000000000000000' }),
    ]);
    await put('StreamingHistory_podcast_0.json', [
      { endTime: '2023-01-02 10:00', podcastName: 'S', episodeName: 'E2', msPlayed: 5 },
      { endTime: '2023-01-01 10:00', podcastName: 'S', episodeName: 'E', msPlayed: 1000 },
    ]);
    const { plays, episodes, files } = await read();
    expect(plays.map((play) => [play.entry.trackName, play.entry.artistName])).toEqual([
      ['Unknown Track', 'Unknown Artist'],
    ]);
    expect(
      episodes.map(({ entry }) => [entry.contentType, entry.showName, entry.episodeName, entry.episodeUri]),
    ).toEqual([
      ['podcast', 'S', 'E2', null],
      ['podcast', 'S', 'E', null],
      ['podcast', 'S', 'E', 'spotify:episode:e'],
      ['audiobook', 'B', 'C', 'spotify:show:b'],
    ]);
    expect(files).toMatchObject([
      { rowsRead: 2, episodes: 2, repeatedInFiles: 0 },
      { rowsRead: 4, plays: 1, episodes: 2, nameless: 1 },
    ]);
  });

  it('files of one format that overlap count once; each format is read for itself', async () => {
    const twice = [account('2023-01-01 10:00'), account('2023-01-01 10:00'), account('2023-01-01 11:00')];
    await put('2023/StreamingHistory0.json', twice);
    await put('2024/StreamingHistory0.json', [...twice, account('2024-01-01 10:00')]);
    await put('Streaming_History_Audio_2023_0.json', [extended('2023-01-01T11:00:12Z')]);
    const { plays, files } = await read();
    expect(plays).toHaveLength(5);
    expect(new Set(plays.map((play) => play.playId)).size).toBe(5);
    expect(files.map((file) => [file.rowsRead, file.plays, file.repeatedInFiles])).toEqual([
      [3, 3, 0],
      [4, 1, 3],
      [1, 1, 0],
    ]);
  });

  it('an empty list is a history without plays', async () => {
    await put('StreamingHistory_music_0.json', []);
    expect(await read()).toMatchObject({ plays: [], files: [{ rowsRead: 0 }], ignored: [] });
  });
});

describe('broken files are errors that say where and what to do', () => {
  it.each([
    ['an empty file', 'StreamingHistory0.json', '', 'export/StreamingHistory0.json:1: the file is empty'],
    [
      'a file cut off',
      'StreamingHistory0.json',
      '[{"endTime": "2023-',
      'StreamingHistory0.json:1: the file ends in the middle of the list',
    ],
    ['another shape', 'StreamingHistory0.json', '[{"a": 1}]', 'is named like a play history and is none'],
    ['no list', 'endsong_1.json', '{"a": 1}', 'endsong_1.json:1: expected a list that begins with "["'],
    ['UTF-16', 'Streaming_History_Audio_2.json', Buffer.from('\ufeff[]', 'utf16le'), 'is UTF-16, not UTF-8'],
    [
      'a broken gzip',
      'StreamingHistory1.json.gz',
      gzipSync('[{"endTime":"2023-01-01 10:00"}]').subarray(0, 30),
      'the compressed data ends early',
    ],
    ['what is no gzip', 'StreamingHistory1.json.gz', '[]', 'the compressed data is damaged'],
    [
      'what is no zip',
      'my_spotify_data.zip',
      'PK nonsense',
      'my_spotify_data.zip: no zip archive, or its end is missing',
    ],
  ])('%s', async (_, name, content, message) => {
    await put(name, content);
    const error = await failure();
    expect(error.message).toContain(message);
    expect(error.hint).toBeTruthy();
  });

  it.each([
    ['"endTime" should be a time like 2023-01-31 20:15: found "yesterday"', { endTime: 'yesterday' }],
    ['"endTime" should be a time like 2023-01-31 20:15: found "2023-02-31 10:00"', { endTime: '2023-02-31 10:00' }],
    ['"msPlayed" should be a whole number of milliseconds: found -1', { msPlayed: -1 }],
    ['"msPlayed" should be a whole number of milliseconds: found "5"', { msPlayed: '5' }],
    ['"artistName" should be a text: it is missing', { artistName: undefined }],
  ])('a later entry: %s', async (message, change) => {
    await put('renamed.json', [account('2023-01-01 10:00'), { ...account('2023-01-01 10:01'), ...change }]);
    expect((await failure()).message).toBe(`export/renamed.json:8: ${message}`);
  });

  it('a zip archive that is cut off, or damaged inside', async () => {
    const archive = zipSync(
      { 'StreamingHistory0.json': strToU8(JSON.stringify([account('2023-01-01 10:00')])) },
      { level: 0 },
    );
    await put('a.zip', archive.subarray(0, archive.length - 30));
    expect((await failure()).hint).toContain('download it again');
    const damaged = Buffer.from(archive);
    damaged.write('X', damaged.indexOf('Song'));
    await put('a.zip', damaged);
    expect((await failure()).message).toContain('CRC-32 differs');
  });
});

const real = join(process.cwd(), '../shared/data/history');
if (!existsSync(real)) console.log('the real histories are absent: their spec is left out');
describe.runIf(existsSync(real))('real exports', () => {
  it('26,856 plays in, 26,856 plays out, as files and as one archive', async () => {
    const parts = ['2020_StreamingHistory0', '2022_StreamingHistory0', '2022_StreamingHistory1'];
    const contents = await Promise.all(parts.map((part) => readFile(join(real, `account_${part}.json.gz`))));
    for (const [index, part] of parts.entries()) await put(`${part.replace('_', '/')}.json.gz`, contents[index]!);
    const { plays, files } = await read();
    expect(files.map((file) => [file.rowsRead, file.plays])).toEqual([
      [6_866, 6_866],
      [9_990, 9_990],
      [10_000, 10_000],
    ]);
    const ids = new Set(plays.map((play) => play.playId));
    expect(ids.size).toBe(26_856);

    // the same files once more, in the archive: nothing is added, and the ids are the same
    const entries = parts.map(
      (part, index) => [`${part.replace('_', '/')}.json`, gunzipSync(contents[index]!)] as const,
    );
    await put('my_spotify_data.zip', zipSync(Object.fromEntries(entries)));
    const again = await read();
    expect(again.plays).toHaveLength(26_856);
    expect(again.plays.every((play) => ids.has(play.playId))).toBe(true);
    expect(again.files.reduce((sum, file) => sum + file.repeatedInFiles, 0)).toBe(26_856);
  });
});
