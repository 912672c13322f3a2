import type { ErrorCode } from '../errors/codes.js';

/** Codes of errors of the command line. What each says is in errors/codes.ts. */
export const cliCodes = {
  unknownFlag: 'TSD1901',
  unknownCommand: 'TSD1902',
  missingValue: 'TSD1903',
  wrongFlagValue: 'TSD1904',
  excessArguments: 'TSD1905',
  conflictingFlags: 'TSD1906',
  unsafeCleanTarget: 'TSD1910',
  projectName: 'TSD1911',
  commandModule: 'TSD1912',
  oneNodeWanted: 'TSD1913',
  noDocs: 'TSD1914',
  cannotRetry: 'TSD1916',
  stateIsTarget: 'TSD1917',
  overriddenFlags: 'TSD1918',
  commandFailed: 'TSD1919',
} as const satisfies Record<string, ErrorCode>;
