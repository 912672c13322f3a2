import { type ChartInput, type ChartStyle, type Drawing, type LegendItem, nameOf } from './charts/chart.js';
import { isDrawn, renderChart } from './charts/render-chart.js';
import { el, escapeXml } from './charts/svg.js';
import type { DataTable } from './data.js';
import { type ChartEntry, type Field, fieldOf } from './definition-schema.js';
import { formatCell } from './format.js';

/** Rows that the table behind a chart shows at most: enough to look something up, few enough to scroll. */
const MOST_TABLE_ROWS = 500;
const MOST_LEGEND = 14;

/** Widths at which a chart is drawn, and from which width of its card on (see style.css). */
const WIDTHS = { s: 340, m: 570, l: 1140 } as const;

/** A chart as HTML: a drawing in the sizes of phones, cards and pages, a table, or figures. */
export function chartHtml(entry: ChartEntry, data: DataTable, style: ChartStyle, finding: string): string {
  if (data.rows.length === 0) return `<p class="empty">No rows.</p>`;
  if (entry.kind === 'big_number') return figures(entry, data, style);
  if (entry.kind === 'table') return tableHtml(data, style, entry.columns!.map(fieldOf), 25);
  if (!isDrawn(entry.kind)) return '';
  const sizes = entry.width === 'full' ? (['s', 'm', 'l'] as const) : (['s', 'm'] as const);
  let drawing: Drawing | undefined;
  let out = '';
  for (const size of sizes) {
    const input: ChartInput = { entry, data, style, width: WIDTHS[size] };
    drawing = renderChart(input);
    out += svg(drawing, entry, finding, size);
  }
  const omitted = drawing?.omitted === undefined ? '' : `<p class="omitted">${escapeXml(drawing.omitted)}</p>`;
  return out + legendHtml(drawing?.legend ?? []) + omitted;
}

function svg(drawing: Drawing, entry: ChartEntry, finding: string, size: string): string {
  const id = `${entry.name}-${size}`;
  const height = Math.ceil(drawing.height);
  return el(
    'svg',
    {
      class: `chart size-${size}`,
      viewBox: `0 0 ${drawing.width} ${height}`,
      role: 'img',
      'aria-labelledby': `${id}-t ${id}-d`,
    },
    el('title', { id: `${id}-t` }, escapeXml(entry.title)),
    el('desc', { id: `${id}-d` }, escapeXml(`${finding} The figures are in the table below the chart.`)),
    drawing.body,
  );
}

function legendHtml(items: readonly LegendItem[]): string {
  if (items.length === 0) return '';
  const shown = items
    .slice(0, MOST_LEGEND)
    .map(
      ({ label, color, shape }) =>
        `<li><svg class="key" viewBox="0 0 16 10" aria-hidden="true">${key(color, shape)}</svg>${escapeXml(label)}</li>`,
    );
  if (items.length > MOST_LEGEND) shown.push(`<li>and ${items.length - MOST_LEGEND} more</li>`);
  return `<ul class="legend">${shown.join('')}</ul>`;
}

function key(color: string, shape: LegendItem['shape']): string {
  switch (shape) {
    case 'line':
      return el('path', { d: 'M0 5H16', class: `line s-${color}` });
    case 'dash':
      return el('path', { d: 'M0 5H16', class: 'reference' });
    case 'band':
      return el('rect', { x: 0, y: 1, width: 16, height: 8, class: `f-${color} band` });
    case 'box':
      return el('rect', { x: 2, y: 0, width: 12, height: 10, rx: 2, class: `f-${color}` });
  }
}

function figures(entry: ChartEntry, data: DataTable, style: ChartStyle): string {
  const fields = [entry.measure!, ...(entry.columns ?? [])].map(fieldOf);
  const tiles = fields.map((field) => {
    const value = style.label(data.column(field.column)[0] ?? null, field);
    return `<div><dt>${escapeXml(nameOf(field))}</dt><dd>${escapeXml(value)}</dd></div>`;
  });
  return `<dl class="figures">${tiles.join('')}</dl>`;
}

/** The rows of a chart's query as a table, with the names and formats that the chart gives its columns. */
export function dataTableHtml(entry: ChartEntry, data: DataTable, style: ChartStyle): string {
  const given = new Map<string, Field>();
  for (const part of [
    entry.dimension,
    entry.row_dimension,
    entry.series,
    entry.item,
    entry.measure,
    ...(entry.columns ?? []),
  ]) {
    if (part !== undefined) given.set(fieldOf(part).column.toLowerCase(), fieldOf(part));
  }
  const { interval } = entry;
  const measure = entry.measure === undefined ? undefined : fieldOf(entry.measure);
  if (interval !== undefined && measure !== undefined) {
    const end = { format: measure.format, digits: measure.digits, unit: measure.unit };
    given.set(interval.low.toLowerCase(), { ...end, column: interval.low });
    given.set(interval.high.toLowerCase(), { ...end, column: interval.high });
  }
  const fields = data.columns.map(({ name }) => given.get(name.toLowerCase()) ?? { column: name });
  return tableHtml(data, style, fields, MOST_TABLE_ROWS);
}

function tableHtml(data: DataTable, style: ChartStyle, fields: readonly Field[], most: number): string {
  const numeric = fields.map((field) => data.typeOf(field.column) === 'number');
  const columns = fields.map((field) => data.column(field.column));
  const head = fields
    .map((field, i) => `<th scope="col"${numeric[i] ? ' class="n"' : ''}>${escapeXml(axisLabel(field))}</th>`)
    .join('');
  const rows = Array.from({ length: Math.min(most, data.rows.length) }, (_, row) => {
    const cells = fields.map((field, i) => {
      const text = style.label(columns[i]![row]!, { ...field, unit: undefined });
      return `<td${numeric[i] ? ' class="n"' : ''}>${escapeXml(text)}</td>`;
    });
    return `<tr>${cells.join('')}</tr>`;
  });
  const more =
    data.rows.length > most
      ? `<p class="omitted">The first ${formatCell(most)} of ${formatCell(data.rows.length)} rows.</p>`
      : '';
  return `<div class="scroll" tabindex="0"><table><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table></div>${more}`;
}

function axisLabel(field: Field): string {
  return field.unit === undefined ? nameOf(field) : `${nameOf(field)} (${field.unit})`;
}
