import type { RequestOptions } from './http.js';
import { type RecentPage, type RecentPlay, readRecentPage } from './recent-play.js';
import type { SpotifyApi } from './session.js';

/** Plays to a page: the most that Spotify gives. */
export const PAGE_SIZE = 50;

/** Pages at most in each direction. Spotify keeps about one; a server that never ends must not be followed for ever. */
const PAGES = 20;

/** Plays that were made offline arrive late: what is newer than this before the cursor is asked for again. */
const OVERLAP_MS = 24 * 3_600_000;

/** What recently-played gave. */
export interface RecentPlays {
  /** oldest first, each once */
  readonly plays: readonly RecentPlay[];
  /** items without a track in the answers */
  readonly skipped: number;
  /** plays between these times (milliseconds since 1970) may be missing */
  readonly gap: { readonly from: number; readonly to: number } | undefined;
}

/**
 * Fetches what was played since the cursor, and a day before it. Pages overlap; each play is handed on once. A play is known
 * by its time, to the millisecond, and its track.
 *
 * There may be a gap where a page was full and no play as old as the cursor came back: Spotify had more new plays than it keeps.
 *
 * @param cursor end of the newest play that is stored, milliseconds since 1970; undefined the first time
 * @throws SpotifyError as `SpotifyApi.get` does, and for answers that are not as documented
 */
export async function fetchRecentPlays(
  api: SpotifyApi,
  cursor: number | undefined,
  options: RequestOptions,
): Promise<RecentPlays> {
  const found = new Map<string, RecentPlay>();
  let skipped = 0;
  const ask = async (query: Record<string, string>): Promise<RecentPage> => {
    const body = await api.get('/v1/me/player/recently-played', { limit: String(PAGE_SIZE), ...query }, options);
    const page = readRecentPage(body);
    skipped += page.skipped;
    for (const play of page.plays) found.set(identityOf(play), play);
    return page;
  };
  const oldestFound = (): number => Math.min(...[...found.values()].map((play) => play.playedAt));
  const newestFound = (): number => Math.max(...[...found.values()].map((play) => play.playedAt));

  const since = cursor === undefined ? undefined : cursor - OVERLAP_MS;
  const first = await ask(since === undefined ? {} : { after: String(since) });
  const full = first.items >= PAGE_SIZE && found.size > 0;
  if (full) {
    // back to what is stored, if Spotify still has it
    const floor = since ?? Number.NEGATIVE_INFINITY;
    for (let page = 1; page < PAGES; page++) {
      const oldest = oldestFound();
      if (oldest <= floor) break;
      await ask({ before: String(oldest) });
      if (oldestFound() === oldest) break;
    }
    // and on to the newest, where a page after the cursor held the oldest ones
    for (let page = 1; page < PAGES; page++) {
      const newest = newestFound();
      const { items } = await ask({ after: String(newest) });
      if (items < PAGE_SIZE || newestFound() === newest) break;
    }
  }
  const plays = [...found.values()].sort((a, b) => a.playedAt - b.playedAt);
  const oldest = plays[0]?.playedAt;
  const gap = full && cursor !== undefined && oldest !== undefined && oldest > cursor;
  return { plays, skipped, gap: gap ? { from: cursor, to: oldest } : undefined };
}

/** What tells one play from another. */
export function identityOf(play: RecentPlay): string {
  return [play.playedAt, play.trackUri ?? play.trackId ?? `${play.artistName}\u001f${play.trackName}`].join('\u001f');
}
