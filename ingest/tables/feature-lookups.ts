import { neverAskedFirst } from '../features/ask-order.js';
import { type Lookup, lookUp } from '../features/lookup.js';
import type { FeatureService, TrackReference } from '../features/provider.js';
import { ReccobeatsFeatures } from '../features/reccobeats.js';
import { SpotifyFeatures } from '../features/spotify-features.js';
import { serviceUrl } from '../spotify/config.js';
import { SpotifyError } from '../spotify/spotify-error.js';
import { type CellsOf, type ColumnBatch, formatCount, type TableContext, toColumns } from './context.js';
import { exportify, FEATURES } from './features.js';
import { requestOptions, signedIn } from './spotify.js';

/**
 * Rows of `audio_feature_lookups`: what services said of tracks that were played. The published table is the memory: a track
 * that was found is never asked for again, one that a service did not have after `feature_retry_days`. Needs
 * `listening_history_bronze`.
 */
export async function* featureLookups(context: TableContext): AsyncGenerator<ColumnBatch> {
  yield toColumns([], cells(context));
  const services = await configuredServices(context);
  if (services.length === 0) return;
  const before = await earlierLookups(context);
  const inFiles = await tracksInFiles(context);
  const wanted = (await playedTracks(context)).filter(
    ({ trackId }) =>
      !before.found.has(trackId) &&
      !inFiles.has(trackId) &&
      services.some(({ name }) => !before.nothing.has(`${name} ${trackId}`)),
  );
  const limit = Number(context.var('feature_tracks_per_run', 2000));
  const tracks = neverAskedFirst(wanted, before.asked).slice(0, limit);
  if (wanted.length > tracks.length) {
    const later = formatCount(wanted.length - tracks.length);
    context.log.info(`audio features: ${formatCount(tracks.length)} tracks are asked for now, ${later} in later runs`);
  }
  let found = 0;
  const answered = new Map<string, number>();
  for await (const lookups of lookUp(services, tracks, {
    signal: context.signal,
    alreadyAsked: (provider, trackId) => before.nothing.has(`${provider} ${trackId}`),
    onGivenUp: (provider, error) => context.log.warn(givenUp(provider, error)),
    onProgress: (done, total) => context.progress(done, total, 'tracks'),
  })) {
    for (const { provider, answer } of lookups) {
      answered.set(provider, (answered.get(provider) ?? 0) + 1);
      if (answer.outcome === 'found') found++;
    }
    yield toColumns(lookups, cells(context));
  }
  if (answered.size > 0) {
    const asked = [...answered].map(([provider, n]) => `${provider} ${formatCount(n)}`).join(', ');
    context.log.info(
      `audio features: ${formatCount(found)} of ${formatCount(tracks.length)} tracks found (asked: ${asked})`,
    );
  }
}

/** The services that may be asked, in this order: Spotify for whoever has signed in, ReccoBeats where its address is given. */
async function configuredServices(context: TableContext): Promise<FeatureService[]> {
  const options = requestOptions(context);
  const services: FeatureService[] = [];
  const session = await signedIn(context, false); // the plays have told already
  if (session !== undefined) services.push(new SpotifyFeatures(session, options));
  const url = context.env('RECCOBEATS_URL', '');
  if (url !== '') services.push(new ReccobeatsFeatures(serviceUrl('RECCOBEATS_URL', url), options));
  return services;
}

function givenUp(provider: string, error: unknown): string {
  if (!(error instanceof SpotifyError)) throw error;
  const fallback = 'other providers, the catalogue or synthetic features take its place';
  return error.status === 403
    ? `audio features: ${provider} does not permit this app to ask (403); not asked again in this run: ${fallback}`
    : `audio features: ${provider} is given up for this run (${error.problem}): ${fallback}`;
}

interface EarlierLookups {
  /** ids that any service found */
  readonly found: ReadonlySet<string>;
  /** `provider id` of what a service did not have not long ago */
  readonly nothing: ReadonlySet<string>;
  /** ids that some service did not have not long ago */
  readonly asked: ReadonlySet<string>;
}

async function earlierLookups(context: TableContext): Promise<EarlierLookups> {
  if (context.this === undefined) return { found: new Set(), nothing: new Set(), asked: new Set() };
  const since = context.runStartedAt.getTime() - Number(context.var('feature_retry_days', 30)) * 86_400_000;
  const rows = await context.query(
    `select track_id, provider, outcome from ${context.this.relation} where outcome = 'found' or epoch_ms(asked_at) > ${since}`,
  );
  const of = (outcome: boolean) => rows.filter((row) => (row.outcome === 'found') === outcome);
  return {
    found: new Set(of(true).map((row) => String(row.track_id))),
    nothing: new Set(of(false).map((row) => `${row.provider} ${row.track_id}`)),
    asked: new Set(of(false).map((row) => String(row.track_id))),
  };
}

/** Exportify's values are Spotify's own: their tracks need no asking. */
async function tracksInFiles(context: TableContext): Promise<Set<string>> {
  const ids = new Set<string>();
  for await (const batch of exportify(context).read(context.signal)) {
    for (const { trackId } of batch) if (trackId !== null) ids.add(trackId);
  }
  return ids;
}

/** Tracks with a Spotify id, those played last first. */
async function playedTracks(context: TableContext): Promise<TrackReference[]> {
  const rows = await context.query(
    `select track_id, max_by(artist_name, played_at) as artist_name, max_by(track_name, played_at) as track_name
    from ${context.ref('listening_history_bronze').relation}
    where source <> 'sample' and regexp_full_match(track_id, '[0-9A-Za-z]{22}')
    group by track_id
    order by max(played_at) desc, track_id`,
  );
  return rows.map((row) => ({
    trackId: String(row.track_id),
    artistName: String(row.artist_name),
    trackName: String(row.track_name),
  }));
}

function cells(context: TableContext): CellsOf<Lookup> {
  return {
    track_id: ({ track }) => track.trackId,
    artist_name: ({ track }) => track.artistName,
    track_name: ({ track }) => track.trackName,
    provider: ({ provider }) => provider,
    outcome: ({ answer }) => answer.outcome,
    reason: ({ answer }) => (answer.outcome === 'unusable' ? answer.reason : null),
    ...Object.fromEntries(
      FEATURES.map((name) => [
        name,
        ({ answer }: Lookup) => (answer.outcome === 'found' ? answer.features[name] : null),
      ]),
    ),
    duration_ms: ({ answer }) => (answer.outcome === 'found' ? answer.durationMs : null),
    asked_at: () => context.runStartedAt,
  };
}
