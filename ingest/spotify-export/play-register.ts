import { hash } from 'node:crypto';

/** What tells one play from another, beside its names. */
export interface PlayIdentity {
  /** end of the play, milliseconds since 1970 */
  readonly endedAt: number;
  /** false when only its minute is known */
  readonly exactSecond: boolean;
  readonly msPlayed: number;
}

/** Rows that agree in all that tells plays apart. */
interface Tally {
  /** file in which they were seen last, and how often there */
  file: number;
  inFile: number;
  /** the largest count in any one file */
  distinct: number;
}

const SEPARATOR = '\u001f';

/**
 * Decides which rows of several export files are plays of their own, and gives them their ids.
 *
 * - Identical rows in one file are as many plays as there are rows.
 * - The same rows in several files (exports that overlap) count as often as in the file that has most of them, never as the sum.
 * - Formats do not mix here: what an account export and an extended export both tell has an id in each, and `repeated_plays`
 *   says which is left out. So what a run finds does not depend on what else lies beside a file.
 *
 * A play's id is a hash of its end as exactly as the format tells it (the second, or the minute), the names regardless of case
 * and Unicode form, the milliseconds played, and its number among plays that agree in all of these. Numbers begin at 0 in
 * every run, so the ids of any files are part of the ids of these files with more beside them: tables that are merged by
 * id hold what reading all files at once would give, in whichever order and groups they arrived.
 */
export class PlayRegister {
  /** A number stands for the usual case, one row seen in one file: that file. */
  readonly #seen = new Map<string, number | Tally>();

  /**
   * @param by artist, show or book
   * @param title track, episode or chapter
   * @param file number of the file, from 0; rows of one file come without rows of others between them
   * @returns the id of the play; undefined for a row that another file holds already
   */
  admit(play: PlayIdentity, by: string, title: string, file: number): string | undefined {
    const end = play.exactSecond ? Math.floor(play.endedAt / 1000) : `${Math.floor(play.endedAt / 60_000)}m`;
    const what = `${end}${SEPARATOR}${folded(by)}${SEPARATOR}${folded(title)}${SEPARATOR}${play.msPlayed}`;
    const key = hash('sha1', what, 'hex');
    const seen = this.#seen.get(key);
    if (seen === undefined) {
      this.#seen.set(key, file);
      return playId(play, key, 0);
    }
    let tally: Tally;
    if (typeof seen === 'number') {
      tally = { file: seen, inFile: 1, distinct: 1 };
      this.#seen.set(key, tally);
    } else tally = seen;
    if (tally.file !== file) {
      tally.file = file;
      tally.inFile = 0;
    }
    tally.inFile++;
    if (tally.inFile <= tally.distinct) return undefined;
    return playId(play, key, tally.distinct++);
  }
}

/** Exports of other years write a name in another case or Unicode form; it is the same name. */
function folded(name: string): string {
  return name.trim().toLowerCase().normalize('NFC');
}

/** Length of a play's id. Ids of 40 characters are of an earlier rule, which knew the minute only. */
export const PLAY_ID_LENGTH = 33;

/** `x` from an extended export, `a` from an account export, and 128 bits in hexadecimal. */
function playId(play: PlayIdentity, key: string, ordinal: number): string {
  const digits = ordinal === 0 ? key : hash('sha1', `${key}${SEPARATOR}${ordinal}`, 'hex');
  return (play.exactSecond ? 'x' : 'a') + digits.slice(0, PLAY_ID_LENGTH - 1);
}
