import { hash } from 'node:crypto';
import type { RecentPlay } from '../spotify/recent-play.js';
import { fetchRecentPlays, identityOf } from '../spotify/recently-played.js';
import { type CellsOf, type ColumnBatch, formatCount, type TableContext, toColumns } from './context.js';
import { requestOptions, signedIn } from './spotify.js';

/**
 * Rows of `spotify_recent_plays`: what Spotify says was played since the last time. The cursor is the newest play of the
 * published table, so that a run that is lost before its commit is made good by the next one. A play that ends in the future (a
 * device with a wrong clock) is stored and is no cursor: after it, nothing would be new for as long as the clock is wrong by.
 */
export async function recentPlays(context: TableContext): Promise<ColumnBatch> {
  const session = await signedIn(context);
  if (session === undefined) return toColumns([], cells(context));
  const { cursor, stored } = await publishedPlays(context);
  const { plays, gap, skipped } = await fetchRecentPlays(session, cursor, requestOptions(context));
  context.progress(plays.length, plays.length, 'plays');
  const fresh = plays.filter((play) => cursor === undefined || play.playedAt > cursor).length;
  context.log.info(
    `Spotify: ${formatCount(fresh)} ${fresh === 1 ? 'play' : 'plays'} since ${cursor === undefined ? 'ever (it tells about the last 50)' : timeOf(cursor)}` +
      `; ${formatCount(stored)} were stored before`,
  );
  if (skipped > 0) context.log.info(`Spotify: ${formatCount(skipped)} items without a track are passed over`);
  if (gap !== undefined) {
    context.log.warn(
      `plays between ${timeOf(gap.from)} and ${timeOf(gap.to)} may be missing: Spotify tells about the last 50 only; ` +
        'run more often (at least every six hours), and fill the gap with an export (docs/spotify.md)',
    );
  }
  return toColumns(plays, cells(context));
}

/** What is in the table already: the end of its newest play up to now, milliseconds since 1970, and the number of plays. */
async function publishedPlays(context: TableContext): Promise<{ cursor: number | undefined; stored: number }> {
  if (context.this === undefined) return { cursor: undefined, stored: 0 };
  const [row] = await context.query(
    `select max(epoch_ms(played_at)) filter (epoch_ms(played_at) <= ${context.runStartedAt.getTime()}) as newest, count(*) as n
    from ${context.this.relation}`,
  );
  const newest = row?.newest;
  return { cursor: newest === null || newest === undefined ? undefined : Number(newest), stored: Number(row?.n ?? 0) };
}

function timeOf(milliseconds: number): string {
  return `${new Date(milliseconds).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

function cells(context: TableContext): CellsOf<RecentPlay> {
  return {
    play_id: (play) => hash('sha1', `spotify_api ${identityOf(play)}`, 'hex'),
    played_at: (play) => new Date(play.playedAt),
    track_id: (play) => play.trackId,
    track_uri: (play) => play.trackUri,
    track_name: (play) => play.trackName,
    artist_name: (play) => play.artistName,
    album_artist_name: (play) => play.albumArtistName,
    album_name: (play) => play.albumName,
    duration_ms: (play) => play.durationMs,
    context_type: (play) => play.contextType,
    context_uri: (play) => play.contextUri,
    ingested_at: () => context.runStartedAt,
  };
}
