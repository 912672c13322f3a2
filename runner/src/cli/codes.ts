/** Codes of errors of the command line. Each means one thing. */
export const cliCodes = {
  /** a flag that the command does not have */
  unknownFlag: 'TSD1901',
  /** a command that is neither tsdbt's nor the project's */
  unknownCommand: 'TSD1902',
  /** a flag without its value, or a command without its argument */
  missingValue: 'TSD1903',
  /** a value that a flag does not take */
  wrongFlagValue: 'TSD1904',
  /** more arguments than the command takes */
  excessArguments: 'TSD1905',
  /** flags that do not go together */
  conflictingFlags: 'TSD1906',
  /** `clean` was told to remove something outside of the project, or the warehouse */
  unsafeCleanTarget: 'TSD1910',
  /** `init` was given a name that is no project name */
  projectName: 'TSD1911',
  /** a command of the project that cannot be loaded or has no function as its default export */
  commandModule: 'TSD1912',
  /** a command that needs exactly one node was given none or several */
  oneNodeWanted: 'TSD1913',
  /** `docs serve` before `docs generate` */
  noDocs: 'TSD1914',
  /** `retry` after a command that leaves nothing to retry */
  cannotRetry: 'TSD1915',
  /** a command of the project that threw an error of its own */
  commandFailed: 'TSD1919',
} as const;
