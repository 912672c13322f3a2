import { cells, displayWidth, pad, truncate } from '../errors/text-width.js';

export interface TableColumn {
  readonly name: string;
  /** the engine's type name; numbers stand on the right */
  readonly type: string;
}

const NUMERIC = /^(?:U?(?:TINY|SMALL|BIG|HUGE)?INT(?:EGER)?|FLOAT|DOUBLE|REAL|DECIMAL.*|NUMERIC.*)$/i;
/** A value is cut when it is wider, so that one long text does not push the others away. */
const WIDEST_CELL = 60;
const NARROWEST_CELL = 5;

/**
 * Rows as an aligned table:
 * ```
 *  mood       | plays
 * ------------+-------
 *  Happy_Calm | 1,204
 * ```
 * @param width columns of the terminal; undefined: values are cut at no width
 */
export function formatTable(
  columns: readonly TableColumn[],
  rows: readonly (readonly unknown[])[],
  width?: number,
): string {
  const texts = rows.map((row) => columns.map((_, i) => oneLine(cellText(row[i]))));
  let widths = columns.map(({ name }, i) =>
    Math.max(displayWidth(name), ...texts.map((row) => displayWidth(row[i]!)), 1),
  );
  if (width !== undefined) widths = fitted(widths, width - 3 * columns.length + 1);
  const line = (row: readonly string[]): string =>
    row
      .map((text, i) => {
        const align = NUMERIC.test(columns[i]!.type) ? 'right' : 'left';
        return ` ${pad(truncate(text, widths[i]!), widths[i]!, align)} `;
      })
      .join('|')
      .trimEnd();
  return [
    line(columns.map((column) => column.name)),
    widths.map((w) => '-'.repeat(w + 2)).join('+'),
    ...texts.map(line),
  ].join('\n');
}

/** A value as text: null is `null`, nested values are JSON, dates are ISO 8601. */
export function cellText(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string') return value;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`;
  if (typeof value === 'object') return JSON.stringify(value, jsonValue);
  return String(value);
}

/** A replacer for `JSON.stringify`: integers too large for a number stay exact, as text; blobs are hexadecimal. */
export function jsonValue(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return value;
}

function oneLine(text: string): string {
  const visible = text.replaceAll('\r', '\\r').replaceAll('\n', '\\n').replaceAll('\t', '\\t');
  return cells(visible)
    .map((cell) => cell.text)
    .filter((character) => !/^\p{Cc}/u.test(character))
    .join('');
}

/** Makes the widest columns narrower until all fit; no column below its least width. */
function fitted(widths: readonly number[], available: number): number[] {
  const result = widths.map((width) => Math.min(width, WIDEST_CELL));
  let excess = result.reduce((sum, width) => sum + width, 0) - available;
  while (excess > 0) {
    const widest = Math.max(...result);
    if (widest <= NARROWEST_CELL) break;
    result[result.indexOf(widest)]! -= 1;
    excess--;
  }
  return result;
}
