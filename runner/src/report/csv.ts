import type { Column } from '../engines/engine.js';
import { jsonValue } from './table.js';

/**
 * Rows as CSV (RFC 4180) with a header; lines end with a line feed. Null is nothing between commas, an empty text `""`, lists and structs are JSON.
 */
export function formatCsv(columns: readonly Column[], rows: readonly (readonly unknown[])[]): string {
  const lines = [columns.map(({ name }) => quoted(name)), ...rows.map((row) => row.map(cell))];
  return lines.map((line) => `${line.join(',')}\n`).join('');
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (value === '') return '""';
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  return quoted(typeof value === 'object' ? JSON.stringify(value, jsonValue) : String(value));
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
