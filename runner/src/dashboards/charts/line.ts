import { fieldOf } from '../definition-schema.js';
import { formatCell, isoTime, tickTime } from '../format.js';
import {
  bandLabels,
  baseline,
  MARGIN,
  nameX,
  nameY,
  type Plot,
  tickRoom,
  tickText,
  timeAxisX,
  valueAxisX,
  valueAxisY,
} from './axis.js';
import { legendOf, referenceLegend, referenceOf } from './bars.js';
import { axisName, type ChartInput, type Drawing, dimensionType, inOrder, seriesOf, tip } from './chart.js';
import { bandScale, extent, linearScale, parseTime, timeScale } from './scale.js';
import { el, mark, px } from './svg.js';

interface Point {
  readonly x: number;
  readonly row: number;
}

/** Lines over time, numbers or categories; a gap where the measure is null. */
export function lineChart(input: ChartInput): Drawing {
  const { entry, data, style, width } = input;
  const dimension = fieldOf(entry.dimension!);
  const measure = fieldOf(entry.measure!);
  const { series, keyOf } = seriesOf(input);
  const values = data.numbers(measure.column);
  const low = entry.interval === undefined ? undefined : data.numbers(entry.interval.low);
  const high = entry.interval === undefined ? undefined : data.numbers(entry.interval.high);
  const reference = referenceOf(input);
  const all = [...values, ...(low ?? []), ...(high ?? []), reference ?? null];
  const top = 24;
  const bottom = top + (width > 900 ? 280 : 220);
  const y = linearScale(entry.domain ?? extent(all) ?? [0, 1], [bottom, top], 5, entry.domain !== undefined);
  const text = tickText(y, measure);
  const plot: Plot = { left: tickRoom(y, text), right: width - MARGIN, top, bottom };
  const horizontal = horizontalAxis(input, plot);
  let body = valueAxisY(y, plot, text) + horizontal.body;
  if (reference !== undefined) {
    body += el('line', { x1: plot.left, x2: plot.right, y1: y.at(reference), y2: y.at(reference), class: 'reference' });
  }
  const xs = new Map<number, number[]>();
  for (const one of series) {
    const points: Point[] = [];
    for (let row = 0; row < data.rows.length; row++) {
      const x = horizontal.at(row);
      if (keyOf(row) !== one.key || x === null) continue;
      points.push({ x, row });
      const key = Math.round(x * 10) / 10;
      xs.set(key, [...(xs.get(key) ?? []), row]);
    }
    points.sort((a, b) => a.x - b.x);
    const color = series.length === 1 ? 'blue' : one.color;
    for (const run of runs(points, (row) => (low?.[row] == null || high?.[row] == null ? null : 1))) {
      const upper = run.map(({ x, row }) => `${px(x)} ${px(y.at(high![row]!))}`);
      const lower = run.map(({ x, row }) => `${px(x)} ${px(y.at(low![row]!))}`).reverse();
      body += el('path', { d: `M${upper.join('L')}L${lower.join('L')}Z`, class: `f-${color} band` });
    }
    let dots = '';
    for (const run of runs(points, (row) => values[row]!)) {
      if (run.length === 1 || points.length <= 40) {
        for (const { x, row } of run) dots += `M${px(x)} ${px(y.at(values[row]!))}h0`;
      }
      if (run.length === 1) continue;
      const path = run.map(({ x, row }) => `${px(x)} ${px(y.at(values[row]!))}`);
      body += el('path', { d: `M${path.join('L')}`, class: `line s-${color}` });
    }
    if (dots !== '') body += el('path', { d: dots, class: `dots s-${color}` });
  }
  body += hoverBands(xs, plot, (rows) =>
    tip(
      style.label(data.column(dimension.column)[rows[0]!]!, dimension),
      ...rows.map((row) => {
        const name =
          entry.series === undefined ? axisName(measure) : style.label(data.column(fieldOf(entry.series).column)[row]!);
        return `${name}: ${formatCell(values[row]!, measure)}`;
      }),
    ),
  );
  body += nameY(axisName(entry.measure!), plot) + nameX(axisName(entry.dimension!), plot, horizontal.height);
  const legend = [...legendOf(input, series, 'line'), ...referenceLegend(input)];
  if (entry.interval !== undefined) {
    legend.push({
      label: entry.interval.label ?? 'interval',
      color: series.length === 1 ? 'blue' : 'grey',
      shape: 'band',
    });
  }
  return { width, height: bottom + horizontal.height + 24, body, legend };
}

/** Points next to each other whose value is there. */
function runs(points: readonly Point[], value: (row: number) => number | null): Point[][] {
  const found: Point[][] = [];
  let run: Point[] = [];
  for (const point of points) {
    if (value(point.row) !== null) run.push(point);
    else if (run.length > 0) {
      found.push(run);
      run = [];
    }
  }
  if (run.length > 0) found.push(run);
  return found;
}

function horizontalAxis(
  { entry, data, style }: ChartInput,
  plot: Plot,
): { body: string; height: number; at: (row: number) => number | null } {
  const dimension = fieldOf(entry.dimension!);
  const count = Math.max(2, Math.floor((plot.right - plot.left) / 70));
  const type = dimensionType(dimension, data);
  if (type === 'time') {
    const times = data.column(dimension.column).map(parseTime);
    const scale = timeScale(extent(times) ?? [0, 1], [plot.left, plot.right], count);
    const distinct = [...new Set(times.filter((time) => time !== null))].sort((a, b) => a - b);
    // few moments are named one by one: round ticks between them would stand where nothing is
    const few = distinct.length <= Math.min(count, 12);
    const body = few
      ? timeAxisX(distinct, scale.at, (time) => formatCell(isoTime(time), dimension), plot)
      : timeAxisX(scale.ticks, scale.at, (time) => tickTime(time, scale.step), plot);
    return { body, height: 18, at: (row) => (times[row] === null ? null : scale.at(times[row]!)) };
  }
  if (type === 'number') {
    const numbers = data.numbers(dimension.column);
    const scale = linearScale(extent(numbers) ?? [0, 1], [plot.left, plot.right], count, true);
    const body = valueAxisX(scale, plot, tickText(scale, dimension), false) + baseline(plot);
    return { body, height: 18, at: (row) => (numbers[row] === null ? null : scale.at(numbers[row]!)) };
  }
  const column = data.column(dimension.column);
  const categories = inOrder(column, dimension);
  const bands = bandScale(categories.length, [plot.left, plot.right], 0);
  const index = new Map(categories.map((value, i) => [String(value), i]));
  const labels = bandLabels(
    categories.map((value) => style.label(value, dimension)),
    bands.middle,
    plot,
    true,
  );
  const at = (row: number): number => bands.middle(index.get(String(column[row]!))!);
  return { body: labels.body + baseline(plot), height: labels.height, at };
}

/** Invisible stripes that tell what stands at a place; not for more points than a pointer can tell apart. */
function hoverBands(
  xs: ReadonlyMap<number, readonly number[]>,
  plot: Plot,
  say: (rows: readonly number[]) => string,
): string {
  const sorted = [...xs].sort(([a], [b]) => a - b);
  if (sorted.length > (plot.right - plot.left) / 2) return '';
  return sorted
    .map(([x, rows], i) => {
      const left = i === 0 ? plot.left : (sorted[i - 1]![0] + x) / 2;
      const right = i === sorted.length - 1 ? plot.right : (x + sorted[i + 1]![0]) / 2;
      return mark(
        'rect',
        { x: left, y: plot.top, width: Math.max(0.5, right - left), height: plot.bottom - plot.top, class: 'hover' },
        say(rows),
      );
    })
    .join('');
}
