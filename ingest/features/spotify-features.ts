import type { RequestOptions } from '../spotify/http.js';
import type { SpotifyApi } from '../spotify/session.js';
import { SpotifyError } from '../spotify/spotify-error.js';
import { featuresFromJson } from './feature-ranges.js';
import type { FeatureAnswer, FeatureService } from './provider.js';

/** Spotify's own analysis, `/v1/audio-features`. Closed (403) to apps that were registered after 2024-11-27. */
export class SpotifyFeatures implements FeatureService {
  readonly name = 'spotify';
  readonly batchSize = 100;

  constructor(
    readonly api: SpotifyApi,
    readonly options: Omit<RequestOptions, 'signal'> = {},
  ) {}

  async *ask(trackIds: readonly string[], signal: AbortSignal): AsyncGenerator<[string, FeatureAnswer]> {
    const body = await this.api.get('/v1/audio-features', { ids: trackIds.join(',') }, { ...this.options, signal });
    const list = (body as { audio_features?: unknown } | null)?.audio_features;
    if (!Array.isArray(list) || list.length !== trackIds.length) {
      throw new SpotifyError('/v1/audio-features: the answer is not as documented');
    }
    // in the order of the ids
    for (const [index, id] of trackIds.entries()) yield [id, answerOf(id, list[index])];
  }
}

function answerOf(id: string, item: unknown): FeatureAnswer {
  if (item === null || item === undefined) return { outcome: 'not_found' };
  const { id: given, duration_ms } = item as { id?: unknown; duration_ms?: unknown };
  if (given !== undefined && given !== id) return { outcome: 'unusable', reason: 'the features are of another track' };
  const features = featuresFromJson(item);
  if (typeof features === 'string') return { outcome: 'unusable', reason: features };
  const duration = typeof duration_ms === 'number' && duration_ms > 0 ? Math.round(duration_ms) : null;
  return { outcome: 'found', features, durationMs: duration };
}
