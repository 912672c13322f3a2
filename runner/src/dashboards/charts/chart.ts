import type { Cell, DataTable } from '../data.js';
import type { ChartEntry, ColorName, Field, FieldEntry } from '../definition-schema.js';
import { colorNames, fieldOf } from '../definition-schema.js';
import { formatCell } from '../format.js';

/** What charts of one page share: names and colours of values. */
export class ChartStyle {
  constructor(
    readonly labels: Readonly<Record<string, string>> = {},
    readonly colors: Readonly<Record<string, ColorName>> = {},
  ) {}

  /** How people read a value. */
  label(value: Cell, field: Partial<Field> = {}): string {
    return (typeof value === 'string' ? this.labels[value] : undefined) ?? formatCell(value, field);
  }

  color(value: Cell): ColorName | undefined {
    return this.colors[String(value)];
  }
}

export interface ChartInput {
  readonly entry: ChartEntry;
  readonly data: DataTable;
  readonly style: ChartStyle;
  /** width of the picture in its own units; text is 12 of them high */
  readonly width: number;
}

export interface LegendItem {
  readonly label: string;
  /** class that gives the colour, e.g. `blue`, `q4`, `d2` */
  readonly color: string;
  readonly shape: 'box' | 'line' | 'dash' | 'band';
}

/** A drawn chart: what stands inside of its `<svg>`. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly body: string;
  readonly legend: readonly LegendItem[];
  /** what was left out of the picture, as a sentence */
  readonly omitted?: string | undefined;
}

/** One of the things that colours tell apart. */
export interface Series {
  readonly key: string;
  readonly label: string;
  readonly color: ColorName;
}

/** The series of a chart in their order; without a `series` key one, of the measure's name. */
export function seriesOf({ entry, data, style }: ChartInput): { series: Series[]; keyOf: (row: number) => string } {
  if (entry.series === undefined) {
    const measure = entry.measure === undefined ? { column: 'rows' } : fieldOf(entry.measure);
    return { series: [{ key: '', label: nameOf(measure), color: 'blue' }], keyOf: () => '' };
  }
  const field = fieldOf(entry.series);
  const values = data.column(field.column);
  const keys = inOrder(values, field);
  const free = colorNames.filter((name) => !keys.some((key) => style.color(key) === name));
  let next = 0;
  const series = keys.map((value): Series => {
    const color = style.color(value) ?? free[next++ % Math.max(1, free.length)] ?? 'grey';
    return { key: String(value), label: style.label(value, field), color };
  });
  return { series, keyOf: (row) => String(values[row]!) };
}

/** Distinct values: those of `order` first, then the others as they come. */
export function inOrder(values: readonly Cell[], field: Field): Cell[] {
  const present = new Map(values.map((value) => [String(value), value]));
  const ordered: Cell[] = [];
  for (const wanted of field.order ?? []) {
    const found = present.get(String(wanted));
    if (found === undefined) continue;
    ordered.push(found);
    present.delete(String(wanted));
  }
  return [...ordered, ...present.values()];
}

/** What people read for a column. */
export function nameOf(field: Field): string {
  return field.label ?? field.column.replaceAll('_', ' ');
}

/** Name and unit, for axes. */
export function axisName(entry: FieldEntry): string {
  const field = fieldOf(entry);
  return field.unit === undefined ? nameOf(field) : `${nameOf(field)} (${field.unit})`;
}

/** What the axis of a dimension is. */
export function dimensionType(field: Field, data: DataTable): 'category' | 'number' | 'time' {
  if (field.type !== undefined) return field.type;
  const type = data.typeOf(field.column);
  return type === 'number' || type === 'time' ? type : 'category';
}

/** `Monday, 9: 12 plays`: the parts that say something, on lines. */
export function tip(...lines: readonly (string | undefined)[]): string {
  return lines.filter((line) => line !== undefined && line !== '').join('\n');
}

/** `Plays: 1,234` */
export function tipOf(field: Field, value: Cell, style: ChartStyle): string {
  return `${nameOf(field)}: ${style.label(value, field)}`;
}
