import { chain, mapInOrder } from '../chain.js';
import { valueFailure } from '../failure.js';
import { defineFunction } from '../signature.js';
import { PyTuple, TemplateFunction, TemplateObject, type TemplateValue, text, truthy } from '../values.js';
import { OrderedDict } from './ordered-dict.js';
import { distinctNames, type TableColumn } from './table-data.js';
import { PartsValue } from './table-parts.js';
import { printedTable } from './table-text.js';
import { ColumnType } from './table-types.js';
import { TableValue } from './table-value.js';

/** Methods that work on each of the tables. */
const proxied: ReadonlySet<string> = new Set([
  ...['bins', 'compute', 'denormalize', 'distinct', 'exclude', 'find', 'group_by', 'homogenize', 'join', 'limit'],
  ...['normalize', 'order_by', 'pivot', 'select', 'where'],
]);

/** The tables of `group_by`, by key. */
export class TableSet extends PartsValue {
  constructor(
    readonly keyValues: readonly TemplateValue[],
    readonly tables: readonly TemplateObject[],
    readonly key: TableColumn,
  ) {
    super(keyValues, tables, new PyTuple(keyValues));
  }
  override attributeNames(): Iterable<string> {
    const own = [
      'key_name',
      'key_type',
      'column_names',
      'column_types',
      'merge',
      'having',
      'aggregate',
      'print_structure',
    ];
    return [...super.attributeNames(), ...own, ...proxied];
  }
  override getAttribute(name: string): TemplateValue | undefined {
    if (proxied.has(name)) return this.#onEach(name);
    switch (name) {
      case 'key_name':
        return this.key.name;
      case 'key_type':
        return new ColumnType(this.key.type);
      case 'column_names':
      case 'column_types':
        return this.tables[0]?.getAttribute(name);
      case 'merge':
        return defineFunction('merge(groups?, group_name?, group_type?)', ([groups, groupName]) =>
          this.#merged(groups ?? null, groupName ?? null),
        );
      case 'having':
        return defineFunction('having(aggregations, test)', ([aggregations, test], { site }) => {
          this.#nothingToAggregate(aggregations);
          if (!(test instanceof TemplateObject) || test.call === undefined) throw valueFailure('having() needs a test');
          const call = test.call.bind(test);
          const holds = mapInOrder(this.tables, () =>
            chain(call({ positional: [new OrderedDict()], named: new Map(), site }), truthy),
          );
          return chain(holds, (kept) =>
            this.#of(
              this.tables.filter((_, i) => kept[i]),
              this.keyValues.filter((_, i) => kept[i]),
            ),
          );
        });
      case 'aggregate':
        return defineFunction('aggregate(aggregations)', ([aggregations]) => {
          this.#nothingToAggregate(aggregations);
          return new TableValue(
            { columns: [this.key], rows: this.keyValues.map((key) => [key]) },
            this.#sample()?.host,
          );
        });
      case 'print_structure':
        return defineFunction('print_structure(max_rows?)', ([rows]) => {
          this.#sample()?.host.say(this.#structure(rows));
          return null;
        });
      default:
        return super.getAttribute(name);
    }
  }
  #sample(): TableValue | undefined {
    return this.tables.find((table) => table instanceof TableValue);
  }
  #of(tables: readonly TemplateObject[], keys: readonly TemplateValue[]): TableSet {
    return new TableSet(keys, tables, this.key);
  }
  /** Templates reach no aggregation. */
  #nothingToAggregate(aggregations: TemplateValue | undefined): void {
    if (!Array.isArray(aggregations) || aggregations.length > 0)
      throw valueFailure('there are no aggregations in templates', 'aggregate in SQL');
  }
  #onEach(name: string): TemplateFunction {
    return new TemplateFunction(name, (args) =>
      chain(
        mapInOrder(this.tables, (table) => (table.getAttribute(name) as TemplateFunction).call(args)),
        (made) => this.#of(made as TemplateObject[], this.keyValues),
      ),
    );
  }
  #merged(groups: TemplateValue, name: TemplateValue): TableValue {
    if (groups !== null && (!Array.isArray(groups) || groups.length !== this.tables.length))
      throw valueFailure('merge() takes a list with a name for each of the tables');
    const tables = this.tables.map((table) => {
      if (table instanceof TableValue) return table;
      throw valueFailure('merge() of tables that are grouped again');
    });
    const key = { ...this.key, name: name === null ? this.key.name : text(name) };
    const rows = tables.flatMap((table, i) =>
      table.data.rows.map((row) => [(groups === null ? this.keyValues : (groups as TemplateValue[]))[i]!, ...row]),
    );
    return new TableValue(
      { columns: distinctNames([key, ...(tables[0]?.data.columns ?? [])]), rows },
      this.#sample()?.host,
    );
  }
  #structure(rows: TemplateValue = null): string {
    const column = (name: string, values: TemplateValue[]) => ({ name, type: 'VARCHAR', values });
    const names = this.keyValues.map((key) => text(key));
    const sizes = this.tables.map((table) => String(table.size?.() ?? 0));
    return printedTable([column('table', names), column('rows', sizes)], sizes.length, rows, null, null);
  }
  override toText(): string {
    return `${this.#structure()}\n`;
  }
}
