import type { ErrorCode } from '../errors/codes.js';

/** Codes of errors of registering tables with Trino. What each says is in errors/codes.ts. */
export const registerCodes = {
  notConfigured: 'TSD1960',
  nameCollision: 'TSD1961',
  metastoreFiles: 'TSD6091',
  nameTaken: 'TSD6092',
  refused: 'TSD5191',
} as const satisfies Record<string, ErrorCode>;
