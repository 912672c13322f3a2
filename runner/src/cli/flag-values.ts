import { didYouMean } from '../errors/suggest.js';
import { ProjectError } from '../errors/tsdbt-error.js';
import { cliCodes } from './codes.js';

/** A reader of a flag's value that takes whole numbers from `least` on. */
export function wholeNumber(flag: string, least: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (/^-?\d+$/.test(value) && Number.isSafeInteger(number) && number >= least) return number;
    throw new ProjectError(cliCodes.wrongFlagValue, `${flag} takes a whole number from ${least} on, not "${value}"`);
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
