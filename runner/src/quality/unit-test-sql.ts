import type { Column, Session } from '../engines/engine.js';
import { EngineFailure } from '../engines/engine-failure.js';
import { quoteIdentifier, quoteLiteral } from '../engines/relation.js';
import { didYouMean } from '../errors/suggest.js';
import { QualityError } from '../errors/tsdbt-error.js';
import type { FixtureRow, UnitTestRows } from '../manifest/nodes.js';
import { WholeFloat } from '../project/yaml-dialect.js';

/** Rows of a unit test that are values by column. */
export type ListedRows = Extract<UnitTestRows, { format: 'dict' | 'csv' }>;

/**
 * A SELECT of the rows of a unit test, with the given columns: what a row leaves out is null of the column's type.
 *
 * @param columns all columns of what the rows stand for
 * @param subject what they stand for, e.g. `'orders'`
 * @throws {QualityError} TSD4112 for a column that is not there
 */
export function rowsSelect(rows: ListedRows, columns: readonly Column[], subject: string): string {
  const positions = new Map(columns.map((column, i) => [column.name.toLowerCase(), i]));
  const selects = rows.rows.map((row, r) => {
    const values: unknown[] = columns.map(() => null);
    for (const [name, value] of Object.entries(row)) {
      const at = positions.get(name.toLowerCase());
      if (at === undefined) throw unknownColumn(name, rows, r, columns, subject);
      values[at] = value;
    }
    return `select ${columns.map((column, i) => `${typed(values[i], column.type)} as ${quoteIdentifier(column.name)}`).join(', ')}`;
  });
  if (selects.length > 0) return selects.join('\nunion all\n');
  return emptySelect(columns);
}

/** A SELECT of no rows, with the given columns. */
export function emptySelect(columns: readonly Column[]): string {
  const nulls = columns.map((column) => `${typed(null, column.type)} as ${quoteIdentifier(column.name)}`);
  return `select ${nulls.join(', ')} where 1 = 0`;
}

/** The names that the rows of an expectation compare: those of the first row, as in dbt; all where there are no rows. */
export function comparedColumns(rows: ListedRows, actual: readonly Column[]): readonly Column[] {
  const [first] = rows.rows;
  if (first === undefined) return actual;
  const known = new Map(actual.map((column) => [column.name.toLowerCase(), column]));
  return Object.keys(first).map((name) => {
    const column = known.get(name.toLowerCase());
    if (column === undefined) throw unknownColumn(name, rows, 0, actual, 'expected output');
    return column;
  });
}

function unknownColumn(
  name: string,
  rows: ListedRows,
  row: number,
  columns: readonly Column[],
  subject: string,
): QualityError {
  const names = columns.map((column) => column.name);
  // dbt's words
  return new QualityError('TSD4112', `Invalid column name: '${name}' in unit test fixture for ${subject}.`, {
    place: rows.place(row, name),
    hint: didYouMean(name, names) ?? `columns: ${names.join(', ')}`,
  });
}

/**
 * Finds the value that its column's type does not take, once a SELECT of {@link rowsSelect} has failed.
 * @returns TSD4113 at the value's place; undefined where each value alone is fine
 */
export async function wrongValue(
  rows: ListedRows,
  columns: readonly Column[],
  subject: string,
  session: Session,
): Promise<QualityError | undefined> {
  const types = new Map(columns.map((column) => [column.name.toLowerCase(), column.type]));
  for (const [r, row] of rows.rows.entries()) {
    for (const [name, value] of Object.entries(row)) {
      const type = types.get(name.toLowerCase());
      if (type === undefined || value === null) continue;
      try {
        await session.query(`select ${typed(value, type)} as value`);
      } catch (thrown) {
        if (!(thrown instanceof EngineFailure)) throw thrown;
        return new QualityError(
          'TSD4113',
          `${literal(value)} is no ${type}: row ${r + 1} of ${subject}, column ${name}`,
          {
            place: rows.place(r, name),
            detail: thrown.message,
            cause: thrown,
          },
        );
      }
    }
  }
  return undefined;
}

/** A value as SQL of a type. The type of a bare null has no name to cast to. */
function typed(value: unknown, type: string): string {
  const sql = literal(value);
  return type === 'UNKNOWN' || type === '"NULL"' || type === 'NULL' ? sql : `cast(${sql} as ${type})`;
}

function literal(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string') return quoteLiteral(value);
  if (value instanceof WholeFloat) return String(value);
  if (value instanceof Date) return quoteLiteral(value.toISOString());
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value === 'object')
    return `{${Object.entries(value as FixtureRow)
      .map(([key, item]) => `${quoteLiteral(key)}: ${literal(item)}`)
      .join(', ')}}`;
  return String(value);
}
