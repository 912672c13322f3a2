import { type Field, fieldOf } from '../definition-schema.js';
import { formatCell, formatNumber, power } from '../format.js';
import { bandLabels, MARGIN, nameX, nameY } from './axis.js';
import {
  axisName,
  type ChartInput,
  type Drawing,
  dimensionType,
  inOrder,
  type LegendItem,
  tip,
  tipOf,
} from './chart.js';
import { bandScale, extent } from './scale.js';
import { label, mark, textWidth } from './svg.js';

const STEPS = 7;
const MOST_ROWS = 60;

/** Coloured cells; a matrix prints the figures in them too. */
export function heatmapChart(input: ChartInput): Drawing {
  const { entry, data, style, width } = input;
  const across = fieldOf(entry.dimension!);
  const down = fieldOf(entry.row_dimension!);
  const measure = fieldOf(entry.measure!);
  const acrossValues = data.column(across.column);
  const downValues = data.column(down.column);
  const columns = inOrder(acrossValues, across);
  const allRows = inOrder(downValues, down);
  const rows = allRows.slice(0, MOST_ROWS);
  const columnAt = new Map(columns.map((value, i) => [String(value), i]));
  const rowAt = new Map(rows.map((value, i) => [String(value), i]));
  const values = data.numbers(measure.column);
  const classes = colorClasses(input, values);

  const widest = Math.max(20, ...rows.map((value) => textWidth(style.label(value, down))));
  const left = Math.min(widest + 10, width * 0.34);
  const wide = (width - left - MARGIN) / Math.max(1, columns.length);
  const tall =
    entry.kind === 'matrix' ? Math.min(44, Math.max(26, wide * 0.6)) : Math.min(34, Math.max(18, wide * 0.9));
  const top = 24;
  const plot = { left, right: width - MARGIN, top, bottom: top + tall * rows.length };
  const bands = bandScale(columns.length, [plot.left, plot.right], 0);

  let body = '';
  for (const [i, value] of rows.entries()) {
    const y = plot.top + tall * i + tall / 2 + 4;
    body += label(style.label(value, down), { x: left - 8, y, anchor: 'end', class: 'cat' }, left - 10);
  }
  for (const [row] of data.rows.entries()) {
    const i = rowAt.get(String(downValues[row]!));
    if (i === undefined) continue;
    const at = { x: bands.at(columnAt.get(String(acrossValues[row]!))!), y: plot.top + tall * i, wide, tall };
    const value = values[row]!;
    const said = tip(
      tipOf(across, acrossValues[row]!, style),
      tipOf(down, downValues[row]!, style),
      tipOf(measure, value, style),
    );
    body += cell(at, classes.of(value), said);
    if (entry.kind === 'matrix' && value !== null) body += figure(at, classes.of(value), formatNumber(value, measure));
  }
  const labels = bandLabels(
    columns.map((value) => style.label(value, across)),
    bands.middle,
    plot,
    dimensionType(across, data) === 'category',
  );
  body += labels.body + nameY(axisName(entry.row_dimension!), plot);
  body += nameX(axisName(entry.dimension!), plot, labels.height);
  const more = allRows.length - rows.length;
  const omitted = more > 0 ? `${formatCell(more)} more rows in the table below.` : undefined;
  return { width, height: plot.bottom + labels.height + 24, body, legend: classes.legend, omitted };
}

interface CellPlace {
  readonly x: number;
  readonly y: number;
  readonly wide: number;
  readonly tall: number;
}

function cell({ x, y, wide, tall }: CellPlace, color: string, said: string): string {
  const gap = wide > 8 ? 1 : 0.3;
  return mark(
    'rect',
    {
      x: x + gap / 2,
      y: y + gap / 2,
      width: Math.max(0.5, wide - gap),
      height: tall - gap,
      rx: wide > 8 ? 2 : undefined,
      class: `f-${color}`,
    },
    said,
  );
}

function figure({ x, y, wide, tall }: CellPlace, color: string, text: string): string {
  if (textWidth(text) > wide - 2) return '';
  return label(text, { x: x + wide / 2, y: y + tall / 2 + 4, anchor: 'middle', class: `ink-${color}` });
}

interface ColorClasses {
  of(value: number): string;
  readonly legend: readonly LegendItem[];
}

/** Colours in steps: a legend can then say what each one means. */
function colorClasses(
  input: ChartInput,
  values: readonly (number | null)[],
): { of(value: number | null): string; readonly legend: readonly LegendItem[] } {
  const { entry } = input;
  const measure = fieldOf(entry.measure!);
  const found = entry.domain ?? extent(values) ?? [0, 1];
  const classes = entry.scale === 'diverging' ? diverging(found, measure) : sequential(found, measure);
  const legend = values.includes(null)
    ? [...classes.legend, { color: 'none', label: 'too few to say', shape: 'box' as const }]
    : classes.legend;
  return { legend, of: (value) => (value === null ? 'none' : classes.of(value)) };
}

/** From little to much, in up to seven round steps. */
function sequential([low, high]: readonly [number, number], measure: Field): ColorClasses {
  const from = low > 0 && low < (high - low) * 2 ? 0 : low;
  const step = roundClassStep((high - from) / STEPS || 1, from, high);
  const start = Math.floor(from / step + 1e-9) * step;
  const used = Math.min(STEPS, Math.max(1, Math.ceil((high - start) / step - 1e-9)));
  const bound = boundText(step, measure);
  // few steps still use the whole range of colours
  const name = (index: number): string => `q${used === 1 ? 3 : Math.round((index * (STEPS - 1)) / (used - 1))}`;
  return {
    legend: Array.from({ length: used }, (_, i) => ({
      color: name(i),
      label: `${bound(start + i * step)} to ${bound(Math.min(start + (i + 1) * step, Math.max(high, start + i * step)))}`,
      shape: 'box',
    })),
    of: (value) => name(Math.min(used - 1, Math.max(0, Math.floor((value - start) / step + 1e-9)))),
  };
}

/** Below and above 0, in seven round steps of which the middle one lies around 0. */
function diverging([low, high]: readonly [number, number], measure: Field): ColorClasses {
  const most = Math.max(Math.abs(low), Math.abs(high)) || 1;
  const step = roundUp((most * 2) / STEPS);
  const bound = boundText(step / 2, measure);
  const edges = [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5].map((edge) => bound(edge * step));
  const labels = [
    `below ${edges[0]}`,
    ...edges.slice(1).map((edge, i) => `${edges[i]} to ${edge}`),
    `above ${edges[edges.length - 1]}`,
  ];
  return {
    legend: labels.map((text, i) => ({ color: `d${i}`, label: text, shape: 'box' })),
    of: (value) => `d${Math.max(0, Math.min(STEPS - 1, Math.floor(value / step + STEPS / 2 + 1e-9)))}`,
  };
}

/** The smallest round step with which seven steps reach from `low`, rounded down to a step, to `high`. */
function roundClassStep(raw: number, low: number, high: number): number {
  let step = roundUp(raw);
  while (Math.floor(low / step + 1e-9) * step + step * STEPS < high - step * 1e-6) step = roundUp(step * 1.01);
  return step;
}

function roundUp(raw: number): number {
  const power = 10 ** Math.floor(Math.log10(raw));
  const factor = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find((one) => one * power >= raw * (1 - 1e-9)) ?? 10;
  return Number((factor * power).toPrecision(6));
}

/** Bounds with as many digits as their step has. */
function boundText(step: number, measure: Field): (value: number) => string {
  const share = measure.format === 'percent' || measure.format === 'signed_percent';
  const size = share ? step * 100 : step;
  if (size < 5e-5) return (value) => power(Math.abs(value) < step / 1000 ? 0 : value, 1);
  let digits = 0;
  while (digits < 4 && Math.abs(size * 10 ** digits - Math.round(size * 10 ** digits)) > 1e-6 * 10 ** digits)
    digits += 1;
  return (value) => formatNumber(value, { ...measure, digits });
}
