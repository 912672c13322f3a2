import type { Field } from '../definition-schema.js';

/** How Superset (d3-format) writes the numbers of a field. */
export function numberFormat({ format, digits }: Field): string {
  switch (format) {
    case 'integer':
      return `,.${digits ?? 0}f`;
    case 'number':
      return `,.${digits ?? 2}f`;
    case 'percent':
      return `,.${digits ?? 0}%`;
    case 'signed':
      return `+,.${digits ?? 2}f`;
    case 'signed_percent':
      return `+,.${digits ?? 0}%`;
    default:
      return digits === undefined ? ',.3~f' : `,.${digits}f`;
  }
}

/** How Superset (d3-time-format) writes the dates of a field. */
export function timeFormat({ format }: Field): string {
  return format === 'month' ? '%b %Y' : '%d %b %Y';
}
