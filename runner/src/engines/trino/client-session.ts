import type { IncomingHttpHeaders } from 'node:http';
import type { TrinoOptions } from './trino-options.js';

/**
 * What the server keeps no note of: session properties, catalog, schema, prepared statements and the transaction travel with every
 * request, and answers tell what a statement has changed of them.
 */
export class ClientSession {
  readonly #properties: Map<string, string>;
  readonly #roles = new Map<string, string>();
  readonly #prepared = new Map<string, string>();
  #catalog: string | undefined;
  #schema: string | undefined;
  #transaction: string | undefined;

  constructor(private readonly options: TrinoOptions) {
    this.#properties = new Map(Object.entries(options.sessionProperties));
    this.#catalog = options.catalog;
    this.#schema = options.schema;
  }

  get catalog(): string | undefined {
    return this.#catalog;
  }

  /** Headers of a statement. Times are those of UTC, and come with all their digits. */
  headers(): Record<string, string> {
    return {
      'x-trino-source': 'tsdbt',
      'x-trino-time-zone': 'UTC',
      'x-trino-client-capabilities': 'PARAMETRIC_DATETIME',
      'x-trino-transaction-id': this.#transaction ?? 'NONE',
      ...optional('x-trino-catalog', this.#catalog),
      ...optional('x-trino-schema', this.#catalog === undefined ? undefined : this.#schema),
      ...pairs('x-trino-session', this.#properties),
      ...pairs('x-trino-role', this.#roles),
      ...pairs('x-trino-prepared-statement', this.#prepared),
    };
  }

  /** Takes over what an answer says of `SET SESSION`, `USE`, `PREPARE` and transactions. */
  adopt(headers: IncomingHttpHeaders): void {
    for (const [name, value] of pairsOf(headers['x-trino-set-session'])) this.#properties.set(name, value);
    for (const name of namesOf(headers['x-trino-clear-session'])) this.#properties.delete(name);
    for (const [name, value] of pairsOf(headers['x-trino-set-role'])) this.#roles.set(name, value);
    for (const [name, value] of pairsOf(headers['x-trino-added-prepare'])) this.#prepared.set(name, value);
    for (const name of namesOf(headers['x-trino-deallocated-prepare'])) this.#prepared.delete(name);
    this.#catalog = first(headers['x-trino-set-catalog']) ?? this.#catalog;
    this.#schema = first(headers['x-trino-set-schema']) ?? this.#schema;
    this.#transaction = first(headers['x-trino-started-transaction-id']) ?? this.#transaction;
    if (headers['x-trino-clear-transaction-id'] !== undefined) this.#transaction = undefined;
  }

  /** The headers that every request carries: who asks. */
  identity(): Record<string, string> {
    const { user, auth } = this.options;
    const who = { 'x-trino-user': user };
    if (auth.method === 'basic')
      return { ...who, authorization: `Basic ${Buffer.from(`${user}:${auth.password}`).toString('base64')}` };
    if (auth.method === 'jwt') return { ...who, authorization: `Bearer ${auth.token}` };
    return who;
  }
}

function optional(name: string, value: string | undefined): Record<string, string> {
  return value === undefined ? {} : { [name]: value };
}

function pairs(name: string, values: ReadonlyMap<string, string>): Record<string, string> {
  if (values.size === 0) return {};
  return {
    [name]: [...values].map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`).join(','),
  };
}

function first(header: string | string[] | undefined): string | undefined {
  const text = Array.isArray(header) ? header[0] : header;
  return text === undefined ? undefined : decoded(text);
}

function namesOf(header: string | string[] | undefined): string[] {
  const text = Array.isArray(header) ? header.join(',') : (header ?? '');
  return text
    .split(',')
    .map((name) => decoded(name.trim()))
    .filter((name) => name !== '');
}

function pairsOf(header: string | string[] | undefined): [string, string][] {
  const text = Array.isArray(header) ? header.join(',') : (header ?? '');
  return text
    .split(',')
    .map((pair) => pair.trim())
    .filter((pair) => pair.includes('='))
    .map((pair) => {
      const at = pair.indexOf('=');
      return [decoded(pair.slice(0, at)), decoded(pair.slice(at + 1))];
    });
}

/** The server encodes as forms do: a blank is `+`. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}
