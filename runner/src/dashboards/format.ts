import type { Cell } from './data.js';
import type { Format } from './definition-schema.js';

const MINUS = '−';
export const MISSING = '–';

export interface FormatOptions {
  readonly format?: Format | undefined;
  readonly digits?: number | undefined;
  readonly unit?: string | undefined;
}

/** A value as people read it: digits in groups, a real minus sign, a dash for what is missing. */
export function formatCell(value: Cell, options: FormatOptions = {}): string {
  if (value === null || (typeof value === 'number' && !Number.isFinite(value))) return MISSING;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string') return options.format === 'month' ? monthText(value) : dateText(value);
  const unit = options.unit === undefined ? '' : ` ${options.unit}`;
  return `${formatNumber(value, options)}${unit}`;
}

/** A number after its format, without a unit. */
export function formatNumber(value: number, { format, digits }: FormatOptions = {}): string {
  switch (format) {
    case 'percent':
      return `${group(value * 100, digits ?? percentDigits(value))} %`;
    case 'signed_percent':
      return `${sign(value)}${group(value * 100, digits ?? percentDigits(value))} %`;
    case 'signed':
      return `${sign(value)}${group(value, digits ?? 2)}`;
    case 'integer':
      return group(value, digits ?? 0);
    case 'number':
      return group(value, digits ?? 2);
    default:
      if (digits === undefined && value !== 0 && Math.abs(value) < 0.00005) return power(value, 1);
      return group(value, digits ?? defaultDigits(value));
  }
}

function percentDigits(share: number): number {
  const size = Math.abs(share);
  return size > 0 && size < 0.1 ? 1 : 0;
}

function defaultDigits(value: number): number {
  if (Number.isInteger(value)) return 0;
  const size = Math.abs(value);
  if (size >= 100) return 0;
  if (size >= 10) return 1;
  return size >= 0.01 || size === 0 ? 2 : 4;
}

/** A number too small for digits behind the point: `3.0e−7`. */
export function power(value: number, digits: number): string {
  return value === 0 ? '0' : value.toExponential(digits).replaceAll('-', MINUS);
}

function sign(value: number): string {
  return value > 0 ? '+' : '';
}

function group(value: number, digits: number): string {
  const fixed = Math.abs(value).toFixed(digits);
  const [whole, rest] = fixed.split('.');
  const grouped = whole!.length > 21 ? whole! : whole!.replace(/\B(?=(\d{3})+$)/g, ',');
  const negative = value < 0 && Number(fixed) !== 0;
  return `${negative ? MINUS : ''}${grouped}${rest === undefined ? '' : `.${rest}`}`;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const isoDate = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d))?/;

/** `2024-03-05` → `5 Mar 2024`; other texts stay. Midnight is left out. */
export function dateText(text: string): string {
  const match = isoDate.exec(text);
  if (match === null) return text;
  const [, year, month, day, hour, minute] = match;
  const clock = hour === undefined || (hour === '00' && minute === '00') ? '' : ` ${hour}:${minute}`;
  return `${Number(day)} ${months[Number(month) - 1] ?? month} ${year}${clock}`;
}

function monthText(text: string): string {
  const match = isoDate.exec(text);
  return match === null ? text : `${months[Number(match[2]) - 1]} ${match[1]}`;
}

/** ISO text of a moment; midnight is a date alone. */
export function isoTime(milliseconds: number): string {
  const text = new Date(milliseconds).toISOString();
  return text.endsWith('T00:00:00.000Z') ? text.slice(0, 10) : text;
}

/** A moment on a time axis whose ticks lie `step` milliseconds apart. */
export function tickTime(milliseconds: number, step: number): string {
  const date = new Date(milliseconds);
  const month = months[date.getUTCMonth()]!;
  if (step >= 300 * DAY) return String(date.getUTCFullYear());
  if (step >= 27 * DAY) return date.getUTCMonth() === 0 ? String(date.getUTCFullYear()) : month;
  if (step >= DAY) return `${date.getUTCDate()} ${month}`;
  return `${String(date.getUTCHours()).padStart(2, '0')}:${String(date.getUTCMinutes()).padStart(2, '0')}`;
}

/** Milliseconds. */
export const DAY = 86_400_000;
