import type { SourcePlace } from '../errors/source-text.js';
import type { UnitTestNode, UnitTestRows } from './nodes.js';

interface RowPlaces {
  readonly own: SourcePlace;
  readonly columns: ReadonlyMap<string, SourcePlace>;
}

/** Rows with the places that {@link UnitTestRows} computes. */
type PlainRows = Omit<UnitTestRows, 'place'> & {
  readonly own: SourcePlace;
  readonly places: readonly RowPlaces[];
};

/** A unit test without functions. */
export type PlainUnitTest = Omit<UnitTestNode, 'given' | 'expect'> & {
  readonly given: readonly (Omit<UnitTestNode['given'][number], 'rows'> & { readonly rows: PlainRows | undefined })[];
  readonly expect: PlainRows;
};

export function keptUnitTest(test: UnitTestNode): PlainUnitTest {
  const given = test.given.map((input) => ({ ...input, rows: input.rows && plainRows(input.rows) }));
  return { ...test, given, expect: plainRows(test.expect) };
}

export function unitTestOf(test: PlainUnitTest): UnitTestNode {
  const given = test.given.map((input) => ({ ...input, rows: input.rows && rowsOf(input.rows) }));
  return { ...test, given, expect: rowsOf(test.expect) };
}

function plainRows(rows: UnitTestRows): PlainRows {
  const { place, ...values } = rows;
  const own = (place as () => SourcePlace)();
  if (rows.format === 'sql') return { ...values, own, places: [] };
  const places = rows.rows.map((row, i) => ({
    own: rows.place(i),
    columns: new Map(Object.keys(row).map((column) => [column, rows.place(i, column)])),
  }));
  return { ...values, own, places };
}

function rowsOf({ own, places, ...values }: PlainRows): UnitTestRows {
  const place = (row?: number, column?: string): SourcePlace => {
    const found = row === undefined ? undefined : places[row];
    return (column === undefined ? undefined : found?.columns.get(column)) ?? found?.own ?? own;
  };
  return { ...values, place } as UnitTestRows;
}
