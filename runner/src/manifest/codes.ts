import type { ErrorCode } from '../errors/codes.js';

/** Codes of graph and selection errors. What each says is in errors/codes.ts. */
export const graphCodes = {
  unknownRef: 'TSD3001',
  disabledRef: 'TSD3002',
  ambiguousRef: 'TSD3003',
  duplicateNode: 'TSD3004',
  cycle: 'TSD3005',
  unknownSource: 'TSD3006',
  refToSource: 'TSD3007',
  disabledSource: 'TSD3008',
  duplicateRelation: 'TSD3009',
  hiddenRef: 'TSD3011',
  unknownTestedModel: 'TSD3012',
  unusedInput: 'TSD3013',
  unknownMeasure: 'TSD3014',
  unknownMetric: 'TSD3015',
  accessDenied: 'TSD3016',
  deprecated: 'TSD3017',
  ambiguousDescription: 'TSD3018',
  selectorSyntax: 'TSD3020',
  selectorMatchesNothing: 'TSD3021',
  unknownMethod: 'TSD3022',
  unknownSelector: 'TSD3023',
  noState: 'TSD3024',
  unreadableState: 'TSD3025',
  unknownRetried: 'TSD3027',
} as const satisfies Record<string, ErrorCode>;
