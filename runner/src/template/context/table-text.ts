import { PyFloat, type TemplateValue, text } from '../values.js';
import type { RowValue } from './table-parts.js';

/** A column with its values, as it is printed. */
export interface ShownColumn {
  readonly name: string;
  /** the engine's type */
  readonly type: string;
  readonly values: readonly TemplateValue[];
}

const kinds = ['Integer', 'Number', 'Boolean', 'Date', 'DateTime', 'TimeDelta', 'Text'] as const;
/** A type of agate's tables. */
export type AgateKind = (typeof kinds)[number];

/** The name that agate has for a type of the engine; its own stay. */
export function agateType(type: string): AgateKind {
  const own = kinds.find((kind) => kind === type);
  if (own !== undefined) return own;
  if (/^U?(BIG|HUGE|SMALL|TINY)?INT(EGER)?$/.test(type) || /^DECIMAL\(\d+,0\)$/.test(type)) return 'Integer';
  if (/^(DECIMAL|DOUBLE|FLOAT|REAL)/.test(type)) return 'Number';
  if (type === 'DATE') return 'Date';
  if (type.startsWith('TIMESTAMP')) return 'DateTime';
  return type === 'BOOLEAN' ? 'Boolean' : 'Text';
}

/**
 * `print_table()`: columns between bars, all but text to the right; numbers with three digits after the point at most, texts cut
 * to twenty characters.
 */
export function printedTable(columns: readonly ShownColumn[], count: number, ...limits: ShownLimits): string {
  const { rows, shown, words: shownWords, cut } = shownPart(columns, count, ...limits);
  const cells = shown.map((column, at) => {
    const isText = agateType(column.type) === 'Text';
    const words = [column.name, ...shownWords[at]!].map(cut);
    const width = Math.max(...words.map((word) => word.length));
    return words.map((word) => (isText ? word.padEnd(width) : word.padStart(width)));
  });
  if (shown.length < columns.length) cells.push(Array.from({ length: rows + 1 }, () => '...'));
  const line = (i: number) => `| ${cells.map((words) => words[i]).join(' | ')} |`;
  const rule = `| ${cells.map((words) => '-'.repeat(words[0]!.length)).join(' | ')} |`;
  const body = Array.from({ length: rows }, (_, i) => line(i + 1));
  return [line(0), rule, ...body, ...(rows < count ? ['| ... |'] : [])].join('\n');
}

/** The most rows, columns, letters of a text and digits after the point; none: no limit. */
type ShownLimits = [
  maxRows?: TemplateValue,
  maxColumns?: TemplateValue,
  maxWidth?: TemplateValue,
  precision?: TemplateValue,
];

/** What of a table is printed: how many rows, which columns, their words, and what becomes of a long one. */
function shownPart(columns: readonly ShownColumn[], count: number, ...limits: ShownLimits) {
  const [maxRows = 20, maxColumns = 6, maxWidth = 20, precision = 3] = limits;
  const most = (limit: TemplateValue) => (limit === null ? Number.POSITIVE_INFINITY : Number(limit));
  const rows = Math.min(count, most(maxRows));
  const shown = columns.slice(0, Math.min(columns.length, most(maxColumns)));
  return {
    rows,
    shown,
    words: shown.map((column) => wordsOf(column, rows, most(precision))),
    cut: (word: string) => (word.length > most(maxWidth) ? `${word.slice(0, Number(maxWidth) - 3)}...` : word),
  };
}

function wordsOf({ type, values }: ShownColumn, rows: number, precision: number): string[] {
  const given = values.slice(0, rows);
  if (agateType(type) !== 'Number') return given.map((value) => (value === null ? '' : text(value)));
  const digits = Math.max(0, ...given.map((value) => (value === null ? 0 : fraction(value))));
  const places = Math.min(digits, precision);
  const format = new Intl.NumberFormat('en-US', { minimumFractionDigits: places, maximumFractionDigits: places });
  const more = digits > precision ? '…' : '';
  return given.map((value) => (value === null ? '' : `${format.format(numberOf(value))}${more}`));
}

/** Digits after the point, without zeros at the end. */
function fraction(value: TemplateValue): number {
  return (/\.(\d*?)0*$/.exec(text(value))?.[1] ?? '').length;
}

function numberOf(value: TemplateValue): number {
  return value instanceof PyFloat ? value.value : Number(text(value));
}

/** What printing a table gives: its columns and their types. */
export function structureText(columns: readonly ShownColumn[]): string {
  const names = columns.map((column) => column.name);
  const types = columns.map((column) => agateType(column.type));
  return printedTable(
    [
      { name: 'column', type: 'VARCHAR', values: names },
      { name: 'data_type', type: 'VARCHAR', values: types },
    ],
    columns.length,
    null,
  );
}

/** How `print_csv` and `to_csv` write. */
export interface CsvOptions {
  readonly delimiter: string;
  readonly quote: string;
  readonly lineEnd: string;
  readonly numbered: boolean;
  /** Python's `csv.QUOTE_…`: 0 where needed, 1 all, 2 what is no number, 3 nothing */
  readonly quoting: number;
}

/** A table as CSV, each line with its end. */
export function csvText(names: readonly string[], rows: readonly RowValue[], options: CsvOptions): string {
  const { delimiter, quote, lineEnd, numbered, quoting } = options;
  const special = [delimiter, quote, '\n', '\r'];
  const quoted = (given: string, isNull: boolean): string => {
    const word = given.replaceAll('\r', '\n');
    const needed = quoting === 1 || (quoting === 2 && !isNull) || special.some((c) => word.includes(c));
    if (!needed || quoting === 3) return word;
    return `${quote}${word.replaceAll(quote, quote + quote)}${quote}`;
  };
  const word = (value: TemplateValue) =>
    value === null ? '' : text(value).replace(/^(\d{4}-\d\d-\d\d) (?=\d\d:)/, '$1T');
  const line = (cells: readonly TemplateValue[], number: string): string =>
    [
      ...(numbered ? [quoting === 1 ? `${quote}${number}${quote}` : number] : []),
      ...cells.map((value) => quoted(word(value), value === null)),
    ].join(delimiter) + lineEnd;
  return [line(names, 'line_number'), ...rows.map((row, i) => line(row.values, String(i + 1)))].join('');
}

/** `print_html()`. */
export function htmlTable(columns: readonly ShownColumn[], count: number, ...limits: ShownLimits): string {
  const { rows, shown, words, cut } = shownPart(columns, count, ...limits);
  const isCut = shown.length < columns.length;
  const names = [...shown.map((column) => column.name), ...(isCut ? ['...'] : [])];
  const cell = (word: string, at: number) =>
    `<td style="text-align: ${agateType(columns[at]!.type) === 'Text' ? 'left' : 'right'};">${word}</td>`;
  const line = (cells: readonly string[]) => ['<tr>', ...cells.map(cell), '</tr>'];
  const body = Array.from({ length: rows }, (_, i) =>
    line([...words.map((own) => cut(own[i]!)), ...(isCut ? ['...'] : [])]),
  );
  if (rows < count) body.push(line(names.map(() => '...')));
  const head = [
    '<table>',
    '<thead>',
    '<tr>',
    ...names.map((name) => `<th>${name}</th>`),
    '</tr>',
    '</thead>',
    '<tbody>',
  ];
  return [...head, ...body.flat(), '</tbody>', '</table>'].join('\n');
}
