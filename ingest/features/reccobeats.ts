import { type JsonAnswer, type RequestOptions, requestJson } from '../spotify/http.js';
import { SpotifyError } from '../spotify/spotify-error.js';
import { featuresFromJson } from './feature-ranges.js';
import type { FeatureAnswer, FeatureService } from './provider.js';

/** So many tracks in a row that fail are no coincidence. */
const FAILURES_IN_A_ROW = 3;

interface Found {
  readonly ownId: string;
  readonly durationMs: number | null;
}

/**
 * A service that answers like ReccoBeats: `/v1/track?ids=` leads from Spotify ids to its own, `/v1/track/{id}/audio-features`
 * gives the features of one. It knows no key, mode and measure of many tracks.
 */
export class ReccobeatsFeatures implements FeatureService {
  readonly name = 'reccobeats';
  readonly batchSize = 40;

  /** @param url address of the service, without a slash at the end */
  constructor(
    readonly url: string,
    readonly options: Omit<RequestOptions, 'signal'> = {},
  ) {}

  /**
   * A track for which the service fails again and again is passed over (`unusable`) once it answers for a later one; failures in
   * a row mean that the service itself is down.
   */
  async *ask(trackIds: readonly string[], signal: AbortSignal): AsyncGenerator<[string, FeatureAnswer]> {
    const answer = await this.#get(`/v1/track?ids=${trackIds.map(encodeURIComponent).join(',')}`, signal);
    const tracks = knownTracks(answer);
    const unknown = trackIds.filter((id) => !tracks.has(id));
    for (const id of unknown) yield [id, { outcome: 'not_found' }];
    let failed: { readonly id: string; readonly status: number }[] = [];
    let failure: unknown;
    for (const id of trackIds) {
      const track = tracks.get(id);
      if (track === undefined) continue;
      let features: FeatureAnswer;
      try {
        features = await this.#featuresOf(track, signal);
      } catch (error) {
        const status = ofOneTrack(error);
        if (status === undefined || failed.length + 1 === FAILURES_IN_A_ROW) throw error;
        failed.push({ id, status });
        failure = error;
        continue;
      }
      for (const each of failed)
        yield [each.id, { outcome: 'unusable', reason: `the service fails for it (${each.status})` }];
      failed = [];
      yield [id, features];
    }
    if (failed.length > 0) throw failure;
  }

  async #featuresOf(track: Found, signal: AbortSignal): Promise<FeatureAnswer> {
    const { status, body } = await this.#get(
      `/v1/track/${encodeURIComponent(track.ownId)}/audio-features`,
      signal,
      404,
    );
    if (status === 404) return { outcome: 'not_found' };
    const features = featuresFromJson(body);
    if (typeof features === 'string') return { outcome: 'unusable', reason: features };
    return { outcome: 'found', features, durationMs: track.durationMs };
  }

  async #get(path: string, signal: AbortSignal, expected = 200): Promise<JsonAnswer> {
    const request = { method: 'GET', url: this.url + path, headers: {} } as const;
    const answer = await requestJson(request, { ...this.options, signal });
    if (answer.status === 200 || answer.status === expected) return answer;
    throw new SpotifyError(`${new URL(this.url).host}: an unexpected answer (${answer.status})`, {
      status: answer.status,
    });
  }
}

/** The status of a failure that may be that of one track alone; undefined for what concerns all of them. */
function ofOneTrack(error: unknown): number | undefined {
  const status = error instanceof SpotifyError ? error.status : undefined;
  return status === undefined || [401, 403, 429].includes(status) ? undefined : status;
}

/** Its own ids by Spotify id; the address of a track at Spotify tells which is which. */
function knownTracks(answer: JsonAnswer): Map<string, Found> {
  const content = (answer.body as { content?: unknown } | undefined)?.content;
  if (!Array.isArray(content)) throw new SpotifyError('/v1/track: the answer is not as documented');
  const tracks = new Map<string, Found>();
  for (const item of content) {
    const { id, href, durationMs } = (item ?? {}) as { id?: unknown; href?: unknown; durationMs?: unknown };
    const spotifyId = typeof href === 'string' ? /track\/([0-9A-Za-z]{22})/.exec(href)?.[1] : undefined;
    if (typeof id !== 'string' || spotifyId === undefined) continue;
    tracks.set(spotifyId, {
      ownId: id,
      durationMs: typeof durationMs === 'number' && durationMs > 0 ? durationMs : null,
    });
  }
  return tracks;
}
