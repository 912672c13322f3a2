import { fieldOf } from '../definition-schema.js';
import { formatCell } from '../format.js';
import { baseline, MARGIN, nameX, nameY, type Plot, tickRoom, tickText, valueAxisX, valueAxisY } from './axis.js';
import { legendOf } from './bars.js';
import { axisName, type ChartInput, type Drawing, nameOf, seriesOf, tip } from './chart.js';
import { extent, linearScale, roundStep } from './scale.js';
import { el, mark, px } from './svg.js';

interface Bin {
  readonly low: number;
  readonly high: number;
  readonly size: number;
}

/**
 * How values are spread: bins that the query made (`dimension` with `upper`, and a `measure`), or the values themselves, which
 * are counted here. Several series are drawn as outlines over each other.
 */
export function histogramChart(input: ChartInput): Drawing {
  const { entry, width } = input;
  const dimension = fieldOf(entry.dimension!);
  const measure =
    entry.measure === undefined
      ? { column: 'rows', label: entry.count_label ?? 'rows', format: 'integer' as const }
      : fieldOf(entry.measure);
  const { series, keyOf } = seriesOf(input);
  const bins = new Map(series.map((one) => [one.key, binsOf(input, (row) => keyOf(row) === one.key)]));
  const all = [...bins.values()].flat();
  const top = 24;
  const bottom = top + (width > 900 ? 260 : 200);
  const y = linearScale(
    extent(
      all.map((bin) => bin.size),
      true,
    ) ?? [0, 1],
    [bottom, top],
    4,
  );
  const text = tickText(y, measure);
  const plot: Plot = { left: tickRoom(y, text), right: width - MARGIN, top, bottom };
  const ends = extent(all.flatMap((bin) => [bin.low, bin.high])) ?? [0, 1];
  const count = Math.max(2, Math.floor((plot.right - plot.left) / 70));
  const x = linearScale(ends, [plot.left, plot.right], count, true);
  const zero = y.at(0);
  let body =
    valueAxisY(y, plot, text) +
    valueAxisX(x, plot, tickText(x, dimension), false) +
    baseline({ ...plot, bottom: zero });
  for (const one of series) {
    const own = bins.get(one.key)!;
    if (series.length > 1) {
      body += el('path', { d: outline(own, x.at, y.at), class: `line s-${one.color}` });
    }
    for (const bin of own) {
      const [left, right] = [x.at(bin.low), x.at(bin.high)];
      const said = tip(
        entry.series === undefined ? undefined : one.label,
        `${formatCell(bin.low, dimension)} to ${formatCell(bin.high, dimension)}`,
        `${nameOf(measure)}: ${formatCell(bin.size, measure)}`,
      );
      const name = series.length > 1 ? `f-${one.color} faint` : `f-${one.color}`;
      const at = {
        x: left + 0.5,
        y: Math.min(zero, y.at(bin.size)),
        width: Math.max(0.6, right - left - 1),
        height: Math.abs(zero - y.at(bin.size)),
      };
      if (bin.size !== 0) body += mark('rect', { ...at, class: name }, said);
    }
  }
  body += nameY(axisName(measure), plot) + nameX(axisName(entry.dimension!), plot);
  return { width, height: bottom + 42, body, legend: legendOf(input, series) };
}

function binsOf({ entry, data }: ChartInput, own: (row: number) => boolean): Bin[] {
  const dimension = fieldOf(entry.dimension!);
  const lows = data.numbers(dimension.column);
  const rows = data.rows.map((_, row) => row).filter((row) => own(row) && lows[row] !== null);
  if (dimension.upper !== undefined && entry.measure !== undefined) {
    const highs = data.numbers(dimension.upper);
    const sizes = data.numbers(fieldOf(entry.measure).column);
    return rows
      .filter((row) => highs[row] !== null)
      .map((row) => ({ low: lows[row]!, high: highs[row]!, size: sizes[row] ?? 0 }))
      .sort((a, b) => a.low - b.low);
  }
  // one grid for all series, so that their bins can be compared
  const whole = extent(lows);
  if (whole === undefined) return [];
  const step = roundStep((whole[1] - whole[0]) / 24 || 1);
  const first = Math.floor(whole[0] / step + 1e-9);
  const last = Math.max(first, Math.ceil(whole[1] / step - 1e-9) - 1);
  const counts = new Array<number>(last - first + 1).fill(0);
  for (const row of rows) counts[Math.min(last, Math.max(first, Math.floor(lows[row]! / step + 1e-9))) - first]! += 1;
  return counts.map((size, i) => ({ low: (first + i) * step, high: (first + i + 1) * step, size }));
}

function outline(bins: readonly Bin[], x: (value: number) => number, y: (value: number) => number): string {
  if (bins.length === 0) return '';
  const steps = bins.map((bin) => `V${px(y(bin.size))}H${px(x(bin.high))}`).join('');
  return `M${px(x(bins[0]!.low))} ${px(y(0))}${steps}V${px(y(0))}`;
}
