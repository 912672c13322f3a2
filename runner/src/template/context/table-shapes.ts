import { arithmetic } from '../arithmetic.js';
import { DecimalValue } from '../decimal.js';
import { compare, hashKey } from '../equality.js';
import { typeFailure } from '../failure.js';
import { formatSpec } from '../format-spec.js';
import { PyTuple, type TemplateValue, text } from '../values.js';
import { checkedRowNames, distinctNames, namesOf, type TableColumn, type TableData } from './table-data.js';
import { agateType } from './table-text.js';
import { castTo, inferredKind } from './table-types.js';

/** Agate's `normalize`: a row for each of the columns `properties`. */
export function normalized(
  data: TableData,
  key: readonly number[],
  properties: readonly number[],
  names: readonly [property: string, value: string],
): TableData {
  const rows = data.rows.flatMap((row) =>
    properties.map((at) => [...key.map((k) => row[k]!), data.columns[at]!.name, row[at]!]),
  );
  return withInferred([...key.map((k) => data.columns[k]!)], names, rows);
}

/** Columns whose types are told by their values, behind those of the key. */
export function withInferred(
  known: readonly TableColumn[],
  names: readonly string[],
  rows: readonly (readonly TemplateValue[])[],
): TableData {
  const columns = names.map((name, i) => ({ name, type: inferredKind(rows.map((row) => row[known.length + i]!)) }));
  const cast = rows.map((row) =>
    row.map((value, i) => {
      const column = columns[i - known.length];
      return column === undefined ? value : castTo(column.type, value);
    }),
  );
  return { columns: distinctNames([...known, ...columns]), rows: cast };
}

/**
 * Agate's `denormalize`: a column for each property.
 * @param otherwise the value where there is none; undefined means zero for numbers, else None
 * @param type of the new columns; told by their values where undefined
 */
export function denormalized(
  data: TableData,
  key: readonly number[],
  property: number,
  value: number,
  otherwise: TemplateValue | undefined,
  type?: string,
): TableData {
  const isNumber = agateType(data.columns[value]!.type) === 'Number' && data.columns[value]!.type !== 'Integer';
  const missing = otherwise === undefined ? (isNumber ? new DecimalValue('0') : null) : otherwise;
  const names: string[] = [];
  const groups = new Map<unknown, { key: TemplateValue[]; values: Map<string, TemplateValue> }>();
  for (const row of data.rows) {
    const own = key.map((k) => row[k]!);
    const hash = hashKey(new PyTuple(own));
    const group = groups.get(hash) ?? { key: own, values: new Map() };
    groups.set(hash, group);
    const name = text(row[property]!);
    if (!names.includes(name)) names.push(name);
    group.values.set(name, row[value]!);
  }
  const all = [...groups.values()];
  const rowNames = checkedRowNames(
    all.map((group) => (group.key.length === 1 ? group.key[0]! : new PyTuple(group.key))),
  );
  const rows = all.map((group) => [...group.key, ...names.map((name) => group.values.get(name) ?? missing)]);
  const known = key.map((k) => data.columns[k]!);
  const made =
    type === undefined
      ? withInferred(known, names, rows)
      : { columns: distinctNames([...known, ...names.map((name) => ({ name, type }))]), rows };
  return { ...made, rowNames };
}

/** Agate's `homogenize`: a row for each of the wanted keys that the table does not have. */
export function homogenized(
  data: TableData,
  key: readonly number[],
  wanted: readonly (readonly TemplateValue[])[],
  defaults: readonly TemplateValue[] | undefined,
): TableData {
  const known = new Set(data.rows.map((row) => hashKey(new PyTuple(key.map((k) => row[k]!)))));
  const rows = [...data.rows];
  for (const given of wanted) {
    const own = given.map((value, i) => castTo(agateType(data.columns[key[i]!]!.type), value));
    const hash = hashKey(new PyTuple(own));
    if (known.has(hash)) continue;
    known.add(hash);
    const row: TemplateValue[] =
      defaults === undefined ? data.columns.slice(key.length).map(() => null) : [...defaults];
    for (const [i, at] of key.entries()) row.splice(at, 0, own[i]!);
    rows.push(row);
  }
  return { columns: data.columns, rows };
}

/** The numbers of a column, as Decimals; nulls left out. */
export function numbersOf(data: TableData, at: number): DecimalValue[] {
  const { name, type } = data.columns[at]!;
  if (agateType(type) !== 'Number')
    throw typeFailure(
      `"${name}" is a column of ${agateType(type)}, and a Number is needed`,
      'cast it to decimal or double in SQL',
    );
  return data.rows.map((row) => row[at]!).filter((value) => value instanceof DecimalValue);
}

const calculate = (operator: '+' | '-' | '*' | '/' | '**', a: TemplateValue, b: TemplateValue): DecimalValue =>
  arithmetic(operator, a, b) as DecimalValue;

/** The least and the greatest of numbers, away from each other to their first digit: where an axis begins and ends. */
export function roundLimits(values: readonly DecimalValue[]): [DecimalValue, DecimalValue] {
  const sorted = [...values].sort(compare);
  const [least, greatest] = [sorted[0], sorted.at(-1)];
  if (least === undefined || greatest === undefined) throw typeFailure('a column without values has no limits');
  const digits = Math.max(...[least, greatest].map((v) => (v.isZero ? 1 : v.adjusted + 1)));
  if (digits > 0) {
    const unit = new DecimalValue(`1E+${digits - 1}`).rescaled(0);
    const rounded = (value: DecimalValue, mode: 'ROUND_FLOOR' | 'ROUND_CEILING'): DecimalValue =>
      calculate('*', calculate('/', value, unit).rescaled(0, mode), unit);
    return [rounded(least, 'ROUND_FLOOR'), rounded(greatest, 'ROUND_CEILING')];
  }
  const exponent = Math.max(...[least, greatest].map((v) => trimmed(v).exponent)) + 1;
  return [trimmed(least.rescaled(exponent, 'ROUND_FLOOR')), trimmed(greatest.rescaled(exponent, 'ROUND_CEILING'))];
}

/** Without zeros at the end. */
function trimmed(value: DecimalValue): DecimalValue {
  let { coefficient, exponent } = value;
  if (coefficient === 0n) return new DecimalValue({ negative: value.negative, coefficient, exponent: 0 });
  while (coefficient % 10n === 0n) {
    coefficient /= 10n;
    exponent++;
  }
  return new DecimalValue({ negative: value.negative, coefficient, exponent });
}

/** Digits after the point that the longest of numbers has. */
export function decimalPlaces(values: readonly DecimalValue[]): number {
  return Math.max(0, ...values.map((value) => -trimmed(value).exponent));
}

/** A number with its thousands grouped: `1,234.50`. */
export function grouped(value: DecimalValue, places: number): string {
  return formatSpec(value, `,.${places}f`);
}

/** Where bins begin and end, and what they are called. */
export function binsOf(
  values: readonly DecimalValue[],
  count: number,
  start: DecimalValue | undefined,
  end: DecimalValue | undefined,
): { readonly names: readonly string[]; readonly of: (value: TemplateValue) => number } {
  const [least, greatest] = roundLimits(values);
  const from = start === undefined || start.isZero ? least : start;
  const to = end === undefined || end.isZero ? greatest : end;
  const spread = calculate('-', to, from);
  const size = calculate('/', spread.negative ? calculate('*', spread, -1) : spread, count);
  const breaks = [from];
  for (let i = 1; i <= count; i++) breaks.push(calculate('+', from, calculate('*', size, i)));
  const places = decimalPlaces(breaks);
  const names = breaks.slice(1).map((top, i) => {
    const last = i === count - 1;
    const bottom = i === 0 && compare(least, from) < 0 ? least : breaks[i]!;
    const upper = last && i > 0 && compare(greatest, to) > 0 ? greatest : top;
    return `[${grouped(bottom, places)} - ${grouped(upper, places)}${last ? ']' : ')'}`;
  });
  return {
    names,
    of: (value) => {
      let i = 1;
      while (i < breaks.length && compare(value, breaks[i]!) >= 0) i++;
      return Math.min(i, breaks.length - 1) - 1;
    },
  };
}

/** Names of columns for the values that are named here. */
export function indexOfColumn(data: TableData, name: string): number {
  const at = namesOf(data).indexOf(name);
  if (at === -1) throw typeFailure(`the table has no column "${name}"`, `it has ${namesOf(data).join(', ')}`);
  return at;
}
