import type { QueryResult } from '../../engines/engine.js';
import { bind } from '../signature.js';
import { PyTuple, TemplateFunction, TemplateObject, type TemplateValue } from '../values.js';
import { distinctNames, namesOf, type TableData } from './table-data.js';
import { tableMethods } from './table-methods.js';
import { ColumnPart, cell, PartsValue, RowValue } from './table-parts.js';
import { structureText } from './table-text.js';
import { ColumnType } from './table-types.js';

/** What a table may do beside giving values. */
export interface TableHost {
  /** hears what `print_table()` and its like print */
  readonly say: (text: string) => void;
  /** folder that paths of `to_csv()` and `to_json()` start from */
  readonly folder: () => string;
}

const silent: TableHost = { say: () => {}, folder: () => '.' };

/** The result of a query, shaped as dbt's (agate's) tables are. */
export class TableValue extends TemplateObject {
  readonly typeName = 'Table';
  override readonly slicesToTuple = true;
  readonly #rows: readonly RowValue[];

  constructor(
    readonly data: TableData,
    readonly host: TableHost = silent,
  ) {
    super();
    const names = namesOf(data);
    this.#rows = data.rows.map((row) => new RowValue(names, row));
  }

  /** The table of a result: names that come twice get a number. */
  static ofResult(result: QueryResult, host?: TableHost): TableValue {
    const rows = result.rows.map((row) => row.map((value, i) => cell(value, result.columns[i]!.type)));
    return new TableValue({ columns: distinctNames(result.columns), rows }, host);
  }

  rows(): readonly RowValue[] {
    return this.#rows;
  }
  /** The columns with their values, as they are printed. */
  shown() {
    return this.data.columns.map((column, i) => ({ ...column, values: this.data.rows.map((row) => row[i]!) }));
  }
  override attributeNames(): Iterable<string> {
    return ['columns', 'rows', 'column_names', 'column_types', 'row_names', ...tableMethods.keys()];
  }
  override getAttribute(name: string): TemplateValue | undefined {
    const { columns, rowNames } = this.data;
    switch (name) {
      case 'columns':
        return new PartsValue(
          namesOf(this.data),
          this.shown().map(
            ({ values, ...column }, i) => new ColumnPart(column, new ColumnType(column.type), i, values),
          ),
        );
      case 'rows':
        return new PartsValue(rowNames ?? [], this.#rows, rowNames === undefined ? null : new PyTuple(rowNames));
      case 'column_names':
        return new PyTuple(namesOf(this.data));
      case 'column_types':
        return new PyTuple(columns.map((column) => new ColumnType(column.type)));
      case 'row_names':
        return rowNames === undefined ? null : new PyTuple(rowNames);
      default: {
        const method = tableMethods.get(name);
        if (method === undefined) return undefined;
        return new TemplateFunction(name, (args) =>
          method.run(this, bind(method.signature, args.positional, args.named), args.site),
        );
      }
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
    return `${structureText(this.shown())}\n`;
  }
  override toRepr(): string {
    return '<agate.table.Table object>';
  }
}
