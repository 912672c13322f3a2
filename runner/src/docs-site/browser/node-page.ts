import type { NodeDetails, SiteNode } from '../site-data.js';
import { h } from './dom.js';
import { drawGraph, foldersOf } from './folders.js';
import { formatBytes, formatCount, formatTime } from './format.js';
import { LineageView } from './lineage-view.js';
import { codePart } from './node-code.js';
import { columnsPart } from './node-columns.js';
import { historyPart } from './node-history.js';
import { testsPart } from './node-tests.js';
import { breakable, kindBadge, markdown, nodeLink, nodeStatusBadge, section } from './parts.js';
import { lineageRoute, nodeRoute, routeTo } from './route.js';
import { type Site, selectorOf } from './site.js';

/** Everything of one node. */
export async function nodePage(site: Site, node: SiteNode, go: (hash: string) => void): Promise<HTMLElement> {
  const details = await site.details(node);
  const parts = [
    columnsPart(site, node, details),
    lineagePart(site, node, go),
    codePart(details),
    testsPart(site, node),
    historyPart(details),
    otherPart(details),
  ].filter((part) => part !== undefined);
  return h(
    'article',
    { class: 'node-page' },
    header(site, node, details),
    details.problem !== undefined && h('p', { class: 'problem', role: 'alert' }, details.problem),
    ...(details.errors ?? []).map((error) => h('pre', { class: 'problem' }, error)),
    node.result?.message !== undefined &&
      (details.errors ?? []).length === 0 &&
      h('p', { class: 'message' }, node.result.message),
    details.description.trim() === '' ? h('p', { class: 'empty' }, 'No description.') : markdown(details.description),
    parts.length > 1 &&
      h(
        'nav',
        { class: 'parts', 'aria-label': 'Parts of this page' },
        ...parts.map((part) =>
          h('a', { href: nodeRoute(node.id, part.id) }, part.querySelector('h2')!.firstChild!.textContent ?? part.id),
        ),
      ),
    ...parts,
  );
}

function header(site: Site, node: SiteNode, details: NodeDetails): HTMLElement {
  const { table } = details;
  const facts: (readonly [string, string])[] = [];
  if (table?.rows !== undefined) facts.push(['Rows', formatCount(table.rows)]);
  if (table?.bytes !== undefined) facts.push(['Size', formatBytes(table.bytes)]);
  if (table?.version !== undefined) facts.push(['Version', String(table.version)]);
  if (table?.modifiedAt !== undefined) facts.push(['Written', formatTime(table.modifiedAt)]);
  if (details.columns.length > 0) facts.push(['Columns', formatCount(details.columns.length)]);
  if ((table?.partitionBy ?? []).length > 0) facts.push(['Partitioned by', table!.partitionBy.join(', ')]);
  const tested = node.test?.attached === undefined ? undefined : site.nodes[node.test.attached];
  return h(
    'header',
    { class: 'page-head' },
    h('p', { class: 'crumbs' }, ...crumbs(node)),
    h('h1', {}, ...breakable(node.label)),
    h(
      'p',
      { class: 'badges' },
      kindBadge(node),
      nodeStatusBadge(node),
      ...node.tags.map((tag) => h('a', { class: 'tag', href: lineageRoute(`tag:${tag}`) }, tag)),
      table === undefined &&
        ['model', 'seed'].includes(node.type) &&
        node.kind !== 'ephemeral' &&
        h('span', { class: 'status dull' }, 'not built yet'),
    ),
    tested !== undefined &&
      h(
        'p',
        {},
        'Tests ',
        nodeLink(tested),
        node.test?.column !== undefined && [', column ', h('code', {}, node.test.column)],
      ),
    details.url !== undefined &&
      /^https?:\/\//i.test(details.url) &&
      h('p', {}, h('a', { href: details.url, rel: 'noopener noreferrer', target: '_blank' }, details.url)),
    (facts.length > 0 || details.facts.length > 0) &&
      h(
        'dl',
        { class: 'facts' },
        ...[...facts, ...details.facts].map(([name, value]) =>
          h('div', {}, h('dt', {}, name), h('dd', {}, ...breakable(value))),
        ),
      ),
  );
}

/** The file, folder by folder, each a selector. */
function crumbs(node: SiteNode): (HTMLElement | string)[] {
  if (node.type !== 'model' && node.type !== 'seed') return [h('span', {}, ...breakable(node.path))];
  const names = node.path.split('/');
  const file = names.pop()!;
  return [
    ...names.flatMap((name, i) => [
      h('a', { href: lineageRoute(`path:${names.slice(0, i + 1).join('/')}`) }, name),
      ' / ',
    ]),
    h('span', {}, ...breakable(file)),
  ];
}

function lineagePart(site: Site, node: SiteNode, go: (hash: string) => void): HTMLElement | undefined {
  const { graph } = site.graph;
  const near = new Set([node.id, ...graph.parentsOf(node.id), ...graph.childrenOf(node.id)]);
  const nodes = site.nodes.filter((other) => near.has(other.id) && (other.type !== 'test' || other === node));
  if (nodes.length < 2) return undefined;
  const view = new LineageView(
    site,
    { onSelect: (box) => box !== undefined && box.node !== node && go(hashOf(box)), onOpen: (box) => go(hashOf(box)) },
    { wheelZooms: false, height: { least: 130, most: 440 } },
  );
  const hashOf = (box: { readonly node: SiteNode | undefined }): string =>
    box.node === undefined ? routeTo(['lineage'], { select: `1+${selectorOf(node)}+1` }) : nodeRoute(box.node.id);
  const open = nodes.length > 60 ? new Set<string>() : new Set(nodes.flatMap(foldersOf));
  const drawn = drawGraph(nodes, (id) => graph.parentsOf(id), open);
  view.show(drawn, new Set([node.id]));
  const name = selectorOf(node);
  return section(
    'lineage',
    'Lineage',
    view.element,
    h(
      'p',
      { class: 'actions' },
      h('a', { class: 'button', href: lineageRoute(`2+${name}+2`) }, 'Two steps'),
      h('a', { class: 'button', href: lineageRoute(`+${name}`) }, 'All it reads'),
      h('a', { class: 'button', href: lineageRoute(`${name}+`) }, 'All that reads it'),
    ),
    linkList('Reads', site.parentsOf(node)),
    linkList('Read by', site.childrenOf(node)),
  );
}

function linkList(title: string, nodes: readonly SiteNode[]): HTMLElement | undefined {
  if (nodes.length === 0) return undefined;
  return h(
    'div',
    { class: 'links' },
    h('h3', {}, title),
    h('ul', {}, ...nodes.map((node) => h('li', {}, nodeLink(node)))),
  );
}

function otherPart(details: NodeDetails): HTMLElement | undefined {
  const { meta, macros, constraints } = details;
  const properties = Object.entries(details.table?.properties ?? {});
  if (Object.keys(meta).length + macros.length + constraints.length + properties.length === 0) return undefined;
  return section(
    'more',
    'More',
    constraints.length > 0 && [
      h('h3', {}, 'Constraints'),
      h('ul', {}, ...constraints.map((text) => h('li', {}, text))),
    ],
    Object.keys(meta).length > 0 && [h('h3', {}, 'Meta'), h('pre', {}, JSON.stringify(meta, undefined, 2))],
    properties.length > 0 && [
      h('h3', {}, 'Table properties'),
      h('pre', {}, properties.map(([key, value]) => `${key} = ${value}`).join('\n')),
    ],
    macros.length > 0 && [h('h3', {}, 'Macros'), h('p', {}, h('code', {}, ...breakable(macros.join(', '))))],
  );
}
