import { valueFailure } from '../failure.js';
import { type TemplateValue, text } from '../values.js';
import { NamedTuple } from './named-tuple.js';

export const second = 1_000_000n;
export const day = 86_400n * second;

/** Floor division of bigints. */
export function floorDiv(a: bigint, b: bigint): bigint {
  const q = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? q - 1n : q;
}

/** Fields of a wall-clock time in microseconds since 1970-01-01. */
export function fields(wall: bigint) {
  const days = floorDiv(wall, day);
  const date = new Date(Number(days) * 86_400_000);
  const rest = Number(wall - days * day);
  const seconds = Math.floor(rest / 1e6);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: Math.floor(seconds / 3600),
    minute: Math.floor(seconds / 60) % 60,
    second: seconds % 60,
    microsecond: rest % 1e6,
    /** Monday is 0 */
    weekday: (date.getUTCDay() + 6) % 7,
    yearday: Math.floor((Number(days) * 86_400_000 - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000) + 1,
  };
}

/** Wall-clock microseconds of a date and time. */
export function wallOf(year: number, month: number, dayOfMonth: number, h = 0, m = 0, s = 0, us = 0): bigint {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, dayOfMonth);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== dayOfMonth || year < 1 || year > 9999)
    throw valueFailure(`there is no day ${year}-${month}-${dayOfMonth}`);
  if (h < 0 || h > 23 || m < 0 || m > 59 || s < 0 || s > 59 || us < 0 || us > 999_999)
    throw valueFailure(`there is no time ${h}:${m}:${s}`);
  return BigInt(date.getTime()) * 1000n + BigInt((h * 60 + m) * 60 + s) * second + BigInt(us);
}

export const pad = (n: number, width = 2): string => String(n).padStart(width, '0');

export function isoDate(wall: bigint): string {
  const f = fields(wall);
  return `${pad(f.year, 4)}-${pad(f.month)}-${pad(f.day)}`;
}

export function isoTime(wall: bigint): string {
  const f = fields(wall);
  return `${pad(f.hour)}:${pad(f.minute)}:${pad(f.second)}${f.microsecond === 0 ? '' : `.${pad(f.microsecond, 6)}`}`;
}

/** A time of day as `isoformat(timespec=…)` writes it. */
export function timeSpec(wall: bigint, spec: TemplateValue | undefined): string {
  const f = fields(wall);
  const full = `${pad(f.hour)}:${pad(f.minute)}:${pad(f.second)}.${pad(f.microsecond, 6)}`;
  switch (spec === undefined ? 'auto' : text(spec)) {
    case 'auto':
      return isoTime(wall);
    case 'hours':
      return full.slice(0, 2);
    case 'minutes':
      return full.slice(0, 5);
    case 'seconds':
      return full.slice(0, 8);
    case 'milliseconds':
      return full.slice(0, 12);
    case 'microseconds':
      return full;
    default:
      throw valueFailure(`"${text(spec!)}" is no timespec`);
  }
}

export function isoCalendarOf(wall: bigint): NamedTuple {
  return new NamedTuple('datetime.IsoCalendarDate', ['year', 'week', 'weekday'], isoCalendar(wall));
}

export function timeTuple(wall: bigint, isSummer: number): NamedTuple {
  const f = fields(wall);
  const names = ['tm_year', 'tm_mon', 'tm_mday', 'tm_hour', 'tm_min', 'tm_sec', 'tm_wday', 'tm_yday', 'tm_isdst'];
  const values = [f.year, f.month, f.day, f.hour, f.minute, f.second, f.weekday, f.yearday, isSummer];
  return new NamedTuple('time.struct_time', names, values);
}

/** Python's `isocalendar`: the ISO year, week and weekday (Monday is 1). */
export function isoCalendar(wall: bigint): [number, number, number] {
  const f = fields(wall);
  const thursday = wall + BigInt(3 - f.weekday) * day;
  const year = fields(thursday).year;
  const week = Math.floor((fields(thursday).yearday - 1) / 7) + 1;
  return [year, week, f.weekday + 1];
}
