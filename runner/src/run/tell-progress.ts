import type { QueryProgress, Session } from '../engines/engine.js';
import type { RunEvent } from '../events/events.js';

/** Between two tellings: milliseconds. */
const INTERVAL = 200;

/**
 * Tells how far the statements of a session have come, where its engine says so, until the returned function is called.
 *
 * @param tell makes the event
 */
export function tellProgress(
  session: Session,
  emit: (event: RunEvent) => void,
  tell: (progress: QueryProgress) => RunEvent,
  interval: number = INTERVAL,
): () => void {
  let told = Date.now();
  session.watch?.((progress) => {
    if (Date.now() - told < interval) return;
    told = Date.now();
    emit(tell(progress));
  });
  return () => session.watch?.(undefined);
}
