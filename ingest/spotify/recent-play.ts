import { SpotifyError } from './spotify-error.js';

/** A play as `/v1/me/player/recently-played` tells it. */
export interface RecentPlay {
  /** end of the play, milliseconds since 1970, UTC */
  readonly playedAt: number;
  /** null for local files */
  readonly trackId: string | null;
  readonly trackUri: string | null;
  readonly trackName: string;
  /** the first artist */
  readonly artistName: string;
  /** the first artist of the album: what exports name */
  readonly albumArtistName: string | null;
  readonly albumName: string | null;
  readonly durationMs: number | null;
  /** `playlist`, `album`, `artist`, `collection`, … */
  readonly contextType: string | null;
  readonly contextUri: string | null;
}

/** One answer. */
export interface RecentPage {
  /** newest first, as Spotify sends them */
  readonly plays: readonly RecentPlay[];
  /** items in the answer */
  readonly items: number;
  /** items without a track (podcasts), of which no play of a track can be told */
  readonly skipped: number;
}

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads an answer. Keys that Spotify leaves out for apps in development mode are not needed; `cursors` may be null.
 * @throws SpotifyError naming the key that is not as documented, never its value
 */
export function readRecentPage(body: unknown): RecentPage {
  const { items } = object(body, 'the answer');
  if (!Array.isArray(items)) throw unexpected('items', 'a list');
  const plays: RecentPlay[] = [];
  for (const [index, item] of items.entries()) {
    const track = optionalObject(optionalObject(item)?.track);
    const spoken = track?.type === 'episode' || optionalObject(item)?.track === null;
    if (!spoken) plays.push(readItem(item, `items[${index}]`));
  }
  return { plays, items: items.length, skipped: items.length - plays.length };
}

function readItem(item: unknown, at: string): RecentPlay {
  const { track: rawTrack, played_at, context: rawContext } = object(item, at);
  const track = object(rawTrack, `${at}.track`);
  const playedAt =
    typeof played_at === 'string' && /^\d{4}-\d\d-\d\dT.*Z$/.test(played_at) ? Date.parse(played_at) : Number.NaN;
  if (Number.isNaN(playedAt)) throw unexpected(`${at}.played_at`, 'a time in UTC');
  if (typeof track.name !== 'string') throw unexpected(`${at}.track.name`, 'a text');
  const album = optionalObject(track.album);
  const context = optionalObject(rawContext);
  const albumArtist = firstArtist(album?.artists);
  return {
    playedAt,
    trackId: text(track.id),
    trackUri: text(track.uri),
    trackName: track.name,
    artistName: firstArtist(track.artists) ?? albumArtist ?? 'Unknown Artist',
    albumArtistName: albumArtist,
    albumName: text(album?.name),
    durationMs: typeof track.duration_ms === 'number' && track.duration_ms > 0 ? Math.round(track.duration_ms) : null,
    contextType: text(context?.type),
    contextUri: text(context?.uri),
  };
}

function firstArtist(artists: unknown): string | null {
  return Array.isArray(artists) ? text(optionalObject(artists[0])?.name) : null;
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function optionalObject(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}

function object(value: unknown, at: string): Json {
  const found = optionalObject(value);
  if (found === undefined) throw unexpected(at, 'an object');
  return found;
}

function unexpected(at: string, expected: string): SpotifyError {
  return new SpotifyError(`/v1/me/player/recently-played: ${at} is not ${expected}`, {
    hint: 'what was taken in before stays; try again later',
  });
}
