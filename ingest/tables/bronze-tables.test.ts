import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CATALOGUE_COLUMNS } from '../kaggle/catalogue-row.js';
import { catalogueRows, rejectedRows } from './catalogue.js';
import type { Cell, ColumnBatch, TableContext } from './context.js';
import { episodesHistory, exportEpisodes } from './episodes.js';
import { measuredFeatures } from './features.js';
import { ingestedFiles } from './ingested-files.js';
import { exportPlays, listeningHistory } from './listening-history.js';

type Row = Record<string, Cell>;

/** A project folder, and the context of models that run in it. Counts that models ask of tables are answered from `source`. */
class Project implements TableContext {
  readonly runStartedAt = new Date('2026-01-01T00:00:00Z');
  readonly signal = new AbortController().signal;
  readonly messages: string[] = [];
  readonly progressed: string[] = [];
  this: { relation: string } | undefined;
  /** sources of the plays that `listening_history_bronze` holds */
  history: string[] = [];
  /** plays that `spotify_export_plays` holds */
  exported = 0;
  /** plays of `spotify_export_plays` with ids of an earlier version */
  earlierIds = 0;
  /** what tables say of their earlier ingestions */
  earlier: Row[] = [];
  readonly log = {
    debug: (message: string) => void this.messages.push(`debug: ${message}`),
    info: (message: string) => void this.messages.push(`info: ${message}`),
    warn: (message: string) => void this.messages.push(`warn: ${message}`),
  };

  constructor(readonly projectDir: string) {}

  ref(name: string): { relation: string } {
    return { relation: name };
  }

  async query(sql: string): Promise<Row[]> {
    if (sql.includes('epoch_ms')) return this.earlier.filter((row) => sql.includes(row.table as string));
    if (sql.includes('from audio_feature_lookups')) return [];
    if (sql.endsWith('where length(play_id) <> 33')) return [{ n: this.earlierIds }];
    if (sql.endsWith('from spotify_export_episodes where true')) return [{ n: 0 }];
    if (sql.includes('as same_length')) return [];
    if (sql.endsWith('from spotify_export_plays where true')) return [{ n: this.exported }];
    if (sql.endsWith('from spotify_recent_plays where true')) return [{ n: 0 }];
    const condition = /where source (=|<>) 'sample'$/.exec(sql);
    if (condition === null) throw new Error(`not answered here: ${sql}`);
    return [{ n: this.history.filter((source) => (source === 'sample') === (condition[1] === '=')).length }];
  }

  var<T>(_name: string, fallback?: T): T {
    return fallback as T;
  }

  env(_name: string, fallback: string): string {
    return fallback;
  }

  progress(done: number, _total?: number, unit?: string): void {
    this.progressed.push(`${done} ${unit}`);
  }

  async put(path: string, content: string | Uint8Array): Promise<void> {
    await mkdir(join(this.projectDir, path, '..'), { recursive: true });
    await writeFile(join(this.projectDir, path), content);
  }
}

let project: Project;
beforeEach(async () => {
  project = new Project(await mkdtemp(join(tmpdir(), 'bronze-')));
});
afterEach(() => rm(project.projectDir, { recursive: true }));

/** Rows of the listening history where it is the sample. */
async function sampleHistory(): Promise<Row[]> {
  const history = await listeningHistory(project);
  if ('select' in history) throw new Error('a SELECT over real plays');
  return rowsOf(history.rows);
}

/** Rows of the episodes where they are the sample. */
async function sampleEpisodes(): Promise<Row[]> {
  const history = await episodesHistory(project);
  if ('select' in history) throw new Error('a SELECT over real episodes');
  return rowsOf(history.rows);
}

async function rowsOf(result: ColumnBatch | AsyncIterable<ColumnBatch> | Promise<ColumnBatch>): Promise<Row[]> {
  const batches: ColumnBatch[] = [];
  const settled = await result;
  if (Symbol.asyncIterator in settled)
    for await (const batch of settled as AsyncIterable<ColumnBatch>) batches.push(batch);
  else batches.push(settled as ColumnBatch);
  return batches.flatMap((batch) => {
    const columns = Object.entries(batch);
    const length = columns[0]?.[1].length ?? 0;
    expect(columns.every(([, cells]) => cells.length === length)).toBe(true);
    return Array.from({ length }, (_, index) =>
      Object.fromEntries(columns.map(([name, cells]) => [name, cells[index]!])),
    );
  });
}

const HEADER = CATALOGUE_COLUMNS.join(',');
const GOOD =
  '5SuOikwiRyPMVoIQDJUgSV,Gen Hoshino,Comedy,Comedy,73,230666,False,0.676,0.461,1,-6.746,0,0.143,0.0322,1.01e-06,0.358,0.715,87.917,4,acoustic';
const PLAYS = JSON.stringify([
  { endTime: '2023-01-01 10:00', artistName: 'A', trackName: 'T', msPlayed: 10 },
  { endTime: '2023-01-01 10:00', artistName: 'A', trackName: 'T', msPlayed: 10 },
]);
const EPISODES = JSON.stringify([{ endTime: '2023-01-01 10:00', podcastName: 'S', episodeName: 'E', msPlayed: 10 }]);

describe('with nothing configured', () => {
  it('the tables hold the sample, and one line for each source says so', async () => {
    const catalogue = await rowsOf(catalogueRows(project));
    expect(await rowsOf(rejectedRows(project))).toEqual([]);
    const history = await sampleHistory();
    project.history = history.map((row) => row.source as string);
    const episodes = await sampleEpisodes();
    const files = await rowsOf(ingestedFiles(project));
    for (const row of [...catalogue, ...history, ...episodes]) expect(row.source).toBe('sample');
    expect(new Set(history.map((row) => row.play_id)).size).toBe(history.length);
    expect(files.map((file) => [file.path, file.kind, file.rows_accepted, file.rows_other])).toEqual([
      ['sample:catalogue', 'sample', catalogue.length, 0],
      ['sample:listening', 'sample', history.length, episodes.length],
    ]);
    const told = project.messages.filter((message) => !message.startsWith('debug: '));
    expect(told).toEqual([
      'info: no data of your own in data/ for these, so the invented sample stands in, labelled "sample" everywhere: ' +
        'a catalogue of 4,186 rows and 1,449 plays (docs/your-own-data.md tells how to add yours)',
    ]);
    expect(project.messages[0]).toMatch(
      /^debug: no Kaggle catalogue at data\/kaggle\/dataset\.csv: using the invented sample/,
    );
    expect(project.messages[1]).toMatch(/^debug: no play history in data\/spotify-export: using an invented listener/);
    expect(await rowsOf(measuredFeatures(project))).toEqual([]);
  });

  it('an empty folder, or one with other files only, is as good as none', async () => {
    await project.put('data/spotify-export/Userdata.json', '{}');
    expect(await rowsOf(exportPlays(project))).toEqual([]);
    expect(project.messages).toEqual(['info: no play history in data/spotify-export/Userdata.json: not read']);
    expect((await sampleHistory())[0]!.source).toBe('sample');
  });

  it('plays with ids of an earlier version are not doubled: the error says how to read them anew', async () => {
    project.this = { relation: 'spotify_export_plays' };
    project.earlierIds = 1_234;
    const error = await rowsOf(exportPlays(project)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      problem: '1,234 plays have ids of an earlier version',
      hint: expect.stringContaining('npx tsdbt build --full-refresh --select spotify_export_plays+') as string,
    });
  });

  it('plays that were taken in before stay alone: the sample does not come back beside them', async () => {
    project.this = { relation: 'spotify_export_plays' };
    project.exported = 1;
    project.history = ['spotify_export'];
    expect(await rowsOf(exportPlays(project))).toEqual([]);
    expect(await listeningHistory(project)).toHaveProperty('select');
    expect(await episodesHistory(project)).toHaveProperty('select');
    expect(project.messages).toEqual([
      'info: no play history in data/spotify-export: the 1 plays taken in before stay',
    ]);
  });
});

describe('with files', () => {
  it('plays and episodes go to their tables; ingested_files adds up; no sample', async () => {
    await project.put('data/spotify-export/StreamingHistory0.json', PLAYS);
    await project.put('data/spotify-export/StreamingHistory_podcast_0.json', EPISODES);
    const history = await rowsOf(exportPlays(project));
    project.history = ['spotify_export'];
    expect(history).toHaveLength(2);
    expect(history[0]).toMatchObject({
      played_at: new Date('2023-01-01T10:00:00Z'),
      track_id: null,
      track_name: 'T',
      ms_played: 10,
      export_format: 'account',
      source_file: 'data/spotify-export/StreamingHistory0.json',
      ingested_at: project.runStartedAt,
    });
    expect(await rowsOf(exportEpisodes(project))).toMatchObject([
      { show_name: 'S', content_type: 'podcast', export_format: 'account' },
    ]);
    const files = await rowsOf(ingestedFiles(project));
    expect(files.slice(1).map((file) => [file.kind, file.rows_read, file.rows_accepted, file.rows_other])).toEqual([
      ['spotify_export', 2, 2, 0],
      ['spotify_export', 1, 0, 1],
    ]);
    expect(project.messages.filter((message) => message.includes('listener'))).toEqual([]);
  });

  it('the catalogue is read once for its three tables, and again when the file changes', async () => {
    const path = 'data/kaggle/dataset.csv';
    await project.put(path, `${HEADER}\n${GOOD}\n${GOOD.replace('0.461', '7')}\n`);
    const rejected = await rowsOf(rejectedRows(project));
    expect(rejected).toMatchObject([
      { row_number: 2, reason: 'energy is out of range: 7 (0 to 1)', source_file: path },
    ]);
    const read = project.progressed.length;
    expect(await rowsOf(catalogueRows(project))).toMatchObject([{ row_number: 1, energy: 0.461, source: 'kaggle' }]);
    project.history = ['spotify_api'];
    const [file] = await rowsOf(ingestedFiles(project));
    expect(file).toMatchObject({ path, rows_read: 2, rows_accepted: 1, rows_rejected: 1, known_checksum: false });
    expect(project.progressed).toHaveLength(read);
    expect(project.messages).toEqual([`info: ${path}: 1 of 2 rows rejected, reasons in kaggle_tracks_rejected`]);

    await project.put(path, `${HEADER}\n${GOOD}\n`);
    await utimes(join(project.projectDir, path), new Date(), new Date('2030-01-01'));
    expect(await rowsOf(rejectedRows(project))).toEqual([]);
    expect(await rowsOf(catalogueRows(project))).toHaveLength(1);
    expect(await rowsOf(catalogueRows(project))).toHaveLength(1); // a second run in the same process
  });

  it('the time of ingestion stays while the file does', async () => {
    const path = 'data/kaggle/dataset.csv';
    await project.put(path, `${HEADER}\n${GOOD}\n1,2\n`);
    project.history = ['spotify_api'];
    project.this = { relation: 'the_table' };
    const later = Date.now() + 60_000;
    const [{ sha256 }] = (await rowsOf(ingestedFiles(project))) as [Row];
    project.earlier = [{ table: 'the_table', path, sha256: sha256!, at: later }];
    for (const rows of [catalogueRows(project), rejectedRows(project), ingestedFiles(project)]) {
      expect((await rowsOf(rows))[0]!.ingested_at).toEqual(new Date(later));
    }
    project.earlier = [{ table: 'the_table', path, sha256: 'another', at: Date.now() - 60_000 }];
    for (const rows of [catalogueRows(project), rejectedRows(project), ingestedFiles(project)]) {
      expect((await rowsOf(rows))[0]!.ingested_at).toEqual(project.runStartedAt);
    }
  });

  it('dataset.csv.gz is as good, and has the same fingerprint', async () => {
    const content = `${HEADER}\n${GOOD}\n`;
    await project.put('data/kaggle/dataset.csv.gz', gzipSync(content));
    project.history = ['spotify_api'];
    const [packed] = await rowsOf(ingestedFiles(project));
    await project.put('data/kaggle/dataset.csv', content);
    const [plain] = await rowsOf(ingestedFiles(project));
    expect([packed!.path, plain!.path]).toEqual(['data/kaggle/dataset.csv.gz', 'data/kaggle/dataset.csv']);
    expect([packed!.sha256, packed!.bytes]).toEqual([plain!.sha256, plain!.bytes]);
  });

  it('a broken file is an error, never the sample; when it is mended it is read', async () => {
    await project.put('data/kaggle/dataset.csv', '');
    await expect(rowsOf(rejectedRows(project))).rejects.toThrow('data/kaggle/dataset.csv:1: the file is empty');
    await expect(rowsOf(catalogueRows(project))).rejects.toThrow('the file is empty');
    await project.put('data/spotify-export/StreamingHistory0.json', PLAYS.slice(0, -5));
    await expect(rowsOf(exportPlays(project))).rejects.toThrow('ends in the middle of the list');
    await expect(rowsOf(exportEpisodes(project))).rejects.toThrow('ends in the middle of the list');
    await project.put('data/spotify-export/StreamingHistory0.json', PLAYS);
    expect(await rowsOf(exportPlays(project))).toHaveLength(2);
    expect(project.messages).toEqual([]);
  });

  it('Exportify files become measured features', async () => {
    const names =
      'Danceability,Energy,Key,Loudness,Mode,Speechiness,Acousticness,Instrumentalness,Liveness,Valence,Tempo,Time Signature';
    const row = '0.5,0.6,1,-7.5,1,0.04,0.1,0,0.2,0.7,120.5,4';
    await project.put(
      'data/features/liked.csv',
      `Track URI,Track Name,Artist Name(s),${names}\nspotify:track:5SuOikwiRyPMVoIQDJUgSV,T,A,${row}\nx,T,A,${row}\n`,
    );
    expect(await rowsOf(measuredFeatures(project))).toMatchObject([
      { track_id: '5SuOikwiRyPMVoIQDJUgSV', provider: 'exportify', energy: 0.6, time_signature: 4 },
    ]);
    expect(project.messages).toEqual([
      'warn: data/features/liked.csv: 1 of 2 rows rejected; line 3: not a Spotify track: "x"',
    ]);
  });
});

const real = join(process.cwd(), '../shared/data');
if (!existsSync(real)) console.log('the real data are absent: their spec is left out');
describe.runIf(existsSync(real))('with real files', () => {
  it('26,856 plays and 17,949 catalogue rows come out as they went in', async () => {
    await mkdir(join(project.projectDir, 'data/kaggle'), { recursive: true });
    await copyFile(join(real, 'kaggle_sample.csv.gz'), join(project.projectDir, 'data/kaggle/dataset.csv.gz'));
    for (const name of ['2020_StreamingHistory0', '2022_StreamingHistory0', '2022_StreamingHistory1']) {
      const content = gunzipSync(await readFile(join(real, `history/account_${name}.json.gz`)));
      await project.put(`data/spotify-export/${name.replace('_', '/')}.json`, content);
    }
    const history = await rowsOf(exportPlays(project));
    project.history = ['spotify_export'];
    const files = await rowsOf(ingestedFiles(project));
    expect(history).toHaveLength(26_856);
    expect(await rowsOf(catalogueRows(project))).toHaveLength(17_949);
    expect(await rowsOf(rejectedRows(project))).toEqual([]);
    expect(files.map((file) => [file.rows_read, file.rows_accepted, file.rows_rejected, file.rows_repeated])).toEqual([
      [17_949, 17_949, 0, 0],
      [6_866, 6_866, 0, 0],
      [9_990, 9_990, 0, 0],
      [10_000, 10_000, 0, 0],
    ]);
  });
});
