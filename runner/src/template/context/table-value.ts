import type { QueryResult } from '../../engines/engine.js';
import { chain, mapInOrder } from '../chain.js';
import { iterate, PyDict } from '../containers.js';
import { compare } from '../equality.js';
import { typeFailure } from '../failure.js';
import { defineFunction } from '../signature.js';
import {
  type CallSite,
  type MaybePromise,
  PyTuple,
  plain,
  repr,
  TemplateObject,
  type TemplateValue,
  text,
  truthy,
} from '../values.js';
import { ColumnPart, cell, findName, PartsValue, RowValue } from './table-parts.js';
import { csvText, jsonRows, printedTable, structureText } from './table-text.js';

/** The result of a query, shaped as dbt's (agate's) tables are. */
export class TableValue extends TemplateObject {
  readonly typeName = 'Table';
  readonly #names: readonly string[];
  readonly #rows: readonly RowValue[];

  /**
   * @param say hears what `print_table()` and its like print
   */
  constructor(
    readonly result: QueryResult,
    readonly say: (text: string) => void = () => {},
  ) {
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
      ...['order_by', 'distinct', 'where', 'find', 'group_by'],
      ...['print_table', 'print_csv', 'print_json', 'print_structure'],
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
                i,
                this.#rows.map((r) => r.values[i]!),
              ),
          ),
        );
      case 'rows':
        return new PartsValue([], this.#rows, null);
      case 'column_names':
        return new PyTuple(this.#names);
      case 'column_types':
        return new PyTuple(result.columns.map((c) => c.type));
      case 'row_names':
        return null;
      case 'print_table':
        return defineFunction(
          'print_table(max_rows?, max_columns?, output?, max_column_width?, locale?, max_precision?)',
          (bound) => this.#say(printedTable(this.#shown(), this.#rows.length, bound[0], bound[1], bound[3], bound[5])),
        );
      case 'print_csv':
        return defineFunction('print_csv(*args, **kwargs)', () => this.#say(csvText(this.#names, this.#rows)));
      case 'print_json':
        return defineFunction('print_json(*args, **kwargs)', () => this.#say(jsonRows(this.#names, this.#rows)));
      case 'print_structure':
        return defineFunction('print_structure(*args, **kwargs)', () => this.#say(structureText(this.#shown())));
      case 'where':
        return defineFunction('where(test)', ([test], { site }) =>
          chain(this.#matching(test!, site), (kept) =>
            this.#of({ columns: result.columns, rows: result.rows.filter((_, i) => kept[i]) }),
          ),
        );
      case 'find':
        return defineFunction('find(test)', ([test], { site }) =>
          chain(this.#matching(test!, site), (kept) => this.#rows[kept.indexOf(true)] ?? null),
        );
      case 'group_by':
        return defineFunction('group_by(key, key_name?, key_type?)', ([key], { site }) => this.#groupBy(key!, site));
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
          return this.#of({ columns: result.columns, rows: result.rows.slice(from, to) });
        });
      case 'distinct':
        return defineFunction('distinct(key?)', ([key]) => this.#distinct(key ?? null));
      case 'order_by':
        return defineFunction('order_by(key, reverse?)', ([key, reverse]) => this.#orderBy(key!, reverse === true));
      default:
        return undefined;
    }
  }
  #of(result: QueryResult): TableValue {
    return new TableValue(result, this.say);
  }
  #say(printed: string): null {
    this.say(printed);
    return null;
  }
  #shown() {
    return this.result.columns.map((column, i) => ({ ...column, values: this.#rows.map((row) => row.values[i]!) }));
  }
  /** Which rows a function holds to be true. */
  #matching(test: TemplateValue, site: CallSite): MaybePromise<boolean[]> {
    return mapInOrder(this.#rows, (row) => chain(called(test, row, site), truthy));
  }
  /** Tables by the value of a column or of a function, in the order in which the values come. */
  #groupBy(key: TemplateValue, site: CallSite): MaybePromise<TemplateValue> {
    const [at] = typeof plain(key) === 'string' ? this.#positions(key) : [];
    const values = mapInOrder(this.#rows, (row) => (at === undefined ? called(key, row, site) : row.values[at]!));
    return chain(values, (keys) => {
      const groups = new Map<string, { key: TemplateValue; rows: (readonly unknown[])[] }>();
      for (const [i, value] of keys.entries()) {
        const name = repr(value);
        const group = groups.get(name) ?? { key: value, rows: [] };
        groups.set(name, group);
        group.rows.push(this.result.rows[i]!);
      }
      const all = [...groups.values()];
      const tables = all.map(({ rows }) => this.#of({ columns: this.result.columns, rows }));
      return new TableSet(
        all.map((group) => group.key),
        tables,
      );
    });
  }
  #positions(keys: TemplateValue): number[] {
    const wanted = typeof keys === 'string' ? [keys] : [...iterate(keys)].map((k) => String(plain(k)));
    return wanted.map((name) => findName(this.#names, name)).filter((i) => i !== -1);
  }
  #pick(at: readonly number[]): TableValue {
    const { columns, rows } = this.result;
    return this.#of({ columns: at.map((i) => columns[i]!), rows: rows.map((row) => at.map((i) => row[i])) });
  }
  #rename(names: TemplateValue): TableValue {
    const { columns, rows } = this.result;
    const list = names instanceof PyDict ? undefined : [...iterate(names)];
    const named = columns.map((column, i) => {
      const given = names instanceof PyDict ? names.get(column.name) : list?.[i];
      return { ...column, name: given === undefined ? column.name : String(plain(given)) };
    });
    return this.#of({ columns: named, rows });
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
    return this.#of({ columns: this.result.columns, rows: kept });
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
    return this.#of({ columns: this.result.columns, rows: order.map(({ row }) => row) });
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
    return `${structureText(this.#shown())}\n`;
  }
  override toRepr(): string {
    return '<agate.table.Table object>';
  }
}

/** What a function makes of a row. */
function called(given: TemplateValue, row: RowValue, site: CallSite): MaybePromise<TemplateValue> {
  if (!(given instanceof TemplateObject) || given.call === undefined)
    throw typeFailure('a macro or function of a row is needed', 'it is called with each row: row.id, row[0]');
  return given.call({ positional: [row], named: new Map(), site });
}

/** The tables of `group_by`, by key. */
class TableSet extends PartsValue {
  constructor(
    readonly keyValues: readonly TemplateValue[],
    readonly tables: readonly TableValue[],
  ) {
    super(
      keyValues.map((key) => (key === null ? '' : text(key))),
      tables,
      new PyTuple(keyValues),
    );
  }
  override toText(): string {
    const column = (name: string, values: TemplateValue[]) => ({ name, type: 'VARCHAR', values });
    const sizes = this.tables.map((table) => String(table.rows().length));
    return `${printedTable([column('table', [...this.names]), column('rows', sizes)], sizes.length)}\n`;
  }
}
