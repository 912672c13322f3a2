import type { Freshness, FreshnessThreshold } from '../manifest/nodes.js';

const SECONDS = { minute: 60, hour: 3600, day: 86_400 } as const;

/** How fresh a source was when it was looked at. */
export interface FreshnessResult {
  readonly status: 'pass' | 'warn' | 'error';
  /** when the newest row came; the year 1 where there are no rows, as in dbt */
  readonly maxLoadedAt: Date;
  readonly snapshottedAt: Date;
  /** seconds */
  readonly age: number;
}

/** When there is no row: older than any threshold. */
const NEVER = new Date('0001-01-01T00:00:00Z');

/** Holds the time of the newest row (undefined: there is none) against the thresholds. */
export function judgeFreshness(freshness: Freshness, newest: Date | undefined, now: Date): FreshnessResult {
  const maxLoadedAt = newest ?? NEVER;
  const age = (now.getTime() - maxLoadedAt.getTime()) / 1000;
  const exceeded = (threshold: FreshnessThreshold | undefined): boolean =>
    threshold !== undefined && age > threshold.count * SECONDS[threshold.period];
  const status = exceeded(freshness.errorAfter) ? 'error' : exceeded(freshness.warnAfter) ? 'warn' : 'pass';
  return { status, maxLoadedAt, snapshottedAt: now, age };
}

/** A time as an engine gives it: a Date, or text of a date or timestamp without a zone, which is UTC. Undefined for anything else. */
export function timeOf(value: unknown): Date | undefined {
  if (value instanceof Date) return value;
  if (typeof value !== 'string') return undefined;
  const match =
    /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?)\d*)?\s*(Z|UTC|[+-]\d{2}(?::?\d{2})?)?$/.exec(
      value.trim(),
    );
  if (match === null) return undefined;
  const [, date, time = '00:00:00', zone = 'Z'] = match;
  const offset = zone === 'UTC' ? 'Z' : /^[+-]\d{2}$/.test(zone) ? `${zone}:00` : zone;
  const found = new Date(`${date}T${time}${offset}`);
  return Number.isNaN(found.getTime()) ? undefined : found;
}

/** `2 days`, `3 hours`, `12 minutes`: the largest unit that fits. */
export function ageInWords(seconds: number): string {
  const units = [
    ['day', SECONDS.day],
    ['hour', SECONDS.hour],
    ['minute', SECONDS.minute],
    ['second', 1],
  ] as const;
  const [unit, size] = units.find(([, length]) => seconds >= length) ?? units[3];
  const count = Math.max(0, Math.floor(seconds / size));
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
