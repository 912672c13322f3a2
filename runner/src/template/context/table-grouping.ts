import { chain, mapInOrder } from '../chain.js';
import { DecimalValue } from '../decimal.js';
import { hashKey } from '../equality.js';
import { valueFailure } from '../failure.js';
import type { Bound } from '../signature.js';
import { type CallSite, type MaybePromise, PyTuple, type TemplateValue, text } from '../values.js';
import { OrderedDict } from './ordered-dict.js';
import { checkedRowNames, distinctNames, pickRows, type TableColumn, type TableData } from './table-data.js';
import { listed } from './table-joins.js';
import { columnsAt, isFunction, isGiven, keysOf, of } from './table-keys.js';
import { TableSet } from './table-set.js';
import { binsOf, denormalized, numbersOf } from './table-shapes.js';
import { castTo } from './table-types.js';
import type { TableValue } from './table-value.js';

/** Tables by the value of a column or of a function, in the order in which the values come. */
export function groupBy(
  table: TableValue,
  key: TemplateValue,
  name: TemplateValue | undefined,
  site: CallSite,
): MaybePromise<TableSet> {
  const { data } = table;
  const own: TableColumn = isFunction(key) ? { name: 'group', type: 'Text' } : data.columns[columnsAt(table, key)[0]!]!;
  return chain(keysOf(table, key, site), (keys) => {
    const groups = new Map<unknown, { key: TemplateValue; at: number[] }>();
    for (const [i, value] of keys.entries()) {
      const cast = isFunction(key) ? castTo('Text', value) : value;
      const group = groups.get(hashKey(cast)) ?? { key: cast, at: [] };
      groups.set(hashKey(cast), group);
      group.at.push(i);
    }
    const all = [...groups.values()];
    return new TableSet(
      all.map((group) => group.key),
      all.map((group) => of(table, pickRows(data, group.at))),
      isGiven(name) ? { ...own, name: text(name) } : own,
    );
  });
}

/** Agate's `pivot`: how many rows each value has, or each pair of values, one of them as columns. */
export function pivot(table: TableValue, bound: Bound, site: CallSite): MaybePromise<TemplateValue> {
  const [key, by, aggregation, computation, otherwise, keyName] = bound;
  if (isGiven(aggregation) || isGiven(computation))
    throw valueFailure('there are no aggregations in templates', 'pivot() counts rows; anything else is done in SQL');
  const keys = isGiven(key) ? listed(key) : [];
  if (keys.length === 0 && !isGiven(by)) return new OrderedDict();
  const all = [...keys, ...(isGiven(by) ? [by] : [])];
  const one = Array.isArray(key) ? undefined : keyName;
  return chain(
    mapInOrder(all, (k, i) => groupBy(table, k, i < keys.length ? one : undefined, site)),
    (sets) =>
      chain(
        mapInOrder(all, (k) => keysOf(table, k, site)),
        (values) => {
          const columns = [...sets.map((set) => set.key), { name: 'Count', type: 'Number' }];
          const counted = countRows(values, sets);
          const data: TableData = { columns: distinctNames(columns), rows: counted };
          if (isGiven(by)) {
            const at = keys.map((_, i) => i);
            const names = otherwise === undefined ? undefined : otherwise;
            return of(table, denormalized(data, at, keys.length, all.length, names, 'Number'));
          }
          const rowNames = counted.map((row) => (keys.length === 1 ? row[0]! : new PyTuple(row.slice(0, keys.length))));
          return of(table, { ...data, rowNames: checkedRowNames(rowNames) });
        },
      ),
  );
}

/** Rows of keys with how often they occur: groups of the first key in order, within them those of the second. */
function countRows(values: readonly TemplateValue[][], sets: readonly TableSet[]): TemplateValue[][] {
  const cast = values.map((column, i) => column.map((v) => (sets[i]!.key.type === 'Text' ? castTo('Text', v) : v)));
  const counts: { key: TemplateValue[]; order: number[]; count: number }[] = [];
  const found = new Map<unknown, (typeof counts)[number]>();
  const firsts = new Map<unknown, number>();
  for (let i = 0; i < (cast[0]?.length ?? 0); i++) {
    const key = cast.map((column) => column[i]!);
    const order = key.map((_, j) => {
      const prefix = hashKey(new PyTuple(key.slice(0, j + 1)));
      if (!firsts.has(prefix)) firsts.set(prefix, i);
      return firsts.get(prefix)!;
    });
    const hash = hashKey(new PyTuple(key));
    const entry = found.get(hash) ?? { key, order, count: 0 };
    if (entry.count++ === 0) counts.push(entry);
    found.set(hash, entry);
  }
  counts.sort((a, b) => a.order.map((o, i) => o - b.order[i]!).find((d) => d !== 0) ?? 0);
  return counts.map(({ key, count }) => [...key, new DecimalValue(String(count))]);
}

/** A number as a Decimal; undefined where there is none. */
export function decimal(value: TemplateValue | undefined): DecimalValue | undefined {
  if (!isGiven(value)) return undefined;
  return value instanceof DecimalValue ? value : new DecimalValue(text(value));
}

export function bins(table: TableValue, [column, count, start, end]: Bound): TableValue {
  const { data } = table;
  const at = columnsAt(table, column!)[0]!;
  const found = binsOf(numbersOf(data, at), count === undefined ? 10 : Number(count), decimal(start), decimal(end));
  const counts = new Map<number, number>();
  for (const row of data.rows) {
    const bin = row[at] === null ? found.names.length : found.of(row[at]!);
    counts.set(bin, (counts.get(bin) ?? 0) + 1);
  }
  const rows = [...counts]
    .sort(([a], [b]) => a - b)
    .map(([bin, size]) => [found.names[bin] ?? null, new DecimalValue(String(size))]);
  const { name } = data.columns[at]!;
  return of(table, {
    columns: distinctNames([
      { name, type: 'Text' },
      { name: 'Count', type: 'Number' },
    ]),
    rows,
    rowNames: rows.map((row) => row[0]!),
  });
}
