import type { Form, Json } from './chart-context.js';

/** A picture on the dashboard. */
export interface PlacedChart {
  readonly uuid: string;
  /** a number that the import replaces */
  readonly id: number;
  readonly title: string;
}

/** What stands together in the grid: pictures side by side, and a text below them. */
export interface Cell {
  readonly name: string;
  readonly width: 'half' | 'full';
  readonly charts: readonly PlacedChart[];
  /** in steps of 8 pixels */
  readonly height: number;
  /** Markdown */
  readonly text: string;
}

const COLUMNS = 12;
const HALF = COLUMNS / 2;
/** Characters on a line of text across the whole grid; measured at 1,360 pixels. */
const LINE = 190;

/**
 * The dashboard's grid: a head of text, then cells of equal height side by side. A half cell without a neighbour takes the
 * whole row.
 */
export function layout(title: string, head: string, cells: readonly Cell[]): Form {
  const parts: Record<string, Json> = {
    DASHBOARD_VERSION_KEY: 'v2',
    ROOT_ID: { type: 'ROOT', id: 'ROOT_ID', children: ['GRID_ID'] },
    HEADER_ID: { type: 'HEADER', id: 'HEADER_ID', meta: { text: title } },
  };
  const rows: string[] = [];
  const addRow = (name: string, children: string[]): void => {
    const id = `ROW-${name}`;
    rows.push(id);
    parts[id] = {
      type: 'ROW',
      id,
      children,
      parents: ['ROOT_ID', 'GRID_ID'],
      meta: { background: 'BACKGROUND_TRANSPARENT' },
    };
  };
  const addText = (name: string, text: string, width: number, height: number, parents: string[]): string => {
    const id = `MARKDOWN-${name}`;
    parts[id] = { type: 'MARKDOWN', id, children: [], parents, meta: { width, height, code: text } };
    return id;
  };
  const addChart = (chart: PlacedChart, width: number, height: number, parents: string[]): string => {
    const id = `CHART-${chart.uuid}`;
    parts[id] = {
      type: 'CHART',
      id,
      children: [],
      parents,
      meta: { chartId: chart.id, height, sliceName: chart.title, uuid: chart.uuid, width },
    };
    return id;
  };

  const inRow = (name: string): string[] => ['ROOT_ID', 'GRID_ID', `ROW-${name}`];
  addRow('head', [addText('head', head, COLUMNS, 1 + textHeightOf(head, COLUMNS), inRow('head'))]);
  for (const group of rowsOf(cells)) {
    const name = group[0]!.name;
    const width = COLUMNS / group.length;
    const height = Math.max(...group.map((cell) => cell.height));
    const textHeight = Math.max(...group.map((cell) => textHeightOf(cell.text, width)));
    if (group.length === 1 && group[0]!.charts.length > 1) {
      const { charts, text } = group[0]!;
      const share = Math.floor(COLUMNS / charts.length);
      const wider = COLUMNS % charts.length;
      addRow(
        name,
        charts.map((chart, i) => addChart(chart, share + (i < wider ? 1 : 0), height, inRow(name))),
      );
      addRow(`${name}-text`, [addText(name, text, COLUMNS, textHeight, inRow(`${name}-text`))]);
      continue;
    }
    addRow(
      name,
      group.map((cell) => {
        const id = `COLUMN-${cell.name}`;
        const inColumn = [...inRow(name), id];
        parts[id] = {
          type: 'COLUMN',
          id,
          children: [
            ...cell.charts.map((chart) => addChart(chart, width, height, inColumn)),
            addText(cell.name, cell.text, width, textHeight, inColumn),
          ],
          parents: inRow(name),
          meta: { background: 'BACKGROUND_TRANSPARENT', width },
        };
        return id;
      }),
    );
  }
  parts.GRID_ID = { type: 'GRID', id: 'GRID_ID', children: rows, parents: ['ROOT_ID'] };
  return parts;
}

function rowsOf(cells: readonly Cell[]): Cell[][] {
  const rows: Cell[][] = [];
  for (const cell of cells) {
    const last = rows.at(-1);
    const fits =
      cell.width === 'half' && last?.length === 1 && last[0]!.width === 'half' && last[0]!.charts.length === 1;
    if (fits && cell.charts.length === 1) last.push(cell);
    else rows.push([cell]);
  }
  return rows;
}

function textHeightOf(markdown: string, width: number): number {
  const text = markdown.replace(/\]\([^)]*\)|[[*#]/g, '');
  const perLine = (LINE * width) / COLUMNS - 6;
  const lines = text
    .split('\n')
    .filter(Boolean)
    .reduce((sum, line) => sum + Math.ceil(line.length / perLine), 0);
  return 4 + Math.ceil(lines * 2.8);
}

export { HALF };
