import type { Column, QueryResult } from '../engines/engine.js';

/** A value as charts see it. Dates and times are ISO texts. */
export type Cell = string | number | boolean | null;

export type CellType = 'number' | 'time' | 'boolean' | 'text';

/** The rows of a chart's query. */
export class DataTable {
  readonly #index: ReadonlyMap<string, number>;

  constructor(
    readonly columns: readonly Column[],
    readonly rows: readonly (readonly Cell[])[],
  ) {
    this.#index = new Map(columns.map((column, i) => [column.name.toLowerCase(), i]));
  }

  static from(result: QueryResult): DataTable {
    const numeric = result.columns.map(({ type }) => cellType(type) === 'number');
    return new DataTable(
      result.columns,
      result.rows.map((row) => row.map((value, i) => cellOf(value, numeric[i]!))),
    );
  }

  has(name: string): boolean {
    return this.#index.has(name.toLowerCase());
  }

  /** The values of a column, in the order of the rows. */
  column(name: string): Cell[] {
    const at = this.#index.get(name.toLowerCase());
    return at === undefined ? this.rows.map(() => null) : this.rows.map((row) => row[at]!);
  }

  /** The values of a column as numbers; what is none is null. */
  numbers(name: string): (number | null)[] {
    return this.column(name).map((value) => (typeof value === 'number' && Number.isFinite(value) ? value : null));
  }

  typeOf(name: string): CellType {
    const at = this.#index.get(name.toLowerCase());
    return at === undefined ? 'text' : cellType(this.columns[at]!.type);
  }
}

/** What a column of an engine's type holds. */
export function cellType(type: string): CellType {
  if (/^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|INT|FLOAT|REAL|DOUBLE|DECIMAL|NUMERIC)/i.test(type)) return 'number';
  if (/^(DATE|TIMESTAMP)/i.test(type)) return 'time';
  if (/^BOOL/i.test(type)) return 'boolean';
  return 'text';
}

function cellOf(value: unknown, numeric: boolean): Cell {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'string') return numeric ? Number(value) : value;
  if (value instanceof Date) return value.toISOString();
  return JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? Number(inner) : inner));
}
