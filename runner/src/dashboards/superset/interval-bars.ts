import { quoteIdentifier } from '../../engines/relation.js';
import { fieldOf } from '../definition-schema.js';
import { axisTexts, bounds, referenceLines, steps } from './bars.js';
import { type ChartContext, present } from './chart-context.js';
import { orderMark } from './shown-column.js';
import { axes, echartOptions, type Viz } from './viz.js';

/**
 * What an interval is stacked of, from 0 outwards: bars of Superset begin at 0 and pile up above and below it, so nothing
 * is drawn up to the interval, then its halves on both sides of the estimate. Superset piles them up by their names.
 */
const PARTS = [
  { name: '1 up to the interval', color: 'rgba(0,0,0,0)', sql: 'case when l > 0 then l when h < 0 then h else 0 end' },
  { name: '2 below the estimate', color: '#78aed2', sql: 'greatest(e, 0) - greatest(l, 0)' },
  { name: '3 above the estimate, under 0', color: '#0b4a80', sql: 'least(e, 0) - least(h, 0)' },
  { name: '4 above the estimate', color: '#0b4a80', sql: 'greatest(h, 0) - greatest(e, 0)' },
  { name: '5 below the estimate, under 0', color: '#78aed2', sql: 'least(l, 0) - least(e, 0)' },
] as const;

/**
 * Estimates with their intervals. Superset draws no whiskers on points: an interval is a lying bar, light below the estimate
 * and dark above it. Each row of the query is a bar, in the order of the query.
 */
export function intervalBars(chart: ChartContext): Viz {
  const { entry } = chart;
  const dimension = fieldOf(entry.dimension!);
  const series = entry.series === undefined ? undefined : fieldOf(entry.series);
  const { low, high } = entry.interval!;
  const estimate = `cast(${quoteIdentifier(fieldOf(entry.measure!).column)} as double)`;
  const label = [dimension, ...(series === undefined ? [] : [series])].map((field) => chart.labelSql(field));
  const rank = [
    ...(dimension.order === undefined ? [] : [chart.rankSql(dimension)]),
    ...(series?.order === undefined || chart.order.length > 0 ? [] : [chart.rankSql(series)]),
    ...chart.order.map((item) => `${quoteIdentifier(item.column)}${item.descending ? ' desc' : ''} nulls last`),
    ...label,
  ];
  chart.sql = [
    `select d.*, lpad('', cast(place as integer), '${orderMark}') || label as interval_label,`,
    `${PARTS.map(({ sql }, i) => `  ${sql} as interval_part_${i}`).join(',\n')}`,
    'from (',
    `  select q.*, ${label.join(` || ' · ' || `)} as label, row_number() over (order by ${rank.join(', ')}) as place,`,
    `    ${estimate} as e, coalesce(cast("${low}" as double), ${estimate}) as l, coalesce(cast("${high}" as double), ${estimate}) as h`,
    '  from (',
    chart.sql,
    '  ) q',
    ') d',
  ].join('\n');
  chart.added.push({ name: 'interval_label', type: 'VARCHAR' });
  for (const [i, { name, color }] of PARTS.entries()) {
    chart.added.push({ name: `interval_part_${i}`, type: 'DOUBLE' });
    chart.labelColors[name] = color;
  }
  return {
    form: {
      ...axes,
      viz_type: 'echarts_timeseries_bar',
      adhoc_filters: [present(fieldOf(entry.measure!).column)],
      contributionMode: null,
      groupby: [],
      metrics: PARTS.map(({ name }, i) => chart.metric(`interval_part_${i}`, name)),
      orientation: 'horizontal',
      show_legend: false,
      show_value: false,
      stack: 'Stack',
      x_axis: 'interval_label',
      xAxisForceCategorical: true,
      x_axis_sort: 'interval_label',
      x_axis_sort_asc: true,
      x_axis_sort_series: 'name',
      x_axis_sort_series_ascending: true,
      ...axisTexts(chart, true),
      ...bounds(chart),
      annotation_layers: referenceLines(chart),
      // lengths of parts would say nothing to readers
      echart_options: echartOptions({ tooltip: { show: false }, xAxis: steps(chart), yAxis: { inverse: true } }),
    },
  };
}
