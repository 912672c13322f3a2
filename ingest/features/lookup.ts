import type { FeatureAnswer, FeatureService, TrackReference } from './provider.js';

/** What a service said of a track. */
export interface Lookup {
  readonly track: TrackReference;
  readonly provider: string;
  readonly answer: FeatureAnswer;
}

export interface LookupOptions {
  readonly signal: AbortSignal;
  /** whether a service said of a track before that it has nothing */
  alreadyAsked(provider: string, trackId: string): boolean;
  /** hears once of a service that is given up for this run */
  onGivenUp(provider: string, error: unknown): void;
  /** hears how many tracks of all have been dealt with */
  onProgress(done: number, total: number): void;
}

/**
 * Asks services for tracks, the first service first; what one does not have is asked of the next. A service that refuses (403)
 * or does not answer is given up for the rest of the run, and what it said before is kept.
 */
export async function* lookUp(
  services: readonly FeatureService[],
  tracks: readonly TrackReference[],
  options: LookupOptions,
): AsyncGenerator<Lookup[]> {
  let open: readonly TrackReference[] = tracks;
  let found = 0;
  for (const service of services) {
    const asked = open.filter((track) => !options.alreadyAsked(service.name, track.trackId));
    const answered = new Set<string>();
    for (let at = 0; at < asked.length; at += service.batchSize) {
      options.signal.throwIfAborted();
      const batch = asked.slice(at, at + service.batchSize);
      let answers: ReadonlyMap<string, FeatureAnswer>;
      try {
        answers = await service.ask(
          batch.map((track) => track.trackId),
          options.signal,
        );
      } catch (error) {
        options.signal.throwIfAborted();
        options.onGivenUp(service.name, error);
        break;
      }
      const lookups = batch.map((track): Lookup => {
        const answer = answers.get(track.trackId) ?? { outcome: 'not_found' };
        if (answer.outcome === 'found') answered.add(track.trackId);
        return { track, provider: service.name, answer };
      });
      options.onProgress(Math.min(found + at + batch.length, tracks.length), tracks.length);
      yield lookups;
    }
    found += answered.size;
    open = open.filter((track) => !answered.has(track.trackId));
  }
}
