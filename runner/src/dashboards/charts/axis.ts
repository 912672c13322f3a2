import type { Field } from '../definition-schema.js';
import { formatNumber, power } from '../format.js';
import type { LinearScale } from './scale.js';
import { el, label, px, textWidth } from './svg.js';

/** The rectangle that data are drawn in. */
export interface Plot {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Empty space to the right of every plot: figures below its end reach into it. */
export const MARGIN = 14;

/** Ticks of numbers, all with as many digits as their step needs. */
export function tickText(scale: LinearScale, field: Field): (value: number) => string {
  const share = field.format === 'percent' || field.format === 'signed_percent';
  const step = share ? scale.step * 100 : scale.step;
  const digits = Math.max(0, Math.min(6, -Math.floor(Math.log10(step) + 1e-9)));
  const largest = Math.max(...scale.domain.map(Math.abs));
  return (value) => {
    if (!share && largest >= 1e6) return compact(value, scale.step);
    if (step < 1e-6) return power(Math.abs(value) < step / 2 ? 0 : value, 1);
    return formatNumber(value, { format: field.format ?? 'number', digits });
  };
}

function compact(value: number, step: number): string {
  const units: [number, string][] = [
    [1e12, 'T'],
    [1e9, 'B'],
    [1e6, 'M'],
    [1e3, 'k'],
  ];
  if (value === 0) return '0';
  const [size, name] = units.find(([unit]) => Math.abs(value) >= unit) ?? [1, ''];
  const digits = Math.max(0, Math.min(3, -Math.floor(Math.log10(step / size) + 1e-9)));
  return `${formatNumber(value / size, { format: 'number', digits })}${name}`;
}

/** Room that the labels of a vertical axis need. */
export function tickRoom(scale: LinearScale, text: (value: number) => string): number {
  return Math.max(...scale.ticks.map((tick) => textWidth(text(tick))), 8) + 10;
}

/** Horizontal lines with their figures on the left. */
export function valueAxisY(scale: LinearScale, plot: Plot, text: (value: number) => string): string {
  return scale.ticks
    .map((tick) => {
      const y = scale.at(tick);
      const line = el('line', { x1: plot.left, x2: plot.right, y1: y, y2: y, class: tick === 0 ? 'zero' : 'grid' });
      return line + label(text(tick), { x: plot.left - 8, y: y + 4, anchor: 'end', class: 'tick' });
    })
    .join('');
}

/** Vertical lines with their figures below; ticks whose figures would touch are left out. */
export function valueAxisX(scale: LinearScale, plot: Plot, text: (value: number) => string, lines = true): string {
  let reached = Number.NEGATIVE_INFINITY;
  let out = '';
  for (const tick of scale.ticks) {
    const x = scale.at(tick);
    if (lines) {
      out += el('line', { x1: x, x2: x, y1: plot.top, y2: plot.bottom, class: tick === 0 ? 'zero' : 'grid' });
    }
    const half = textWidth(text(tick)) / 2;
    const middle = Math.max(half, Math.min(x, plot.right + MARGIN - half));
    if (middle - half < reached + 6) continue;
    reached = middle + half;
    out += label(text(tick), { x: middle, y: plot.bottom + 17, anchor: 'middle', class: 'tick' });
  }
  return out;
}

/** A time axis with its ticks and what they say. */
export function timeAxisX(
  ticks: readonly number[],
  at: (time: number) => number,
  say: (time: number) => string,
  plot: Plot,
): string {
  let reached = Number.NEGATIVE_INFINITY;
  let out = '';
  for (const tick of ticks) {
    const x = at(tick);
    const text = say(tick);
    const half = textWidth(text) / 2;
    out += el('line', { x1: x, x2: x, y1: plot.bottom, y2: plot.bottom + 4, class: 'mark' });
    const middle = Math.max(half, Math.min(x, plot.right + MARGIN - half));
    if (middle - half < reached + 6) continue;
    reached = middle + half;
    out += label(text, { x: middle, y: plot.bottom + 18, anchor: 'middle', class: 'tick' });
  }
  return out + baseline(plot);
}

export function baseline(plot: Plot): string {
  return el('line', { x1: plot.left, x2: plot.right, y1: plot.bottom, y2: plot.bottom, class: 'zero' });
}

/** Labels under bands, and how much room below the plot they take. */
export interface BandLabels {
  readonly body: string;
  readonly height: number;
}

const LONGEST_NAME = 130;

/**
 * Labels under bands. Names are all shown, slanted where they do not fit side by side; numbers and times are thinned evenly.
 * @param named whether the bands are names
 */
export function bandLabels(
  texts: readonly string[],
  middle: (index: number) => number,
  plot: Plot,
  named: boolean,
): BandLabels {
  const step = (plot.right - plot.left) / Math.max(1, texts.length);
  const widths = texts.map((text) => textWidth(text));
  const widest = Math.max(0, ...widths);
  if (named && widest + 6 > step && step >= 11) {
    const body = texts.map((text, i) => {
      const [x, y] = [middle(i) + 4, plot.bottom + 13];
      const at = { x, y, anchor: 'end' as const, class: 'cat', transform: `rotate(-38 ${px(x)} ${px(y)})` };
      return label(text, at, Math.min(LONGEST_NAME, (x - 4) / 0.79));
    });
    return { body: body.join(''), height: 12 + Math.min(widest, LONGEST_NAME) * 0.62 };
  }
  const every = evenStep(Math.ceil((Math.min(widest, LONGEST_NAME) + 8) / Math.max(step, 0.001)));
  const room = step * every - 4;
  let reached = Number.NEGATIVE_INFINITY;
  const body = texts.map((text, i) => {
    const half = Math.min(widths[i]!, room) / 2;
    const x = Math.max(half, Math.min(middle(i), plot.right + MARGIN - half));
    if (i % every !== 0 || x - half < reached + 4) return '';
    reached = x + half;
    return label(text, { x, y: plot.bottom + 17, anchor: 'middle', class: 'tick' }, room);
  });
  return { body: body.join(''), height: 18 };
}

function evenStep(atLeast: number): number {
  if (atLeast <= 4) return Math.max(1, atLeast);
  for (const step of [6, 12, 24, 48]) if (step >= atLeast) return step;
  return atLeast;
}

/** The name of the horizontal axis, below its right end and what stands under it. */
export function nameX(text: string, plot: Plot, below = 18): string {
  return label(
    text,
    { x: plot.right, y: plot.bottom + below + 17, anchor: 'end', class: 'axis' },
    plot.right - plot.left,
  );
}

/** The name of the vertical axis, above its upper end. */
export function nameY(text: string, plot: Plot, left = 0): string {
  return label(text, { x: left, y: 12, class: 'axis' }, plot.right - left);
}
