/** A track that the invented service knows. */
export interface FakeTrack {
  readonly id: string;
  readonly name: string;
  readonly artist: string;
  readonly album: string;
  readonly albumArtist?: string;
  readonly durationMs: number;
  /** audio features by name; undefined where the service has none */
  readonly features?: Readonly<Record<string, number>>;
}

/** A play of the invented listener. */
export interface FakePlay {
  /** milliseconds since 1970 */
  readonly playedAt: number;
  readonly track: FakeTrack;
  readonly context?: { readonly type: string; readonly uri: string };
}

/** Items that Spotify keeps of what was played. */
export const KEPT_PLAYS = 50;

const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** A number in [0, 1) that depends on a seed and a name alone. */
function share(seed: number, name: string): number {
  let hash = 2166136261 ^ seed;
  for (const character of name) hash = Math.imul(hash ^ character.charCodeAt(0), 16777619);
  hash = Math.imul(hash ^ (hash >>> 15), 2246822507);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}

/** A track with an id of 22 characters and audio features, the same for the same number. */
export function fakeTrack(number: number, overrides: Partial<FakeTrack> = {}): FakeTrack {
  const id = Array.from({ length: 22 }, (_, at) => LETTERS[Math.floor(share(number, `id ${at}`) * 62)]).join('');
  const value = (name: string): number => Math.round(share(number, name) * 1000) / 1000;
  return {
    id,
    name: `Invented Song ${number}`,
    artist: `Invented Band ${number % 7}`,
    album: `Invented Album ${number % 11}`,
    durationMs: 150_000 + Math.floor(share(number, 'duration') * 120_000),
    features: {
      danceability: value('danceability'),
      energy: value('energy'),
      key: Math.floor(share(number, 'key') * 12),
      loudness: -3 - Math.round(share(number, 'loudness') * 15_000) / 1000,
      mode: share(number, 'mode') < 0.6 ? 1 : 0,
      speechiness: value('speechiness') / 4,
      acousticness: value('acousticness'),
      instrumentalness: value('instrumentalness'),
      liveness: value('liveness') / 2,
      valence: value('valence'),
      tempo: 80 + Math.round(share(number, 'tempo') * 80_000) / 1000,
      time_signature: 4,
    },
    ...overrides,
  };
}

/** One play after the other: as many as asked for, the last of which ends at `end`. */
export function fakePlays(count: number, end: number, firstTrack = 1): FakePlay[] {
  const plays: FakePlay[] = [];
  let at = end;
  for (let index = count - 1; index >= 0; index--) {
    const track = fakeTrack(firstTrack + (index % 40));
    plays.push({ playedAt: at, track, context: { type: 'playlist', uri: 'spotify:playlist:37i9dQZF1DXcBWIGoYBM5M' } });
    at -= track.durationMs + 7;
  }
  return plays.reverse();
}

/** A play as the Web API writes it. Keys that apps in development mode do not get are left out. */
export function playItem(play: FakePlay): unknown {
  const { track } = play;
  return {
    track: {
      album: {
        album_type: 'album',
        artists: [{ name: track.albumArtist ?? track.artist, type: 'artist' }],
        name: track.album,
        type: 'album',
      },
      artists: [{ name: track.artist, type: 'artist' }],
      disc_number: 1,
      duration_ms: track.durationMs,
      explicit: false,
      external_ids: {},
      href: `https://api.spotify.com/v1/tracks/${track.id}`,
      id: track.id,
      is_local: false,
      name: track.name,
      track_number: 1,
      type: 'track',
      uri: `spotify:track:${track.id}`,
    },
    played_at: new Date(play.playedAt).toISOString(),
    context: play.context === undefined ? null : { ...play.context, href: null, external_urls: {} },
  };
}
