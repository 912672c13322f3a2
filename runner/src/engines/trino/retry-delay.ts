/** No wait is longer: milliseconds. */
const LONGEST = 30_000;

/**
 * Milliseconds to wait before a request is sent again: doubled with each attempt, half of it at random so that many clients do not
 * come back at once; never less than what the server asks for (`Retry-After`, seconds or a date), up to half a minute.
 *
 * @param attempt from 0
 * @param base milliseconds before the first
 */
export function retryDelay(attempt: number, base: number, retryAfter?: string, now: number = Date.now()): number {
  const full = Math.min(base * 2 ** attempt, LONGEST);
  const backoff = full / 2 + (Math.random() * full) / 2;
  return Math.min(Math.max(backoff, asked(retryAfter, now)), LONGEST);
}

function asked(retryAfter: string | undefined, now: number): number {
  if (retryAfter === undefined) return 0;
  if (/^\d+$/.test(retryAfter.trim())) return Number(retryAfter) * 1000;
  const moment = Date.parse(retryAfter);
  return Number.isNaN(moment) ? 0 : moment - now;
}
