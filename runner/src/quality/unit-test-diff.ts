import { displayWidth, pad, truncate } from '../errors/text-width.js';

/** What an expectation and the model's rows do not have in common. */
export interface RowsDiff {
  readonly columns: readonly string[];
  /** expected, and not there */
  readonly missing: readonly (readonly unknown[])[];
  /** there, and not expected */
  readonly surplus: readonly (readonly unknown[])[];
}

const SHOWN_ROWS = 20;
const WIDEST_CELL = 40;

/** Compares rows as bags: their order means nothing, how often each is there does. Undefined where they are the same. */
export function diffRows(
  columns: readonly string[],
  expected: readonly (readonly unknown[])[],
  actual: readonly (readonly unknown[])[],
): RowsDiff | undefined {
  const left = new Map<string, (readonly unknown[])[]>();
  for (const row of expected) {
    const key = keyOf(row);
    left.set(key, [...(left.get(key) ?? []), row]);
  }
  const surplus = actual.filter((row) => left.get(keyOf(row))?.pop() === undefined);
  const missing = [...left.values()].flat();
  return missing.length + surplus.length === 0 ? undefined : { columns, missing, surplus };
}

function keyOf(row: readonly unknown[]): string {
  return JSON.stringify(row.map(exact));
}

/** A value and its kind as text: 1 and '1' differ, -0 and 0 do not. */
function exact(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  return `${typeof value === 'bigint' ? 'number' : typeof value}:${value === 0 ? '0' : shown(value)}`;
}

/** `1 expected row is missing, 2 rows are not expected` */
export function diffSummary({ missing, surplus }: RowsDiff): string {
  const parts: string[] = [];
  if (missing.length > 0)
    parts.push(`${missing.length} expected ${missing.length === 1 ? 'row is' : 'rows are'} missing`);
  if (surplus.length > 0) parts.push(`${surplus.length} ${surplus.length === 1 ? 'row is' : 'rows are'} not expected`);
  return parts.join(', ');
}

/**
 * The rows that differ as a table, those that are alike below each other:
 * ```
 *          | id | total
 * ---------+----+------
 * expected | 1  | 10
 * actual   | 1  | 12
 * ```
 */
export function diffTable(diff: RowsDiff): string {
  const rows = [...paired(diff)];
  const cells = [
    ['', ...diff.columns],
    ...rows.slice(0, SHOWN_ROWS).map(([side, row]) => [side, ...row.map((v) => truncate(oneLine(v), WIDEST_CELL))]),
  ];
  const widths = cells[0]!.map((_, i) => Math.max(...cells.map((row) => displayWidth(row[i]!))));
  const lines = cells.map((row) =>
    row
      .map((cell, i) => pad(cell, widths[i]!))
      .join(' | ')
      .trimEnd(),
  );
  lines.splice(1, 0, widths.map((width) => '-'.repeat(width)).join('-+-'));
  if (rows.length > SHOWN_ROWS) lines.push(`and ${rows.length - SHOWN_ROWS} more rows`);
  return lines.join('\n');
}

/** Each missing row, followed by the surplus row that has most values in common with it. */
function* paired({ missing, surplus }: RowsDiff): Generator<readonly ['expected' | 'actual', readonly unknown[]]> {
  const rest = [...surplus];
  for (const row of missing) {
    yield ['expected', row];
    const likeness = rest.map((other) => other.filter((value, i) => exact(value) === exact(row[i])).length);
    const best = Math.max(0, ...likeness);
    if (best === 0 && missing.length + surplus.length > 2) continue;
    const [twin] = rest.length === 0 ? [] : rest.splice(likeness.indexOf(best), 1);
    if (twin !== undefined) yield ['actual', twin];
  }
  for (const row of rest) yield ['actual', row];
}

function oneLine(value: unknown): string {
  return shown(value).replaceAll('\r', '\\r').replaceAll('\n', '\\n').replaceAll('\t', '\\t');
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`;
  if (typeof value === 'object')
    return JSON.stringify(value, (_, item: unknown) => (typeof item === 'bigint' ? String(item) : item));
  return String(value);
}
