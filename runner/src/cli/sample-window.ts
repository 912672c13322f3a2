import { ProjectError } from '../errors/tsdbt-error.js';
import type { EventTimes } from '../materialize/microbatch.js';
import { timeOf } from '../materialize/microbatch.js';
import { cliCodes } from './codes.js';
import { mapping } from './mapping.js';

const GRAINS = ['hour', 'day', 'month', 'year'] as const;

/**
 * The window of `--sample`: `3 days`, counted back from now, or `{start: …, end: …}`; times without a zone are UTC.
 * @throws {ProjectError} TSD1904 for what is neither
 */
export function sampleWindow(text: string, now: Date): EventTimes {
  if (text.trimStart().startsWith('{')) {
    const { start, end } = mapping('--sample')(text);
    const times = { start: timeOf(start), end: timeOf(end) };
    if (times.start !== undefined && times.end !== undefined && times.start < times.end)
      return { start: times.start, end: times.end };
    throw wrong(text, 'start and end are times, the start first');
  }
  const [, count, grain] = /^\s*(\d+)\s+([a-z]+?)s?\s*$/i.exec(text) ?? [];
  const unit = GRAINS.find((one) => one === grain?.toLowerCase());
  if (unit === undefined) throw wrong(text, `a window is a number of ${GRAINS.map((one) => `${one}s`).join(', ')}`);
  return { start: before(now, Number(count), unit), end: now };
}

/** The same moment of an earlier hour, day, month or year; the last day of a month that has no such day. */
function before(now: Date, count: number, unit: (typeof GRAINS)[number]): Date {
  if (unit === 'hour' || unit === 'day')
    return new Date(now.getTime() - count * (unit === 'hour' ? 3_600_000 : 86_400_000));
  const months = unit === 'month' ? count : count * 12;
  const [year, month] = [now.getUTCFullYear(), now.getUTCMonth() - months];
  const lastDay = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const start = new Date(now);
  start.setUTCFullYear(year, month, Math.min(now.getUTCDate(), lastDay));
  return start;
}

function wrong(text: string, why: string): ProjectError {
  return new ProjectError(cliCodes.wrongFlagValue, `--sample does not take "${text}": ${why}`, {
    hint: `e.g. --sample "3 days" or --sample "{'start': '2024-01-01', 'end': '2024-02-01'}"`,
  });
}
