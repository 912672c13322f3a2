import type { NodeDetails, SiteColumn, SiteNode } from '../site-data.js';
import { h, trusted } from './dom.js';
import { markdownToHtml } from './markdown.js';
import { breakable, section, tableBox, toneOf } from './parts.js';
import { nodeRoute } from './route.js';
import type { Site } from './site.js';

/** Tables with more columns than this get a box that narrows them down. */
const FEW = 12;

export function columnsPart(site: Site, node: SiteNode, details: NodeDetails): HTMLElement | undefined {
  const { columns } = details;
  if (columns.length === 0) return undefined;
  const tests = new Map<string, SiteNode[]>();
  for (const test of site.testsOf(node)) {
    const column = test.test?.column?.toLowerCase();
    if (column !== undefined) tests.set(column, [...(tests.get(column) ?? []), test]);
  }
  const partitions = new Set(details.table?.partitionBy ?? []);
  const rows = columns.map((column) => ({
    text: `${column.name} ${column.description} ${column.type ?? ''}`.toLowerCase(),
    element: row(column, tests.get(column.name.toLowerCase()) ?? [], partitions.has(column.name)),
  }));
  const count = h('span', { class: 'count', role: 'status' });
  const filter = h('input', {
    type: 'search',
    class: 'filter',
    placeholder: 'Find a column',
    'aria-label': 'Find a column',
    oninput: () => {
      const wanted = filter.value.toLowerCase().trim();
      let shown = 0;
      for (const { text, element } of rows) {
        element.hidden = !text.includes(wanted);
        if (!element.hidden) shown += 1;
      }
      count.textContent = wanted === '' ? '' : `${shown} of ${rows.length}`;
    },
  });
  return section(
    'columns',
    'Columns',
    columns.length > FEW && h('p', { class: 'filter-line' }, filter, count),
    tableBox(
      'Columns',
      h(
        'table',
        { class: 'columns stack' },
        h(
          'thead',
          {},
          h('tr', {}, ...['Column', 'Type', 'Description', 'Tests'].map((head) => h('th', { scope: 'col' }, head))),
        ),
        h('tbody', {}, ...rows.map(({ element }) => element)),
      ),
    ),
  );
}

function row(column: SiteColumn, tests: readonly SiteNode[], isPartition: boolean): HTMLElement {
  const marks = [...(column.constraints ?? []), ...(isPartition ? ['partition'] : []), ...(column.tags ?? [])];
  return h(
    'tr',
    { class: column.missing ? 'missing' : undefined },
    h(
      'th',
      { scope: 'row' },
      h('code', {}, ...breakable(column.name)),
      ...marks.map((mark) => h('span', { class: 'tag' }, mark)),
    ),
    h('td', { class: 'type' }, ...typeOf(column)),
    descriptionOf(column),
    h(
      'td',
      { class: 'tests' },
      ...tests.map((test) =>
        h(
          'a',
          {
            class: `test ${test.result === undefined ? 'dull' : toneOf(test.result.status)}`,
            href: nodeRoute(test.id),
            title: `${test.name}: ${test.result?.status ?? 'not run'}`,
          },
          test.kind.replaceAll('_', ' '),
        ),
      ),
    ),
  );
}

function descriptionOf({ description, describedBy }: SiteColumn): HTMLElement {
  if (description === '') return h('td', {});
  const cell = trusted('td', { class: 'markdown' }, markdownToHtml(description));
  if (describedBy !== undefined) {
    const link = h('a', { href: nodeRoute(describedBy.id, 'columns') }, describedBy.name);
    cell.append(h('p', { class: 'note' }, 'inherited from ', link));
  }
  return cell;
}

function typeOf(column: SiteColumn): (HTMLElement | string)[] {
  const type = column.type ?? column.declared;
  if (type === undefined) return [h('span', { class: 'dull' }, 'unknown')];
  const shown = h('code', { class: type.length > 40 ? 'long' : undefined }, ...breakable(type.toLowerCase()));
  return column.missing ? [shown, h('span', { class: 'tag warn' }, 'not in the table')] : [shown];
}
