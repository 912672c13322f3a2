import { PyBytes } from '../bytes.js';
import { PySet } from '../containers.js';
import { toTemplateValue } from '../convert.js';
import { DecimalValue } from '../decimal.js';
import { compare, equal } from '../equality.js';
import { valueFailure } from '../failure.js';
import { toJson } from '../json.js';
import { defineFunction } from '../signature.js';
import { PyFloat, PyTuple, plain, repr, TemplateObject, type TemplateValue } from '../values.js';
import { DateValue, TimeDelta } from './datetime.js';
import { fromIso } from './datetime-module.js';
import { OrderedDict } from './ordered-dict.js';
import type { TableColumn } from './table-data.js';

/** What dbt's (agate's) tables are made of: values, rows, columns. */

/** A float as a Decimal: `1.0`, `1E+20`. */
function decimalOf(value: number): TemplateValue {
  if (!Number.isFinite(value)) return new PyFloat(value);
  return new DecimalValue(new PyFloat(value).toText().replace(/e([+-])0*/, 'E$1'));
}

/** JSON as Python writes it, for what agate has no type for: lists and structs. */
function jsonText(value: unknown): string {
  return toJson(toTemplateValue(value));
}

/** A value of a result as dbt's tables have it: decimals and floats are Decimals, dates and times are objects. */
export function cell(value: unknown, type: string): TemplateValue {
  if (value === null || value === undefined) return null;
  if (/[\])]$/.test(type) && typeof value === 'object' && !(value instanceof Date)) return jsonText(value);
  if (/^(DECIMAL|NUMERIC)/.test(type) && (typeof value === 'string' || typeof value === 'number'))
    return /,\s*0\)$/.test(type) ? toTemplateValue(Number(value)) : new DecimalValue(String(value));
  if (/^(DOUBLE|FLOAT|REAL)/.test(type) && typeof value === 'number') return decimalOf(value);
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (value instanceof Uint8Array) return new PyBytes(value).toText();
  if (typeof value === 'string' && type === 'INTERVAL') return intervalText(value);
  if (typeof value === 'string' && type === 'DATE') return new DateValue(fromIso(value).wall);
  if (typeof value === 'string' && type.startsWith('TIMESTAMP')) {
    try {
      return fromIso(value);
    } catch {
      return value;
    }
  }
  return toTemplateValue(value);
}

/** A span of time as Python writes it: a month has 30 days. */
function intervalText(given: string): string {
  const [, sign, h = '0', m = '0', s = '0'] = /(-?)(\d+):(\d+):(\d+(?:\.\d+)?)$/.exec(given) ?? [];
  const count = (unit: string): bigint => BigInt(new RegExp(`(-?\\d+) ${unit}`).exec(given)?.[1] ?? 0);
  const days = (count('year') * 12n + count('month')) * 30n + count('day');
  const micros = BigInt(Math.round(Number(s) * 1e6)) + (BigInt(h) * 60n + BigInt(m)) * 60_000_000n;
  return new TimeDelta(days * 86_400_000_000n + (sign === '-' ? -micros : micros)).toText();
}

/** A row: items by position and by column name. */
export class RowValue extends TemplateObject {
  readonly typeName = 'Row';
  override readonly slicesToTuple = true;
  constructor(
    readonly names: readonly string[],
    readonly values: readonly TemplateValue[],
  ) {
    super();
  }
  asTuple(): PyTuple {
    return new PyTuple(this.values);
  }
  override attributeNames(): Iterable<string> {
    return ['values', 'keys', 'items', 'get', 'dict', ...this.names];
  }
  override getAttribute(name: string): TemplateValue | undefined {
    switch (name) {
      case 'values':
        return defineFunction('values()', () => this.asTuple());
      case 'keys':
        return defineFunction('keys()', () => new PyTuple(this.names));
      case 'items':
        return defineFunction('items()', () => this.names.map((n, i) => new PyTuple([n, this.values[i]!])));
      case 'dict':
        return defineFunction('dict()', () => OrderedDict.of(this.names.map((n, i) => [n, this.values[i]!] as const)));
      case 'get':
        return defineFunction('get(key, default?)', ([key, otherwise]) => this.getItem(key!) ?? otherwise ?? null);
      default:
        return undefined;
    }
  }
  override getItem(keyGiven: TemplateValue): TemplateValue | undefined {
    const key = plain(keyGiven);
    if (typeof key === 'number') return this.values[key < 0 ? key + this.values.length : key];
    return typeof key === 'string' ? this.values[this.names.indexOf(key)] : undefined;
  }
  override iterate(): Iterable<TemplateValue> {
    return this.values;
  }
  override size(): number {
    return this.values.length;
  }
  override equals(other: TemplateValue): boolean {
    return other instanceof RowValue && other.asTuple().toText() === this.asTuple().toText();
  }
  toText(): string {
    return `<agate.Row: (${this.values.map(repr).join(', ')})>`;
  }
  override toHost(): unknown {
    return this.asTuple().toHost();
  }
}

/** Columns or rows of a table: by position, and by name where they have names. */
export class PartsValue extends TemplateObject {
  readonly typeName: string = 'MappedSequence';
  override readonly slicesToTuple = true;
  constructor(
    readonly names: readonly TemplateValue[],
    readonly parts: readonly TemplateObject[],
    /** what `keys()` gives; None where the parts have no names */
    readonly keys: TemplateValue = new PyTuple(names),
  ) {
    super();
  }
  override attributeNames(): Iterable<string> {
    return ['keys', 'values', 'items', 'get', 'dict', ...this.names.filter((name) => typeof name === 'string')];
  }
  override getAttribute(name: string): TemplateValue | undefined {
    if (name === 'keys') return defineFunction('keys()', () => this.keys);
    if (name === 'values') return defineFunction('values()', () => new PyTuple(this.parts));
    const pairs = () => this.names.map((n, i) => [n, this.parts[i]!] as const);
    if (name === 'items') return defineFunction('items()', () => pairs().map((pair) => new PyTuple(pair)));
    if (name === 'dict')
      return defineFunction('dict()', () => {
        if (this.keys === null) throw valueFailure('what has no names is no dict');
        return OrderedDict.of(pairs());
      });
    if (name === 'get') return defineFunction('get(key, default?)', ([key, d]) => this.getItem(key!) ?? d ?? null);
    return undefined;
  }
  override getItem(keyGiven: TemplateValue): TemplateValue | undefined {
    const key = plain(keyGiven);
    if (typeof key === 'number') return this.parts[key < 0 ? key + this.parts.length : key];
    return this.parts[this.names.findIndex((name) => equal(name, key))];
  }
  override iterate(): Iterable<TemplateValue> {
    return this.parts;
  }
  override size(): number {
    return this.parts.length;
  }
  toText(): string {
    return `<agate.MappedSequence: (${this.parts.map(repr).join(', ')})>`;
  }
}

export class ColumnPart extends TemplateObject {
  readonly typeName = 'Column';
  override readonly slicesToTuple = true;
  constructor(
    readonly column: TableColumn,
    readonly type: TemplateValue,
    readonly index: number,
    readonly values: readonly TemplateValue[],
  ) {
    super();
  }
  override attributeNames(): Iterable<string> {
    return [
      ...['name', 'index', 'values', 'values_distinct', 'values_without_nulls', 'values_sorted', 'data_type'],
      ...['values_without_nulls_sorted', 'keys'],
    ];
  }
  override getAttribute(name: string): TemplateValue | undefined {
    if (name === 'name') return this.column.name;
    if (name === 'index') return this.index;
    if (name === 'data_type') return this.type;
    if (name === 'values') return defineFunction('values()', () => new PyTuple(this.values));
    if (name === 'values_without_nulls')
      return defineFunction('values_without_nulls()', () => new PyTuple(this.values.filter((v) => v !== null)));
    if (name === 'values_distinct')
      return defineFunction('values_distinct()', () => new PyTuple([...new PySet(this.values).iterate()]));
    if (name === 'values_without_nulls_sorted')
      return defineFunction('values_without_nulls_sorted()', () => sorted(this.values.filter((v) => v !== null)));
    if (name === 'keys') return defineFunction('keys()', () => null);
    if (name === 'values_sorted') return defineFunction('values_sorted()', () => sorted(this.values));
    return undefined;
  }
  override getItem(key: TemplateValue): TemplateValue | undefined {
    return typeof key === 'number' ? this.values[key < 0 ? key + this.values.length : key] : undefined;
  }
  override iterate(): Iterable<TemplateValue> {
    return this.values;
  }
  override size(): number {
    return this.values.length;
  }
  toText(): string {
    return `<agate.Column: (${this.values.map(repr).join(', ')})>`;
  }
}

/** In order, nulls last. */
function sorted(values: readonly TemplateValue[]): TemplateValue[] {
  return [...values].sort((a, b) => {
    if (a === null || b === null) return Number(a === null) - Number(b === null);
    return compare(a, b);
  });
}
