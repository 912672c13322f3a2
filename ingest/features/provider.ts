import type { MeasuredFeatures } from './feature-ranges.js';

/** A track whose features are wanted. */
export interface TrackReference {
  /** Spotify id */
  readonly trackId: string;
  readonly artistName: string;
  readonly trackName: string;
}

/** Audio features that somebody measured. */
export interface MeasuredTrack {
  readonly trackId: string | null;
  readonly artistName: string;
  readonly trackName: string;
  readonly features: MeasuredFeatures;
  readonly durationMs: number | null;
  /** when the provider gave them, UTC */
  readonly fetchedAt: Date;
}

/** What a service said of a track: its features, that it does not know it, or values that cannot be. */
export type FeatureAnswer =
  | { readonly outcome: 'found'; readonly features: MeasuredFeatures; readonly durationMs: number | null }
  | { readonly outcome: 'not_found' }
  | { readonly outcome: 'unusable'; readonly reason: string };

/** A source of measured audio features. */
export interface FeatureProvider {
  /** as it stands in the column `provider`, e.g. `exportify` */
  readonly name: string;
}

/** Files that have what they have: they yield all of it, and whoever joins does the matching. */
export interface FileProvider extends FeatureProvider {
  /** @param signal aborted when the run is interrupted */
  read(signal: AbortSignal): AsyncIterable<readonly MeasuredTrack[]>;
}

/** A service that is asked for tracks. */
export interface FeatureService extends FeatureProvider {
  /** tracks that may be asked for at once */
  readonly batchSize: number;
  /**
   * @param trackIds at most `batchSize` Spotify ids
   * @returns the answers as they arrive, each with the id that was asked for; an id without one is not known to the service
   * @throws SpotifyError when the service does not answer (what it gave before is good); status 403 where it is closed to this app
   */
  ask(trackIds: readonly string[], signal: AbortSignal): AsyncIterable<readonly [trackId: string, FeatureAnswer]>;
}
