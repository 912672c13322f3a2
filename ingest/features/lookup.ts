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
      const { answers, failure } = await answersOf(service, batch, options.signal);
      const lookups = batch.flatMap((track): Lookup[] => {
        const answer = answers.get(track.trackId) ?? (failure === undefined ? NOT_FOUND : undefined);
        if (answer === undefined) return []; // never asked, as it were
        if (answer.outcome === 'found') answered.add(track.trackId);
        return [{ track, provider: service.name, answer }];
      });
      options.onProgress(Math.min(found + at + lookups.length, tracks.length), tracks.length);
      if (lookups.length > 0) yield lookups;
      if (failure !== undefined) {
        options.onGivenUp(service.name, failure);
        break;
      }
    }
    found += answered.size;
    open = open.filter((track) => !answered.has(track.trackId));
  }
}

const NOT_FOUND: FeatureAnswer = { outcome: 'not_found' };

/** What a service answers, up to a failure. */
async function answersOf(
  service: FeatureService,
  batch: readonly TrackReference[],
  signal: AbortSignal,
): Promise<{ readonly answers: ReadonlyMap<string, FeatureAnswer>; readonly failure?: unknown }> {
  const answers = new Map<string, FeatureAnswer>();
  const ids = batch.map((track) => track.trackId);
  try {
    for await (const [id, answer] of service.ask(ids, signal)) answers.set(id, answer);
    return { answers };
  } catch (failure) {
    signal.throwIfAborted();
    return { answers, failure };
  }
}
