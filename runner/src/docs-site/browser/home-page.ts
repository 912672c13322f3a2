import type { EntryPoint, SiteNode } from '../site-data.js';
import { h, trusted } from './dom.js';
import { drawGraph, foldersToOpen } from './folders.js';
import { counted, formatBytes, formatCompact, formatCount, formatSeconds, formatTime } from './format.js';
import { LineageView } from './lineage-view.js';
import { markdownToHtml } from './markdown.js';
import { testTable } from './node-tests.js';
import { headCell, markdown, nodeLink, section, statusBadge, toneOf } from './parts.js';
import { lineageRoute, nodeRoute, routeTo } from './route.js';
import type { Site } from './site.js';

/** The first page: what the project answers, how it stands, and how its parts hang together. */
export function homePage(site: Site, go: (hash: string) => void): HTMLElement {
  const { index } = site;
  const bad = site.nodes.filter((node) => node.result !== undefined && toneOf(node.result.status) === 'bad');
  const badTests = bad.filter((node) => node.type === 'test');
  return h(
    'div',
    { class: 'home' },
    h('header', { class: 'page-head' }, h('h1', {}, index.project.name), h('p', { class: 'lead' }, counts(site))),
    runState(site),
    bad.some((node) => node.type !== 'test') &&
      section(
        'failed',
        'What failed',
        h(
          'ul',
          { class: 'plain' },
          ...bad
            .filter((node) => node.type !== 'test')
            .map((node) => h('li', {}, nodeLink(node), ' ', node.result?.message ?? '')),
        ),
      ),
    badTests.length > 0 && section('failed-tests', 'Failed tests', testTable(site, badTests, true)),
    index.entryPoints.length > 0 &&
      section(
        'entry-points',
        'Where to begin',
        h('div', { class: 'cards' }, ...index.entryPoints.map((entry) => card(site, entry))),
      ),
    index.overview !== undefined && h('div', { class: 'overview' }, markdown(index.overview)),
    overviewGraph(site, go),
    largest(site),
  );
}

function counts(site: Site): string {
  const kinds: [string, string][] = [
    ['model', 'model'],
    ['seed', 'seed'],
    ['source', 'source'],
    ['function', 'function'],
    ['analysis', 'analysis'],
    ['test', 'test'],
    ['semantic_model', 'semantic model'],
    ['metric', 'metric'],
    ['saved_query', 'saved query'],
    ['exposure', 'exposure'],
  ];
  return kinds
    .map(([type, noun]) => [site.nodes.filter((node) => node.type === type).length, noun] as const)
    .filter(([count]) => count > 0)
    .map(([count, noun]) => counted(count, noun))
    .join(' · ');
}

function runState(site: Site): HTMLElement {
  const { run } = site.index;
  if (run === undefined)
    return h(
      'p',
      { class: 'run-state' },
      'Nothing has run yet: ',
      h('code', {}, 'tsdbt build'),
      ' builds the tables, and this page then shows what came of it.',
    );
  const ran = site.nodes.filter((node) => node.result !== undefined);
  const tiles = (['bad', 'warn', 'good', 'dull'] as const).flatMap((tone) => {
    const some = ran.filter((node) => toneOf(node.result!.status) === tone);
    if (some.length === 0 && tone !== 'good') return [];
    const tests = some.filter((node) => node.type === 'test').length;
    const words = { bad: 'failed', warn: 'warned', good: 'passed', dull: 'skipped' };
    const what = [
      some.length - tests > 0 ? counted(some.length - tests, 'node') : '',
      tests > 0 ? counted(tests, 'test') : '',
    ].filter(Boolean);
    return [
      h(
        'div',
        { class: `tile ${tone}` },
        h('strong', {}, formatCount(some.length)),
        h('span', {}, words[tone]),
        h('small', {}, what.join(', ')),
      ),
    ];
  });
  return h(
    'section',
    { class: 'run-state', 'aria-label': 'Last run' },
    h('div', { class: 'tiles' }, ...tiles, stored(site)),
    h(
      'p',
      { class: 'note' },
      'Last run: ',
      h('code', {}, `tsdbt ${run.command ?? 'build'}`),
      run.at === undefined ? '' : `, ${formatTime(run.at)}`,
      run.seconds === undefined ? '' : `, ${formatSeconds(run.seconds)}`,
    ),
  );
}

/** What the warehouse holds. */
function stored(site: Site): HTMLElement | undefined {
  const tables = site.nodes.filter((node) => node.version !== undefined);
  if (tables.length === 0) return undefined;
  const sum = (of: (node: SiteNode) => number | undefined): number =>
    tables.reduce((total, node) => total + (of(node) ?? 0), 0);
  return h(
    'div',
    { class: 'tile' },
    h('strong', {}, formatCompact(sum((node) => node.rows))),
    h('span', {}, 'rows'),
    h('small', {}, `${counted(tables.length, 'Delta table')}, ${formatBytes(sum((node) => node.bytes))}`),
  );
}

function card(site: Site, entry: EntryPoint): HTMLElement {
  const outside = /^https?:\/\//i.test(entry.target);
  const selected = outside ? [] : [...site.graph.select(entry.target).ids].map((id) => site.get(id)!);
  const nodes = selected.filter((node) => node.type !== 'test');
  const failed = selected.filter((node) => node.result !== undefined && toneOf(node.result.status) === 'bad').length;
  const only = nodes.length === 1 ? nodes[0] : undefined;
  const href = outside ? entry.target : only === undefined ? lineageRoute(entry.target) : nodeRoute(only.id);
  return h(
    'article',
    { class: 'card' },
    h('h3', {}, h('a', { href, ...(outside ? { rel: 'noopener noreferrer', target: '_blank' } : {}) }, entry.title)),
    entry.text !== '' && trusted('div', { class: 'markdown' }, markdownToHtml(entry.text)),
    !outside &&
      h(
        'p',
        { class: 'members' },
        ...nodes
          .filter((node) => node.type === 'model')
          .slice(0, 12)
          .map((node) => nodeLink(node, node.name)),
        nodes.length > 12 && h('a', { href }, `and ${nodes.length - 12} more`),
      ),
    failed > 0 && h('p', {}, statusBadge({ status: 'fail', seconds: 0 }), ` ${counted(failed, 'node')}`),
  );
}

function overviewGraph(site: Site, go: (hash: string) => void): HTMLElement | undefined {
  const nodes = site.nodes.filter((node) => node.type !== 'test');
  if (nodes.length < 2) return undefined;
  const view = new LineageView(
    site,
    {
      onSelect: (box) => {
        if (box === undefined) return;
        go(
          box.node === undefined
            ? routeTo(['lineage'], { open: [...open, box.folder!].sort().join(',') })
            : nodeRoute(box.node.id),
        );
      },
      onOpen: () => {},
    },
    { wheelZooms: false, height: { least: 160, most: 460 } },
  );
  const open = foldersToOpen(nodes, 16);
  const drawn = drawGraph(nodes, (id) => site.graph.graph.parentsOf(id), open);
  view.show(drawn);
  return section(
    'graph',
    'How it hangs together',
    view.element,
    h('p', { class: 'actions' }, h('a', { class: 'button', href: routeTo(['lineage']) }, 'Whole lineage')),
  );
}

/** The tables that hold the most rows. */
function largest(site: Site): HTMLElement | undefined {
  const tables = site.nodes
    .filter((node) => node.rows !== undefined)
    .sort((a, b) => b.rows! - a.rows!)
    .slice(0, 8);
  if (tables.length < 3) return undefined;
  const most = Math.max(1, tables[0]!.rows!);
  const row = (node: SiteNode) =>
    h(
      'tr',
      {},
      h('th', { scope: 'row' }, nodeLink(node)),
      h('td', { class: 'number' }, formatCount(node.rows!)),
      h('td', { class: 'number' }, node.bytes === undefined ? '' : formatBytes(node.bytes)),
      h(
        'td',
        { class: 'bar', 'aria-hidden': 'true' },
        h('span', { style: `width:${Math.max(0.5, (100 * node.rows!) / most)}%` }),
      ),
    );
  return section(
    'largest',
    'Largest tables',
    h(
      'table',
      { class: 'largest' },
      h('thead', {}, h('tr', {}, ...['Table', '#Rows', '#Size', ''].map(headCell))),
      h('tbody', {}, ...tables.map(row)),
    ),
  );
}
