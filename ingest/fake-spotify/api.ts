import type { Answer } from './accounts.js';
import { type FakePlay, type FakeTrack, KEPT_PLAYS, playItem } from './world.js';

const FORBIDDEN: Answer = { status: 403, body: { error: { status: 403 } } };

function badRequest(message: string): Answer {
  return { status: 400, body: { error: { status: 400, message } } };
}

/**
 * `GET /v1/me/player/recently-played`: of the last plays that the service keeps, the newest after a time, or the newest before
 * one; newest first.
 */
export function recentlyPlayed(plays: readonly FakePlay[], query: URLSearchParams, base: string): Answer {
  const limit = Number(query.get('limit') ?? 20);
  if (!Number.isInteger(limit) || limit < 1 || limit > 50) return badRequest('Invalid limit');
  const [after, before] = [query.get('after'), query.get('before')];
  if (after !== null && before !== null) return badRequest('Only one of after and before may be given');
  const bound = Number(after ?? before ?? 0);
  if (!Number.isInteger(bound)) return badRequest('Invalid cursor');
  const kept = [...plays].sort((a, b) => b.playedAt - a.playedAt).slice(0, KEPT_PLAYS);
  const matching = kept.filter((play) =>
    after !== null ? play.playedAt > bound : before !== null ? play.playedAt < bound : true,
  );
  const page = matching.slice(0, limit);
  const [newest, oldest] = [page[0]?.playedAt, page.at(-1)?.playedAt];
  const more = matching.length > page.length;
  return {
    status: 200,
    body: {
      href: `${base}/v1/me/player/recently-played?${query}`,
      limit,
      next: more ? `${base}/v1/me/player/recently-played?before=${oldest}&limit=${limit}` : '',
      cursors: newest === undefined ? null : { after: String(newest), before: String(oldest) },
      items: page.map(playItem),
    },
  };
}

/** `GET /v1/audio-features`: null for tracks without features, at most 100 ids, 403 for apps that came too late. */
export function audioFeatures(tracks: readonly FakeTrack[], query: URLSearchParams, permitted: boolean): Answer {
  if (!permitted) return FORBIDDEN;
  const ids = (query.get('ids') ?? '').split(',').filter((id) => id !== '');
  if (ids.length === 0 || ids.length > 100) return badRequest('invalid number of ids');
  const features = ids.map((id) => {
    const track = tracks.find((each) => each.id === id);
    if (track?.features === undefined) return null;
    return {
      ...track.features,
      id,
      duration_ms: track.durationMs,
      type: 'audio_features',
      uri: `spotify:track:${id}`,
      analysis_url: `https://api.spotify.com/v1/audio-analysis/${id}`,
    };
  });
  return { status: 200, body: { audio_features: features } };
}

/** ReccoBeats' own id of a track. */
function reccobeatsId(id: string): string {
  const hex = Buffer.from(id).toString('hex').padEnd(32, '0');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}

/** `GET /v1/track?ids=` and `GET /v1/track/{id}/audio-features`, as ReccoBeats answers: it knows no key, mode and measure. */
export function reccobeats(tracks: readonly FakeTrack[], path: string, query: URLSearchParams): Answer {
  const known = tracks.filter((track) => track.features !== undefined);
  const single = /^\/v1\/track\/([^/]+)\/audio-features$/.exec(path);
  if (single === null) {
    const ids = (query.get('ids') ?? '').split(',').filter((id) => id !== '');
    if (ids.length === 0 || ids.length > 40) return { status: 400, body: { error: 'ids must be between 1 and 40' } };
    const content = known
      .filter((track) => ids.includes(track.id))
      .map((track) => ({
        id: reccobeatsId(track.id),
        trackTitle: track.name,
        artists: [{ name: track.artist }],
        durationMs: track.durationMs,
        href: `https://open.spotify.com/track/${track.id}`,
      }));
    return { status: 200, body: { content } };
  }
  const track = known.find((each) => reccobeatsId(each.id) === single[1]);
  if (track === undefined) return { status: 404, body: { error: 'not found' } };
  const { key: _key, mode: _mode, time_signature: _measure, ...features } = track.features!;
  return { status: 200, body: { id: single[1], href: `https://open.spotify.com/track/${track.id}`, ...features } };
}
