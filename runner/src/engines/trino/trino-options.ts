/** How a client proves who it is. A password and a token travel only over TLS, or to this machine. */
export type TrinoAuth =
  | { readonly method: 'none' }
  | { readonly method: 'basic'; readonly password: string }
  | { readonly method: 'jwt'; readonly token: string };

export interface TrinoTls {
  /** certificates in PEM that are trusted beside the well-known ones */
  readonly ca: string | undefined;
  /** false: any certificate is taken */
  readonly verify: boolean;
}

/** Where a Trino server is, who asks, and how long to wait. */
export interface TrinoOptions {
  readonly host: string;
  readonly port: number;
  readonly scheme: 'http' | 'https';
  readonly user: string;
  readonly auth: TrinoAuth;
  readonly tls: TrinoTls;
  /** catalog of names that name none */
  readonly catalog: string | undefined;
  /** schema of names that name none */
  readonly schema: string | undefined;
  /** by name: `query_max_run_time`, or `<catalog>.<name>` */
  readonly sessionProperties: Readonly<Record<string, string>>;
  /** milliseconds until a connection must stand */
  readonly connectTimeout: number;
  /** milliseconds that one HTTP request may take; the server answers at least every second */
  readonly requestTimeout: number;
  /** milliseconds after which a statement is cancelled; undefined: never */
  readonly queryTimeout: number | undefined;
  /** times that a request is sent again when the server is busy or the connection breaks */
  readonly retries: number;
  /** milliseconds before the first of them; doubled for each that follows */
  readonly retryDelay: number;
}

/** What is not given: a server on this machine, without TLS or credentials. */
export const trinoDefaults: TrinoOptions = {
  host: '127.0.0.1',
  port: 8080,
  scheme: 'http',
  user: 'tsdbt',
  auth: { method: 'none' },
  tls: { ca: undefined, verify: true },
  catalog: undefined,
  schema: undefined,
  sessionProperties: {},
  connectTimeout: 10_000,
  requestTimeout: 60_000,
  queryTimeout: undefined,
  retries: 6,
  retryDelay: 100,
};

/** `https://trino.example:8443` */
export function originOf({ scheme, host, port }: TrinoOptions): string {
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
