import { fieldOf } from '../definition-schema.js';
import type { ChartContext } from './chart-context.js';
import { common, type Viz } from './viz.js';

/**
 * Estimates with their intervals as boxes: Superset draws no whiskers on points, but boxes from quartile to quartile. Of the five
 * numbers low, low, estimate, high, high the quartiles are the interval and the median is the estimate.
 */
export function intervalBoxes(chart: ChartContext): Viz {
  const { entry } = chart;
  const { low, high } = entry.interval!;
  const { column } = fieldOf(entry.measure!);
  chart.sql = [
    `select q.*, e.interval_end, case e.interval_end when 'estimate' then q."${column}"`,
    `  when 'low' then q."${low}" when 'low again' then q."${low}" else q."${high}" end as interval_value`,
    'from (',
    chart.sql,
    `) q cross join (values ('low'), ('low again'), ('estimate'), ('high'), ('high again')) as e(interval_end)`,
  ].join('\n');
  chart.added.push({ name: 'interval_end', type: 'VARCHAR' }, { name: 'interval_value', type: 'DOUBLE' });
  const groups = [entry.dimension!, ...(entry.series === undefined ? [] : [entry.series])];
  return {
    form: {
      ...common,
      viz_type: 'box_plot',
      columns: ['interval_end'],
      date_format: chart.timeFormat(entry.dimension!),
      groupby: groups.map((field) => chart.shown(field, 'codes')),
      metrics: [chart.metric('interval_value', chart.name(entry.measure!))],
      number_format: chart.format(entry.measure!),
      whiskerOptions: 'Min/max (no outliers)',
      x_axis_title: '',
      x_axis_title_margin: 0,
      x_ticks_layout: '45°',
      y_axis_title: chart.name(entry.measure!),
      y_axis_title_margin: 50,
      y_axis_title_position: 'Left',
    },
  };
}
