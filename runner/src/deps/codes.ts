import type { ErrorCode } from '../errors/codes.js';

/** Codes of what goes wrong while packages are fetched. What each says is in errors/codes.ts. */
export const depsCodes = {
  download: 'TSD1970',
  hubPackage: 'TSD1971',
  versionConflict: 'TSD1972',
  git: 'TSD1973',
  noProject: 'TSD1974',
  archive: 'TSD1975',
  npmPackage: 'TSD1976',
  duplicatePackage: 'TSD1977',
  versionText: 'TSD1978',
} as const satisfies Record<string, ErrorCode>;
