import { quoteLiteral } from '../engines/relation.js';
import { didYouMean } from '../errors/suggest.js';
import { QualityError } from '../errors/tsdbt-error.js';
import type { ModelNode } from '../manifest/nodes.js';

const SIZES = ['hour', 'day', 'month', 'year'] as const;
export type BatchSize = (typeof SIZES)[number];

/** What a model of the strategy `microbatch` says of its batches. */
export interface MicrobatchConfig {
  readonly eventTime: string;
  readonly begin: Date;
  readonly size: BatchSize;
  /** whole batches before the newest one that a run writes anew */
  readonly lookback: number;
}

export interface BatchTimes {
  readonly start: Date;
  /** the first moment that is no longer in it */
  readonly end: Date;
}

/** A window of time whose rows are written together. */
export interface Batch extends BatchTimes {
  /** `20240917`, `20240917T16`, `202409`, `2024` */
  readonly id: string;
  /** the same as it is read: `2024-09-17` */
  readonly label: string;
}

/** The window that a run is limited to (`--event-time-start`, `--event-time-end`). */
export interface EventTimes {
  readonly start: Date;
  readonly end: Date;
}

export function isMicrobatch(node: ModelNode): boolean {
  return (
    node.resourceType === 'model' &&
    node.config.materialized === 'incremental' &&
    node.config.incremental_strategy === 'microbatch'
  );
}

/** @throws {QualityError} TSD4015 for what is missing or cannot be used */
export function microbatchConfig(node: ModelNode): MicrobatchConfig {
  const { extra } = node.config;
  const wrong = (what: string, hint?: string): QualityError =>
    new QualityError('TSD4015', `${node.name}: incremental_strategy "microbatch" ${what}`, {
      place: node.source.place(0),
      hint,
    });
  if (node.language !== 'sql') throw wrong('needs a SQL model', 'use incremental_strategy: merge or delete+insert');
  if (node.config.unique_key !== undefined)
    throw wrong('takes no unique_key: it writes whole batches anew', 'remove unique_key, or use merge');
  const { event_time: eventTime, batch_size: given, lookback = 1 } = extra;
  if (typeof eventTime !== 'string' || eventTime === '')
    throw wrong('needs event_time', 'add event_time: the column that says when a row happened');
  const size = SIZES.find((one) => one === given);
  if (size === undefined)
    throw wrong(
      given === undefined || given === null ? 'needs batch_size' : `knows no batch_size "${String(given)}"`,
      (typeof given === 'string' ? didYouMean(given, SIZES) : undefined) ?? `use one of ${SIZES.join(', ')}`,
    );
  const begin = extra.begin === undefined || extra.begin === null ? undefined : timeOf(extra.begin);
  if (begin === undefined)
    throw wrong(
      extra.begin === undefined || extra.begin === null ? 'needs begin' : `cannot read begin "${String(extra.begin)}"`,
      "add begin: the time from which on there are rows, e.g. '2024-01-01'",
    );
  if (typeof lookback !== 'number' || !Number.isInteger(lookback) || lookback < 0)
    throw wrong(`takes a whole number as lookback, not "${String(lookback)}"`);
  return { eventTime, begin, size, lookback };
}

/** A date or time as text; what has no zone is UTC. Undefined where it is neither. */
export function timeOf(value: unknown): Date | undefined {
  if (value instanceof Date) return value;
  const match = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*(Z|[+-]\d{2}(?::?\d{2})?)?)?$/.exec(
    String(value).trim(),
  );
  const [, date, time = '00:00', zone = 'Z'] = match ?? [];
  const found = new Date(`${date}T${time}${/^[+-]\d{2}$/.test(zone) ? `${zone}:00` : zone}`);
  return match === null || Number.isNaN(found.getTime()) ? undefined : found;
}

/**
 * The batches that a run writes: from `begin` where the table is made anew, else the newest one and `lookback` before it;
 * between the times that the run is limited to where it is.
 * @param now end of the newest batch where the run names no times
 */
export function batchesOf(
  config: MicrobatchConfig,
  { isIncremental, times, now }: { isIncremental: boolean; times: EventTimes | undefined; now: Date },
): readonly Batch[] {
  const { size, begin, lookback } = config;
  const last = times?.end ?? now;
  const floor = truncate(last, size);
  const end = floor.getTime() === last.getTime() ? floor : offset(last, size, 1);
  // the end is the first moment after the newest batch, which counts as one
  let start =
    times !== undefined
      ? truncate(times.start, size)
      : isIncremental
        ? offset(end, size, -(lookback + 1))
        : truncate(begin, size);
  const batches: Batch[] = [];
  do {
    const next = offset(start, size, 1);
    batches.push(batchAt(size, { start, end: next }));
    start = next;
  } while (start < end);
  return batches;
}

/** The batch of a time. */
export function batchAt(size: BatchSize, { start, end }: BatchTimes): Batch {
  const label = labelOf(start, size);
  return { id: label.replaceAll('-', ''), label, start, end };
}

/** Whether a row is in a batch, as SQL. */
export function inBatch(eventTime: string, { start, end }: BatchTimes): string {
  return `${eventTime} >= ${quoteLiteral(timeText(start))} and ${eventTime} < ${quoteLiteral(timeText(end))}`;
}

/** `2024-09-17 00:00:00+00:00` */
export function timeText(time: Date): string {
  const text = time.toISOString();
  const fraction = text.slice(20, 23) === '000' ? '' : `.${text.slice(20, 23)}000`;
  return `${text.slice(0, 10)} ${text.slice(11, 19)}${fraction}+00:00`;
}

function truncate(time: Date, size: BatchSize): Date {
  return offset(time, size, 0);
}

/** The beginning of the batch that lies so many batches after that of a time. */
function offset(time: Date, size: BatchSize, by: number): Date {
  const [year, month, day, hour] = [time.getUTCFullYear(), time.getUTCMonth(), time.getUTCDate(), time.getUTCHours()];
  switch (size) {
    case 'hour':
      return new Date(Date.UTC(year, month, day, hour + by));
    case 'day':
      return new Date(Date.UTC(year, month, day + by));
    case 'month':
      return new Date(Date.UTC(year, month + by));
    case 'year':
      return new Date(Date.UTC(year + by, 0));
  }
}

function labelOf(start: Date, size: BatchSize): string {
  return start.toISOString().slice(0, { hour: 13, day: 10, month: 7, year: 4 }[size]);
}
