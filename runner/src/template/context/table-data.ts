import { valueFailure } from '../failure.js';
import { type TemplateValue, text } from '../values.js';
import { RowValue } from './table-parts.js';

/** A column of a table: `type` is the engine's, or the name of agate's where the table was computed. */
export interface TableColumn {
  readonly name: string;
  readonly type: string;
}

/** What a table of a query consists of. */
export interface TableData {
  readonly columns: readonly TableColumn[];
  readonly rows: readonly (readonly TemplateValue[])[];
  /** names by which rows are found */
  readonly rowNames?: readonly TemplateValue[] | undefined;
}

export const namesOf = (data: TableData): string[] => data.columns.map((column) => column.name);

/** The row at a position, as functions of templates are given it. */
export function rowOf(data: TableData, at: number): RowValue {
  return new RowValue(namesOf(data), data.rows[at]!);
}

/** Names that are taken get a number: `a`, `a_2`. */
export function distinctNames(columns: readonly TableColumn[]): TableColumn[] {
  const taken = new Set<string>();
  return columns.map((column) => {
    let { name } = column;
    for (let i = 2; taken.has(name); i++) name = `${column.name}_${i}`;
    taken.add(name);
    return { ...column, name };
  });
}

/** Rows by their positions, with their names. */
export function pickRows(data: TableData, at: readonly number[]): TableData {
  return {
    ...data,
    rows: at.map((i) => data.rows[i]!),
    rowNames: data.rowNames && at.map((i) => data.rowNames![i]!),
  };
}

/**
 * Names of rows, as agate takes them.
 * @throws OperationFailure TSD2017 for ints, which would be taken for positions
 */
export function checkedRowNames(names: readonly TemplateValue[]): readonly TemplateValue[] {
  const int = names.find((name) => typeof name === 'number' || typeof name === 'bigint');
  if (int !== undefined)
    throw valueFailure(`rows cannot be named by ints, as ${text(int)}`, 'cast the column to text or decimal in SQL');
  return names;
}
