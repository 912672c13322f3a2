import type { SourcePlace } from './source-text.js';
import { type Cell, cells } from './text-width.js';

const TAB = 4;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters must not reach the terminal
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;

/** How the parts of a frame are coloured; each is given the finished text. */
export interface FrameColors {
  gutter(text: string): string;
  marker(text: string): string;
}

const UNCOLORED: FrameColors = { gutter: (text) => text, marker: (text) => text };

/**
 * The lines around a place with carets under it:
 * ```
 *    13 |     part_of_day,
 *  > 14 |     avg(danceabilty) as mean_danceability,
 *       |         ^^^^^^^^^^^
 *    15 |     count(*) as n
 * ```
 * Tabs are shown as spaces up to the next multiple of 4, so that carets stand right on every terminal. A span over
 * several lines is marked on its first.
 *
 * @param width columns for the text right of the gutter; longer lines are cut around the span
 */
export function codeFrame(place: SourcePlace, width = 110, colors: FrameColors = UNCOLORED): string[] {
  const { source } = place;
  const { line } = source.position(place.start);
  const lineStart = source.lineStarts[line - 1]!;
  const marked = shown(source.line(line));
  const from = columnOf(marked, place.start - lineStart, 'begin');
  const to = Math.max(from + 1, columnOf(marked, place.end - lineStart, 'end'));

  const window = windowAround(from, to, widthOf(marked), width);
  const last = Math.min(line + 1, source.lineStarts.length);
  const digits = String(last).length;
  const frame: string[] = [];
  for (let number = Math.max(1, line - 1); number <= last; number++) {
    const text = number === line ? marked : shown(source.line(number));
    if (number === line) {
      frame.push(`${colors.marker(' > ')}${gutter(String(number))}${cut(text, window)}`.trimEnd());
      const end = Math.min(to, window.to);
      const carets = ' '.repeat(from - window.from) + colors.marker('^'.repeat(Math.max(1, end - from)));
      frame.push(`   ${gutter('')}${carets}`);
    } else if (widthOf(text) > 0 && text.some((cell) => cell.text.trim() !== '')) {
      frame.push(`   ${gutter(String(number))}${cut(text, window)}`.trimEnd());
    }
  }
  return frame;

  function gutter(number: string): string {
    return colors.gutter(`${number.padStart(digits)} | `);
  }
}

/** The line as it is printed: tabs expanded, control characters replaced; offsets stay those of the source. */
function shown(line: string): Cell[] {
  const result: Cell[] = [];
  let column = 0;
  for (const cell of cells(line)) {
    let printed = cell;
    if (cell.text === '\t') {
      const width = TAB - (column % TAB);
      printed = { text: ' '.repeat(width), width, offset: cell.offset };
    } else if (CONTROL.test(cell.text)) {
      printed = { text: '�', width: 1, offset: cell.offset };
    }
    result.push(printed);
    column += printed.width;
  }
  // the line's end has a place too
  result.push({ text: '', width: 0, offset: line.length });
  return result;
}

function widthOf(line: readonly Cell[]): number {
  return line.reduce((sum, cell) => sum + cell.width, 0);
}

/** Display column of an offset; one inside a character counts from its beginning or from its end. */
function columnOf(line: readonly Cell[], offset: number, edge: 'begin' | 'end'): number {
  let column = 0;
  for (const [i, cell] of line.entries()) {
    const next = line[i + 1]?.offset ?? Number.POSITIVE_INFINITY;
    if (edge === 'begin' ? next > offset : cell.offset >= offset) break;
    column += cell.width;
  }
  return column;
}

/** The part of a long line to show: `from` inclusive, `to` exclusive, in columns. */
function windowAround(from: number, to: number, total: number, width: number): { from: number; to: number } {
  if (total <= width) return { from: 0, to: Math.max(width, to) };
  if (to <= width - 1) return { from: 0, to: width };
  const span = Math.min(to - from, width);
  const start = Math.max(0, Math.min(from - Math.floor((width - span) / 2), total - width));
  return { from: start, to: start + width };
}

/** The cells inside a window, with `…` in place of the outermost ones where text was cut. */
function cut(line: readonly Cell[], window: { from: number; to: number }): string {
  const total = widthOf(line);
  let text = '';
  let column = 0;
  for (const cell of line) {
    const end = column + cell.width;
    const cutsLeft = window.from > 0 && column <= window.from && end > window.from;
    const cutsRight = total > window.to && column < window.to && end >= window.to;
    if (cutsLeft || cutsRight) text += '…'.padEnd(Math.min(end, window.to) - Math.max(column, window.from));
    else if (column >= window.from && end <= window.to) text += cell.text;
    column = end;
  }
  return text;
}
