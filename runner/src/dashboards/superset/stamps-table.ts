import { quoteIdentifier, quoteLiteral } from '../../engines/relation.js';
import type { PageEntry } from '../definition-schema.js';
import type { Dashboard } from '../definitions.js';
import type { BundleQuery } from './bundle.js';
import type { DatasetColumn } from './dataset.js';
import { plainNote } from './plain-note.js';
import { common, type Viz } from './viz.js';

/** A notice of page.yml; it holds where its query has rows. */
export interface BundleNotice {
  readonly label: string;
  /** a template over the rows of the query */
  readonly text: string;
  readonly sql: string;
}

export const stampsTitle = 'What these charts rest on';

/** The columns of {@link stampsSql}. */
export const stampsColumns: readonly DatasetColumn[] = [
  { name: 'place', type: 'INTEGER', label: undefined, description: 'order of the rows' },
  { name: 'chart', type: 'VARCHAR', label: 'Chart', description: undefined },
  { name: 'stamp', type: 'VARCHAR', label: 'Stamp', description: undefined },
  { name: 'meaning', type: 'VARCHAR', label: 'Meaning', description: undefined },
  { name: 'stamped_rows', type: 'BIGINT', label: 'Rows', description: 'rows of the chart that it concerns' },
];

/**
 * The notices that hold and the stamps of a dashboard's charts, asked of the data each time, as Superset's data are live. Undefined
 * where there can be none.
 */
export function stampsSql(
  dashboard: Dashboard,
  { stamps = [] }: PageEntry,
  notices: readonly BundleNotice[],
  queries: ReadonlyMap<string, BundleQuery>,
): string | undefined {
  const found: string[] = [];
  const add = (chart: string, stamp: string, meaning: string, rows: string, source: string): void => {
    const texts = [chart, stamp, meaning].map(quoteLiteral);
    const names = ['chart', 'stamp', 'meaning'].map((name, i) => `${texts[i]} as ${name}`);
    found.push(
      `select ${found.length} as place, ${names.join(', ')}, ${rows} as stamped_rows\nfrom (\n${source}\nhaving count(*) > 0`,
    );
  };
  for (const { label, text, sql } of notices) {
    add('all charts', label, plainNote(text) || withoutFigures(text), 'cast(null as bigint)', `${sql.trim()}\n) q`);
  }
  for (const { entry } of dashboard.charts) {
    const query = queries.get(entry.name)!;
    for (const { label, text, column, value, above } of stamps) {
      if (!query.columns.some(({ name }) => name.toLowerCase() === column.toLowerCase())) continue;
      const literal = typeof value === 'string' ? quoteLiteral(value) : String(value);
      const condition = above === undefined ? `= ${literal}` : `> ${above}`;
      const source = `${query.sql.trim()}\n) q\nwhere q.${quoteIdentifier(column)} ${condition}`;
      add(entry.title, label, text, 'count(*)', source);
    }
  }
  return found.length === 0 ? undefined : found.join('\nunion all\n');
}

/** A text all of whose sentences have figures: an ellipsis stands for each. */
function withoutFigures(text: string): string {
  return text
    .replace(/\{\{[\s\S]*?\}\}/g, '…')
    .replace(/\{%[\s\S]*?%\}/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}

/** The table that shows them. */
export const stampsTable: Viz = {
  form: {
    ...common,
    viz_type: 'table',
    all_columns: ['chart', 'stamp', 'meaning', 'stamped_rows'],
    allow_rearrange_columns: false,
    color_pn: false,
    column_config: { stamped_rows: { d3NumberFormat: ',.0f', showCellBars: false } },
    order_by_cols: ['["place",true]'],
    page_length: 0,
    query_mode: 'raw',
    row_limit: 500,
    show_cell_bars: false,
  },
};
