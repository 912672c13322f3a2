import { fieldOf } from '../definition-schema.js';
import { anyTime, type ChartContext, type Form } from './chart-context.js';
import { axes, echartOptions, formulaLine, type Viz } from './viz.js';
import { tones } from './words.js';

/** Bars from 0, side by side or stacked; a histogram of ready bins is one too. */
export function bars(chart: ChartContext): Viz {
  const { entry } = chart;
  const dimension = fieldOf(entry.dimension!);
  const measure = entry.measure!;
  const type = chart.axisType(dimension);
  const bins = entry.kind === 'histogram';
  const lying = !bins && (entry.orientation ?? (type === 'category' ? 'horizontal' : 'vertical')) === 'horizontal';
  const x = chart.shown(dimension, 'codes');
  const metric = chart.metric(measure);
  const share = entry.stack === 'share';
  if (entry.series === undefined) chart.colorMeasure();
  return {
    form: {
      ...axes,
      viz_type: 'echarts_timeseries_bar',
      adhoc_filters: type === 'time' ? [anyTime(dimension.column)] : [],
      color_by_primary_axis: dimension.color_by_value === true && entry.series === undefined,
      contributionMode: share ? 'row' : null,
      groupby: entry.series === undefined ? [] : [chart.shown(entry.series, 'locale')],
      metrics: [metric],
      orientation: lying ? 'horizontal' : 'vertical',
      row_limit: 10000,
      show_legend: entry.series !== undefined,
      show_value: entry.series === undefined && type === 'category' && entry.interval === undefined,
      stack: entry.kind === 'stacked_bar' ? 'Stack' : null,
      x_axis: x,
      xAxisForceCategorical: type !== 'time',
      ...xAxisOrder(chart, x),
      ...axisTexts(chart, lying),
      ...bounds(chart),
      annotation_layers: referenceLines(chart),
      echart_options: echartOptions({
        // names are read from above; without this Superset begins below
        ...(lying ? { yAxis: { inverse: true } } : {}),
        [lying ? 'xAxis' : 'yAxis']: share ? { interval: 0.25 } : steps(chart),
      }),
    },
  };
}

/** Bars with the ends of an interval as points: Superset has no whiskers on bars. */
export function barsWithEnds(chart: ChartContext): Viz {
  const { entry } = chart;
  const { form } = bars(chart);
  const { low, high, label } = entry.interval!;
  const name = label ?? 'interval';
  const ends = [chart.metric(low, `${name}, low`), chart.metric(high, `${name}, high`)];
  for (const { label: end } of ends) chart.labelColors[end as string] = tones.grey;
  const { reference } = entry;
  if (reference?.column !== undefined) {
    ends.push(chart.metric(reference.column, reference.label));
    chart.labelColors[reference.label] = tones.red;
  }
  return {
    form: {
      ...form,
      viz_type: 'mixed_timeseries',
      adhoc_filters_b: form.adhoc_filters!,
      groupby_b: [],
      markerEnabledB: true,
      markerSizeB: 5,
      metrics_b: ends,
      row_limit_b: 10000,
      seriesType: 'bar',
      seriesTypeB: 'scatter',
      show_legend: true,
      truncate_metric_b: true,
      yAxisIndexB: 0,
    },
  };
}

/** By the figure where the query orders by it, else by what stands on the axis. */
function xAxisOrder(chart: ChartContext, x: string): Form {
  const { entry } = chart;
  const [first] = chart.order;
  const byMeasure = first?.column === fieldOf(entry.measure!).column && fieldOf(entry.dimension!).order === undefined;
  return {
    x_axis_sort: byMeasure ? chart.name(entry.measure!) : x,
    x_axis_sort_asc: byMeasure ? !first.descending : true,
    x_axis_sort_series: 'name',
    x_axis_sort_series_ascending: true,
  };
}

/** Titles and number formats of both axes. Names beside lying bars need no title. */
export function axisTexts(chart: ChartContext, lying = false): Form {
  const { entry } = chart;
  const dimension = fieldOf(entry.dimension!);
  const format = chart.format(entry.measure!);
  return {
    tooltipTimeFormat: chart.timeFormat(dimension),
    x_axis_number_format: chart.format(dimension),
    x_axis_time_format: chart.timeFormat(dimension),
    x_axis_title: lying ? '' : chart.name(dimension),
    x_axis_title_margin: lying ? 0 : 30,
    y_axis_format: format,
    y_axis_title: chart.name(entry.measure!),
    y_axis_title_margin: lying ? 30 : 50,
    xAxisLabelRotation: 0,
  };
}

export function bounds({ entry }: ChartContext): Form {
  const [low, high] = entry.domain ?? [null, null];
  return { truncateYAxis: entry.domain !== undefined, y_axis_bounds: [low, high] };
}

/** Five even steps between the ends of an axis; the chart library would crowd the last two. */
export function steps({ entry }: ChartContext): { interval?: number } {
  return entry.domain === undefined ? {} : { interval: (entry.domain[1] - entry.domain[0]) / 5 };
}

/** The reference as a dashed line; one that stands in a column only where all rows agree, which only the data know. */
export function referenceLines({ entry }: ChartContext): Form[] {
  const { reference } = entry;
  if (reference?.value === undefined) return [];
  return [formulaLine(reference.label, String(reference.value), tones.grey)];
}
