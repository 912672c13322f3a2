import type { Column } from '../../engines/engine.js';
import { quoteIdentifier, quoteLiteral } from '../../engines/relation.js';
import { axisName, nameOf } from '../charts/chart.js';
import { type CellType, cellType } from '../data.js';
import type { ChartEntry, Field, FieldEntry } from '../definition-schema.js';
import { fieldOf } from '../definition-schema.js';
import { numberFormat, timeFormat } from './d3-format.js';
import { type OrderItem, orderOf } from './order-by.js';
import { type CalculatedColumn, type OrderMarks, shownColumn } from './shown-column.js';
import { tones, type Words } from './words.js';

/** Values of Superset's forms. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type Form = { readonly [key: string]: Json };

/** A chart's definition on its way to Superset; gathers the columns and colours that its pictures need. */
export class ChartContext {
  readonly order: readonly OrderItem[];
  /** by name; columns that Superset computes */
  readonly calculated = new Map<string, CalculatedColumn>();
  /** hexadecimal colours by what readers see */
  readonly labelColors: Record<string, string> = {};
  /** what Superset selects from; kinds may wrap the chart's own query */
  sql: string;
  /** columns that wrapping added */
  readonly added: Column[] = [];
  readonly #types: ReadonlyMap<string, string>;

  /**
   * @param sql the chart's query as the database runs it
   * @param columns the columns that it gives
   */
  constructor(
    readonly entry: ChartEntry,
    sql: string,
    readonly columns: readonly Column[],
    readonly words: Words,
  ) {
    this.sql = sql.trim().replace(/;$/, '');
    this.order = orderOf(this.sql, columns);
    this.#types = new Map(columns.map(({ name, type }) => [name.toLowerCase(), type]));
  }

  typeOf(column: string): CellType {
    return cellType(this.#types.get(column.toLowerCase()) ?? 'VARCHAR');
  }

  /** What the axis of a field is. */
  axisType(field: Field): 'category' | 'number' | 'time' {
    if (field.type !== undefined) return field.type;
    const type = this.typeOf(field.column);
    return type === 'number' || type === 'time' ? type : 'category';
  }

  /** The column by which Superset groups: values as people read them, in the order of the definition. */
  shown(given: FieldEntry, marks: OrderMarks): string {
    const field = fieldOf(given);
    if (this.typeOf(field.column) !== 'text') return field.column;
    const { column, colors } = shownColumn(field, this.words, marks);
    Object.assign(this.labelColors, colors);
    if (column === undefined) return field.column;
    this.calculated.set(column.name, column);
    return column.name;
  }

  /** SQL of a field's values as people read them. */
  labelSql(given: FieldEntry): string {
    const field = fieldOf(given);
    const plain = `cast(${quoteIdentifier(field.column)} as varchar)`;
    if (this.typeOf(field.column) !== 'text') return plain;
    return shownColumn({ ...field, order: undefined }, this.words, 'none').column?.expression ?? plain;
  }

  /** SQL of the rank that the order of a field gives to its values. */
  rankSql({ column, order = [] }: Field): string {
    const branches = order.map((value, i) => `when ${quoteLiteral(String(value))} then ${i}`);
    return `case cast(${quoteIdentifier(column)} as varchar) ${branches.join(' ')} else ${order.length} end`;
  }

  /**
   * A figure. Rows of a definition's query are figures already: of the one row that a group has, the greatest value is its
   * value.
   */
  metric(given: FieldEntry, label = axisName(given)): Form {
    const { column } = fieldOf(given);
    return {
      expressionType: 'SIMPLE',
      aggregate: 'MAX',
      column: { column_name: column },
      label,
      hasCustomLabel: true,
      optionName: `metric_${label.toLowerCase().replace(/[^a-z0-9]+/g, '_')}`,
    };
  }

  /** Gives the only series of a chart its colour; Superset looks it up by the measure's name, or by its column. */
  colorMeasure(): void {
    const { measure } = this.entry;
    if (measure === undefined) return;
    this.labelColors[axisName(measure)] = tones.blue;
    this.labelColors[fieldOf(measure).column] = tones.blue;
  }

  name(given: FieldEntry): string {
    return axisName(given);
  }

  format(given: FieldEntry): string {
    return numberFormat(fieldOf(given));
  }

  timeFormat(given: FieldEntry): string {
    return timeFormat(fieldOf(given));
  }

  /** The entry's name of a column, where the definition gives it one. */
  verboseName(column: string): string | undefined {
    const { entry } = this;
    const fields = [entry.dimension, entry.row_dimension, entry.series, entry.measure, entry.item];
    for (const given of [...fields, ...(entry.columns ?? [])]) {
      if (given === undefined || typeof given === 'string') continue;
      if (given.column === column && given.label !== undefined) return nameOf(given);
    }
    return undefined;
  }
}

/** Rows in which a column is null are left out. */
export function present(column: string): Form {
  return {
    clause: 'WHERE',
    expressionType: 'SIMPLE',
    operator: 'IS NOT NULL',
    operatorId: 'IS_NOT_NULL',
    subject: column,
    comparator: null,
    filterOptionName: `present_${column}`,
  };
}

/** A filter of time that does nothing until the dashboard's reader sets one. */
export function anyTime(column: string): Form {
  return {
    clause: 'WHERE',
    expressionType: 'SIMPLE',
    operator: 'TEMPORAL_RANGE',
    subject: column,
    comparator: 'No filter',
    filterOptionName: `time_${column}`,
  };
}
