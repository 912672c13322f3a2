import type { AudioFeatures } from './feature-ranges.js';

/** A track whose features are wanted. */
export interface TrackReference {
  /** Spotify id, where one is known */
  readonly trackId: string | null;
  readonly artistName: string;
  readonly trackName: string;
}

/** Audio features that somebody measured. */
export interface MeasuredTrack {
  readonly trackId: string | null;
  readonly artistName: string;
  readonly trackName: string;
  readonly features: AudioFeatures;
  readonly durationMs: number | null;
  /** when the provider gave them, UTC */
  readonly fetchedAt: Date;
}

/**
 * A source of measured audio features: files, or a service.
 *
 * A service asks for `wanted` in requests of the size it allows and yields each answer as it comes. A file provider has what
 * it has: it yields all of it and leaves the matching to whoever joins. A track a provider does not know is not yielded.
 */
export interface FeatureProvider {
  /** as it stands in the column `provider`, e.g. `exportify` */
  readonly name: string;
  /**
   * @param wanted tracks without measured features
   * @param signal aborted when the run is interrupted
   */
  fetch(wanted: AsyncIterable<readonly TrackReference[]>, signal: AbortSignal): AsyncIterable<readonly MeasuredTrack[]>;
}
