import { DAY } from '../format.js';

/** A scale from numbers to places. */
export interface LinearScale {
  readonly domain: readonly [number, number];
  readonly ticks: readonly number[];
  /** distance between ticks */
  readonly step: number;
  at(value: number): number;
}

/**
 * A linear scale with round ticks.
 * @param count about how many ticks there is room for
 * @param exact the domain stays as it is, instead of growing to the next ticks
 */
export function linearScale(
  domain: readonly [number, number],
  range: readonly [number, number],
  count: number,
  exact = false,
): LinearScale {
  let [low, high] = domain;
  if (!(high > low)) {
    const pad = Math.abs(low) > 0 ? Math.abs(low) / 2 : 0.5;
    low -= pad;
    high += pad;
  }
  const step = roundStep((high - low) / Math.max(1, count));
  if (!exact) {
    low = Math.floor(low / step + 1e-9) * step;
    high = Math.ceil(high / step - 1e-9) * step;
  }
  const ticks: number[] = [];
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  for (let i = first; i <= last; i++) ticks.push(Number((i * step).toPrecision(12)));
  const [from, to] = range;
  return { domain: [low, high], ticks, step, at: (value) => from + ((value - low) / (high - low)) * (to - from) };
}

/** 1, 2 or 5 times a power of ten, not smaller than what is given. */
export function roundStep(raw: number): number {
  if (!(raw > 0) || !Number.isFinite(raw)) return 1;
  const power = 10 ** Math.floor(Math.log10(raw));
  const rest = raw / power;
  return (rest <= 1 + 1e-9 ? 1 : rest <= 2 + 1e-9 ? 2 : rest <= 5 + 1e-9 ? 5 : 10) * power;
}

const timeSteps = [1 / 24, 3 / 24, 6 / 24, 12 / 24, 1, 2, 7, 14].map((days) => days * DAY);
const monthSteps = [1, 2, 3, 6, 12, 24, 60, 120, 240, 600, 1200];

/** A scale of moments (milliseconds, UTC) with ticks at full hours, days, months or years. */
export function timeScale(
  domain: readonly [number, number],
  range: readonly [number, number],
  count: number,
): LinearScale {
  let [low, high] = domain;
  if (!(high > low)) {
    low -= DAY / 2;
    high += DAY / 2;
  }
  const raw = (high - low) / Math.max(1, count);
  const [from, to] = range;
  const at = (value: number): number => from + ((value - low) / (high - low)) * (to - from);
  const step = timeSteps.find((candidate) => candidate >= raw);
  if (step !== undefined && raw <= 14 * DAY) {
    const origin = step >= 7 * DAY ? 4 * DAY : 0; // weeks begin on Mondays, and 1 January 1970 was a Thursday
    const ticks: number[] = [];
    for (let t = Math.ceil((low - origin) / step) * step + origin; t <= high; t += step) ticks.push(t);
    return { domain: [low, high], ticks, step, at };
  }
  const months = monthSteps.find((candidate) => candidate * 30.5 * DAY >= raw) ?? 1200;
  const first = new Date(low);
  let month = first.getUTCFullYear() * 12 + first.getUTCMonth();
  month = Math.ceil(month / months) * months;
  const ticks: number[] = [];
  for (; ; month += months) {
    const tick = Date.UTC(Math.floor(month / 12), month % 12, 1);
    if (tick > high) break;
    if (tick >= low) ticks.push(tick);
  }
  return { domain: [low, high], ticks, step: months * 30.4 * DAY, at };
}

/** Milliseconds of an ISO date or timestamp (UTC where it names no zone); null for anything else. */
export function parseTime(value: unknown): number | null {
  if (typeof value !== 'string') return null;
  const match = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?))?(Z|[+-]\d\d(?::?\d\d)?)?$/.exec(value);
  if (match === null) return null;
  const [, day, clock, zone] = match;
  const offset = zone === undefined || zone === 'Z' ? 'Z' : zone.length === 3 ? `${zone}:00` : zone;
  const parsed = Date.parse(`${day}T${clock ?? '00:00'}${offset}`);
  return Number.isNaN(parsed) ? null : parsed;
}

/** Equal bands side by side. */
export interface BandScale {
  readonly width: number;
  /** the band's beginning */
  at(index: number): number;
  middle(index: number): number;
}

export function bandScale(count: number, range: readonly [number, number], padding: number): BandScale {
  const step = (range[1] - range[0]) / Math.max(1, count);
  const width = step * (1 - padding);
  const at = (index: number): number => range[0] + index * step + (step - width) / 2;
  return { width, at, middle: (index) => at(index) + width / 2 };
}

/** The smallest and largest of some numbers, with 0 where wanted; undefined where there are none. */
export function extent(values: Iterable<number | null>, withZero = false): [number, number] | undefined {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value === null) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low > high) return undefined;
  return withZero ? [Math.min(0, low), Math.max(0, high)] : [low, high];
}
