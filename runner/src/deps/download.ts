import type { SourcePlace } from '../errors/source-text.js';
import { CancelledError, ProjectError } from '../errors/tsdbt-error.js';
import { depsCodes } from './codes.js';
import { withoutCredentials } from './credentials.js';

/** Milliseconds that one attempt may take. */
const TIMEOUT = 120_000;
/** Milliseconds before the second and third attempt. */
const PAUSES = [500, 2_000];

export interface DownloadOptions {
  readonly signal: AbortSignal;
  readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  /** where the address comes from */
  readonly place: SourcePlace | undefined;
}

/**
 * The body at an address; undefined where there is nothing (404, 410). What may pass (no connection, 429, 5xx) is tried three times.
 *
 * @throws ProjectError TSD1970
 */
export async function download(address: string, options: DownloadOptions): Promise<Buffer | undefined> {
  const { signal, sleep, place } = options;
  const shown = withoutCredentials(address);
  for (let attempt = 0; ; attempt++) {
    let reason: string;
    try {
      const response = await fetch(address, {
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT)]),
        headers: { 'user-agent': 'tsdbt' },
      });
      if (response.ok) return Buffer.from(await response.arrayBuffer());
      if (response.status === 404 || response.status === 410) return undefined;
      reason = `the answer is ${response.status} ${response.statusText}`.trim();
      if (response.status !== 429 && response.status < 500) throw unanswered(shown, reason, place);
    } catch (thrown) {
      if (signal.aborted) throw new CancelledError();
      if (thrown instanceof ProjectError) throw thrown;
      if (!(thrown instanceof Error)) throw thrown;
      reason = connectionReason(thrown);
    }
    const pause = PAUSES[attempt];
    if (pause === undefined) throw unanswered(shown, reason, place);
    await sleep(pause, signal);
  }
}

function unanswered(address: string, reason: string, place: SourcePlace | undefined): ProjectError {
  return new ProjectError(depsCodes.download, `${address} cannot be fetched: ${reason}`, {
    place,
    hint: 'check the address and the network; an address behind a sign-in takes its token from env_var',
  });
}

/** `fetch` says only that it failed; its cause says why. */
function connectionReason(error: Error): string {
  if (error.name === 'TimeoutError') return `no answer within ${TIMEOUT / 1000} s`;
  const { cause } = error as { cause?: { code?: unknown; message?: unknown } };
  return String(cause?.code ?? cause?.message ?? error.message);
}
