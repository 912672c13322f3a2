import { type Field, fieldOf } from '../definition-schema.js';
import type { ChartContext, Form } from './chart-context.js';
import { common, type Viz } from './viz.js';

/** A table of the query's rows, in the order of the query where that names columns. */
export function table(chart: ChartContext, fields: readonly Field[] = chart.entry.columns!.map(fieldOf)): Viz {
  const config: Record<string, Form> = {};
  const columns = fields.map((field) => {
    const column = chart.shown({ ...field, order: undefined }, 'none');
    if (chart.typeOf(field.column) === 'number')
      config[column] = { d3NumberFormat: chart.format(field), showCellBars: false };
    return column;
  });
  const time = fields.find((field) => chart.typeOf(field.column) === 'time');
  return {
    form: {
      ...common,
      viz_type: 'table',
      all_columns: columns,
      allow_rearrange_columns: false,
      color_pn: false,
      column_config: config,
      order_by_cols: chart.order.map(({ column, descending }) => JSON.stringify([column, !descending])),
      page_length: 0,
      query_mode: 'raw',
      row_limit: 500,
      show_cell_bars: false,
      table_timestamp_format: chart.timeFormat(time ?? fields[0]!),
    },
  };
}

/** A picture for each of the figures: Superset's big number has one. Texts and the like become a table. */
export function bigNumbers(chart: ChartContext): Viz[] {
  const { entry } = chart;
  const fields = [entry.measure!, ...(entry.columns ?? [])].map(fieldOf);
  if (fields.some((field) => !['number', 'time'].includes(chart.typeOf(field.column)))) return [table(chart, fields)];
  return fields.map((field) => ({
    part: field.column,
    title: chart.name(field),
    form: {
      ...common,
      viz_type: 'big_number_total',
      force_timestamp_formatting: chart.typeOf(field.column) === 'time',
      header_font_size: 0.4,
      metric: chart.metric(field),
      subheader: '',
      subheader_font_size: 0.15,
      time_format: chart.timeFormat(field),
      y_axis_format: chart.format(field),
    },
  }));
}
