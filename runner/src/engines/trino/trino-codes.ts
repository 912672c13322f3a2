/** Codes of what goes wrong between here and a Trino server. Each means one thing. */
export const trinoCodes = {
  /** nobody answers: refused, unknown host, no answer in time, broken off again and again */
  unreachable: 'TSD5030',
  /** the server does not take the user's credentials */
  credentials: 'TSD5031',
  /** the certificate is not trusted, or one side does not speak TLS */
  tls: 'TSD5032',
  /** the server is starting, or too busy, and stays so */
  unavailable: 'TSD5033',
  /** whoever answers does not speak Trino's protocol */
  protocol: 'TSD5034',
  /** a time limit, the target's or the server's, has ended the query */
  timeLimit: 'TSD5035',
  /** the engine cannot do what was asked of it */
  notSupported: 'TSD5036',
  /** the query was ended by somebody else, or the server lost it */
  killed: 'TSD5037',
  /** the user may not do this */
  denied: 'TSD5038',
} as const;
