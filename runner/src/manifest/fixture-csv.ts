/** Rows of a small CSV text by the names of its header, and the line (from 1) at which each begins. */
export interface CsvRows {
  readonly rows: readonly Readonly<Record<string, string>>[];
  readonly lines: readonly number[];
}

/**
 * Reads comma-separated text with a header line. Quotes hold commas, line ends and doubled quotes; spaces around cells that
 * are not quoted go, as fixtures are often aligned; empty lines are left out.
 */
export function parseCsv(text: string): CsvRows {
  const records: { cells: string[]; line: number }[] = [];
  let cells: string[] = [];
  let line = 1;
  let begun = 1;
  const pattern = /[^\S\n]*(?:"((?:[^"]|"")*)"[^\S\n]*|([^,\n]*))(,|\n|$)/gy;
  while (pattern.lastIndex < text.length || cells.length > 0) {
    const match = pattern.exec(text);
    if (match === null) break;
    const [whole, quoted, bare, end] = match;
    cells.push(quoted === undefined ? bare!.trim() : quoted.replaceAll('""', '"'));
    line += whole.split('\n').length - 1;
    if (end === ',') continue;
    if (cells.length > 1 || cells[0] !== '') records.push({ cells, line: begun });
    cells = [];
    begun = line;
    if (end === '' && pattern.lastIndex >= text.length) break;
  }
  const [header, ...rest] = records;
  if (header === undefined) return { rows: [], lines: [] };
  return {
    rows: rest.map(({ cells: values }) => Object.fromEntries(header.cells.map((name, i) => [name, values[i] ?? '']))),
    lines: rest.map((record) => record.line),
  };
}
