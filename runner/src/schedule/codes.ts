import type { ErrorCode } from '../errors/codes.js';

/** Codes of the scheduler's errors and warnings. What each says is in errors/codes.ts. */
export const scheduleCodes = {
  cron: 'TSD1981',
  timezone: 'TSD1982',
  locked: 'TSD1983',
  lockLost: 'TSD1984',
  healthPort: 'TSD1985',
  unwritable: 'TSD1986',
  corruptState: 'TSD1987',
  command: 'TSD1988',
} as const satisfies Record<string, ErrorCode>;
