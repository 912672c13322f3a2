import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ExportifyProvider } from './exportify.js';
import type { FileProvider, MeasuredTrack } from './provider.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'features-'));
});
afterEach(() => rm(folder, { recursive: true }));

const FEATURES =
  'Danceability,Energy,Key,Loudness,Mode,Speechiness,Acousticness,Instrumentalness,Liveness,Valence,Tempo,Time Signature';
const VALUES = '0.5,0.6,1,-7.5,1,0.04,0.1,0,0.2,0.7,120.5,4';
const NEW = `Track URI,Track Name,Album Name,Artist Name(s),Release Date,Duration (ms),Popularity,Explicit,${FEATURES}`;
const id = (digit: number) => String(digit).repeat(22);
const line = (uri: string, name = 'Song', values = VALUES) =>
  `${uri},"${name}",Album,"One,Two",2020,180000,5,false,${values}`;

async function read(): Promise<{ tracks: MeasuredTrack[]; provider: ExportifyProvider }> {
  const provider = new ExportifyProvider(folder, 'data/features');
  const tracks: MeasuredTrack[] = [];
  const fetched = (provider as FileProvider).read(new AbortController().signal);
  for await (const batch of fetched) tracks.push(...batch);
  return { tracks, provider };
}

describe('CSV files from Exportify', () => {
  it('gives id, names and features; the time is the time of the file', async () => {
    const path = join(folder, 'liked.csv');
    await writeFile(path, `\ufeff${NEW}\n${line(`spotify:track:${id(1)}`)}\n`);
    await utimes(path, new Date('2024-05-01T12:00:00Z'), new Date('2024-05-01T12:00:00Z'));
    expect((await read()).tracks).toEqual([
      {
        trackId: id(1),
        artistName: 'One,Two',
        trackName: 'Song',
        durationMs: 180_000,
        fetchedAt: new Date('2024-05-01T12:00:00Z'),
        features: {
          danceability: 0.5,
          energy: 0.6,
          key: 1,
          loudness: -7.5,
          mode: 1,
          speechiness: 0.04,
          acousticness: 0.1,
          instrumentalness: 0,
          liveness: 0.2,
          valence: 0.7,
          tempo: 120.5,
          time_signature: 4,
        },
      },
    ]);
  });

  it.each(['Spotify ID', 'Spotify URI', 'Track URI'])('knows the older header with "%s"', async (name) => {
    const value = name === 'Spotify ID' ? id(2) : `spotify:track:${id(2)}`;
    await writeFile(
      join(folder, 'old.csv.gz'),
      gzipSync(`${name},Artist Name(s),Track Name,${FEATURES}\n${value},A,T,${VALUES}\n`),
    );
    expect((await read()).tracks).toMatchObject([
      { trackId: id(2), artistName: 'A', trackName: 'T', durationMs: null },
    ]);
  });

  it('counts a track once; leaves out rows without features; rejects what is out of range and says why', async () => {
    const empty = ','.repeat(11);
    await writeFile(
      join(folder, 'a.csv'),
      `${NEW}\n${line(`spotify:track:${id(1)}`)}\n${line(`spotify:track:${id(3)}`, 'x', empty)}\n`,
    );
    const bad = line(`spotify:track:${id(4)}`, 'y', VALUES.replace('0.6', '6'));
    const local = line('spotify:local:One:Album:Song:180');
    await writeFile(join(folder, 'b.csv'), `${NEW}\n${line(`spotify:track:${id(1)}`)}\n${bad}\n${local}\n1,2\n`);
    const { tracks, provider } = await read();
    expect(tracks.map((track) => track.trackId)).toEqual([id(1), null]);
    expect(provider.reports).toMatchObject([
      { path: 'data/features/a.csv', rowsRead: 2, accepted: 1, withoutFeatures: 1, rejected: 0, repeated: 0 },
      { path: 'data/features/b.csv', rowsRead: 4, accepted: 1, withoutFeatures: 0, rejected: 2, repeated: 1 },
    ]);
    expect(provider.reports[1]!.firstRejections).toEqual([
      'line 3: energy is out of range: 6 (0 to 1)',
      'line 5: 2 columns instead of 20',
    ]);
  });

  it.each([
    [
      'no features',
      'Track URI,Track Name,Artist Name(s)\n',
      'data/features/a.csv:1: the file has no audio features',
      'Include track audio features',
    ],
    ['another file', 'name,age\n', 'data/features/a.csv:1: the header has no column "Track URI"', 'Exportify'],
    [
      'a renamed column',
      `${NEW.replace('Valence', 'Valance')}\n`,
      'the header has no column "Valence"',
      'did you mean "Valence"?',
    ],
    ['an empty file', '', 'data/features/a.csv:1: the file is empty', 'remove it'],
  ])('refuses %s', async (_, content, message, hint) => {
    await writeFile(join(folder, 'a.csv'), content);
    const error = await read().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      name: 'IngestError',
      message: expect.stringContaining(message),
      hint: expect.stringContaining(hint),
    });
  });
});
