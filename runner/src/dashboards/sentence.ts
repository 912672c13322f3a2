import { didYouMean } from '../errors/suggest.js';
import { toTemplateValue } from '../template/convert.js';
import { OperationFailure, templateCodes } from '../template/failure.js';
import { scopeOf } from '../template/frame.js';
import { parseTemplate } from '../template/parse.js';
import { renderTemplate } from '../template/render.js';
import { TemplateObject, type TemplateValue } from '../template/values.js';
import { type Cell, DataTable } from './data.js';
import { formatCell } from './format.js';
import type { YamlText } from './text-place.js';

/** A row as sentences see it: an unknown column is an error and not silence. */
class RowValue extends TemplateObject {
  readonly typeName = 'row';
  constructor(
    readonly names: ReadonlyMap<string, number>,
    readonly cells: readonly Cell[],
  ) {
    super();
  }
  override attributeNames(): Iterable<string> {
    return this.names.keys();
  }
  override getAttribute(name: string): TemplateValue | undefined {
    const at = this.names.get(name);
    if (at === undefined) {
      throw new OperationFailure(
        templateCodes.undefinedValue,
        `the query has no column "${name}"`,
        didYouMean(name, this.names.keys()) ?? `its columns: ${[...this.names.keys()].join(', ')}`,
      );
    }
    return toTemplateValue(this.cells[at]);
  }
  override getItem(key: TemplateValue): TemplateValue | undefined {
    return typeof key === 'string' ? this.getAttribute(key) : undefined;
  }
  toText(): string {
    return '<row>';
  }
}

/** How people read a value of the data. */
export type LabelOf = (value: Cell) => string;

const number = (format: 'number' | 'percent' | 'signed' | 'integer' | 'signed_percent') =>
  function formatted(value: unknown, digits?: unknown): string {
    const cell = typeof value === 'number' ? value : value === null || value === undefined ? null : Number(value);
    return formatCell(cell, { format, digits: typeof digits === 'number' ? digits : undefined });
  };

/**
 * Fills in a sentence from the rows of a query. It sees `rows`, `row` (the first one), and the functions `num(x, digits)`,
 * `whole(x)`, `pct(x, digits)`, `signed(x, digits)`, `date(x)` and `label(x)`.
 *
 * @throws {TemplateError} at its place in the YAML file
 */
export async function fillIn(text: YamlText, data: DataTable, labelOf: LabelOf): Promise<string> {
  const names = new Map(data.columns.map((column, i) => [column.name, i]));
  const rows = data.rows.map((cells) => new RowValue(names, cells));
  const scope = scopeOf({
    rows,
    row: rows[0] ?? null,
    num: toTemplateValue(number('number')),
    whole: toTemplateValue(number('integer')),
    pct: toTemplateValue(number('percent')),
    signed: toTemplateValue(number('signed')),
    date: toTemplateValue((value: unknown) => formatCell(value as Cell)),
    label: toTemplateValue((value: unknown) => labelOf(value as Cell)),
  });
  try {
    const rendered = await renderTemplate(parseTemplate(text.source), scope);
    return rendered.text.replace(/\s+/g, ' ').trim();
  } catch (thrown) {
    throw text.relocate(thrown);
  }
}

/** One row of invented values, on which sentences are tried before there are data. */
export function exampleOf(columns: DataTable['columns']): DataTable {
  const typed = new DataTable(columns, []);
  const cells = columns.map((column): Cell => {
    const type = typed.typeOf(column.name);
    if (type === 'number') return 1;
    return type === 'boolean' ? true : type === 'time' ? '2024-01-01' : 'x';
  });
  return new DataTable(columns, [cells]);
}
