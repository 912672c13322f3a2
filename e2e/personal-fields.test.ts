import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { strToU8, zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CommandResult, TempProject } from './temp-project.js';

/** What exports say beside the play, old and new, each with a value that nothing else contains. */
const PERSONAL = {
  username: 'qqusername',
  platform: 'qqplatform (Brand, Model)',
  conn_country: 'QQ',
  ip_addr: '198.51.100.77',
  ip_addr_decrypted: '203.0.113.88',
  user_agent_decrypted: 'qquseragent%2F8.4',
  city: 'qqcity',
  region: 'qqregion',
};
/** `QQ` alone may stand in a hash or a compressed page: as a value it is looked for where tables are decoded. */
const MARKS = Object.values(PERSONAL).filter((value) => value.length > 2);

const play = (ts: string, more: object = {}) => ({
  ts,
  ...PERSONAL,
  ms_played: 200_000,
  master_metadata_track_name: 'A Song',
  master_metadata_album_artist_name: 'A Band',
  master_metadata_album_album_name: 'An Album',
  spotify_track_uri: 'spotify:track:0000000000000000000001',
  reason_start: 'clickrow',
  reason_end: 'trackdone',
  shuffle: false,
  skipped: null,
  offline: false,
  offline_timestamp: 1_700_000_000,
  incognito_mode: true,
  ...more,
});
const episode = {
  master_metadata_track_name: null,
  master_metadata_album_artist_name: null,
  spotify_track_uri: null,
  episode_name: 'An Episode',
  episode_show_name: 'A Show',
  spotify_episode_uri: 'spotify:episode:0000000000000000000001',
};

describe('what exports say of the person, the place and the device', () => {
  const project = new TempProject();
  const results: CommandResult[] = [];
  beforeAll(async () => {
    const days = Array.from({ length: 28 }, (_, i) => `2023-05-${String(i + 1).padStart(2, '0')}T10:00:00Z`);
    project.write(
      'data/spotify-export/endsong_0.json',
      JSON.stringify(
        days.map((day) => play(day)),
        null,
        2,
      ),
    );
    project.write(
      'data/spotify-export/my_spotify_data.zip',
      zipSync({
        'Spotify Extended Streaming History/Streaming_History_Audio_2023.json': strToU8(
          JSON.stringify(days.map((day) => play(day.replace('T10', 'T11'), episode))),
        ),
        'Spotify Extended Streaming History/Userdata.json': strToU8(
          JSON.stringify({ ...PERSONAL, email: 'qqemail@a.example' }),
        ),
      }),
    );
    results.push(await project.tsdbt(['run', '--select', 'bronze', 'silver', '--log-level', 'debug']));
    expect(results[0]!.code, results[0]!.stderr.slice(-3000)).toBe(0);
    results.push(await project.tsdbt(['docs', 'generate']));
    // files that are broken in ways that show their lines
    const lines = JSON.stringify([play(days[0]!), play('yesterday')], null, 2);
    for (const broken of [
      lines,
      lines.slice(0, -40),
      lines.replace('"ms_played": 200000,', '"ms_played": 2000 00,'),
      `[${JSON.stringify(PERSONAL)}]`,
    ]) {
      project.write('data/spotify-export/endsong_1.json', broken);
      results.push(await project.tsdbt(['run', '--select', 'spotify_export_plays', '--log-level', 'debug']));
    }
  }, 240_000);
  afterAll(() => project.remove());

  /** All files below some folders of the project. */
  function files(...folders: string[]): string[] {
    const found: string[] = [];
    const walk = (folder: string): void => {
      for (const name of readdirSync(project.path(folder))) {
        const path = join(folder, name);
        if (statSync(project.path(path)).isDirectory()) walk(path);
        else found.push(path);
      }
    };
    for (const folder of folders) walk(folder);
    return found;
  }

  it('is printed nowhere, also where a broken file is shown', () => {
    expect(results.slice(2).map((result) => result.code)).toEqual([1, 1, 1, 1]);
    expect(results[2]!.stderr).toContain('"ts" should be a time like 2023-01-31T20:15:30Z: found "yesterday"');
    expect(results[4]!.stderr).toMatch(/"region": ·+/); // the line above the one that is broken
    for (const { stdout, stderr } of results) {
      for (const mark of [...MARKS, '"QQ"', 'qqemail']) expect(stdout + stderr).not.toContain(mark);
    }
  });

  it('is in no file of logs, artifacts, pages and warehouse, as bytes', () => {
    const written = files('logs', 'target', 'warehouse');
    expect(written.some((path) => path.endsWith('.parquet'))).toBe(true);
    for (const path of written) {
      const bytes = readFileSync(project.path(path));
      for (const mark of MARKS) expect(bytes.includes(mark), `${path}: ${mark}`).toBe(false);
    }
  });

  it('is in no row of any Parquet file, once unpacked', async () => {
    const instance = await DuckDBInstance.create();
    try {
      const connection = await instance.connect();
      let rows = 0;
      for (const path of files('warehouse').filter((each) => each.endsWith('.parquet'))) {
        const reader = await connection.runAndReadAll(`select * from read_parquet('${project.path(path)}')`);
        for (const name of Object.keys(PERSONAL)) expect(reader.columnNames(), path).not.toContain(name);
        const texts = reader.getRows().flatMap((row) => row.filter((cell) => typeof cell === 'string'));
        const all = texts.join('\n');
        for (const mark of MARKS) expect(all.includes(mark), `${path}: ${mark}`).toBe(false);
        expect(texts.includes('QQ'), path).toBe(false);
        rows += reader.currentRowCount;
      }
      expect(rows).toBeGreaterThan(28);
    } finally {
      instance.closeSync();
    }
  });
});
