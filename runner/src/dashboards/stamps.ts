import type { DataTable } from './data.js';
import type { PageEntry } from './definition-schema.js';

/** A label that says on what kind of data a chart rests. */
export interface Stamp {
  readonly label: string;
  readonly text: string;
  /** rows that it concerns, of all */
  readonly rows: number;
  readonly of: number;
}

/** The stamps that a chart's own rows ask for. One whose rows all have an earlier stamp says nothing new and is left out. */
export function stampsOf(data: DataTable, page: PageEntry): Stamp[] {
  const stamps: Stamp[] = [];
  const stamped = new Set<number>();
  for (const { label, text, column, value, above } of page.stamps ?? []) {
    if (!data.has(column)) continue;
    const cells = data.column(column);
    const rows = cells.flatMap((cell, row) => {
      const concerns = above === undefined ? cell === value : typeof cell === 'number' && cell > above;
      return concerns ? [row] : [];
    });
    if (rows.every((row) => stamped.has(row))) continue;
    for (const row of rows) stamped.add(row);
    stamps.push({ label, text, rows: rows.length, of: cells.filter((cell) => cell !== null).length });
  }
  return stamps;
}
