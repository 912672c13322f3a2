import type { NodeDetails } from '../site-data.js';
import { h, s } from './dom.js';
import { formatBytes, formatCompact, formatCount, formatTime } from './format.js';
import { headCell, section, tableBox } from './parts.js';

type Versions = NonNullable<NodeDetails['table']>['versions'];

/** The versions of a Delta table: how rows and size went, and what each commit did. */
export function historyPart(details: NodeDetails): HTMLElement | undefined {
  const versions = details.table?.versions ?? [];
  if (versions.length === 0) return undefined;
  return section(
    'history',
    'History',
    h(
      'div',
      { class: 'charts' },
      chart('Rows', versions, (version) => version.rows, formatCompact),
      chart('Size', versions, (version) => version.bytes, formatBytes),
    ),
    tableBox(
      'Versions',
      h(
        'table',
        { class: 'versions stack' },
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            ...['Version', 'Written', 'Operation', '#Rows', '#Size', '#Files', 'Changed columns'].map(headCell),
          ),
        ),
        h('tbody', {}, ...versions.map((version, i) => versionRow(version, versions[i + 1]))),
      ),
    ),
  );
}

function versionRow(version: Versions[number], before: Versions[number] | undefined): HTMLElement {
  const change =
    version.rows === undefined || before?.rows === undefined || version.rows === before.rows
      ? undefined
      : version.rows - before.rows;
  return h(
    'tr',
    {},
    h('th', { scope: 'row' }, version.version),
    h('td', {}, h('time', { datetime: version.timestamp }, formatTime(version.timestamp))),
    h('td', {}, (version.operation ?? '').toLowerCase()),
    h(
      'td',
      { class: 'number' },
      version.rows === undefined ? '' : formatCount(version.rows),
      change !== undefined &&
        h('span', { class: 'change' }, ` ${change > 0 ? '+' : '−'}${formatCount(Math.abs(change))}`),
    ),
    h('td', { class: 'number' }, version.bytes === undefined ? '' : formatBytes(version.bytes)),
    h(
      'td',
      { class: 'number' },
      version.files === undefined ? '' : `${version.files} (+${version.filesAdded} −${version.filesRemoved})`,
    ),
    h('td', {}, ...version.schemaChanges.map((text) => h('span', { class: 'schema-change' }, text))),
  );
}

const WIDTH = 320;
const HEIGHT = 72;

/** A step line over the versions: a table keeps its rows until the next commit. */
function chart(
  title: string,
  versions: Versions,
  measure: (version: Versions[number]) => number | undefined,
  format: (value: number) => string,
): HTMLElement | undefined {
  const points = versions
    .map((version) => ({ version: version.version, value: measure(version) }))
    .filter((point): point is { version: number; value: number } => point.value !== undefined)
    .reverse();
  if (points.length < 2) return undefined;
  const most = Math.max(1, ...points.map((point) => point.value));
  const x = (i: number): number => 2 + (i * (WIDTH - 4)) / (points.length - 1);
  const y = (value: number): number => HEIGHT - 2 - (value / most) * (HEIGHT - 8);
  const line = points.map(({ value }, i) => (i === 0 ? `M${x(i)} ${y(value)}` : `H${x(i)} V${y(value)}`)).join(' ');
  const first = points[0]!;
  const last = points.at(-1)!;
  return h(
    'figure',
    { class: 'chart' },
    h('figcaption', {}, h('span', {}, title), h('strong', {}, format(last.value))),
    s(
      'svg',
      {
        viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
        preserveAspectRatio: 'none',
        role: 'img',
        'aria-label': `${title}: ${format(first.value)} in version ${first.version}, ${format(last.value)} in version ${last.version}`,
      },
      s('path', { class: 'area', d: `${line} V${HEIGHT} H${x(0)} Z` }),
      s('path', { class: 'line', d: line }),
    ),
    h(
      'div',
      { class: 'axis', 'aria-hidden': 'true' },
      h('span', {}, `version ${first.version}`),
      h('span', {}, `version ${last.version}`),
    ),
  );
}
