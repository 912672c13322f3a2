import type { TableContext } from './context.js';

/** Who tells of a play, the most exact first: the extended export, the Web API, the account export. */
export type Format = 'extended' | 'api' | 'account';

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
  /** of the numbers that the two have among the plays of their song and minute */
  readonly numbersApart: number;
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
 * Plays of a song have numbers within their minute, and are compared with plays whose number is about the same. Only of a song
 * that ended oftener in one minute does this leave pairs out, and enough remain to pair all that can be.
 */
const WIDEST = 50;

/** SQL: a name without what case, Unicode form and blanks around it make of it. */
export function foldedSql(expression: string): string {
  return `nfc_normalize(lower(nfc_normalize(trim(${expression}))))`;
}

/**
 * Pairs of plays of different sources that may be one: the same artist and title (or the same track id), ends within one
 * minute. Plays are compared within minutes, so that a song that was played often costs little.
 *
 * @param plays SELECT of `play_id, format, played_at, track_id, ms_played, title, artist`, the names folded
 */
export async function candidatePairs(context: TableContext, plays: string): Promise<Candidate[]> {
  const rows = await context.query(`
with plays as (${plays}),
placed as (
  select *, case format when 'extended' then 1 when 'api' then 2 else 3 end as place, epoch_ms(played_at) // 60000 as minute,
    row_number() over (
      partition by format, title, artist, epoch_ms(played_at) // 60000 order by played_at, ms_played, play_id
    ) as number
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
  coalesce(placed.ms_played = near.ms_played, false) as same_length,
  abs(placed.number - near.number) as numbers_apart
from near
inner join placed on placed.minute = near.minute
  and ((placed.title = near.title and placed.artist = near.artist) or placed.track_id = near.track_id)
where placed.place < near.place
  and abs(epoch_ms(placed.played_at) - epoch_ms(near.played_at)) <= 60000
  and abs(placed.number - near.number) <= ${WIDEST}`);
  return rows.map((row) => ({
    repeatedId: String(row.repeated_id),
    repeatedFormat: row.repeated_format as Format,
    keptId: String(row.kept_id),
    keptFormat: row.kept_format as Format,
    offset: Number(row.offset_ms) / 1000,
    sameLength: row.same_length === true,
    numbersApart: Number(row.numbers_apart),
  }));
}

/** A repeated play and one that may stand for it. */
interface Pair {
  readonly left: string;
  readonly right: string;
  readonly cost: number;
  readonly numbersApart: number;
  readonly repetition: Repetition;
}

/**
 * Decides which plays are one. A play stands for at most one play of each other source, and as many are made one as can be: so
 * plays of one minute are as many as the source has that tells most of them, never the sum. Among plays of one minute the
 * pairs that are most alike come first: the same length, then the same minute, then the ends that are nearest.
 *
 * The Web API is held against the extended export, then the account export against what is kept of both.
 *
 * @returns each repeated play once, with the play that is kept in its place
 */
export function matchPlays(candidates: readonly Candidate[]): Repetition[] {
  const between = (repeated: Format, kept: Format) =>
    candidates.filter((pair) => pair.repeatedFormat === repeated && pair.keptFormat === kept);
  const recent = mostPairs(between('api', 'extended').map((pair) => pairOf(pair, pair.keptId, 'extended', 0)));
  const keptFor = new Map(recent.map((repetition) => [repetition.repeatedId, repetition.keptId]));
  const account = mostPairs([
    ...between('account', 'extended').map((pair) => pairOf(pair, pair.keptId, 'extended', 0)),
    ...between('account', 'api').map((pair) => {
      // where the play of the Web API is told by the extended export, that one is kept
      const beyond = keptFor.get(pair.keptId);
      return beyond === undefined ? pairOf(pair, pair.keptId, 'api', 1e6) : pairOf(pair, beyond, 'extended', 1e6);
    }),
  ]);
  return [...recent, ...account];
}

function pairOf(candidate: Candidate, keptId: string, keptFormat: Format, further: number): Pair {
  const { repeatedId, repeatedFormat, offset, sameLength, numbersApart } = candidate;
  const sameMinute = offset >= 0 && offset < 60;
  return {
    left: repeatedId,
    right: `${keptFormat} ${keptId}`,
    cost: further + (sameLength ? 0 : 1e5) + (sameMinute ? 0 : 1e4) + Math.abs(offset),
    numbersApart,
    repetition: { repeatedId, repeatedFormat, keptId, keptFormat, secondsApart: Math.abs(offset) },
  };
}

/** A matching of maximum size (augmenting paths) that begins with the pairs that cost least. */
function mostPairs(pairs: readonly Pair[]): Repetition[] {
  const ordered = [...pairs].sort(
    (a, b) =>
      a.cost - b.cost || a.numbersApart - b.numbersApart || compare(a.left, b.left) || compare(a.right, b.right),
  );
  const ofLeft = new Map<string, Pair[]>();
  const byLeft = new Map<string, Pair>();
  const byRight = new Map<string, Pair>();
  for (const pair of ordered) {
    const others = ofLeft.get(pair.left);
    if (others === undefined) ofLeft.set(pair.left, [pair]);
    else others.push(pair);
    if (byLeft.has(pair.left) || byRight.has(pair.right)) continue;
    byLeft.set(pair.left, pair);
    byRight.set(pair.right, pair);
  }
  // from what a search without success has seen, no later one gets further
  const exhausted = new Set<string>();
  for (const left of ofLeft.keys()) {
    if (byLeft.has(left)) continue;
    for (const pair of freeingPath(left, ofLeft, byRight, exhausted)) {
      byLeft.set(pair.left, pair);
      byRight.set(pair.right, pair);
    }
  }
  return [...byLeft.values()].map((pair) => pair.repetition);
}

/** The pairs to make so that `start` gets a partner and nobody loses one; none where there is no way. */
function freeingPath(
  start: string,
  ofLeft: ReadonlyMap<string, readonly Pair[]>,
  byRight: ReadonlyMap<string, Pair>,
  exhausted: Set<string>,
): Pair[] {
  const reached = new Set<string>();
  /** how each left one was reached: the pair that would take its partner away */
  const robbedBy = new Map<string, Pair>();
  const open = [start];
  for (let left = open.shift(); left !== undefined; left = open.shift()) {
    for (const pair of ofLeft.get(left)!) {
      if (reached.has(pair.right) || exhausted.has(pair.right)) continue;
      reached.add(pair.right);
      const holder = byRight.get(pair.right);
      if (holder !== undefined) {
        robbedBy.set(holder.left, pair);
        open.push(holder.left);
        continue;
      }
      const path: Pair[] = [];
      for (let step: Pair | undefined = pair; step !== undefined; step = robbedBy.get(step.left)) path.push(step);
      return path;
    }
  }
  for (const right of reached) exhausted.add(right);
  return [];
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
