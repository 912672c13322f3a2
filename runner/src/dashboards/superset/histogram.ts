import { fieldOf } from '../definition-schema.js';
import { type ChartContext, present } from './chart-context.js';
import { common, type Viz } from './viz.js';
import { tones } from './words.js';

/** A histogram of single values; Superset makes the bins. */
export function histogram(chart: ChartContext): Viz {
  const { entry } = chart;
  const { column } = fieldOf(entry.dimension!);
  chart.labelColors[column] ??= tones.blue;
  return {
    form: {
      ...common,
      viz_type: 'histogram_v2',
      adhoc_filters: [present(column)],
      bins: 20,
      column,
      cumulative: false,
      groupby: entry.series === undefined ? [] : [chart.shown(entry.series, 'codes')],
      normalize: false,
      row_limit: 50000,
      show_legend: entry.series !== undefined,
      show_value: false,
      x_axis_format: chart.format(entry.dimension!),
      x_axis_title: chart.name(entry.dimension!),
      y_axis_format: ',.0f',
      y_axis_title: entry.count_label ?? 'rows',
    },
  };
}
