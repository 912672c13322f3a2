import { fieldOf } from '../definition-schema.js';
import { MARGIN, nameX, nameY, type Plot, tickRoom, tickText, valueAxisX, valueAxisY } from './axis.js';
import { legendOf } from './bars.js';
import { axisName, type ChartInput, type Drawing, seriesOf, tip, tipOf } from './chart.js';
import { extent, linearScale } from './scale.js';
import { el, mark, px } from './svg.js';

/** Up to so many points each have a tooltip; more are drawn as one path for each colour. */
const MOST_MARKS = 1500;

/** A point for each row in which both figures are there. */
export function scatterChart(input: ChartInput): Drawing {
  const { entry, data, style, width } = input;
  const across = fieldOf(entry.dimension!);
  const measure = fieldOf(entry.measure!);
  const { series, keyOf } = seriesOf(input);
  const xs = data.numbers(across.column);
  const ys = data.numbers(measure.column);
  const rows = data.rows.map((_, row) => row).filter((row) => xs[row] !== null && ys[row] !== null);
  const top = 24;
  const bottom = top + Math.min(width * 0.72, 340);
  const both = extent([...rows.map((row) => xs[row]!), ...rows.map((row) => ys[row]!)]) ?? [0, 1];
  const equal = entry.identity_line === true;
  const yDomain = entry.domain ?? (equal ? both : (extent(rows.map((row) => ys[row]!)) ?? [0, 1]));
  const xDomain = equal ? yDomain : (extent(rows.map((row) => xs[row]!)) ?? [0, 1]);
  const y = linearScale(yDomain, [bottom, top], 5, entry.domain !== undefined);
  const yText = tickText(y, measure);
  const plot: Plot = { left: tickRoom(y, yText), right: width - MARGIN, top, bottom };
  const count = Math.max(2, Math.floor((plot.right - plot.left) / 80));
  const x = linearScale(xDomain, [plot.left, plot.right], count, equal && entry.domain !== undefined);
  let body = valueAxisY(y, plot, yText) + valueAxisX(x, plot, tickText(x, across));
  if (equal) {
    const from = Math.max(x.domain[0], y.domain[0]);
    const to = Math.min(x.domain[1], y.domain[1]);
    body += el('line', { x1: x.at(from), y1: y.at(from), x2: x.at(to), y2: y.at(to), class: 'reference' });
  }
  const items = entry.item === undefined ? undefined : data.column(fieldOf(entry.item).column);
  const clamp = (value: number): number => Math.max(top, Math.min(bottom, value));
  for (const one of series) {
    const own = entry.series === undefined ? rows : rows.filter((row) => keyOf(row) === one.key);
    if (rows.length > MOST_MARKS) {
      const d = own.map((row) => `M${px(x.at(xs[row]!))} ${px(clamp(y.at(ys[row]!)))}h0`).join('');
      if (d !== '') body += el('path', { d, class: `cloud s-${one.color}` });
      continue;
    }
    for (const row of own) {
      const item = items === undefined ? undefined : style.label(items[row]!);
      const said = tip(
        item,
        entry.series === undefined ? undefined : one.label,
        tipOf(across, xs[row]!, style),
        tipOf(measure, ys[row]!, style),
      );
      body += mark(
        'circle',
        {
          cx: x.at(xs[row]!),
          cy: clamp(y.at(ys[row]!)),
          r: rows.length > 300 ? 3 : 4.5,
          class: `point f-${one.color}`,
        },
        said,
      );
    }
  }
  body += nameY(axisName(entry.measure!), plot) + nameX(axisName(entry.dimension!), plot);
  const legend = legendOf(input, series);
  if (equal) legend.push({ label: 'both the same', color: 'ink', shape: 'dash' });
  return { width, height: bottom + 42, body, legend };
}
