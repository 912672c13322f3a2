import { didYouMean } from '../errors/suggest.js';
import { ProjectError } from '../errors/tsdbt-error.js';
import { cliCodes } from './codes.js';

const NAMES = ['github', 'json', 'junit'] as const;

/** What `--reporter` asks for. */
export interface NamedReporter {
  readonly name: (typeof NAMES)[number];
  /** as given; undefined for the reporter's own */
  readonly file: string | undefined;
}

/**
 * Reads `name` or `name=file`, after those that were given before.
 * @throws {ProjectError} TSD1904 for a name that no reporter has
 */
export function readReporter(value: string, before: readonly NamedReporter[] = []): NamedReporter[] {
  const [given = '', ...rest] = value.split('=');
  const name = NAMES.find((one) => one === given);
  if (name === undefined) {
    const hint = [didYouMean(given, NAMES), `one of: ${NAMES.join(', ')}`].filter((part) => part !== undefined);
    throw new ProjectError(cliCodes.wrongFlagValue, `there is no reporter "${given}"`, { hint: hint.join(' ') });
  }
  return [...before, { name, file: rest.length === 0 ? undefined : rest.join('=') }];
}
