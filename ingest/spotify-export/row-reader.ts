import { IngestError } from '../input/ingest-error.js';
import { withoutPersonal } from './personal.js';

export type JsonRow = Readonly<Record<string, unknown>>;

/** Reads keys of one entry; what is not as Spotify writes it is an error with the entry's line. */
export class RowReader {
  row: JsonRow = {};
  line = 0;

  constructor(readonly file: string) {}

  /** A text that must be there, though it may be empty. */
  text(key: string): string {
    const value = this.row[key];
    if (typeof value !== 'string') throw this.#unexpected(key, 'a text');
    return value;
  }

  /** A text; null when it is missing, null or empty. */
  optionalText(key: string): string | null {
    const value = this.row[key];
    if (value === undefined || value === null || value === '') return null;
    if (typeof value !== 'string') throw this.#unexpected(key, 'a text or null');
    return value;
  }

  /** Milliseconds, a whole number of at least 0. */
  milliseconds(key: string): number {
    const value = this.row[key];
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
      throw this.#unexpected(key, 'a whole number of milliseconds');
    }
    return value;
  }

  /** A boolean; null when it is missing, null or, as older exports have it, an empty text. */
  optionalBoolean(key: string): boolean | null {
    const value = this.row[key];
    if (value === undefined || value === null || value === '') return null;
    if (typeof value !== 'boolean') throw this.#unexpected(key, 'true, false or null');
    return value;
  }

  /** `YYYY-MM-DD HH:MM` (account) or `YYYY-MM-DDTHH:MM:SSZ` (extended), UTC, as milliseconds since 1970. */
  time(key: string, exactSecond: boolean): number {
    const value = this.row[key];
    const time = typeof value === 'string' ? parseTime(value, exactSecond) : undefined;
    if (time === undefined) {
      throw this.#unexpected(key, exactSecond ? 'a time like 2023-01-31T20:15:30Z' : 'a time like 2023-01-31 20:15');
    }
    return time;
  }

  #unexpected(key: string, expected: string): IngestError {
    const value = this.row[key];
    const found = value === undefined ? 'it is missing' : `found ${JSON.stringify(value).slice(0, 60)}`;
    return new IngestError(this.file, `"${key}" should be ${expected}: ${found}`, {
      line: this.line,
      conceal: withoutPersonal,
      hint: 'use the file as Spotify sent it: unpack it again from the .zip',
    });
  }
}

const MINUTE = /^\d{4}-\d\d-\d\d \d\d:\d\d$/;
const SECOND = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

function parseTime(text: string, exactSecond: boolean): number | undefined {
  if (!(exactSecond ? SECOND : MINUTE).test(text)) return undefined;
  const day = twoDigits(text, 8);
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  const second = exactSecond ? twoDigits(text, 17) : 0;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const time = Date.UTC(
    twoDigits(text, 0) * 100 + twoDigits(text, 2),
    twoDigits(text, 5) - 1,
    day,
    hour,
    minute,
    second,
  );
  return new Date(time).getUTCDate() === day ? time : undefined; // 31 February rolls over
}

function twoDigits(text: string, at: number): number {
  return (text.charCodeAt(at) - 48) * 10 + text.charCodeAt(at + 1) - 48;
}
