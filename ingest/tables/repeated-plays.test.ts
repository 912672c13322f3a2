import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TableContext } from './context.js';
import { listeningHistory } from './listening-history.js';
import { repeatedPlays } from './repeated-plays.js';

/** `time title ms`, with `|` for more: an account play has minutes, an extended one seconds, one of the Web API no length. */
interface Told {
  readonly account?: readonly string[];
  readonly extended?: readonly string[];
  readonly api?: readonly string[];
}

let connection: DuckDBConnection;
let instance: DuckDBInstance;
beforeEach(async () => {
  instance = await DuckDBInstance.create();
  connection = await instance.connect();
  await connection.run(`set timezone = 'UTC';
    create table spotify_export_plays (play_id varchar, export_format varchar, played_at timestamptz, track_id varchar,
      track_name varchar, artist_name varchar, album_name varchar, ms_played bigint, reason_start varchar, reason_end varchar,
      shuffle boolean, skipped boolean, offline boolean, source_file varchar, ingested_at timestamptz);
    create table spotify_recent_plays (play_id varchar, played_at timestamptz, track_id varchar, track_uri varchar,
      track_name varchar, artist_name varchar, album_artist_name varchar, album_name varchar, duration_ms bigint,
      context_type varchar, context_uri varchar, ingested_at timestamptz);
    create table spotify_export_episodes (play_id varchar, export_format varchar, played_at timestamptz, episode_name varchar,
      show_name varchar, ms_played bigint);
    create table repeated_plays (repeated_id varchar, repeated_format varchar, kept_id varchar, kept_format varchar,
      seconds_apart double);`);
});
afterEach(() => instance.closeSync());

const context = {
  ref: (name: string) => ({ relation: name }),
  query: async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjectsJS(),
  progress: () => {},
} as unknown as TableContext;

/** Fills the tables and gives what the history makes of them: `format-number` ids, in the order of time. */
async function history(told: Told): Promise<Record<string, unknown>[]> {
  for (const [format, plays] of Object.entries(told) as [keyof Told, readonly string[]][]) {
    for (const [index, play] of plays.entries()) {
      const [time, title, ms] = play.split(' ');
      const at = `2026-01-10 ${time!.length === 5 ? `${time}:00` : time}+00`;
      const id = `${format}-${index}`;
      await connection.run(
        format === 'api'
          ? `insert into spotify_recent_plays values ('${id}', '${at}', 'id of ${title}', 'uri', '${title}', 'Guest', 'Band', 'Album', 200000, 'album', 'spotify:album:x', now())`
          : `insert into spotify_export_plays values ('${id}', '${format}', '${at}', ${format === 'account' ? 'null' : `'id of ${title}'`}, '${title}', 'Band', null, ${ms}, null, null, null, null, null, 'file', now())`,
      );
    }
  }
  const columns = await repeatedPlays(context);
  for (let row = 0; row < columns.repeated_id!.length; row++) {
    const values = Object.values(columns).map((cells) => `'${cells[row]}'`);
    await connection.run(`insert into repeated_plays values (${values.join(', ')})`);
  }
  const made = await listeningHistory(context);
  if (!('select' in made)) throw new Error('the sample');
  return (
    await connection.runAndReadAll(`select * from (${made.select}) order by played_at, play_id`)
  ).getRowObjectsJson();
}

const ids = (rows: Record<string, unknown>[]) => rows.map((row) => row.play_id);

describe('a play that several sources tell', () => {
  it('counts once: the extended export is kept, and told what only the others know', async () => {
    const rows = await history({
      account: ['10:00 Song 5000'],
      extended: ['10:00:30 Song 5000'],
      api: ['10:00:30.250 Song'],
    });
    expect(rows).toMatchObject([
      {
        play_id: 'extended-0',
        source: 'spotify_export',
        ms_played: '5000',
        duration_ms: '200000',
        context_type: 'album',
      },
    ]);
  });

  it('the Web API is kept before the account export, and told how long it was played', async () => {
    const rows = await history({ account: ['10:00 Song 5000'], api: ['10:00:30.250 Song'] });
    expect(rows).toMatchObject([
      { play_id: 'api-0', source: 'spotify_api', ms_played: '5000', track_id: 'id of Song' },
    ]);
  });

  it('the order in which they arrive makes no difference', async () => {
    await history({ api: ['10:00:30.250 Song'] });
    await connection.run('delete from repeated_plays');
    expect(ids(await history({ extended: ['10:00:31 Song 5000'] }))).toEqual(['extended-0']);
  });

  it('the ends may be one minute apart, not more', async () => {
    expect(ids(await history({ extended: ['10:01:00 Song 1'], api: ['10:00:00.000 Song'] }))).toEqual(['extended-0']);
    await connection.run('delete from repeated_plays; delete from spotify_recent_plays');
    expect(ids(await history({ api: ['09:59:59.999 Song'] }))).toEqual(['api-0', 'extended-0']);
  });

  it('over midnight and the hour too', async () => {
    expect(ids(await history({ account: ['10:59 Song 1'], extended: ['11:00:00 Song 1'] }))).toEqual(['extended-0']);
  });

  it('other titles, and other artists, are other plays', async () => {
    expect(await history({ account: ['10:00 Song 1'], extended: ['10:00:00 Other 1'] })).toHaveLength(2);
  });
});

describe('names', () => {
  it('that differ in case, in Unicode form or in blanks around them are the same', async () => {
    const composed = 'Déjà·Vu'.normalize('NFC');
    const rows = await history({
      account: [`10:00 ${composed.toUpperCase()} 5000`],
      extended: [`10:00:30 ${composed} 5000`],
      api: [`10:00:30.250 ${composed.normalize('NFD')}`],
    });
    expect(ids(rows)).toEqual(['extended-0']);
  });

  it('of Istanbul, whose capital has a dot, too', async () => {
    expect(ids(await history({ api: ['12:00:00.5 İstanbul'], account: ['12:00 I\u0307stanbul 1'] }))).toEqual([
      'api-0',
    ]);
  });
});

describe('plays of one minute', () => {
  it('of one source stay as many as there are', async () => {
    expect(await history({ api: ['10:00:10 Song', '10:00:40 Song'] })).toHaveLength(2);
  });

  it('are as many as the source has that tells most of them', async () => {
    const rows = await history({
      account: ['10:00 Song 100', '10:00 Song 200', '10:00 Song 300'],
      extended: ['10:00:20 Song 100', '10:00:50 Song 300'],
    });
    expect(ids(rows)).toEqual(['account-1', 'extended-0', 'extended-1']);
  });

  it('are matched as often as can be, not only the nearest', async () => {
    // the nearest pair, 10:01 and 10:01:00, would leave 10:00 and 10:01:30 alone: three plays, where each source tells two
    const rows = await history({
      account: ['10:00 Song 1', '10:01 Song 2'],
      extended: ['10:01:00 Song 3', '10:01:30 Song 4'],
    });
    expect(ids(rows)).toEqual(['extended-0', 'extended-1']);
  });

  it('a play of the Web API that stands for an account play stands for no second one', async () => {
    const rows = await history({
      account: ['10:00 Song 1', '10:00 Song 2'],
      extended: ['10:00:20 Song 1'],
      api: ['10:00:20 Song'],
    });
    expect(ids(rows)).toEqual(['account-1', 'extended-0']);
  });
});

it('a podcast among the tracks of an account export is no track where an extended export tells the episode', async () => {
  await connection.run(
    "insert into spotify_export_episodes values ('episode', 'extended', '2026-01-10 10:00:30+00', 'Song', 'Band', 5000)",
  );
  expect(ids(await history({ account: ['10:00 Song 5000', '10:00 Song 7'] }))).toEqual(['account-1']);
});

it('a song that ended four thousand times within one minute is as often there as one source tells', async () => {
  for (const [format, count] of [
    ['account', 4000],
    ['extended', 3000],
  ]) {
    await connection.run(`insert into spotify_export_plays
      select '${format}-' || i, '${format}', timestamptz '2026-01-01 00:00:00+00', null, 'Song', 'Band', null, 0,
        null, null, null, null, null, 'file', now()
      from range(${count}) as numbers(i)`);
  }
  const begun = Date.now();
  expect((await repeatedPlays(context)).repeated_id).toHaveLength(3_000);
  expect(Date.now() - begun).toBeLessThan(30_000);
});

it('a song that was played ten thousand times in a row is matched in a second', async () => {
  for (const format of ['account', 'extended']) {
    await connection.run(`insert into spotify_export_plays
      select '${format}-' || i, '${format}', timestamptz '2026-01-01 00:00:00+00' + to_seconds(i * 60), null, 'Song', 'Band', null, 60000,
        null, null, null, null, null, 'file', now()
      from range(10000) as numbers(i)`);
  }
  const begun = Date.now();
  expect((await repeatedPlays(context)).repeated_id).toHaveLength(10_000);
  expect(Date.now() - begun).toBeLessThan(5_000);
});
