import { hash } from 'node:crypto';

/** What tells one play from another, beside its names. */
export interface PlayIdentity {
  /** end of the play, milliseconds since 1970 */
  readonly endedAt: number;
  /** false when only its minute is known */
  readonly exactSecond: boolean;
  readonly msPlayed: number;
}

/** Plays of one identity. */
interface Tally {
  /** second within the minute, or MINUTE_ONLY */
  readonly second: number;
  /** file in which it was seen last, and how often there */
  file: number;
  inFile: number;
  /** the largest count in any one file */
  distinct: number;
  /** how many of them got an id (the others are told by a more exact format) */
  published: number;
}

const MINUTE_ONLY = 60;
const SECONDS = 64;
const MINUTE_MS = 60_000;
const SEPARATOR = '\u001f';

/**
 * Decides which rows of several export files are plays of their own, and gives them their ids.
 *
 * - Identical rows in one file are as many plays as there are rows.
 * - The same rows in several files (exports that overlap) count as often as in the file that has most of them, never as the sum.
 * - A play that an exact format has told already (same names, ends within one minute) is not told again by a format that
 *   knows the minute only; one exact play stands for one other play. So files of exact formats come first.
 *
 * A play's id is a hash of the minute in which it ended, the names, the milliseconds played, and its number among plays that
 * agree in all of these. Both formats know these, so a play keeps its id when the more exact file arrives later.
 */
export class PlayRegister {
  /** A number stands for the usual case, one play seen in one file: file × SECONDS + second. */
  readonly #seen = new Map<string, number | Tally[]>();
  /** by names: end and milliseconds of exact plays that may stand for inexact ones, two numbers each */
  readonly #exact: Map<string, number[]> | undefined;

  /** @param mixed true when both exact and inexact formats will come; only then are exact plays kept to compare with */
  constructor(mixed: boolean) {
    this.#exact = mixed ? new Map() : undefined;
  }

  /**
   * @param by artist, show or book
   * @param title track, episode or chapter
   * @param file number of the file, from 0; rows of one file come without rows of others between them
   * @returns the id of the play, or what it repeats: a row of another file, or a play of an exact format
   */
  admit(
    play: PlayIdentity,
    by: string,
    title: string,
    file: number,
  ): { readonly id: string } | 'other file' | 'exact format' {
    const minute = Math.floor(play.endedAt / MINUTE_MS);
    const second = play.exactSecond ? Math.floor((play.endedAt % MINUTE_MS) / 1000) : MINUTE_ONLY;
    const names = by + SEPARATOR + title;
    const key = hash('sha1', `${minute}${SEPARATOR}${names}${SEPARATOR}${play.msPlayed}`, 'binary');
    const seen = this.#seen.get(key);

    if (seen === undefined && (play.exactSecond || !this.#takeExact(play, names))) {
      this.#seen.set(key, file * SECONDS + second);
      this.#keepExact(play, names);
      return { id: playId(key, 0) };
    }
    const tallies = seen === undefined ? [] : typeof seen === 'number' ? [unpack(seen)] : seen;
    if (seen !== tallies) this.#seen.set(key, tallies);
    let tally = tallies.find((each) => each.second === second);
    if (tally === undefined) {
      tally = { second, file, inFile: 0, distinct: 0, published: 0 };
      tallies.push(tally);
    }
    if (tally.file !== file) {
      tally.file = file;
      tally.inFile = 0;
    }
    tally.inFile++;
    if (tally.inFile <= tally.distinct) return 'other file';
    tally.distinct++;
    // a play that is new under a key not seen before has just been taken from the exact ones
    if (!play.exactSecond && (seen === undefined || this.#takeExact(play, names))) return 'exact format';
    const ordinal = tallies.reduce((sum, each) => sum + each.published, 0);
    tally.published++;
    this.#keepExact(play, names);
    return { id: playId(key, ordinal) };
  }

  #keepExact(play: PlayIdentity, names: string): void {
    if (this.#exact === undefined || !play.exactSecond) return;
    const plays = this.#exact.get(names);
    if (plays === undefined) this.#exact.set(names, [play.endedAt, play.msPlayed]);
    else plays.push(play.endedAt, play.msPlayed);
  }

  /** Uses up the exact play that this one repeats: of those that end within one minute the one most like it. */
  #takeExact(play: PlayIdentity, names: string): boolean {
    const plays = this.#exact?.get(names);
    if (plays === undefined) return false;
    let best = -1;
    let bestCost = Number.POSITIVE_INFINITY;
    for (let at = 0; at < plays.length; at += 2) {
      const offset = plays[at]! - play.endedAt;
      if (!(Math.abs(offset) <= MINUTE_MS)) continue; // also NaN, which is used up
      const sameMinute = offset >= 0 && offset < MINUTE_MS;
      const cost = (plays[at + 1] === play.msPlayed ? 0 : 1e6) + (sameMinute ? 0 : 1e5) + Math.abs(offset) / 1000;
      if (cost < bestCost) {
        best = at;
        bestCost = cost;
      }
    }
    if (best === -1) return false;
    plays[best] = Number.NaN;
    return true;
  }
}

function unpack(packed: number): Tally {
  const file = Math.floor(packed / SECONDS);
  return { second: packed % SECONDS, file, inFile: 1, distinct: 1, published: 1 };
}

function playId(key: string, ordinal: number): string {
  return ordinal === 0
    ? Buffer.from(key, 'latin1').toString('hex')
    : hash('sha1', `${key}${SEPARATOR}${ordinal}`, 'hex');
}
