import type { SnapshotAt } from '../delta/log/load.js';
import { didYouMean } from '../errors/suggest.js';
import { ProjectError } from '../errors/tsdbt-error.js';
import { timeOf } from '../materialize/microbatch.js';
import { parseDuration } from '../schedule/duration.js';
import { cliCodes } from './codes.js';

/** A reader of a flag's value that takes whole numbers from `least` on, or up to `most`. */
export function wholeNumber(flag: string, least: number, most = Number.MAX_SAFE_INTEGER): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (/^-?\d+$/.test(value) && number >= least && number <= most) return number;
    const range = most === Number.MAX_SAFE_INTEGER ? `from ${least} on` : `from ${least} to ${most}`;
    throw new ProjectError(cliCodes.wrongFlagValue, `${flag} takes a whole number ${range}, not "${value}"`);
  };
}

/** A reader of a flag's value that takes a duration; it gives milliseconds. */
export function duration(flag: string): (value: string) => number {
  return (value) => {
    const milliseconds = parseDuration(value);
    if (milliseconds !== undefined) return milliseconds;
    const hint = 'e.g. 90s, 10m, 2h30m, 7d';
    throw new ProjectError(cliCodes.wrongFlagValue, `${flag} takes a duration, not "${value}"`, { hint });
  };
}

/** A reader of a flag's value that takes a version (a whole number) or a time; times without a zone are UTC. */
export function pointInTime(flag: string): (value: string) => SnapshotAt {
  return (value) => {
    if (/^\d+$/.test(value)) return { version: Number(value) };
    const match = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*(Z|[+-]\d{2}:?\d{2})?)?$/.exec(
      value,
    );
    const [, date, time = '00:00', zone = 'Z'] = match ?? [];
    // times are printed to the second: one that is given so stands for all of it
    const timestamp = new Date(`${date}T${time.length === 8 ? `${time}.999` : time}${zone}`);
    if (match !== null && isDay(date!) && !Number.isNaN(timestamp.getTime())) return { timestamp };
    throw new ProjectError(cliCodes.wrongFlagValue, `${flag} takes a version or a time, not "${value}"`, {
      hint: 'e.g. 3, 2026-11-22, "2026-11-22 14:00", 2026-11-22T14:00:00+01:00; times without a zone are UTC',
    });
  };
}

/** Whether the calendar has a day: `2026-02-31` would be read as one of March. */
function isDay(date: string): boolean {
  const day = new Date(`${date}T00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(date);
}

/** A reader of a flag's value that takes a time; times without a zone are UTC. */
export function time(flag: string): (value: string) => Date {
  return (value) => {
    const found = timeOf(value);
    if (found !== undefined) return found;
    throw new ProjectError(cliCodes.wrongFlagValue, `${flag} takes a time, not "${value}"`, {
      hint: 'e.g. 2026-11-22, "2026-11-22 14:00"; times without a zone are UTC',
    });
  };
}

/** A reader of a flag's value that takes a size; it gives bytes. */
export function size(flag: string): (value: string) => number {
  return (value) => {
    const match = /^(\d+(?:\.\d+)?)\s*([kmg]?)(i?)b?$/i.exec(value);
    const power = ['', 'k', 'm', 'g'].indexOf(match?.[2]?.toLowerCase() ?? '');
    const bytes = match === null ? 0 : Math.floor(Number(match[1]) * (match[3] === '' ? 1000 : 1024) ** power);
    if (bytes > 0) return bytes;
    throw new ProjectError(cliCodes.wrongFlagValue, `${flag} takes a size, not "${value}"`, {
      hint: 'e.g. 134217728, 128MB, 128MiB, 1GB',
    });
  };
}

/** A reader of a flag's value that tells which values there are. */
type Chooser<R extends (...given: never[]) => unknown> = R & { readonly choices: readonly string[] };

/** A reader of a flag's value that takes one of a list. */
export function oneOf<const T extends string>(flag: string, choices: readonly T[]): Chooser<(value: string) => T> {
  const read = (value: string): T => {
    const found = choices.find((choice) => choice === value);
    if (found !== undefined) return found;
    const hint = [didYouMean(value, choices), `one of: ${choices.join(', ')}`].filter((part) => part !== undefined);
    throw new ProjectError(cliCodes.wrongFlagValue, `${flag} does not take "${value}"`, { hint: hint.join(' ') });
  };
  return Object.assign(read, { choices });
}

/** Values of a flag that may be given several times, and several of `oneOf` at once. */
export function someOf<const T extends string>(
  flag: string,
  choices: readonly T[],
): Chooser<(value: string, before?: T[]) => T[]> {
  const one = oneOf(flag, choices);
  const read = (value: string, before: T[] = []): T[] => [
    ...before,
    ...value
      .split(/[\s,]+/)
      .filter(Boolean)
      .map((word) => one(word)),
  ];
  return Object.assign(read, { choices });
}

/** The values that a reader takes, where it takes those of a list. */
export function choicesOf(read: unknown): readonly string[] | undefined {
  return typeof read === 'function' ? (read as Partial<Chooser<() => void>>).choices : undefined;
}

/** Values of a flag that may be given several times. */
export function collected(value: string, before: string[] = []): string[] {
  return [...before, value];
}
