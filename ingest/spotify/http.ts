import { setTimeout as sleep } from 'node:timers/promises';
import { SpotifyError } from './spotify-error.js';

/** A request for JSON. */
export interface JsonRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** An answer that is final: no trouble that passes by itself. */
export interface JsonAnswer {
  readonly status: number;
  /** parsed; undefined where the body is empty, or is no JSON and the status is an error */
  readonly body: unknown;
}

/** How patient requests are. Times in milliseconds. */
export interface Patience {
  /** requests at most, the first included */
  readonly attempts: number;
  /** for one request, until the last byte of the answer */
  readonly timeout: number;
  /** pause after the first failure; it doubles from one to the next */
  readonly firstPause: number;
  readonly longestPause: number;
  /** a longer Retry-After is not waited for */
  readonly longestRetryAfter: number;
}

export const PATIENCE: Patience = {
  attempts: 5,
  timeout: 20_000,
  firstPause: 500,
  longestPause: 15_000,
  longestRetryAfter: 120_000,
};

export interface RequestOptions {
  readonly signal: AbortSignal;
  readonly patience?: Partial<Patience> | undefined;
  /** hears of every pause, in words without secrets */
  readonly onPause?: ((message: string) => void) | undefined;
}

/** Trouble that may pass: what happened, and how long the other side asks to wait. */
interface Trouble {
  readonly problem: string;
  readonly status?: number;
  readonly retryAfter?: number;
}

/**
 * Sends a request. Broken connections, timeouts, answers that end early or are no JSON, 429 and 5xx are tried again, after
 * pauses that double and vary at random; a Retry-After is honoured.
 *
 * @throws SpotifyError when the last attempt fails too, or the other side asks to wait too long; the abort reason when aborted
 */
export async function requestJson(request: JsonRequest, options: RequestOptions): Promise<JsonAnswer> {
  const patience = { ...PATIENCE, ...options.patience };
  const { host, pathname } = new URL(request.url);
  const where = `${host}${pathname}`; // never the query: it may hold ids, and codes
  for (let attempt = 1; ; attempt++) {
    options.signal.throwIfAborted();
    const result = await send(request, options.signal, patience.timeout);
    if ('body' in result) return result;
    if (attempt >= patience.attempts) {
      throw new SpotifyError(`${where}: ${result.problem} (${attempt} attempts)`, {
        status: result.status,
        hint: 'what was taken in before stays; try again later',
      });
    }
    const doubled = Math.min(patience.firstPause * 2 ** (attempt - 1), patience.longestPause);
    const pause = Math.max(doubled * (0.5 + Math.random() / 2), result.retryAfter ?? 0);
    if ((result.retryAfter ?? 0) > patience.longestRetryAfter) {
      const seconds = Math.ceil(result.retryAfter! / 1000);
      throw new SpotifyError(`${where}: ${result.problem}, and asks to wait ${seconds} seconds`, {
        status: result.status,
        hint: `what was taken in before stays; try again in ${seconds} seconds`,
      });
    }
    options.onPause?.(`${where}: ${result.problem}; trying again in ${(pause / 1000).toFixed(1)} s`);
    await sleep(pause, undefined, { signal: options.signal }).catch(() => options.signal.throwIfAborted());
  }
}

async function send(request: JsonRequest, signal: AbortSignal, timeout: number): Promise<JsonAnswer | Trouble> {
  const late = AbortSignal.timeout(timeout);
  try {
    const response = await fetch(request.url, {
      method: request.method,
      headers: { accept: 'application/json', ...request.headers },
      ...(request.body === undefined ? {} : { body: request.body }),
      redirect: 'error', // tokens go to the host that was asked, to no other
      signal: AbortSignal.any([signal, late]),
    });
    const text = await response.text();
    return judge(response, text);
  } catch (error) {
    signal.throwIfAborted();
    if (late.aborted) return { problem: `no answer within ${timeout / 1000} seconds` };
    return { problem: connectionProblem(error) };
  }
}

function judge(response: Response, text: string): JsonAnswer | Trouble {
  const { status } = response;
  if (status === 429) {
    return { problem: 'too many requests (429)', status, ...retryAfter(response.headers.get('retry-after')) };
  }
  if (status >= 500) {
    return {
      problem: `the server failed (${status})`,
      status,
      ...retryAfter(response.headers.get('retry-after')),
    };
  }
  if (text.trim() === '') {
    return response.ok ? { problem: 'the answer is empty', status } : { status, body: undefined };
  }
  try {
    return { status, body: JSON.parse(text) as unknown };
  } catch {
    return response.ok ? { problem: 'the answer is no JSON, or ends early', status } : { status, body: undefined };
  }
}

/** Seconds, or a date (RFC 9110, 10.2.3). */
function retryAfter(header: string | null): { retryAfter?: number } {
  if (header === null) return {};
  const seconds = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(seconds) && seconds > 0 ? { retryAfter: seconds } : {};
}

/** The code of a failed connection; the error's own text may name the address with its query. */
function connectionProblem(error: unknown): string {
  const cause = error instanceof Error ? (error.cause as { code?: unknown; message?: unknown } | undefined) : undefined;
  if (cause?.message === 'unexpected redirect') return 'an unexpected redirect';
  if (typeof cause?.code === 'string') return `the connection failed (${cause.code})`;
  return 'the connection broke off';
}
