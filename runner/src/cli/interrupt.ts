import { CancelledError } from '../errors/tsdbt-error.js';
import type { Effects } from './effects.js';

/**
 * Runs work that can be interrupted. The first Ctrl-C aborts the signal, so that queries are cancelled and results
 * written; the second ends the program at once.
 *
 * @param say called at the first, to tell the user
 */
export async function interruptible<T>(
  effects: Effects,
  work: (signal: AbortSignal) => Promise<T>,
  say: (message: string) => void,
): Promise<T> {
  const controller = new AbortController();
  const stop = effects.onInterrupt(() => {
    if (controller.signal.aborted) {
      effects.exit(130);
      return;
    }
    say('interrupted: what runs is being cancelled (once more to end at once)');
    controller.abort(new CancelledError());
  });
  try {
    return await work(controller.signal);
  } finally {
    stop();
  }
}
