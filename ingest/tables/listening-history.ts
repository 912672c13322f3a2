import { hash } from 'node:crypto';
import { IngestError } from '../input/ingest-error.js';
import type { SamplePlay } from '../sample/listening.js';
import { PLAY_ID_LENGTH } from '../spotify-export/play-register.js';
import type { ExportedPlay, Identified } from '../spotify-export/plays.js';
import {
  type CellsOf,
  type ColumnBatch,
  countWhere,
  formatCount,
  type ReadableTable,
  type TableContext,
  toColumns,
} from './context.js';
import { openExport, streamPlays } from './export.js';
import { configuredPath } from './paths.js';

/** Label of the sample plays where a file's path would stand. */
export const SAMPLE_LISTENING = 'sample:listening';

/** Label of the Web API where a file's path would stand. */
export const RECENT_PLAYS = 'api:recently-played';

/** Plays to a batch of the table. */
const BATCH_ROWS = 16_384;

/** Rows of `spotify_export_plays`: all plays of the export files. */
export async function* exportPlays(context: TableContext): AsyncGenerator<ColumnBatch> {
  const opened = await openExport(context);
  await refuseEarlierIds(context);
  if (opened.ignored.length > 0) {
    const shown = opened.ignored.slice(0, 5).join(', ');
    const more = opened.ignored.length > 5 ? `, and ${opened.ignored.length - 5} more` : '';
    context.log.info(`no play history in ${shown}${more}: not read`);
  }
  if (opened.files.length === 0) {
    const kept = context.this === undefined ? 0 : await countWhere(context, context.this, 'true');
    if (kept > 0) {
      context.log.info(`no play history in ${opened.folder}: the ${formatCount(kept)} plays taken in before stay`);
    }
  }
  let batch: Identified<ExportedPlay>[] = [];
  for await (const plays of streamPlays(context, opened)) {
    batch = batch.length === 0 ? plays : batch.concat(plays);
    if (batch.length < BATCH_ROWS) continue;
    yield toColumns(batch, exportedCells(context));
    batch = [];
  }
  yield toColumns(batch, exportedCells(context));
}

/** Beside ids of another rule every play would count twice. */
async function refuseEarlierIds(context: TableContext): Promise<void> {
  if (context.this === undefined) return;
  const earlier = await countWhere(context, context.this, `length(play_id) <> ${PLAY_ID_LENGTH}`);
  if (earlier === 0) return;
  throw new IngestError('spotify_export_plays', `${formatCount(earlier)} plays have ids of an earlier version`, {
    hint: 'put all your exports in place and read them anew: npx tsdbt build --full-refresh --select spotify_export_plays+',
  });
}

/**
 * Rows of `listening_history_bronze`: the plays of exports and Web API, each counted once; the sample where nothing real has
 * ever arrived. Needs `spotify_export_plays`, `spotify_recent_plays` and `repeated_plays`.
 *
 * @returns a SELECT, or the sample's rows
 */
export async function listeningHistory(
  context: TableContext,
): Promise<{ readonly select: string } | { readonly rows: ColumnBatch }> {
  const [exported, recent, repeated] = ['spotify_export_plays', 'spotify_recent_plays', 'repeated_plays'].map((name) =>
    context.ref(name),
  ) as [ReadableTable, ReadableTable, ReadableTable];
  const real = (await countWhere(context, exported, 'true')) + (await countWhere(context, recent, 'true'));
  if (real > 0) return { select: historySql(exported.relation, recent.relation, repeated.relation) };
  const { sampleListening, SAMPLE_DAYS } = await import('../sample/listening.js');
  const { plays } = sampleListening();
  const { label } = configuredPath(context, 'spotify_export_dir', 'data/spotify-export');
  context.log.debug(
    `no play history in ${label}: using an invented listener ` +
      `(${formatCount(plays.length)} plays over ${SAMPLE_DAYS} days, labelled "sample")`,
  );
  context.progress(plays.length, plays.length, 'plays');
  return { rows: toColumns(plays, sampleCells(context)) };
}

/** What one source does not tell of a play is filled in from the source that repeats it. */
function historySql(exported: string, recent: string, repeated: string): string {
  return `
with plays as (
  select
    play_id, export_format as format, played_at, track_id, track_name, artist_name, album_name, cast(null as bigint) as duration_ms,
    ms_played, cast(null as varchar) as context_type, cast(null as varchar) as context_uri, reason_start, reason_end, shuffle,
    skipped, offline, 'spotify_export' as source, source_file, ingested_at
  from ${exported}
  union all
  select
    play_id, 'api', played_at, track_id, track_name, artist_name, album_name, duration_ms,
    null, context_type, context_uri, null, null, null,
    null, null, 'spotify_api', '${RECENT_PLAYS}', ingested_at
  from ${recent}
),
told as (
  select
    repeated.kept_id, repeated.kept_format,
    max(plays.duration_ms) as duration_ms, max(plays.ms_played) as ms_played,
    max(plays.context_type) as context_type, max(plays.context_uri) as context_uri
  from ${repeated} as repeated
  inner join plays on plays.play_id = repeated.repeated_id and plays.format = repeated.repeated_format
  group by all
)
select
  plays.play_id, plays.played_at, plays.track_id, plays.track_name, plays.artist_name, plays.album_name,
  coalesce(plays.duration_ms, told.duration_ms) as duration_ms,
  coalesce(plays.ms_played, told.ms_played) as ms_played,
  coalesce(plays.context_type, told.context_type) as context_type,
  coalesce(plays.context_uri, told.context_uri) as context_uri,
  plays.reason_start, plays.reason_end, plays.shuffle, plays.skipped, plays.offline, plays.source, plays.source_file,
  plays.ingested_at
from plays
left join told on told.kept_id = plays.play_id and told.kept_format = plays.format
where not exists (
  select 1
  from ${repeated} as repeated
  where repeated.repeated_id = plays.play_id and repeated.repeated_format = plays.format
)`;
}

/** Whether the published listening history is the invented one. */
export async function isSampleInUse(context: TableContext): Promise<boolean> {
  return (await countWhere(context, context.ref('listening_history_bronze'), "source = 'sample'")) > 0;
}

function exportedCells(context: TableContext): CellsOf<Identified<ExportedPlay>> {
  return {
    play_id: (play) => play.playId,
    export_format: ({ entry }) => (entry.exactSecond ? 'extended' : 'account'),
    played_at: ({ entry }) => new Date(entry.endedAt),
    track_id: ({ entry }) => entry.trackId,
    track_name: ({ entry }) => entry.trackName,
    artist_name: ({ entry }) => entry.artistName,
    album_name: ({ entry }) => entry.albumName,
    ms_played: ({ entry }) => entry.msPlayed,
    reason_start: ({ entry }) => entry.reasonStart,
    reason_end: ({ entry }) => entry.reasonEnd,
    shuffle: ({ entry }) => entry.shuffle,
    skipped: ({ entry }) => entry.skipped,
    offline: ({ entry }) => entry.offline,
    source_file: (play) => play.file,
    ingested_at: () => context.runStartedAt,
  };
}

function sampleCells(context: TableContext): CellsOf<SamplePlay> {
  return {
    play_id: (play) => sampleId('play', play.endedAt),
    played_at: (play) => play.endedAt,
    track_id: (play) => play.track.trackId,
    track_name: (play) => play.track.trackName,
    artist_name: (play) => play.track.artistName,
    album_name: (play) => play.track.albumName,
    duration_ms: (play) => play.track.durationMs,
    ms_played: (play) => play.msPlayed,
    context_type: (play) => play.contextType,
    context_uri: (play) => play.contextUri,
    reason_start: (play) => play.reasonStart,
    reason_end: (play) => play.reasonEnd,
    shuffle: (play) => play.shuffle,
    skipped: (play) => play.skipped,
    offline: (play) => play.offline,
    source: () => 'sample',
    source_file: () => SAMPLE_LISTENING,
    ingested_at: () => context.runStartedAt,
  };
}

/** The invented listener hears one thing at a time, so the end tells plays apart. */
export function sampleId(kind: string, endedAt: Date): string {
  return hash('sha1', `sample ${kind} ${endedAt.toISOString()}`, 'hex');
}
