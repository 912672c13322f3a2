import { fieldOf } from '../definition-schema.js';
import { formatCell } from '../format.js';
import {
  type ChartInput,
  dimensionType,
  inOrder,
  type LegendItem,
  nameOf,
  type Series,
  seriesOf,
  tip,
} from './chart.js';
import { extent } from './scale.js';

/** A bar, or a part of one. */
export interface BarSegment {
  readonly category: number;
  /** place within the category, from 0 */
  readonly lane: number;
  readonly start: number;
  readonly end: number;
  readonly color: string;
  readonly tip: string;
  readonly low?: number | undefined;
  readonly high?: number | undefined;
}

/** The bars of a chart, before they have places. */
export interface Bars {
  readonly categories: readonly { readonly label: string }[];
  /** true where categories are names and not numbers or times */
  readonly named: boolean;
  readonly segments: readonly BarSegment[];
  readonly lanes: number;
  readonly stacked: boolean;
  readonly interval: unknown;
  readonly domain: readonly [number, number];
  readonly exact: boolean;
  readonly reference: number | undefined;
  readonly legend: readonly LegendItem[];
  readonly omitted: string | undefined;
}

const MOST_NAMED = 40;
const MOST_STANDING = 400;

/** Reads bars from the rows of a bar chart or stacked bar chart. */
export function barsOf(input: ChartInput): Bars {
  const { entry, data, style } = input;
  const dimension = fieldOf(entry.dimension!);
  const measure = fieldOf(entry.measure!);
  const stacked = entry.kind === 'stacked_bar';
  const share = stacked && entry.stack === 'share';
  const { series, keyOf } = seriesOf(input);
  const values = data.column(dimension.column);
  const all = inOrder(values, dimension);
  const named = dimensionType(dimension, data) === 'category';
  const lanes = stacked ? 1 : series.length;
  const most = entry.limit ?? (named ? Math.max(10, Math.min(MOST_NAMED, Math.floor(160 / lanes))) : MOST_STANDING);
  const kept = all.slice(0, most);
  const index = new Map(kept.map((value, i) => [String(value), i]));
  const seriesAt = new Map(series.map((one, i) => [one.key, i]));
  const numbers = data.numbers(measure.column);
  const low = entry.interval === undefined ? undefined : data.numbers(entry.interval.low);
  const high = entry.interval === undefined ? undefined : data.numbers(entry.interval.high);

  const rows = data.rows
    .map((_, row) => ({ row, category: index.get(String(values[row]!)), lane: seriesAt.get(keyOf(row))! }))
    .filter((one): one is { row: number; category: number; lane: number } => one.category !== undefined)
    .sort((a, b) => a.category - b.category || a.lane - b.lane);
  const totals = new Map<number, number>();
  for (const { row, category } of rows) totals.set(category, (totals.get(category) ?? 0) + Math.abs(numbers[row] ?? 0));
  const up = new Map<number, number>();
  const down = new Map<number, number>();
  const segments: BarSegment[] = [];
  for (const { row, category, lane } of rows) {
    const value = numbers[row]!;
    if (value === null) continue;
    const one = series[lane]!;
    const color = colorOf(input, one, values[row]!);
    const said = tip(
      style.label(values[row]!, dimension),
      `${entry.series === undefined ? nameOf(measure) : one.label}: ${formatCell(value, measure)}`,
      low?.[row] == null || high?.[row] == null
        ? undefined
        : `${entry.interval!.label ?? 'interval'}: ${formatCell(low[row]!, measure)} to ${formatCell(high[row]!, measure)}`,
    );
    if (!stacked) {
      segments.push({
        category,
        lane,
        start: 0,
        end: value,
        color,
        tip: said,
        low: low?.[row] ?? undefined,
        high: high?.[row] ?? undefined,
      });
      continue;
    }
    const side = value < 0 ? down : up;
    const start = side.get(category) ?? 0;
    const total = totals.get(category)!;
    const size = share ? (total === 0 ? 0 : value / total) : value;
    side.set(category, start + size);
    const withShare = share ? tip(said, `share: ${formatCell(size, { format: 'percent' })}`) : said;
    segments.push({ category, lane: 0, start, end: start + size, color, tip: withShare });
  }
  const reference = referenceOf(input);
  const ends = segments.flatMap((one) => [one.start, one.end, one.low ?? null, one.high ?? null]);
  const shares = segments.some(({ end }) => end < 0) ? [-1, 1] : [0, 1];
  const domain = entry.domain ?? (share ? shares : (extent([...ends, reference ?? null], true) ?? [0, 1]));
  const left = all.length - kept.length;
  return {
    categories: kept.map((value) => ({ label: style.label(value, dimension) })),
    named,
    segments,
    lanes,
    stacked,
    interval: entry.interval,
    domain: domain as [number, number],
    exact: entry.domain !== undefined || share,
    reference,
    legend: [...legendOf(input, series), ...referenceLegend(input)],
    omitted: left > 0 ? `${formatCell(left)} more in the table below.` : undefined,
  };
}

function colorOf({ entry, style }: ChartInput, series: Series, category: Parameters<typeof style.color>[0]): string {
  if (entry.series !== undefined) return series.color;
  return (fieldOf(entry.dimension!).color_by_value ? style.color(category) : undefined) ?? series.color;
}

/** Boxes for the series, where there are several. */
export function legendOf(
  { entry }: ChartInput,
  series: readonly Series[],
  shape: LegendItem['shape'] = 'box',
): LegendItem[] {
  if (entry.series === undefined) return [];
  return series.map(({ label, color }) => ({ label, color, shape }));
}

export function referenceLegend({ entry }: ChartInput): LegendItem[] {
  return entry.reference === undefined ? [] : [{ label: entry.reference.label, color: 'ink', shape: 'dash' }];
}

/** The value of the reference line; undefined without one. */
export function referenceOf({ entry, data }: ChartInput): number | undefined {
  const { reference } = entry;
  if (reference === undefined) return undefined;
  if (reference.value !== undefined) return reference.value;
  if (reference.column === undefined) return undefined;
  return data.numbers(reference.column).find((value): value is number => value !== null);
}
