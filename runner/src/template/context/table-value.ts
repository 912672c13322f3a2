import type { Column, QueryResult } from '../../engines/engine.js';
import { iterate, PyDict, PySet } from '../containers.js';
import { toTemplateValue } from '../convert.js';
import { compare } from '../equality.js';
import { toJson } from '../json.js';
import { defineFunction } from '../signature.js';
import { PyFloat, PyTuple, plain, repr, TemplateObject, type TemplateValue } from '../values.js';
import { DateValue } from './datetime.js';
import { fromIso } from './datetime-module.js';

/** A number as Python's Decimal prints it: all its digits, those after the point that are zero too. */
class DecimalValue extends PyFloat {
  constructor(readonly digits: string) {
    super(Number(digits));
  }
  override toText(): string {
    return this.digits;
  }
  override toRepr(): string {
    return `Decimal('${this.digits}')`;
  }
}

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
function cell(value: unknown, type: string): TemplateValue {
  if (value === null || value === undefined) return null;
  if (/[\])]$/.test(type) && typeof value === 'object' && !(value instanceof Date)) return jsonText(value);
  if (/^(DECIMAL|NUMERIC)/.test(type) && (typeof value === 'string' || typeof value === 'number'))
    return /,\s*0\)$/.test(type) ? toTemplateValue(Number(value)) : new DecimalValue(String(value));
  if (/^(DOUBLE|FLOAT|REAL)/.test(type) && typeof value === 'number') return decimalOf(value);
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value;
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

/** A row: items by position and by column name. */
class RowValue extends TemplateObject {
  readonly typeName = 'Row';
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
        return defineFunction('dict()', () => PyDict.of(this.names.map((n, i) => [n, this.values[i]!] as const)));
      case 'get':
        return defineFunction('get(key, default?)', ([key, otherwise]) => this.getItem(key!) ?? otherwise ?? null);
      default:
        return undefined;
    }
  }
  override getItem(keyGiven: TemplateValue): TemplateValue | undefined {
    const key = plain(keyGiven);
    if (typeof key === 'number') return this.values[key < 0 ? key + this.values.length : key];
    return typeof key === 'string' ? this.values[findName(this.names, key)] : undefined;
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

/** As written, else without regard to case. */
function findName(names: readonly string[], name: string): number {
  const exact = names.indexOf(name);
  return exact !== -1 ? exact : names.findIndex((n) => n.toLowerCase() === name.toLowerCase());
}

/** Columns or rows of a table: by position, columns by name too. */
class PartsValue extends TemplateObject {
  readonly typeName = 'MappedSequence';
  constructor(
    readonly names: readonly string[],
    readonly parts: readonly TemplateObject[],
  ) {
    super();
  }
  override attributeNames(): Iterable<string> {
    return ['keys', 'values', 'items', 'get', ...this.names];
  }
  override getAttribute(name: string): TemplateValue | undefined {
    if (name === 'keys') return defineFunction('keys()', () => new PyTuple(this.names));
    if (name === 'values') return defineFunction('values()', () => new PyTuple(this.parts));
    if (name === 'items')
      return defineFunction('items()', () => this.names.map((n, i) => new PyTuple([n, this.parts[i]!])));
    if (name === 'get') return defineFunction('get(key, default?)', ([key, d]) => this.getItem(key!) ?? d ?? null);
    return undefined;
  }
  override getItem(keyGiven: TemplateValue): TemplateValue | undefined {
    const key = plain(keyGiven);
    if (typeof key === 'number') return this.parts[key < 0 ? key + this.parts.length : key];
    return typeof key === 'string' ? this.parts[findName(this.names, key)] : undefined;
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

class ColumnPart extends TemplateObject {
  readonly typeName = 'Column';
  constructor(
    readonly column: Column,
    readonly values: readonly TemplateValue[],
  ) {
    super();
  }
  override attributeNames(): Iterable<string> {
    return ['name', 'index', 'values', 'values_distinct', 'values_without_nulls', 'values_sorted', 'data_type'];
  }
  override getAttribute(name: string): TemplateValue | undefined {
    if (name === 'name') return this.column.name;
    if (name === 'data_type') return this.column.type;
    if (name === 'values') return defineFunction('values()', () => new PyTuple(this.values));
    if (name === 'values_without_nulls')
      return defineFunction('values_without_nulls()', () => new PyTuple(this.values.filter((v) => v !== null)));
    if (name === 'values_distinct')
      return defineFunction('values_distinct()', () => new PyTuple([...new PySet(this.values).iterate()]));
    if (name === 'values_sorted') return defineFunction('values_sorted()', () => new PyTuple(sorted(this.values)));
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

/** The result of a query, shaped as dbt's (agate's) tables are. */
export class TableValue extends TemplateObject {
  readonly typeName = 'Table';
  readonly #names: readonly string[];
  readonly #rows: readonly RowValue[];

  constructor(readonly result: QueryResult) {
    super();
    this.#names = result.columns.map((c) => c.name);
    this.#rows = result.rows.map(
      (row) =>
        new RowValue(
          this.#names,
          row.map((v, i) => cell(v, result.columns[i]!.type)),
        ),
    );
  }

  rows(): readonly RowValue[] {
    return this.#rows;
  }
  override attributeNames(): Iterable<string> {
    return [
      ...['columns', 'rows', 'column_names', 'column_types', 'row_names', 'select', 'exclude', 'rename', 'limit'],
      ...['order_by', 'distinct', 'print_table', 'print_csv', 'print_json'],
    ];
  }
  override getAttribute(name: string): TemplateValue | undefined {
    const { result } = this;
    switch (name) {
      case 'columns':
        return new PartsValue(
          this.#names,
          result.columns.map(
            (column, i) =>
              new ColumnPart(
                column,
                this.#rows.map((r) => r.values[i]!),
              ),
          ),
        );
      case 'rows':
        return new PartsValue([], this.#rows);
      case 'column_names':
        return new PyTuple(this.#names);
      case 'column_types':
        return new PyTuple(result.columns.map((c) => c.type));
      case 'row_names':
        return null;
      case 'print_table':
      case 'print_csv':
      case 'print_json':
        return defineFunction(`${name}(*args, **kwargs)`, () => null);
      case 'select':
        return defineFunction('select(key)', ([keys]) => this.#pick(this.#positions(keys!)));
      case 'exclude':
        return defineFunction('exclude(key)', ([keys]) => {
          const out = new Set(this.#positions(keys!));
          return this.#pick(this.#names.map((_, i) => i).filter((i) => !out.has(i)));
        });
      case 'rename':
        return defineFunction('rename(column_names)', ([names]) => this.#rename(names!));
      case 'limit':
        return defineFunction('limit(start_or_stop?, stop?, step?)', ([first, stop]) => {
          const [from, to] =
            stop === undefined || stop === null ? [0, Number(first ?? 0)] : [Number(first), Number(stop)];
          return new TableValue({ columns: result.columns, rows: result.rows.slice(from, to) });
        });
      case 'distinct':
        return defineFunction('distinct(key?)', ([key]) => this.#distinct(key ?? null));
      case 'order_by':
        return defineFunction('order_by(key, reverse?)', ([key, reverse]) => this.#orderBy(key!, reverse === true));
      default:
        return undefined;
    }
  }
  #positions(keys: TemplateValue): number[] {
    const wanted = typeof keys === 'string' ? [keys] : [...iterate(keys)].map((k) => String(plain(k)));
    return wanted.map((name) => findName(this.#names, name)).filter((i) => i !== -1);
  }
  #pick(at: readonly number[]): TableValue {
    const { columns, rows } = this.result;
    return new TableValue({ columns: at.map((i) => columns[i]!), rows: rows.map((row) => at.map((i) => row[i])) });
  }
  #rename(names: TemplateValue): TableValue {
    const { columns, rows } = this.result;
    const list = names instanceof PyDict ? undefined : [...iterate(names)];
    const named = columns.map((column, i) => {
      const given = names instanceof PyDict ? names.get(column.name) : list?.[i];
      return { ...column, name: given === undefined ? column.name : String(plain(given)) };
    });
    return new TableValue({ columns: named, rows });
  }
  #keyOf(key: TemplateValue): (row: RowValue) => readonly TemplateValue[] {
    const at = key === null ? this.#names.map((_, i) => i) : this.#positions(key);
    return (row) => at.map((i) => row.values[i]!);
  }
  #distinct(key: TemplateValue): TableValue {
    const read = this.#keyOf(key);
    const seen = new Set<string>();
    const kept = this.result.rows.filter((_, i) => {
      const text = read(this.#rows[i]!).map(repr).join('\u0000');
      return !seen.has(text) && seen.add(text) !== undefined;
    });
    return new TableValue({ columns: this.result.columns, rows: kept });
  }
  #orderBy(key: TemplateValue, reverse: boolean): TableValue {
    const read = this.#keyOf(key);
    const order = this.#rows.map((row, i) => ({ parts: read(row), row: this.result.rows[i]! }));
    const sign = reverse ? -1 : 1;
    order.sort((a, b) => {
      for (const [i, part] of a.parts.entries()) {
        const other = b.parts[i]!;
        if (part === null && other === null) continue;
        if (part === null || other === null) return sign * (part === null ? 1 : -1);
        const compared = compare(part, other);
        if (compared !== 0) return sign * compared;
      }
      return 0;
    });
    return new TableValue({ columns: this.result.columns, rows: order.map(({ row }) => row) });
  }
  override getItem(key: TemplateValue): TemplateValue | undefined {
    return typeof key === 'number' ? this.#rows[key < 0 ? key + this.#rows.length : key] : undefined;
  }
  override iterate(): Iterable<TemplateValue> {
    return this.#rows;
  }
  override size(): number {
    return this.#rows.length;
  }
  override truthy(): boolean {
    return this.#rows.length > 0;
  }
  toText(): string {
    return `<Table ${this.#names.join(', ')}: ${this.#rows.length} rows>`;
  }
}
