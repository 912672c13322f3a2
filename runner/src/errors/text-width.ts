const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}|\ufe0f/u;
const INVISIBLE = /^[\p{M}\p{Cf}\p{Cc}]*$/u;
const PLAIN = /^[\x20-\x7e]*$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with a control character
const ESCAPES = /\u001b\[[0-9;?]*[A-Za-z]/g;

/** A user-perceived character and what it takes on a terminal. */
export interface Cell {
  readonly text: string;
  /** columns: 0, 1 or 2 */
  readonly width: number;
  /** UTF-16 offset in the text it was cut from */
  readonly offset: number;
}

// made when text needs it first: it takes a while
let segmenter: Intl.Segmenter | undefined;

/** Splits text into user-perceived characters with the columns each takes. */
export function cells(text: string): Cell[] {
  if (PLAIN.test(text)) return Array.from(text, (character, offset) => ({ text: character, width: 1, offset }));
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  return Array.from(segmenter.segment(text), ({ segment, index }) => ({
    text: segment,
    width: INVISIBLE.test(segment) ? 0 : WIDE.test(segment) ? 2 : 1,
    offset: index,
  }));
}

/** Columns that a text takes on a terminal; colour sequences take none. */
export function displayWidth(text: string): number {
  const bare = stripColors(text);
  if (PLAIN.test(bare)) return bare.length;
  let width = 0;
  for (const cell of cells(bare)) width += cell.width;
  return width;
}

/** The text without terminal escape sequences. */
export function stripColors(text: string): string {
  return text.includes('\u001b') ? text.replace(ESCAPES, '') : text;
}

/** The beginning of an uncoloured text that fits into `width` columns; cut text ends in `…`. */
export function truncate(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  if (width < 1) return '';
  let kept = '';
  let used = 0;
  for (const cell of cells(text)) {
    if (used + cell.width > width - 1) break;
    kept += cell.text;
    used += cell.width;
  }
  return `${kept}…`;
}

/** Fills up with spaces to `width` columns, on the right, or on the left with `align: 'right'`. */
export function pad(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const fill = ' '.repeat(Math.max(0, width - displayWidth(text)));
  return align === 'left' ? text + fill : fill + text;
}
