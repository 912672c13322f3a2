import type { WrittenColumnStats, WrittenFile } from '../parquet.js';
import type { LiveFile } from './actions.js';
import { type DataType, decimalOf, type StructField, type StructType } from './data-types.js';

/** Strings in statistics are cut to this many characters (PROTOCOL.md, "Per-file Statistics", footnote). */
const PREFIX = 32;

/** A JSON object under construction: values are JSON text. */
interface Tree {
  [name: string]: string | Tree;
}

/**
 * Statistics of a written file as the text of `add.stats` (PROTOCOL.md, "Per-file Statistics"): numRecords, and for
 * columns and struct fields minValues, maxValues, nullCount. Left out where a bound is not certain or not JSON: NaN,
 * infinities, binary, years that ISO 8601 needs more than four digits for.
 *
 * @param schema of the columns that get statistics, by their names in the file
 */
export function statsJson(file: WrittenFile, schema: StructType): string {
  const min: Tree = {};
  const max: Tree = {};
  const nulls: Tree = {};
  for (const column of file.columns) {
    const type = leafType(schema, column.path);
    if (type === undefined) continue;
    if (column.nullCount !== undefined) put(nulls, column.path, String(column.nullCount));
    const bounds = jsonBounds(column, type);
    if (bounds.min !== undefined) put(min, column.path, bounds.min);
    if (bounds.max !== undefined) put(max, column.path, bounds.max);
  }
  return render({ numRecords: String(file.rows), minValues: min, maxValues: max, nullCount: nulls });
}

/** Type of a column or struct field; undefined inside lists and maps, which have no statistics. */
export function leafType(schema: StructType, path: readonly string[]): string | undefined {
  let type: DataType = schema;
  for (const name of path) {
    if (typeof type === 'string' || type.type !== 'struct') return undefined;
    const field: StructField | undefined = type.fields.find((candidate) => candidate.name === name);
    if (field === undefined) return undefined;
    type = field.type;
  }
  return typeof type === 'string' ? type : undefined;
}

function jsonBounds(column: WrittenColumnStats, type: string): { min?: string | undefined; max?: string | undefined } {
  const { min, max } = column;
  if (min === undefined || max === undefined || column.hasNan === true) return {};
  if (type === 'string') return { min: JSON.stringify(prefix(min)), max: prefixAbove(max) };
  if (type === 'boolean') return { min: jsonBoolean(min), max: jsonBoolean(max) };
  if (type === 'date') return { min: isoDate(min), max: isoDate(max) };
  if (type === 'timestamp' || type === 'timestamp_ntz') {
    const zone = type === 'timestamp' ? 'Z' : '';
    return { min: isoMillis(min, zone, 0), max: isoMillis(max, zone, 999) };
  }
  if (type === 'float' || type === 'double') {
    // the two zeros are equal to some readers and not to others: bounds hold for both
    const [low, high] = [min.replace(/^0(\.0)?$/, '-0.0'), max.replace(/^-0(\.0)?$/, '0.0')];
    return type === 'float'
      ? { min: jsonFloat(low), max: jsonFloat(high) }
      : { min: jsonNumber(low), max: jsonNumber(high) };
  }
  const decimal = decimalOf(type);
  if (decimal !== undefined) return { min: jsonDecimal(min, decimal, false), max: jsonDecimal(max, decimal, true) };
  if (/^(byte|short|integer|long)$/.test(type)) return { min: jsonNumber(min), max: jsonNumber(max) };
  return {};
}

function jsonBoolean(text: string): string | undefined {
  return /^(1|true)$/.test(text) ? 'true' : /^(0|false)$/.test(text) ? 'false' : undefined;
}

function jsonNumber(text: string): string | undefined {
  const plain = text.replace(/^(-?)\./, '$10.');
  return /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(plain) ? plain : undefined;
}

/** All digits of a FLOAT that a DOUBLE has: its shortest text is another number to readers after the column has become one. */
function jsonFloat(text: string): string | undefined {
  const exact = Math.fround(Number(text));
  return exact === Number(text) ? jsonNumber(text) : jsonNumber(String(exact));
}

/** So many digits of a decimal come out of a DOUBLE as they went in. */
export const DIGITS_OF_DOUBLE = 15;

/**
 * A decimal as a bound. Trino reads numbers with a point as DOUBLE: what has more digits than that keeps is rounded outwards, to as many, or to a whole
 * number, which all readers have exactly. Where the type has no room for that, the bound stays.
 */
function jsonDecimal(
  text: string,
  { precision, scale }: { readonly precision: number; readonly scale: number },
  up: boolean,
): string | undefined {
  const plain = jsonNumber(text);
  const [, sign, whole, fraction] = /^(-?)(\d+)\.(\d+)$/.exec(plain ?? '') ?? [];
  if (whole === undefined || fraction === undefined) return plain;
  const zeros = whole === '0' ? /^0*/.exec(fraction)![0].length : -whole.length;
  const kept = Math.max(0, DIGITS_OF_DOUBLE + zeros);
  if (kept >= fraction.length) return plain;
  const cut = 10n ** BigInt(fraction.length - kept);
  const digits = BigInt(whole + fraction);
  const outwards = (sign === '-') !== up && digits % cut !== 0n ? 1n : 0n;
  const rounded = String(digits / cut + outwards).padStart(kept + 1, '0');
  const point = rounded.length - kept;
  if (point > Math.max(1, precision - scale) || (precision === scale && !rounded.startsWith('0'))) return plain;
  return `${sign}${rounded.slice(0, point)}${kept === 0 ? '' : `.${rounded.slice(point)}`}`;
}

function prefix(text: string): string {
  return text.length <= PREFIX ? text : [...text].slice(0, PREFIX).join('');
}

/** A short string not below `text` in the order of UTF-8 bytes: its prefix with the greatest character behind. */
function prefixAbove(text: string): string | undefined {
  const characters = [...text];
  if (characters.length <= PREFIX) return JSON.stringify(text);
  if (characters[PREFIX] === '\u{10FFFF}') return undefined;
  return JSON.stringify(`${characters.slice(0, PREFIX).join('')}\u{10FFFF}`);
}

function isoDate(text: string): string | undefined {
  return /^\d{4}-\d\d-\d\d$/.test(text) ? JSON.stringify(text) : undefined;
}

/** `2020-01-01 12:34:56.789123+00` → `"2020-01-01T12:34:56.789Z"`; `up` microseconds are added before cutting to milliseconds. */
function isoMillis(text: string, zone: string, up: number): string | undefined {
  const match = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?(?:\+00)?$/.exec(text);
  if (match === null) return undefined;
  const micros = Number((match[3] ?? '').padEnd(6, '0'));
  const millis = Date.parse(`${match[1]}T${match[2]}Z`) + Math.floor((micros + up) / 1000);
  const iso = new Date(millis).toISOString();
  return iso.length === 24 ? JSON.stringify(`${iso.slice(0, 23)}${zone}`) : undefined;
}

function put(tree: Tree, path: readonly string[], value: string): void {
  let at = tree;
  for (const name of path.slice(0, -1)) {
    at[name] ??= {};
    at = at[name] as Tree;
  }
  at[path.at(-1)!] = value;
}

function render(tree: Tree): string {
  const entries = Object.entries(tree).map(
    ([name, value]) => `${JSON.stringify(name)}:${typeof value === 'string' ? value : render(value)}`,
  );
  return `{${entries.join(',')}}`;
}

/** Statistics of a file as read from the log. Numbers of 16 digits and more are strings, so that none loses a digit. */
export interface FileStats {
  readonly numRecords: number | undefined;
  readonly minValues: Readonly<Record<string, unknown>>;
  readonly maxValues: Readonly<Record<string, unknown>>;
  readonly nullCount: Readonly<Record<string, unknown>>;
}

const STRING_OR_LONG_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d[\d.]{15,}(?:[eE][+-]?\d+)?/g;

/** Reads `add.stats`; undefined when there are none or they are damaged, for they only ever spare work. */
export function parseStats(stats: string | null | undefined): FileStats | undefined {
  if (stats === null || stats === undefined || stats === '') return undefined;
  try {
    const value = JSON.parse(
      stats.replace(STRING_OR_LONG_NUMBER, (token) => (token.startsWith('"') ? token : `"${token}"`)),
    ) as Partial<Record<keyof FileStats, unknown>>;
    const object = (part: unknown) =>
      (typeof part === 'object' && part !== null ? part : {}) as Record<string, unknown>;
    return {
      numRecords: value.numRecords === undefined || value.numRecords === null ? undefined : Number(value.numRecords),
      minValues: object(value.minValues),
      maxValues: object(value.maxValues),
      nullCount: object(value.nullCount),
    };
  } catch {
    return undefined;
  }
}

/** Statistics of a file as far as they have been read: what has not been is unknown, like what its writer left out. */
export function statsOf({ stats }: LiveFile): FileStats | undefined {
  return typeof stats === 'string' ? parseStats(stats) : undefined;
}

/** Rows in a file, those that its deletion vector takes away included; undefined where its writer did not say. */
export function recordsOf({ stats }: LiveFile): number | undefined {
  return typeof stats === 'object' && stats !== null ? stats.numRecords : parseStats(stats)?.numRecords;
}

/** The least or greatest value of a column or struct field; undefined where there is none. @param bounds `minValues` or `maxValues` */
export function boundAt(bounds: Readonly<Record<string, unknown>> | undefined, path: readonly string[]): unknown {
  let at: unknown = bounds;
  for (const name of path)
    at = typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[name] : undefined;
  return at ?? undefined;
}
