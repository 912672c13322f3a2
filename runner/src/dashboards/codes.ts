import type { ErrorCode } from '../errors/codes.js';

/** Codes of errors in dashboard definitions. What each says is in errors/codes.ts. */
export const dashboardCodes = {
  noDashboards: 'TSD1950',
  unknownKey: 'TSD1951',
  duplicateChart: 'TSD1952',
  missingPart: 'TSD1953',
  unusedPart: 'TSD1954',
  unknownModel: 'TSD1955',
  unknownColumn: 'TSD1956',
  modelNotRead: 'TSD1957',
  wrongType: 'TSD1958',
  unknownDatabase: 'TSD1959',
} as const satisfies Record<string, ErrorCode>;
