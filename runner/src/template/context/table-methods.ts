import { chain } from '../chain.js';
import { iterate, PyDict, toArray } from '../containers.js';
import type { DecimalValue } from '../decimal.js';
import { compare, hashKey } from '../equality.js';
import { typeFailure, valueFailure } from '../failure.js';
import { type Bound, type Signature, signature } from '../signature.js';
import { type CallSite, type MaybePromise, PyTuple, plain, type TemplateValue, text, truthy } from '../values.js';
import { OrderedDict } from './ordered-dict.js';
import { printedBars } from './table-bars.js';
import { checkedRowNames, distinctNames, pickRows } from './table-data.js';
import { bins, decimal, groupBy, pivot } from './table-grouping.js';
import { joinTables, listed, mergeTables } from './table-joins.js';
import { called, columnsAt, isFunction, isGiven, keysOf, of } from './table-keys.js';
import { denormalized, homogenized, normalized, withInferred } from './table-shapes.js';
import { htmlTable, printedTable, structureText } from './table-text.js';
import { TableValue } from './table-value.js';
import { csvOf, say, shownBy, withJson, writeTo } from './table-writing.js';

type Run = (table: TableValue, bound: Bound, site: CallSite) => MaybePromise<TemplateValue>;

function rename(table: TableValue, [names, rowNames, slugColumns]: Bound): TableValue {
  const { data } = table;
  const list = isGiven(names) && !(names instanceof PyDict) ? toArray(names) : undefined;
  if (list !== undefined && list.length !== data.columns.length)
    throw valueFailure(`${list.length} names for ${data.columns.length} columns`);
  const named = data.columns.map((column, i) => {
    const given = names instanceof PyDict ? names.get(column.name) : list?.[i];
    const name = given === undefined ? column.name : text(given);
    return { ...column, name: truthy(slugColumns ?? false) ? slug(name) : name };
  });
  const known = data.rowNames?.map((name) => (rowNames instanceof PyDict ? (rowNames.get(name) ?? name) : name));
  const given = isGiven(rowNames) && !(rowNames instanceof PyDict) ? checkedRowNames(toArray(rowNames)) : known;
  return of(table, { columns: distinctNames(named), rows: data.rows, rowNames: given });
}

/** A name with nothing but small letters, digits and underscores. */
function slug(name: string): string {
  const plainText = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  return plainText
    .replace(/['’]/g, '')
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
}

function distinct(table: TableValue, key: TemplateValue | undefined, site: CallSite): MaybePromise<TemplateValue> {
  const { data } = table;
  // agate compares nothing where it is given a list
  if (Array.isArray(key) || key instanceof PyTuple) return of(table, data);
  const keys = isGiven(key) ? keysOf(table, key, site) : data.rows.map((row) => new PyTuple(row));
  return chain(keys, (all) => {
    const seen = new Set<unknown>();
    const kept = all.flatMap((k, i) => (seen.has(hashKey(k)) ? [] : seen.add(hashKey(k)) && [i]));
    return of(table, pickRows(data, kept));
  });
}

function orderBy(table: TableValue, [key, reverse]: Bound, site: CallSite): MaybePromise<TemplateValue> {
  const { data } = table;
  if (data.rows.length === 0) return of(table, data);
  return chain(keysOf(table, key!, site), (keys) => {
    const parts = keys.map((k) => (k instanceof PyTuple ? [...k.items] : [k]));
    const order = parts.map((_, i) => i);
    const sign = truthy(reverse ?? false) ? -1 : 1;
    order.sort((a, b) => {
      for (const [i, part] of parts[a]!.entries()) {
        const other = parts[b]![i]!;
        if (part === null && other === null) continue;
        if (part === null || other === null) return sign * (part === null ? 1 : -1);
        const compared = compare(part, other);
        if (compared !== 0) return sign * compared;
      }
      return 0;
    });
    return of(table, pickRows(data, order));
  });
}

/** Positions that Python's `range(length)[start:stop:step]` has. */
function sliced(length: number, [first, stop, step]: Bound): number[] {
  const both = isGiven(stop) || isGiven(step);
  const at = (value: TemplateValue | undefined, otherwise: number): number => {
    if (!isGiven(value)) return otherwise;
    const given = Number(value);
    return Math.max(0, Math.min(length, given < 0 ? given + length : given));
  };
  const from = both ? at(first, 0) : 0;
  const to = both ? at(stop, length) : at(first, length);
  const every = isGiven(step) ? Number(step) : 1;
  if (every < 1) throw valueFailure('limit() goes forward');
  const out: number[] = [];
  for (let i = from; i < to; i += every) out.push(i);
  return out;
}

const methods: Record<string, Run> = {
  'print_table(max_rows?, max_columns?, output?, max_column_width?, locale?, max_precision?)': shownBy(printedTable),
  'print_html(max_rows?, max_columns?, output?, max_column_width?, locale?, max_precision?)': shownBy(htmlTable),
  'print_structure(output?, max_rows?)': (table) => say(table, structureText(table.shown())),
  'print_bars(label_column_name?, value_column_name?, domain?, width?, output?, printable?)': (
    table,
    [label, value, domain, width, , printable],
  ) => {
    const at = (name: TemplateValue | undefined, otherwise: string) => columnsAt(table, name ?? otherwise)[0]!;
    const limits = isGiven(domain)
      ? (toArray(domain).map((v) => decimal(v)!) as [DecimalValue, DecimalValue])
      : undefined;
    return say(
      table,
      printedBars(table.data, at(label, 'group'), at(value, 'Count'), {
        domain: limits,
        width: width === undefined ? 120 : Number(width),
        printable: truthy(printable ?? false),
      }),
    );
  },
  'print_csv(**kwargs)': (table, [named]) => say(table, csvOf(table, named as PyDict)),
  'print_json(**kwargs)': (table, [named], site) =>
    withJson(table, named as PyDict, site, (written) => say(table, written)),
  'to_csv(path, **kwargs)': (table, [path, named]) => writeTo(table, path!, csvOf(table, named as PyDict)),
  'to_json(path, **kwargs)': (table, [path, named], site) =>
    withJson(table, named as PyDict, site, (written) => writeTo(table, path!, written)),
  'where(test)': (table, [test], site) =>
    chain(called(table, test!, site), (holds) =>
      of(
        table,
        pickRows(
          table.data,
          holds.flatMap((h, i) => (truthy(h) ? [i] : [])),
        ),
      ),
    ),
  'find(test)': (table, [test], site) =>
    chain(called(table, test!, site), (holds) => table.rows()[holds.findIndex(truthy)] ?? null),
  'group_by(key, key_name?, key_type?)': (table, [key, name], site) => groupBy(table, key!, name, site),
  'select(key)': (table, [keys]) => pickColumns(table, columnsAt(table, keys!)),
  'exclude(key)': (table, [keys]) => {
    const out = new Set(listed(keys!).map((key) => text(plain(key))));
    return pickColumns(
      table,
      table.data.columns.flatMap(({ name }, i) => (out.has(name) ? [] : [i])),
    );
  },
  'rename(column_names?, row_names?, slug_columns?, slug_rows?, **kwargs)': rename,
  'limit(start_or_stop?, stop?, step?)': (table, bound) =>
    of(table, pickRows(table.data, sliced(table.data.rows.length, bound))),
  'distinct(key?)': (table, [key], site) => distinct(table, key, site),
  'order_by(key, reverse?)': orderBy,
  'join(right_table, left_key?, right_key?, inner?, full_outer?, require_match?, columns?)': (
    table,
    [right, leftKey, rightKey, inner, outer, require, columns],
    site,
  ) => {
    if (!(right instanceof TableValue)) throw typeFailure('join() takes another table');
    const key = isGiven(rightKey) ? rightKey : leftKey;
    const byColumns = isGiven(leftKey) && isGiven(key) && !isFunction(key);
    return chain(keysOf(table, leftKey, site), (left) =>
      chain(keysOf(right, isGiven(leftKey) ? key : undefined, site), (rightKeys) =>
        of(
          table,
          joinTables(table.data, right.data, left, rightKeys, {
            inner: truthy(inner ?? false),
            fullOuter: truthy(outer ?? false),
            requireMatch: truthy(require ?? false),
            columns: isGiven(columns) ? toArray(columns).map(text) : undefined,
            keyColumns: byColumns ? columnsAt(right, key) : [],
          }),
        ),
      ),
    );
  },
  'merge(tables, row_names?, column_names?)': (table, [tables, rowNames, only]) => {
    const all = toArray(tables!).map((one) => {
      if (one instanceof TableValue) return one.data;
      throw typeFailure('merge() takes a list of tables');
    });
    const data = mergeTables(all, isGiven(only) ? toArray(only).map(text) : undefined);
    const names = isGiven(rowNames) ? checkedRowNames(toArray(rowNames)) : undefined;
    return of(table, { ...data, rowNames: names });
  },
  'pivot(key?, pivot?, aggregation?, computation?, default_value?, key_name?)': pivot,
  'bins(column_name, count?, start?, end?)': bins,
  'normalize(key, properties, property_column?, value_column?, column_types?)': (
    table,
    [key, properties, property, value],
  ) =>
    of(
      table,
      normalized(table.data, columnsAt(table, key!), columnsAt(table, properties!), [
        text(property ?? 'property'),
        text(value ?? 'value'),
      ]),
    ),
  'denormalize(key?, property_column?, value_column?, default_value?, column_types?)': (
    table,
    [key, property, value, otherwise],
  ) =>
    of(
      table,
      denormalized(
        table.data,
        isGiven(key) ? columnsAt(table, key) : [],
        columnsAt(table, property ?? 'property')[0]!,
        columnsAt(table, value ?? 'value')[0]!,
        otherwise,
      ),
    ),
  'homogenize(key, compare_values, default_row?)': (table, [key, wanted, defaults]) => {
    const values = toArray(wanted!).map((one) => (typeof one === 'string' ? [one] : listed(one)));
    if (isFunction(defaults)) throw typeFailure('the default row of homogenize() is a list here');
    return of(
      table,
      homogenized(table.data, columnsAt(table, key!), values, isGiven(defaults) ? toArray(defaults) : undefined),
    );
  },
  'from_object(obj, row_names?, column_types?)': (table, [objects, rowNames]) => {
    const rows = toArray(objects!).map((one) => new Map(parsedObject(one, '')));
    const names = [...new Set(rows.flatMap((row) => [...row.keys()]))];
    const data = withInferred(
      [],
      names,
      rows.map((row) => names.map((name) => row.get(name) ?? null)),
    );
    return of(table, { ...data, rowNames: isGiven(rowNames) ? checkedRowNames(toArray(rowNames)) : undefined });
  },
  'aggregate(aggregations)': (_table, [aggregations]) => {
    if ([...iterate(aggregations!)].length > 0)
      throw valueFailure('there are no aggregations in templates', 'aggregate in SQL');
    return new OrderedDict();
  },
  'compute(computations, replace?)': (table, [computations]) => {
    if ([...iterate(computations!)].length > 0)
      throw valueFailure('there are no computations in templates', 'compute in SQL');
    return of(table, table.data);
  },
};

/** The values of an object by their paths: `a/b` of `{a: {b: …}}`. */
function parsedObject(value: TemplateValue, path: string): (readonly [string, TemplateValue])[] {
  const items =
    value instanceof PyDict
      ? [...value.items()].map(([key, item]) => [text(key), item] as const)
      : Array.isArray(value) || value instanceof PyTuple
        ? toArray(value).map((item, i) => [String(i), item] as const)
        : undefined;
  if (items === undefined) return [[path, value]];
  return items.flatMap(([key, item]) => parsedObject(item, path === '' ? key : `${path}/${key}`));
}

function pickColumns(table: TableValue, at: readonly number[]): TableValue {
  const { columns, rows, rowNames } = table.data;
  return of(table, { columns: at.map((i) => columns[i]!), rows: rows.map((row) => at.map((i) => row[i]!)), rowNames });
}

/** The methods of tables, by name. */
export const tableMethods: ReadonlyMap<string, { readonly signature: Signature; readonly run: Run }> = new Map(
  Object.entries(methods).map(([spec, run]) => {
    const to = signature(spec);
    return [to.name, { signature: to, run }] as const;
  }),
);
