import { mapInOrder } from '../chain.js';
import { typeFailure } from '../failure.js';
import {
  type CallSite,
  type MaybePromise,
  PyTuple,
  plain,
  TemplateObject,
  type TemplateValue,
  text,
} from '../values.js';
import { rowOf, type TableData } from './table-data.js';
import { listed } from './table-joins.js';
import { indexOfColumn } from './table-shapes.js';
import { TableValue } from './table-value.js';

export const isFunction = (value: TemplateValue | undefined): value is TemplateObject =>
  value instanceof TemplateObject && value.call !== undefined;
export const isGiven = (value: TemplateValue | undefined): value is TemplateValue =>
  value !== undefined && value !== null;
export const of = (table: TableValue, data: TableData): TableValue => new TableValue(data, table.host);

/** Positions of the columns that are named, one or several. */
export function columnsAt({ data }: TableValue, names: TemplateValue): number[] {
  return listed(names).map((name) => (typeof name === 'number' ? name : indexOfColumn(data, text(plain(name)))));
}

/** What a function makes of each row. */
export function called({ data }: TableValue, given: TemplateValue, site: CallSite): MaybePromise<TemplateValue[]> {
  if (!isFunction(given))
    throw typeFailure('a macro or function of a row is needed', 'it is called with each row: row.id, row[0]');
  const call = given.call!.bind(given);
  return mapInOrder(data.rows, (_, i) => call({ positional: [rowOf(data, i)], named: new Map(), site }));
}

/** The key of each row: of a function, of columns, or its position. */
export function keysOf(
  table: TableValue,
  key: TemplateValue | undefined,
  site: CallSite,
): MaybePromise<TemplateValue[]> {
  if (!isGiven(key)) return table.data.rows.map((_, i) => i);
  if (isFunction(key) && !(key instanceof PyTuple)) return called(table, key, site);
  const at = columnsAt(table, key);
  const several = Array.isArray(key) || key instanceof PyTuple;
  return table.data.rows.map((row) => (several ? new PyTuple(at.map((i) => row[i]!)) : row[at[0]!]!));
}
