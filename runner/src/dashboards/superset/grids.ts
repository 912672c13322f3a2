import { fieldOf } from '../definition-schema.js';
import type { ChartContext } from './chart-context.js';
import { common, type Viz } from './viz.js';

/** Heatmaps and matrices: colours at the crossing of two dimensions, numbers in the cells of a matrix. */
export function grid(chart: ChartContext): Viz {
  const { entry } = chart;
  const diverging = entry.scale === 'diverging';
  const [low, high] = entry.domain ?? (diverging ? [-1, 1] : [null, null]);
  return {
    form: {
      ...common,
      viz_type: 'heatmap_v2',
      border_color: { r: 255, g: 255, b: 255, a: 1 },
      border_width: 1,
      bottom_margin: 20,
      groupby: chart.shown(entry.row_dimension!, 'locale'),
      left_margin: 20,
      legend_type: 'continuous',
      linear_color_scheme: diverging ? 'schemeRdBu' : 'schemeBlues',
      metric: chart.metric(entry.measure!),
      normalize_across: 'heatmap',
      normalized: false,
      show_legend: true,
      show_percentage: false,
      show_values: entry.kind === 'matrix',
      sort_x_axis: 'alpha_asc',
      // rows are counted from below
      sort_y_axis: 'alpha_desc',
      time_grain_sqla: null,
      value_bounds: [low, high],
      x_axis: chart.shown(entry.dimension!, 'locale'),
      x_axis_time_format: chart.timeFormat(entry.dimension!),
      // names of half a row's width touch each other
      x_axis_label_rotation:
        chart.axisType(fieldOf(entry.dimension!)) === 'category' && entry.width !== 'full' ? 30 : 0,
      xscale_interval: 1,
      y_axis_format: chart.format(entry.measure!),
      yscale_interval: 1,
    },
  };
}
