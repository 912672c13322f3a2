import { quoteLiteral } from '../engines/relation.js';
import type { BatchSize, MicrobatchConfig } from '../manifest/microbatch-config.js';

export { isMicrobatch, microbatchConfig, timeOf } from '../manifest/microbatch-config.js';

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
