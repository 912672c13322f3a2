import { IngestError } from '../input/ingest-error.js';
import { nearestName } from '../input/nearest-name.js';
import { CATALOGUE_COLUMNS, type CatalogueColumn } from './catalogue-row.js';

/** Where each column stands in the rows of this file. */
export interface CatalogueHeader {
  /** fields of every row, the index column included */
  readonly width: number;
  readonly positions: Readonly<Record<CatalogueColumn, number>>;
}

const INDEX_NAMES = new Set(['', 'Unnamed: 0', 'index']);

/**
 * Reads the header: all of the data set's columns in any order, and as the first or any other column an index without a
 * name, called `Unnamed: 0`, or none at all.
 *
 * @throws IngestError for a missing, renamed, repeated or unknown column
 */
export function readHeader(fields: readonly string[], file: string, line: number): CatalogueHeader {
  const positions = new Map<string, number>();
  const unknown: string[] = [];
  const known = new Set<string>(CATALOGUE_COLUMNS);
  let indexColumns = 0;
  for (const [position, field] of fields.entries()) {
    const name = field.trim();
    if (known.has(name)) {
      if (positions.has(name)) {
        throw new IngestError(file, `column "${name}" stands in the header twice`, { line, column: position + 1 });
      }
      positions.set(name, position);
    } else if (INDEX_NAMES.has(name) && indexColumns === 0) indexColumns++;
    else unknown.push(name);
  }
  const missing = CATALOGUE_COLUMNS.filter((column) => !positions.has(column));
  if (missing.length > 0) throw missingColumns(file, line, missing, unknown, fields.length);
  if (unknown.length > 0) {
    throw new IngestError(file, `unknown column ${list(unknown)}`, {
      line,
      hint: `the columns are ${CATALOGUE_COLUMNS.join(', ')}, and an index column before them`,
    });
  }
  return { width: fields.length, positions: Object.fromEntries(positions) as Record<CatalogueColumn, number> };
}

function missingColumns(
  file: string,
  line: number,
  missing: readonly string[],
  unknown: readonly string[],
  width: number,
): IngestError {
  const guesses = unknown.flatMap((name) => {
    const meant = nearestName(name, missing);
    return meant === undefined ? [] : [`"${name}" stands there: did you mean "${meant}"?`];
  });
  const noHeader = missing.length === CATALOGUE_COLUMNS.length && width >= CATALOGUE_COLUMNS.length;
  const hint = noHeader
    ? 'the first line must name the columns; this one looks like data'
    : guesses.length > 0
      ? guesses.join('\n  ')
      : `the columns are ${CATALOGUE_COLUMNS.join(', ')}`;
  const what = missing.length === CATALOGUE_COLUMNS.length ? 'no column of the data set' : `no column ${list(missing)}`;
  return new IngestError(file, `the header has ${what}`, { line, hint });
}

function list(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}
