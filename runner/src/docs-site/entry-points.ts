import type { DocBlocks } from '../manifest/docs.js';
import type { EntryPoint } from './site-data.js';

/** Doc blocks that shape the first page. `__overview__` is dbt's. */
export const OVERVIEW = '__overview__';
export const ENTRY_POINTS = '__entry_points__';

const item = /^\s*(?:[-*+]|\d+[.)])\s+\[((?:[^\]\\]|\\.)+)\]\(\s*([^)]*?)\s*\)\s*(?:[:–—-]\s*)?(.*)$/;

/**
 * Reads the cards of the first page from the doc block `__entry_points__`: a list of links whose targets are selectors
 * of the command line (or web addresses), each with a text behind it that may go on in indented lines.
 *
 * ```md
 * - [Who buys?](+gold.customers,tag:daily): customers by what they bring
 * ```
 */
export function readEntryPoints(docs: DocBlocks): EntryPoint[] {
  const block = docs.blocks.get(ENTRY_POINTS);
  if (block === undefined) return [];
  const found: { title: string; target: string; text: string }[] = [];
  for (const line of block.text.split('\n')) {
    const match = item.exec(line);
    const last = found.at(-1);
    if (match !== null) {
      found.push({ title: match[1]!.replace(/\\(.)/g, '$1'), target: match[2]!, text: match[3]!.trim() });
    } else if (last !== undefined && /^\s+\S/.test(line)) last.text = `${last.text} ${line.trim()}`.trim();
  }
  return found;
}

/** Whether a target leads out of the pages. */
export function isWebAddress(target: string): boolean {
  return /^https?:\/\//i.test(target);
}
