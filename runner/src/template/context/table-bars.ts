import { arithmetic } from '../arithmetic.js';
import { DecimalValue } from '../decimal.js';
import { compare } from '../equality.js';
import { valueFailure } from '../failure.js';
import { type TemplateValue, text } from '../values.js';
import type { TableData } from './table-data.js';
import { decimalPlaces, grouped, numbersOf, roundLimits } from './table-shapes.js';

const zero = new DecimalValue('0');
const ratio = (a: DecimalValue, b: DecimalValue): DecimalValue => arithmetic('/', a, b) as DecimalValue;
const times = (a: DecimalValue, b: TemplateValue): DecimalValue => arithmetic('*', a, b) as DecimalValue;
const wholeOf = (value: DecimalValue): number => Number(value.rescaled(0).digits);

/** Where values stand on the axis of bars. */
interface Axis {
  readonly from: DecimalValue;
  readonly to: DecimalValue;
  /** characters left of zero, and right of it */
  readonly negative: number;
  readonly positive: number;
}

function axisOf([least, greatest]: readonly [DecimalValue, DecimalValue], width: number): Axis {
  if (compare(least, 0) >= 0) return { from: zero, to: greatest, negative: 0, positive: width - 1 };
  if (compare(greatest, 0) <= 0) return { from: least, to: zero, negative: width - 1, positive: 0 };
  const spread = arithmetic('-', greatest, least) as DecimalValue;
  const portion = ratio(new DecimalValue({ ...least, negative: false }), spread);
  const negative = wholeOf(times(portion, width - 1));
  return { from: least, to: greatest, negative, positive: width - (negative + 1) };
}

function project(value: DecimalValue, { from, to, negative, positive }: Axis): number {
  return compare(value, 0) >= 0
    ? negative + wholeOf(times(ratio(value, to), positive))
    : negative - wholeOf(times(ratio(value, from), negative));
}

/** Values at which the axis has a mark, by their places. */
function ticksOf(axis: Axis, width: number): Map<number, DecimalValue> {
  const ticks = new Map<number, DecimalValue>([[0, axis.from]]);
  ticks.set(width - 1, axis.to);
  const add = (value: DecimalValue): void => void ticks.set(project(value, axis), value);
  const fractions = ['0.25', '0.5', '0.75'].map((digits) => new DecimalValue(digits));
  if (compare(axis.from, 0) >= 0) for (const part of fractions) add(times(axis.to, part));
  else if (compare(axis.to, 0) <= 0) for (const part of fractions) add(times(axis.from, part));
  else {
    ticks.set(axis.negative, zero);
    add(times(axis.from, fractions[1]!));
    add(times(axis.to, fractions[1]!));
  }
  return ticks;
}

/** Agate's `print_bars`: a line for each row, with a bar as long as its number. */
export function printedBars(
  data: TableData,
  label: number,
  value: number,
  options: {
    readonly domain: readonly [DecimalValue, DecimalValue] | undefined;
    readonly width: number;
    readonly printable: boolean;
  },
): string {
  const numbers = numbersOf(data, value);
  const [bar, zeroLine] = options.printable ? [':', '|'] : ['░', '▓'];
  const places = decimalPlaces(numbers);
  const labels = data.rows.map((row) => text(row[label]!));
  const values = data.rows.map((row) => row[value] as DecimalValue | null);
  const shown = values.map((v) => (v === null ? '-' : grouped(v, places)));
  const [labelName, valueName] = [data.columns[label]!.name, data.columns[value]!.name];
  const labelWidth = Math.max(labelName.length, ...labels.map((l) => l.length));
  const valueWidth = Math.max(valueName.length, ...shown.map((v) => v.length));
  const width = options.width - (labelWidth + valueWidth + 2);
  const { domain } = options;
  if (domain !== undefined && numbers.some((v) => compare(v, domain[0]) < 0 || compare(v, domain[1]) > 0))
    throw valueFailure('the column has values outside of the domain');
  const axis = axisOf(domain ?? roundLimits(numbers), width);
  const lines = values.map((v, i) => {
    const length = v === null || v.isZero ? 0 : Math.abs(project(v, axis) - axis.negative);
    const own = bar.repeat(length);
    let drawn: string;
    if (v !== null && compare(v, 0) >= 0) {
      const gap = ' '.repeat(axis.negative);
      drawn = compare(axis.from, 0) <= 0 ? gap + zeroLine + own : own + gap + zeroLine;
    } else {
      drawn = ' '.repeat(axis.negative - length) + own;
      if (v === null || compare(axis.to, v) > 0) drawn += zeroLine;
    }
    return `${labels[i]!.padEnd(labelWidth)} ${shown[i]!.padStart(valueWidth)} ${drawn.padEnd(width)}`;
  });
  const head = `${labelName.padEnd(labelWidth)} ${valueName.padStart(valueWidth)}`;
  return [head, ...lines, ...axisLines(axis, width, options.width)].join('\n');
}

function axisLines(axis: Axis, width: number, whole: number): [string, string] {
  const ticks = ticksOf(axis, width);
  const places = decimalPlaces([...ticks.values()]);
  let line = '-'.repeat(width);
  let under = ' '.repeat(whole);
  for (const [at, value] of ticks) {
    const word = grouped(value, places);
    const offset = at === 0 ? 0 : at === width - 1 ? -(word.length - 1) : Math.trunc(-(word.length / 2));
    const from = whole - width + at + offset;
    // marks between the ends give way to others
    if (at !== 0 && at !== width - 1 && under.slice(from - 1, from + word.length + 1) !== ' '.repeat(word.length + 2))
      continue;
    under = under.slice(0, from) + word + under.slice(from + word.length);
    line = `${line.slice(0, at)}+${line.slice(at + 1)}`;
  }
  return [line.padStart(whole), under];
}
