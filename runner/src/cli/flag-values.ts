import { didYouMean } from '../errors/suggest.js';
import { ProjectError } from '../errors/tsdbt-error.js';
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
    const hint = 'e.g. 90s, 10m, 2h30m';
    throw new ProjectError(cliCodes.wrongFlagValue, `${flag} takes a duration, not "${value}"`, { hint });
  };
}

/** A reader of a flag's value that takes one of a list. */
export function oneOf<const T extends string>(flag: string, choices: readonly T[]): (value: string) => T {
  return (value) => {
    const found = choices.find((choice) => choice === value);
    if (found !== undefined) return found;
    const hint = [didYouMean(value, choices), `one of: ${choices.join(', ')}`].filter((part) => part !== undefined);
    throw new ProjectError(cliCodes.wrongFlagValue, `${flag} does not take "${value}"`, { hint: hint.join(' ') });
  };
}

/** Values of a flag that may be given several times, and several of `oneOf` at once. */
export function someOf<const T extends string>(
  flag: string,
  choices: readonly T[],
): (value: string, before?: T[]) => T[] {
  const read = oneOf(flag, choices);
  return (value, before = []) => [
    ...before,
    ...value
      .split(/[\s,]+/)
      .filter(Boolean)
      .map(read),
  ];
}

/** Values of a flag that may be given several times. */
export function collected(value: string, before: string[] = []): string[] {
  return [...before, value];
}
