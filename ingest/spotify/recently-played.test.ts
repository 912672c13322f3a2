import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { IMPATIENT, Stage } from '../fake-spotify/signed-in.js';
import { type FakePlay, fakePlays, fakeTrack, playItem } from '../fake-spotify/world.js';
import { readRecentPage } from './recent-play.js';
import { fetchRecentPlays, type RecentPlays } from './recently-played.js';
import type { SpotifyApi } from './session.js';

const NOON = Date.parse('2026-01-10T12:00:00.000Z');
const HOUR = 3_600_000;

let stage: Stage;
beforeEach(async () => {
  stage = await Stage.open();
  await stage.signIn();
});
afterEach(() => stage.close());

const options = { signal: new AbortController().signal, patience: IMPATIENT };
const fetchSince = (cursor?: number): Promise<RecentPlays> => fetchRecentPlays(stage.session(), cursor, options);

/** A server that hands out pages of this list, the oldest after the cursor first, and keeps all. */
function oldestFirst(plays: readonly FakePlay[]): SpotifyApi {
  return {
    get: async (_path, query) => {
      const matching = plays.filter((play) =>
        query.after !== undefined
          ? play.playedAt > Number(query.after)
          : play.playedAt < Number(query.before ?? Infinity),
      );
      const page = query.after !== undefined ? matching.slice(0, 50) : matching.slice(-50);
      return { items: page.map(playItem).reverse(), cursors: null, next: '', limit: 50 };
    },
  };
}

describe('what is fetched', () => {
  it('nothing was ever played: nothing, and no gap', async () => {
    expect(await fetchSince()).toEqual({ plays: [], skipped: 0, gap: undefined });
    expect(await fetchSince(NOON)).toEqual({ plays: [], skipped: 0, gap: undefined });
  });

  it('the first time: all that Spotify tells, oldest first', async () => {
    stage.fake.plays = fakePlays(60, NOON);
    const { plays, gap } = await fetchSince();
    expect(plays.map((play) => play.playedAt)).toEqual(stage.fake.plays.slice(10).map((play) => play.playedAt));
    expect(gap).toBeUndefined();
    expect(plays[0]).toMatchObject({
      trackId: fakeTrack(11).id,
      trackUri: `spotify:track:${fakeTrack(11).id}`,
      artistName: 'Invented Band 4',
      albumName: 'Invented Album 0',
      contextType: 'playlist',
      durationMs: fakeTrack(11).durationMs,
    });
  });

  it('later: by cursor, with a day of overlap for plays that were made offline and arrive late', async () => {
    stage.fake.plays = fakePlays(10, NOON);
    const late = { playedAt: NOON - 5 * HOUR, track: fakeTrack(99) };
    stage.fake.plays = [...stage.fake.plays, late, ...fakePlays(2, NOON + HOUR)];
    const { plays } = await fetchSince(NOON);
    expect(plays.filter((play) => play.playedAt > NOON)).toHaveLength(2);
    expect(plays.some((play) => play.playedAt === late.playedAt)).toBe(true);
    expect(stage.fake.requests.at(-1)!.query.get('after')).toBe(String(NOON - 24 * HOUR));
  });

  it('two plays in one minute, even of one track, stay two; the same play on two pages is one', async () => {
    const track = fakeTrack(1);
    stage.fake.plays = [
      { playedAt: NOON + 1, track },
      { playedAt: NOON + 20_000, track },
      { playedAt: NOON + 20_000, track: fakeTrack(2) },
      ...fakePlays(50, NOON + 5 * HOUR),
    ];
    const { plays } = await fetchRecentPlays(oldestFirst(stage.fake.plays), NOON, options);
    expect(plays).toHaveLength(53);
  });

  it('pages are followed in both directions, whichever end a server begins with', async () => {
    const all = fakePlays(180, NOON);
    const cursor = all[9]!.playedAt;
    const { plays, gap } = await fetchRecentPlays(oldestFirst(all), cursor, options);
    expect(plays.map((play) => play.playedAt)).toEqual(all.map((play) => play.playedAt));
    expect(gap).toBeUndefined();
  });

  it('a server that never ends is not followed for ever', async () => {
    let asked = 0;
    const endless: SpotifyApi = {
      get: async (_path, query) => {
        asked++;
        const end = query.before !== undefined ? Number(query.before) - 1 : Number(query.after ?? NOON) + 20 * HOUR;
        return { items: fakePlays(50, end).map(playItem) };
      },
    };
    await fetchRecentPlays(endless, undefined, options);
    expect(asked).toBeLessThan(50);
  });
});

describe('gaps', () => {
  it('a full page that does not reach back to the cursor: the time in which plays may be missing', async () => {
    stage.fake.plays = [...fakePlays(10, NOON), ...fakePlays(70, NOON + 20 * HOUR)];
    const { plays, gap } = await fetchSince(NOON);
    expect(plays).toHaveLength(50);
    expect(gap).toEqual({ from: NOON, to: plays[0]!.playedAt });
  });

  it('a full page that reaches back to the cursor: none', async () => {
    stage.fake.plays = [...fakePlays(10, NOON), ...fakePlays(49, NOON + 20 * HOUR)];
    const { plays, gap } = await fetchSince(NOON);
    expect(plays).toHaveLength(50);
    expect(gap).toBeUndefined();
  });

  it('a page that is not full: none', async () => {
    stage.fake.plays = fakePlays(49, NOON + 30 * HOUR);
    expect((await fetchSince(NOON)).gap).toBeUndefined();
  });
});

describe('answers', () => {
  const item = playItem({ playedAt: NOON, track: fakeTrack(1) }) as Record<string, Record<string, unknown>>;

  it('what apps in development mode do not get is not needed', () => {
    const page = readRecentPage({
      items: [{ played_at: '2026-01-10T12:00:00Z', track: { name: 'T', artists: [{ name: 'A' }] } }],
      cursors: null,
      next: '',
    });
    expect(page.plays).toEqual([
      {
        playedAt: NOON,
        trackId: null,
        trackUri: null,
        trackName: 'T',
        artistName: 'A',
        albumArtistName: null,
        albumName: null,
        durationMs: null,
        contextType: null,
        contextUri: null,
      },
    ]);
  });

  it('podcasts are passed over and counted', () => {
    expect(readRecentPage({ items: [item, { ...item, track: null }] })).toMatchObject({ items: 2, skipped: 1 });
  });

  it.each([
    ['a list', [], 'the answer is not an object'],
    ['no items', {}, 'items is not a list'],
    ['no time', { items: [{ ...item, played_at: 'soon' }] }, 'items[0].played_at is not a time in UTC'],
    ['no title', { items: [item, { ...item, track: {} }] }, 'items[1].track.name is not a text'],
  ])('%s: an error that names the key', (_, body, message) => {
    expect(() => readRecentPage(body)).toThrow(`/v1/me/player/recently-played: ${message}`);
  });
});
