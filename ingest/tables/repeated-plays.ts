import { type CellsOf, type ColumnBatch, type TableContext, toColumns } from './context.js';

/** Who tells of a play, the most exact first: the extended export, the Web API, the account export. */
const FORMATS = ['extended', 'api', 'account'] as const;
type Format = (typeof FORMATS)[number];

/** A play that two sources may both be telling of. */
export interface Candidate {
  readonly repeatedId: string;
  readonly repeatedFormat: Format;
  readonly keptId: string;
  readonly keptFormat: Format;
  /** the two ends, seconds; positive where the kept one is later */
  readonly offset: number;
  /** both know how long it was played, and agree */
  readonly sameLength: boolean;
}

/** A play that another source tells more exactly. */
export interface Repetition {
  readonly repeatedId: string;
  readonly repeatedFormat: Format;
  readonly keptId: string;
  readonly keptFormat: Format;
  readonly secondsApart: number;
}

/**
 * Rows of `repeated_plays`. Two sources tell of the same play where artist and title are the same (or the track's id) and its
 * ends lie within one minute. Needs `spotify_export_plays` and `spotify_recent_plays`.
 */
export async function repeatedPlays(context: TableContext): Promise<ColumnBatch> {
  const exported = context.ref('spotify_export_plays').relation;
  const recent = context.ref('spotify_recent_plays').relation;
  const rows = await context.query(candidateSql(exported, recent));
  const candidates = rows.map(
    (row): Candidate => ({
      repeatedId: String(row.repeated_id),
      repeatedFormat: row.repeated_format as Format,
      keptId: String(row.kept_id),
      keptFormat: row.kept_format as Format,
      offset: Number(row.offset_ms) / 1000,
      sameLength: row.same_length === true,
    }),
  );
  const repetitions = matchPlays(candidates);
  context.progress(repetitions.length, repetitions.length, 'plays');
  const cells: CellsOf<Repetition> = {
    repeated_id: (row) => row.repeatedId,
    repeated_format: (row) => row.repeatedFormat,
    kept_id: (row) => row.keptId,
    kept_format: (row) => row.keptFormat,
    seconds_apart: (row) => row.secondsApart,
  };
  return toColumns(repetitions, cells);
}

/** Pairs of plays of different sources. Plays are compared within minutes, so that a song that was played often costs little. */
function candidateSql(exported: string, recent: string): string {
  return `
with plays as (
  select play_id, export_format as format, played_at, track_id, ms_played,
    lower(trim(track_name)) as title, lower(trim(artist_name)) as artist
  from ${exported}
  union all
  select play_id, 'api', played_at, track_id, null, lower(trim(track_name)), lower(trim(artist_name))
  from ${recent}
  union all
  select play_id, 'api', played_at, track_id, null, lower(trim(track_name)), lower(trim(album_artist_name))
  from ${recent}
  where lower(trim(album_artist_name)) <> lower(trim(artist_name))
),
placed as (
  select *, case format when 'extended' then 1 when 'api' then 2 else 3 end as place, epoch_ms(played_at) // 60000 as minute
  from plays
),
near as (
  select placed.* replace (minute + step as minute)
  from placed cross join (values (-1), (0), (1)) as steps(step)
  where place > 1
)
select distinct
  near.play_id as repeated_id,
  near.format as repeated_format,
  placed.play_id as kept_id,
  placed.format as kept_format,
  epoch_ms(placed.played_at) - epoch_ms(near.played_at) as offset_ms,
  coalesce(placed.ms_played = near.ms_played, false) as same_length
from near
inner join placed on placed.minute = near.minute
  and ((placed.title = near.title and placed.artist = near.artist) or placed.track_id = near.track_id)
where placed.place < near.place
  and abs(epoch_ms(placed.played_at) - epoch_ms(near.played_at)) <= 60000`;
}

/**
 * Decides which plays are one. A play stands for at most one play of each other source, and the pairs that are most alike are
 * made first: the same id, then the same length, then the same minute, then the ends that are nearest. So plays of one minute
 * stay as many as the source has that tells most of them.
 *
 * @returns each repeated play once, with the play that is kept in its place
 */
export function matchPlays(candidates: readonly Candidate[]): Repetition[] {
  const result = new Map<string, Repetition>();
  /** plays that stand for one of this format already: `format play` */
  const taken = new Set<string>();
  for (const [repeated, kept] of [
    ['api', 'extended'],
    ['account', 'extended'],
    ['account', 'api'],
  ] as const) {
    const pairs = candidates
      .filter((pair) => pair.repeatedFormat === repeated && pair.keptFormat === kept)
      .sort(byLikeness);
    for (const pair of pairs) {
      const key = `${repeated} ${pair.repeatedId}`;
      // where the play of the Web API is told by the extended export, that one is kept
      const beyond = kept === 'api' ? result.get(`api ${pair.keptId}`) : undefined;
      const root =
        beyond === undefined ? { id: pair.keptId, format: kept } : { id: beyond.keptId, format: beyond.keptFormat };
      const place = `${repeated} ${root.format} ${root.id}`;
      if (result.has(key) || taken.has(place)) continue;
      taken.add(place);
      result.set(key, {
        repeatedId: pair.repeatedId,
        repeatedFormat: repeated,
        keptId: root.id,
        keptFormat: root.format,
        secondsApart: Math.abs(pair.offset),
      });
    }
  }
  return [...result.values()];
}

function byLikeness(a: Candidate, b: Candidate): number {
  return cost(a) - cost(b) || compare(a.repeatedId, b.repeatedId) || compare(a.keptId, b.keptId);
}

function cost(pair: Candidate): number {
  const sameMinute = pair.offset >= 0 && pair.offset < 60;
  return (
    (pair.repeatedId === pair.keptId ? 0 : 1e6) +
    (pair.sameLength ? 0 : 1e5) +
    (sameMinute ? 0 : 1e4) +
    Math.abs(pair.offset)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
