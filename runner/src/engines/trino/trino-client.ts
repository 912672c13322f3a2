import { setTimeout as wait } from 'node:timers/promises';
import { CancelledError, EngineError } from '../../errors/tsdbt-error.js';
import type { ClientSession } from './client-session.js';
import { connectionError, isPassing, protocolError, replyError } from './connection-errors.js';
import { HttpConnection, type HttpReply, type HttpRequest } from './http-request.js';
import { parseLossless } from './lossless-json.js';
import { retryDelay } from './retry-delay.js';
import { trinoCodes } from './trino-codes.js';
import { originOf, type TrinoOptions } from './trino-options.js';
import type { ServerInfo, StatementReply } from './trino-protocol.js';

/** Statuses of a server or proxy that is busy, restarting or being replaced. */
const BUSY = new Set([429, 502, 503, 504]);
/** Errors of a server whose workers have not announced themselves yet: it says that it is up some seconds before. */
const NOT_YET = new Set(['SERVER_STARTING_UP', 'NO_NODES_AVAILABLE']);
/** Milliseconds for telling the server that nobody waits for a query any more. */
const GOODBYE = 5_000;

/**
 * Trino's statement protocol: a POST begins a query, each answer names where the next one is, a DELETE ends it.
 *
 * Every request may be sent again. A GET gives the same page until the next one is asked for; a POST only registers the query, which
 * begins with the first GET (measured on 476: one that nobody follows never shows up in `system.runtime.queries`).
 */
export class TrinoClient {
  readonly #http: HttpConnection;

  constructor(readonly options: TrinoOptions) {
    this.#http = new HttpConnection(options);
  }

  /** What the server says of itself, without credentials. Asked once: a server that is down is told at once. */
  async info(): Promise<ServerInfo> {
    const reply = await this.#once({ method: 'GET', path: '/v1/info', headers: {} }).catch((thrown: unknown) => {
      throw thrown instanceof EngineError ? thrown : connectionError(thrown, this.options);
    });
    if (reply.status !== 200)
      throw reply.status === 404
        ? protocolError(`${originOf(this.options)} has no /v1/info`)
        : replyError(reply, this.options);
    let info: { nodeVersion?: { version?: unknown }; starting?: unknown } | undefined;
    try {
      info = this.#parsed(reply) as typeof info;
    } catch {
      // a page for people, perhaps
    }
    if (typeof info?.nodeVersion?.version !== 'string')
      throw protocolError(`${originOf(this.options)} is no Trino server`);
    return { version: info.nodeVersion.version, starting: info.starting === true };
  }

  /**
   * Runs a statement: its replies as they come, to the last. Left early, by an abort or by whoever reads, the query is ended on the
   * server before this returns. A statement that found no worker to run on is begun again, as often as the target's `retries` say.
   *
   * @throws {CancelledError} once `signal` is aborted
   * @throws {EngineError} TSD5030–5037 for what went wrong on the way; what the server says of the statement is in its last reply
   */
  async *run(sql: string, session: ClientSession, signal: AbortSignal): AsyncGenerator<StatementReply> {
    for (let attempt = 0; ; attempt++) {
      let early = false;
      for await (const reply of this.#attempt(sql, session, signal)) {
        early = attempt < this.options.retries && NOT_YET.has(reply.error?.errorName ?? '');
        if (!early) yield reply;
      }
      if (!early) return;
      await this.#pause(retryDelay(attempt, this.options.retryDelay), signal);
    }
  }

  async *#attempt(sql: string, session: ClientSession, signal: AbortSignal): AsyncGenerator<StatementReply> {
    const identity = session.identity();
    const limit = this.#limit(signal);
    let next: string | undefined;
    try {
      let request: HttpRequest = {
        method: 'POST',
        path: '/v1/statement',
        headers: { ...session.headers(), ...identity, 'content-type': 'text/plain; charset=utf-8' },
        body: sql,
        signal: limit.signal,
      };
      for (;;) {
        const reply = await this.#retried(request);
        session.adopt(reply.headers);
        const statement = this.#parsed(reply) as StatementReply;
        if (typeof statement?.id !== 'string') throw protocolError(`${originOf(this.options)} is no Trino server`);
        next = statement.nextUri === undefined ? undefined : pathOf(statement.nextUri);
        yield statement;
        if (next === undefined) return;
        request = { method: 'GET', path: next, headers: identity, signal: limit.signal };
      }
    } catch (thrown) {
      if (limit.expired())
        throw new EngineError(
          trinoCodes.timeLimit,
          `the query took longer than ${this.options.queryTimeout! / 1000} s and was cancelled`,
          {
            hint: 'raise timeouts: query of the target, or give the query less to do',
          },
        );
      throw thrown;
    } finally {
      limit.clear();
      if (next !== undefined) await this.#end(next, identity);
    }
  }

  close(): void {
    this.#http.close();
  }

  /** Ends a query on the server. It is over for us in any case: an answer that does not come is not waited for. */
  async #end(path: string, headers: Readonly<Record<string, string>>): Promise<void> {
    const signal = AbortSignal.timeout(GOODBYE);
    await this.#http.send({ method: 'DELETE', path, headers, signal }).catch(() => undefined);
  }

  /** The signal of the caller, and that of the target's time limit. */
  #limit(signal: AbortSignal) {
    const { queryTimeout } = this.options;
    const clock = new AbortController();
    const timer = queryTimeout === undefined ? undefined : setTimeout(() => clock.abort(), queryTimeout);
    return {
      signal: AbortSignal.any([signal, clock.signal]),
      expired: () => clock.signal.aborted && !signal.aborted,
      clear: () => clearTimeout(timer),
    };
  }

  /** Sends a request until it is answered, as often as the target's `retries` say. */
  async #retried(request: HttpRequest): Promise<HttpReply> {
    const { retries } = this.options;
    for (let attempt = 0; ; attempt++) {
      let reply: HttpReply | undefined;
      try {
        reply = await this.#once(request);
        if (reply.status === 200) {
          // what a proxy cuts off can look like an answer
          this.#parsed(reply);
          return reply;
        }
        if (!BUSY.has(reply.status) || attempt >= retries) throw replyError(reply, this.options);
      } catch (thrown) {
        if (thrown instanceof CancelledError || thrown instanceof EngineError) throw thrown;
        const again = isPassing(thrown) || thrown instanceof SyntaxError;
        if (!again || attempt >= retries)
          throw thrown instanceof SyntaxError
            ? protocolError(`${originOf(this.options)} answers what is no JSON`)
            : connectionError(thrown, this.options);
      }
      await this.#pause(retryDelay(attempt, this.options.retryDelay, reply?.headers['retry-after']), request.signal);
    }
  }

  async #pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
    await wait(milliseconds, undefined, { signal }).catch(() => {
      throw new CancelledError();
    });
  }

  async #once(request: HttpRequest): Promise<HttpReply> {
    if (request.signal?.aborted) throw new CancelledError();
    try {
      return await this.#http.send(request);
    } catch (thrown) {
      if (request.signal?.aborted) throw new CancelledError();
      throw thrown;
    }
  }

  readonly #bodies = new WeakMap<HttpReply, unknown>();

  /** @throws {SyntaxError} where the body is no JSON */
  #parsed(reply: HttpReply): unknown {
    if (!this.#bodies.has(reply)) this.#bodies.set(reply, parseLossless(reply.body));
    return this.#bodies.get(reply);
  }
}

/**
 * The server names whole addresses, by what it takes for its own name. Only the path is taken over: behind a proxy or a forwarded port
 * the name is often another one, and credentials stay with the host that the target names.
 */
function pathOf(uri: string): string {
  const { pathname, search } = new URL(uri);
  return pathname + search;
}
