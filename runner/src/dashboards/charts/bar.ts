import { fieldOf } from '../definition-schema.js';
import { formatNumber } from '../format.js';
import { bandLabels, baseline, MARGIN, nameX, nameY, tickRoom, tickText, valueAxisX, valueAxisY } from './axis.js';
import { type BarSegment, type Bars, barsOf } from './bars.js';
import { axisName, type ChartInput, type Drawing } from './chart.js';
import { bandScale, linearScale } from './scale.js';
import { el, label, mark, px, textWidth } from './svg.js';

/** Bars from 0, side by side or on top of each other, standing or lying. */
export function barChart(input: ChartInput): Drawing {
  const bars = barsOf(input);
  const lying = input.entry.orientation === 'horizontal' || (input.entry.orientation === undefined && bars.named);
  return lying ? lyingBars(input, bars) : standingBars(input, bars);
}

function lyingBars({ entry, width }: ChartInput, bars: Bars): Drawing {
  const measure = fieldOf(entry.measure!);
  const widest = Math.max(...bars.categories.map((category) => textWidth(category.label)), 20);
  const left = Math.min(widest + 10, width * (width < 480 ? 0.42 : 0.36));
  const text = (value: number): string => formatNumber(value, measure);
  const shown = bars.lanes <= 2 && !bars.stacked && bars.interval === undefined;
  const valueRoom = shown ? Math.max(...bars.segments.map((one) => textWidth(text(one.end)) * 1.1), 20) + 8 : MARGIN;
  const lane = bars.lanes === 1 ? 20 : Math.max(10, 19 - bars.lanes);
  const row = lane * bars.lanes + (bars.lanes === 1 ? 8 : 10);
  const plot = { left, right: width - valueRoom, top: 6, bottom: 6 + row * bars.categories.length };
  const negative = bars.domain[0] < 0;
  const scale = linearScale(
    bars.domain,
    [plot.left + (negative && shown ? valueRoom : 0), plot.right],
    Math.max(2, Math.floor((plot.right - plot.left) / 80)),
    bars.exact,
  );
  let body = valueAxisX(scale, plot, tickText(scale, measure));
  for (const [i, category] of bars.categories.entries()) {
    const y = plot.top + row * i + row / 2 + 4;
    body += label(category.label, { x: left - 8, y, anchor: 'end', class: 'cat' }, left - 10);
  }
  for (const one of bars.segments) {
    const top = plot.top + row * one.category + (row - lane * bars.lanes) / 2 + lane * one.lane;
    const [x1, x2] = [scale.at(one.start), scale.at(one.end)];
    body += mark(
      'rect',
      {
        x: Math.min(x1, x2),
        y: top + 0.5,
        width: Math.max(0.6, Math.abs(x2 - x1)),
        height: lane - 1,
        rx: 1.5,
        class: `f-${one.color}`,
      },
      one.tip,
    );
    if (one.low !== undefined && one.high !== undefined) {
      const y = top + lane / 2;
      body += el('path', { d: `M${px(scale.at(one.low))} ${px(y)}H${px(scale.at(one.high))}`, class: 'whisker' });
    }
    if (shown) {
      const back = one.end < 0;
      body += label(text(one.end), {
        x: x2 + (back ? -5 : 5),
        y: top + lane / 2 + 4,
        anchor: back ? 'end' : 'start',
        class: 'value',
      });
    }
  }
  if (bars.reference !== undefined) {
    const x = scale.at(bars.reference);
    body += el('line', { x1: x, x2: x, y1: plot.top, y2: plot.bottom, class: 'reference' });
  }
  body += nameX(axisName(entry.measure!), plot);
  return { width, height: plot.bottom + 42, body, legend: bars.legend, omitted: bars.omitted };
}

function standingBars({ entry, width }: ChartInput, bars: Bars): Drawing {
  const measure = fieldOf(entry.measure!);
  const top = 24;
  const bottom = top + (width > 900 ? 280 : 220);
  const scale = linearScale(bars.domain, [bottom, top], 5, bars.exact);
  const text = tickText(scale, measure);
  const plot = { left: tickRoom(scale, text), right: width - MARGIN, top, bottom };
  const bands = bandScale(bars.categories.length, [plot.left, plot.right], bars.categories.length > 60 ? 0.05 : 0.22);
  const lane = bands.width / bars.lanes;
  let body = valueAxisY(scale, plot, text);
  for (const one of bars.segments) body += standingBar(one, bands.at(one.category) + lane * one.lane, lane, scale.at);
  if (bars.reference !== undefined) {
    const y = scale.at(bars.reference);
    body += el('line', { x1: plot.left, x2: plot.right, y1: y, y2: y, class: 'reference' });
  }
  body += baseline({ ...plot, bottom: scale.at(Math.max(scale.domain[0], 0)) });
  const labels = bandLabels(
    bars.categories.map((category) => category.label),
    bands.middle,
    plot,
    bars.named,
  );
  body += labels.body + nameY(axisName(entry.measure!), plot) + nameX(axisName(entry.dimension!), plot, labels.height);
  return { width, height: bottom + labels.height + 24, body, legend: bars.legend, omitted: bars.omitted };
}

function standingBar(one: BarSegment, x: number, lane: number, at: (value: number) => number): string {
  const [y1, y2] = [at(one.start), at(one.end)];
  const gap = lane > 4 ? 0.5 : 0;
  const bar = mark(
    'rect',
    {
      x: x + gap,
      y: Math.min(y1, y2),
      width: Math.max(0.6, lane - 2 * gap),
      height: Math.max(0.6, Math.abs(y2 - y1)),
      rx: lane > 6 ? 1.5 : undefined,
      class: `f-${one.color}`,
    },
    one.tip,
  );
  if (one.low === undefined || one.high === undefined) return bar;
  const middle = x + lane / 2;
  return bar + el('path', { d: `M${px(middle)} ${px(at(one.low))}V${px(at(one.high))}`, class: 'whisker' });
}
