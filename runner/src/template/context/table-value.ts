import type { Column, QueryResult } from '../../engines/engine.js';
import { iterate, PyDict } from '../containers.js';
import { toTemplateValue } from '../convert.js';
import { defineFunction } from '../signature.js';
import { PyFloat, PyTuple, plain, TemplateObject, type TemplateValue } from '../values.js';
import { DateValue } from './datetime.js';
import { fromIso } from './datetime-module.js';

/** A value of a result as Python's tables have it: decimals are numbers, dates and times are objects. */
function cell(value: unknown, type: string): TemplateValue {
  if (value === null || value === undefined) return null;
  if (/^(DECIMAL|NUMERIC)/.test(type) && (typeof value === 'string' || typeof value === 'number'))
    return /,\s*0\)$/.test(type) ? toTemplateValue(Number(value)) : new PyFloat(Number(value));
  if (/^(DOUBLE|FLOAT|REAL)/.test(type) && typeof value === 'number') return new PyFloat(value);
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
    return `<Row: ${this.asTuple().toText()}>`;
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
    return `<${this.parts.length} parts>`;
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
    return ['name', 'values', 'values_distinct', 'values_without_nulls', 'data_type'];
  }
  override getAttribute(name: string): TemplateValue | undefined {
    if (name === 'name') return this.column.name;
    if (name === 'data_type') return this.column.type;
    if (name === 'values') return defineFunction('values()', () => new PyTuple(this.values));
    if (name === 'values_without_nulls')
      return defineFunction('values_without_nulls()', () => new PyTuple(this.values.filter((v) => v !== null)));
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
    return `<Column ${this.column.name}>`;
  }
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
    return ['columns', 'rows', 'column_names', 'column_types', 'print_table', 'select', 'limit'];
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
      case 'print_table':
        return defineFunction('print_table(max_rows?, max_columns?)', () => null);
      case 'select':
        return defineFunction('select(key)', ([keys]) => {
          const wanted = typeof keys === 'string' ? [keys] : [...iterate(keys!)].map((k) => String(plain(k)));
          const at = wanted.map((name) => findName(this.#names, name));
          return new TableValue({
            columns: at.map((i) => result.columns[i]!),
            rows: result.rows.map((row) => at.map((i) => row[i])),
          });
        });
      case 'limit':
        return defineFunction(
          'limit(count)',
          ([count]) => new TableValue({ columns: result.columns, rows: result.rows.slice(0, Number(count)) }),
        );
      default:
        return undefined;
    }
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
