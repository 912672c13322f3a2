import { quoteIdentifier, quoteLiteral } from '../../engines/relation.js';
import type { Field } from '../definition-schema.js';
import { tones, type Words } from './words.js';

/**
 * Superset orders categories by their text. Marks before it that nobody sees give them the order of the definition:
 * `codes` where Superset compares code points (zero-width spaces, which come after every letter), `locale` where it compares
 * as people sort (hair spaces, which come before every letter).
 */
/** Stands before a text as often as others come before it. */
export const orderMark = '\u200b';

export type OrderMarks = 'codes' | 'locale' | 'none';

export interface CalculatedColumn {
  readonly name: string;
  readonly expression: string;
  readonly label: string | undefined;
  readonly type: string;
}

/** The text of a value with its rank among `count` values. */
function marked(text: string, rank: number, count: number, marks: OrderMarks): string {
  if (marks === 'codes') return orderMark.repeat(rank) + text;
  return marks === 'locale' ? '\u200a'.repeat(count - rank) + text : text;
}

/**
 * A column of the values as people read them, in order; undefined where the values are shown as they are. With it the colours
 * of what it shows.
 */
export function shownColumn(
  field: Field,
  { labels, colors }: Words,
  marks: OrderMarks,
): { column: CalculatedColumn | undefined; colors: Record<string, string> } {
  const order = (field.order ?? []).map(String);
  const known = [...order, ...Object.keys(labels).filter((value) => !order.includes(value))];
  const shownColors: Record<string, string> = {};
  const source = quoteIdentifier(field.column);
  // values that the order does not name come last, among each other by their text
  const rest = (text: string): string => marked(text, order.length, order.length, order.length > 0 ? marks : 'none');
  const branches: string[] = [];
  for (const value of known) {
    const rank = order.indexOf(value);
    const text = labels[value] ?? value;
    const shown = rank < 0 ? rest(text) : marked(text, rank, order.length, marks);
    if (shown !== value || rank >= 0) branches.push(`WHEN ${quoteLiteral(value)} THEN ${quoteLiteral(shown)}`);
  }
  for (const [value, color] of Object.entries(colors)) {
    const rank = order.indexOf(value);
    if (rank < 0 && order.length > 0) continue;
    const text = labels[value] ?? value;
    // Superset looks colours up without the spaces before a text
    shownColors[text] = tones[color];
    shownColors[rank < 0 ? rest(text) : marked(text, rank, order.length, marks)] = tones[color];
  }
  const column: CalculatedColumn = {
    name: `${field.column}_shown`,
    expression: `CASE ${source} ${branches.join(' ')} ELSE ${rest('') === '' ? '' : `${quoteLiteral(rest(''))} || `}${source} END`,
    label: field.label,
    type: 'VARCHAR',
  };
  return { column: branches.length === 0 ? undefined : column, colors: shownColors };
}
