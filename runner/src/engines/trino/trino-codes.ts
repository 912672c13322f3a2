import type { ErrorCode } from '../../errors/codes.js';

/** Codes of what goes wrong between here and a Trino server. What each says is in errors/codes.ts. */
export const trinoCodes = {
  unreachable: 'TSD5030',
  credentials: 'TSD5031',
  tls: 'TSD5032',
  unavailable: 'TSD5033',
  protocol: 'TSD5034',
  timeLimit: 'TSD5035',
  notSupported: 'TSD5036',
  killed: 'TSD5037',
  denied: 'TSD5038',
} as const satisfies Record<string, ErrorCode>;
