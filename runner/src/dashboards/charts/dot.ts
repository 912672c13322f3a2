import { fieldOf } from '../definition-schema.js';
import { formatCell } from '../format.js';
import { MARGIN, nameX, tickText, valueAxisX } from './axis.js';
import { legendOf, referenceLegend, referenceOf } from './bars.js';
import { axisName, type ChartInput, type Drawing, inOrder, nameOf, seriesOf, tip } from './chart.js';
import { extent, linearScale } from './scale.js';
import { el, label, mark, px, textWidth } from './svg.js';

const MOST = 40;

/** A dot for each category with its interval: figures that need not begin at 0. */
export function dotChart(input: ChartInput): Drawing {
  const { entry, data, style, width } = input;
  const dimension = fieldOf(entry.dimension!);
  const measure = fieldOf(entry.measure!);
  const { series, keyOf } = seriesOf(input);
  const column = data.column(dimension.column);
  const all = inOrder(column, dimension);
  const categories = all.slice(
    0,
    entry.limit ?? Math.max(10, Math.min(MOST, Math.floor(160 / Math.max(1, series.length)))),
  );
  const index = new Map(categories.map((value, i) => [String(value), i]));
  const lane = new Map(series.map((one, i) => [one.key, i]));
  const values = data.numbers(measure.column);
  const low = entry.interval === undefined ? undefined : data.numbers(entry.interval.low);
  const high = entry.interval === undefined ? undefined : data.numbers(entry.interval.high);
  const rows = data.rows.map((_, row) => row).filter((row) => index.has(String(column[row]!)));
  const reference = referenceOf(input);
  const shown = rows.flatMap((row) => [values[row]!, low?.[row] ?? null, high?.[row] ?? null]);

  const names = categories.map((value) => style.label(value, dimension));
  const left = Math.min(Math.max(20, ...names.map((name) => textWidth(name))) + 10, width * 0.42);
  const tall = Math.max(24, 10 + 12 * series.length);
  const plot = { left, right: width - MARGIN, top: 6, bottom: 6 + tall * categories.length };
  const scale = linearScale(
    entry.domain ?? extent([...shown, reference ?? null]) ?? [0, 1],
    [plot.left + 8, plot.right],
    Math.max(2, Math.floor((plot.right - plot.left) / 80)),
    entry.domain !== undefined,
  );
  let body = valueAxisX(scale, plot, tickText(scale, measure));
  for (const [i, name] of names.entries()) {
    const y = plot.top + tall * i + tall / 2;
    body += el('line', { x1: plot.left, x2: plot.right, y1: y, y2: y, class: 'row' });
    body += label(name, { x: left - 8, y: y + 4, anchor: 'end', class: 'cat' }, left - 10);
  }
  if (reference !== undefined) {
    const x = scale.at(reference);
    body += el('line', { x1: x, x2: x, y1: plot.top, y2: plot.bottom, class: 'reference' });
  }
  const inside = (x: number): number => Math.max(plot.left, Math.min(plot.right, x));
  for (const row of rows) {
    const at = lane.get(keyOf(row))!;
    const y = plot.top + tall * index.get(String(column[row]!))! + tall / 2 + (at - (series.length - 1) / 2) * 12;
    const { color, label: name } = series[at]!;
    const [from, to] = [low?.[row] ?? null, high?.[row] ?? null];
    if (from !== null && to !== null) {
      body += el('path', {
        d: `M${px(inside(scale.at(from)))} ${px(y)}H${px(inside(scale.at(to)))}`,
        class: `span s-${color}`,
      });
    }
    const value = values[row]!;
    const category = style.label(column[row]!, dimension);
    if (value === null) {
      if (series.length === 1) body += label('too few to say', { x: plot.left + 10, y: y + 4, class: 'tick' });
      continue;
    }
    const said = tip(
      category,
      `${entry.series === undefined ? nameOf(measure) : name}: ${formatCell(value, measure)}`,
      from === null || to === null
        ? undefined
        : `${entry.interval!.label ?? 'interval'}: ${formatCell(from, measure)} to ${formatCell(to, measure)}`,
    );
    const own = entry.series === undefined && dimension.color_by_value ? style.color(column[row]!) : undefined;
    body += mark('circle', { cx: inside(scale.at(value)), cy: y, r: 5, class: `f-${own ?? color}` }, said);
  }
  body += nameX(axisName(entry.measure!), plot);
  const legend = [...legendOf(input, series), ...referenceLegend(input)];
  if (entry.interval !== undefined) {
    legend.push({
      label: entry.interval.label ?? 'interval',
      color: series.length === 1 ? 'blue' : 'grey',
      shape: 'line',
    });
  }
  const more = all.length - categories.length;
  return {
    width,
    height: plot.bottom + 42,
    body,
    legend,
    omitted: more > 0 ? `${formatCell(more)} more in the table below.` : undefined,
  };
}
