import http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { type TrinoOptions, trinoDefaults } from '../../../src/engines/trino/trino-options.js';
import type { StatementError } from '../../../src/engines/trino/trino-protocol.js';

/** How a server answers one request. */
export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** objects go as JSON */
  readonly body?: unknown;
  /** `reset`: the connection breaks without an answer; `half`: in the middle of it; `never`: nothing comes; `gzip`: packed */
  readonly how?: 'reset' | 'half' | 'never' | 'gzip';
}

/** What a statement gives. */
export interface Answer {
  readonly columns?: Readonly<Record<string, string>>;
  readonly rows?: readonly (readonly unknown[])[];
  readonly error?: StatementError;
}

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

/**
 * A real HTTP server that speaks Trino's statement protocol, and misbehaves when it is told to: for what a real server does only by accident.
 * Statements are answered by rules; what is queued with {@link FakeTrino.next} comes before.
 */
export class FakeTrino {
  readonly seen: SeenRequest[] = [];
  version = '476';
  starting = false;
  readonly #queue: Reply[] = [];
  readonly #rules: [RegExp, Answer][] = [];
  readonly #running = new Map<string, string>();
  #number = 0;

  private constructor(
    private readonly server: http.Server,
    private readonly scheme: 'http' | 'https',
  ) {}

  static async start(tls?: { key: string; cert: string }): Promise<FakeTrino> {
    const server = tls === undefined ? http.createServer() : https.createServer(tls);
    const fake = new FakeTrino(server, tls === undefined ? 'http' : 'https');
    server.on('request', (request: http.IncomingMessage, response: http.ServerResponse) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      request.on('end', () => {
        const seen = { method: request.method!, path: request.url!, headers: request.headers, body };
        fake.seen.push(seen);
        send(response, fake.#queue.shift() ?? fake.#answer(seen));
      });
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return fake;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get origin(): string {
    return `${this.scheme}://127.0.0.1:${this.port}`;
  }

  /** Options that reach it, quick to try again. */
  options(more: Partial<TrinoOptions> = {}): TrinoOptions {
    const { scheme, port } = this;
    return { ...trinoDefaults, port, scheme, user: 'ann', catalog: 'delta', retries: 3, retryDelay: 1, ...more };
  }

  /** The next requests are answered so, whatever they ask. */
  next(...replies: Reply[]): this {
    this.#queue.push(...replies);
    return this;
  }

  /** Statements like this are answered so, in a page of its own behind an empty one. Later rules come first. */
  when(pattern: RegExp, answer: Answer): this {
    this.#rules.unshift([pattern, answer]);
    return this;
  }

  /** `GET /v1/statement/…` and so on, in order */
  get requests(): string[] {
    return this.seen.map(({ method, path }) => `${method} ${path}`);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }

  #answer({ method, path, body }: SeenRequest): Reply {
    if (path === '/v1/info')
      return { body: { nodeVersion: { version: this.version }, coordinator: true, starting: this.starting } };
    if (method === 'POST' && path === '/v1/statement') {
      this.#number += 1;
      const id = `q${this.#number}`;
      this.#running.set(id, body);
      return { body: page(id, { next: `${this.origin}/v1/statement/queued/${id}/1`, state: 'QUEUED' }) };
    }
    const id = path.split('/')[4] ?? '';
    const sql = this.#running.get(id);
    if (method === 'DELETE') return { status: 204 };
    if (sql === undefined) return { status: 404, headers: { 'content-type': 'text/plain' }, body: 'Query not found' };
    const answer = this.#rules.find(([pattern]) => pattern.test(sql))?.[1];
    return {
      body: page(id, answer ?? { error: { message: `line 1:1: no rule for: ${sql}`, errorName: 'SYNTAX_ERROR' } }),
    };
  }
}

/** One page of the protocol. Without `next` it is the last. */
export function page(id: string, more: Answer & { readonly next?: string; readonly state?: string } = {}): object {
  const { columns, rows, error, next, state } = more;
  return {
    id,
    infoUri: `http://127.0.0.1/ui/${id}`,
    ...(next === undefined ? {} : { nextUri: next }),
    ...(columns === undefined ? {} : { columns: Object.entries(columns).map(column) }),
    ...(rows === undefined ? {} : { data: rows }),
    ...(error === undefined ? {} : { error }),
    stats: {
      state: state ?? (error === undefined ? 'FINISHED' : 'FAILED'),
      totalSplits: 4,
      completedSplits: next === undefined ? 4 : 1,
    },
  };
}

function column([name, type]: [string, string]): object {
  return { name, type, typeSignature: { rawType: type, arguments: [] } };
}

function send(response: http.ServerResponse, { status = 200, headers, body, how }: Reply): void {
  if (how === 'never') return;
  if (how === 'reset') {
    response.destroy();
    return;
  }
  const text = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body);
  const bytes = how === 'gzip' ? gzipSync(text) : Buffer.from(text);
  response.writeHead(status, {
    'content-type': 'application/json',
    ...(how === 'gzip' ? { 'content-encoding': 'gzip' } : {}),
    'content-length': bytes.length,
    ...headers,
  });
  if (how === 'half') {
    response.write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.destroy());
    return;
  }
  response.end(bytes);
}
