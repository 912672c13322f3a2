import { fieldOf } from '../definition-schema.js';
import { axisTexts, bounds, referenceLines, steps } from './bars.js';
import { anyTime, type ChartContext, type Form } from './chart-context.js';
import { axes, echartOptions, formulaLine, type Viz } from './viz.js';
import { tones } from './words.js';

/** Lines over numbers, times or categories; an interval becomes a band, as Superset draws forecasts. */
export function lines(chart: ChartContext): Viz {
  const { entry } = chart;
  const name = chart.name(entry.measure!);
  const metrics = [chart.metric(entry.measure!)];
  if (entry.interval !== undefined) {
    // names by which Superset knows the lower and upper end of a forecast
    metrics.push(chart.metric(entry.interval.low, `${name}__yhat_lower`));
    metrics.push(chart.metric(entry.interval.high, `${name}__yhat_upper`));
  }
  if (entry.series === undefined) chart.colorMeasure();
  return {
    form: {
      ...overAxis(chart),
      viz_type: 'echarts_timeseries_line',
      markerEnabled: chart.axisType(fieldOf(entry.dimension!)) !== 'time',
      markerSize: 5,
      metrics,
      seriesType: 'line',
      show_legend: entry.series !== undefined || entry.reference !== undefined,
    },
  };
}

/** Points at categories, without intervals. */
export function dots(chart: ChartContext): Viz {
  const { entry } = chart;
  if (entry.series === undefined) chart.colorMeasure();
  return {
    form: {
      ...overAxis(chart),
      viz_type: 'echarts_timeseries_scatter',
      markerEnabled: true,
      markerSize: 9,
      metrics: [chart.metric(entry.measure!)],
      seriesType: 'scatter',
      show_legend: entry.series !== undefined,
    },
  };
}

/**
 * Points in a plane. Superset's scatter chart has one point at an x: numbers that differ in the ninth digit keep points apart
 * that the data put at one x.
 */
export function scatter(chart: ChartContext): Viz {
  const { entry } = chart;
  const x = fieldOf(entry.dimension!).column;
  const apart = `${x}_apart`;
  chart.sql = [
    `select q.*, cast(q."${x}" as double) + 1e-9 * row_number() over (order by q."${x}") as "${apart}"`,
    `from (`,
    chart.sql,
    ') q',
  ].join('\n');
  chart.added.push({ name: apart, type: 'DOUBLE' });
  if (entry.series === undefined) chart.colorMeasure();
  const [low, high] = entry.domain ?? [null, null];
  return {
    form: {
      ...overAxis(chart),
      viz_type: 'echarts_timeseries_scatter',
      annotation_layers: entry.identity_line === true ? [formulaLine('both are equal', 'x', tones.grey)] : [],
      markerEnabled: true,
      markerSize: 5,
      metrics: [chart.metric(entry.measure!)],
      seriesType: 'scatter',
      show_legend: entry.series !== undefined,
      truncateXAxis: true,
      truncateYAxis: true,
      echart_options: echartOptions({ xAxis: steps(chart), yAxis: steps(chart) }),
      xAxisBounds: [low, high],
      xAxisForceCategorical: false,
      x_axis: apart,
    },
  };
}

function overAxis(chart: ChartContext): Form {
  const { entry } = chart;
  const dimension = fieldOf(entry.dimension!);
  const type = chart.axisType(dimension);
  const x = chart.shown(dimension, 'codes');
  return {
    ...axes,
    adhoc_filters: type === 'time' ? [anyTime(dimension.column)] : [],
    groupby: entry.series === undefined ? [] : [chart.shown(entry.series, 'locale')],
    x_axis: x,
    xAxisForceCategorical: type === 'category',
    x_axis_sort: x,
    x_axis_sort_asc: true,
    x_axis_sort_series: 'name',
    x_axis_sort_series_ascending: true,
    ...axisTexts(chart),
    ...bounds(chart),
    annotation_layers: referenceLines(chart),
    echart_options: echartOptions({
      ...(type === 'time' ? { xAxis: { axisLabel: { margin: 14, showMinLabel: true } } } : {}),
      yAxis: steps(chart),
    }),
  };
}
