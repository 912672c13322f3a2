import { parseSelection } from '../../manifest/select/criterion.js';
import type { SiteNode } from '../site-data.js';
import { h } from './dom.js';
import { type Box, drawGraph, foldersOf, foldersToOpen } from './folders.js';
import { counted, formatBytes, formatCount } from './format.js';
import { LineageView } from './lineage-view.js';
import { breakable, kindBadge, longTable, nodeLink, nodeStatusBadge } from './parts.js';
import { nodeRoute, type Route, routeTo } from './route.js';
import { type Site, selectorOf } from './site.js';

const GRAMMAR: readonly (readonly [string, string])[] = [
  ['name', 'a node, or all in a folder: gold, gold.daily'],
  ['+name', 'and all that it reads'],
  ['name+', 'and all that reads it'],
  ['2+name+1', 'the same, so many steps far'],
  ['@name', 'all that reads it, and all that those read'],
  ['a b', 'what a or b selects'],
  ['a,b', 'what both select'],
  ['--exclude x', 'without x'],
  ['tag:daily', 'by tag; also path: source: exposure: config.materialized: group: resource_type: test_name:'],
  ['*_daily', 'patterns with * ? [a-z]'],
];

/** The graph of what a selector selects, and the same as a table. */
export function lineagePage(site: Site, route: Route, go: (hash: string) => void): HTMLElement {
  const { select = '', tests, open: opened } = route.query;
  const to = (change: Record<string, string | undefined>): void =>
    go(routeTo(['lineage'], { ...route.query, ...change }));
  const selected = site.graph.select(select);
  const nodes = site.nodes.filter((node) => selected.ids.has(node.id) && (tests === '1' || node.type !== 'test'));
  const hidden = tests === '1' ? 0 : selected.ids.size - nodes.length;
  const open = openFolders(opened, nodes);

  const input = h('input', {
    type: 'text',
    id: 'selector',
    value: select,
    spellcheck: 'false',
    autocomplete: 'off',
    autocapitalize: 'off',
    placeholder: 'everything, or e.g. +gold.daily,tag:report',
    'aria-describedby': 'selector-says',
  });
  const form = h(
    'form',
    {
      class: 'selector',
      role: 'search',
      'aria-label': 'Select nodes',
      onsubmit: (event: SubmitEvent) => {
        event.preventDefault();
        to({ select: input.value.trim(), open: undefined });
      },
    },
    h('label', { for: 'selector' }, h('code', {}, '--select')),
    input,
    h('button', { type: 'submit', class: 'primary' }, 'Show'),
    select !== '' &&
      h('button', { type: 'button', onclick: () => to({ select: undefined, open: undefined }) }, 'Clear'),
  );

  const details = h('div', { class: 'chosen', 'aria-live': 'polite' });
  const openFolder = (box: Box): void => to({ open: [...open, box.folder!].sort().join(',') || 'none' });
  const view = new LineageView(
    site,
    {
      onSelect: (box) => details.replaceChildren(...chosen(site, box, select, to, openFolder)),
      onOpen: (box) => (box.node === undefined ? openFolder(box) : go(nodeRoute(box.node.id))),
    },
    { wheelZooms: true },
  );
  const graph = drawGraph(nodes, (id) => site.graph.graph.parentsOf(id), open);
  const closed = graph.boxes.some((box) => box.folder !== undefined);
  const folders = [...new Set(nodes.flatMap(foldersOf))];
  const toolbar = h(
    'div',
    { class: 'toolbar' },
    h('span', { class: 'count', id: 'selector-says', role: 'status' }, summary(nodes, hidden)),
    hopControls(select, to),
    h(
      'label',
      {},
      h('input', {
        type: 'checkbox',
        checked: tests === '1',
        onchange: (event: Event) => to({ tests: (event.target as HTMLInputElement).checked ? '1' : undefined }),
      }),
      ' tests',
    ),
    closed && h('button', { type: 'button', onclick: () => to({ open: 'all' }) }, 'Open all folders'),
    folders.some((folder) => open.has(folder)) &&
      nodes.length > 1 &&
      h('button', { type: 'button', onclick: () => to({ open: 'none' }) }, 'Close folders'),
  );
  const page = h(
    'div',
    { class: 'lineage-page' },
    h('h1', {}, 'Lineage'),
    form,
    ...selected.problems.map(({ message, hint }) => problem(message, hint, input, to)),
    h('details', { class: 'grammar' }, h('summary', {}, 'What can be written here'), grammar()),
    toolbar,
    nodes.length === 0
      ? h('p', { class: 'empty' }, 'Nothing is selected.')
      : h('div', { class: 'stage' }, view.element, details),
    nodes.length > 0 && h('h2', {}, 'Selected nodes'),
    nodes.length > 0 && nodeTable(site, nodes),
  );
  view.show(graph, marks(site, select));
  return page;
}

function openFolders(opened: string | undefined, nodes: readonly SiteNode[]): Set<string> {
  if (opened === undefined) return foldersToOpen(nodes);
  if (opened === 'all') return new Set(nodes.flatMap(foldersOf));
  return new Set(opened === 'none' ? [] : opened.split(','));
}

function summary(nodes: readonly SiteNode[], hidden: number): string {
  const tests = hidden === 0 ? '' : ` and ${counted(hidden, 'test')}`;
  return `${counted(nodes.length, 'node')}${tests}`;
}

/** The nodes that a single term names, without those that its plus signs add. */
function marks(site: Site, select: string): ReadonlySet<string> {
  const term = singleTerm(select);
  if (term === undefined || (term.parents === 0 && term.children === 0 && !term.childrensParents)) return new Set();
  return new Set([...site.graph.select(bare(term)).ids].filter((id) => site.get(id)?.type !== 'test'));
}

function singleTerm(select: string) {
  if (select.trim() === '' || select.includes('--exclude')) return undefined;
  try {
    const selection = parseSelection([select]);
    return selection.kind === 'criterion' ? selection : undefined;
  } catch {
    return undefined;
  }
}

function bare(term: { readonly text: string }): string {
  return term.text.replace(/^@|^\d*\+/, '').replace(/\+\d*$/, '');
}

/** Buttons that rewrite the plus signs of a single term: how far to go up and down. */
function hopControls(
  select: string,
  to: (change: Record<string, string | undefined>) => void,
): HTMLElement | undefined {
  const term = singleTerm(select);
  if (term === undefined) return undefined;
  const name = bare(term);
  const show = (up: number, down: number): void => {
    const part = (depth: number, sign: (digits: string) => string): string =>
      depth === 0 ? '' : sign(Number.isFinite(depth) ? String(depth) : '');
    to({ select: `${part(up, (d) => `${d}+`)}${name}${part(down, (d) => `+${d}`)}`, open: undefined });
  };
  const { parents, children } = term;
  const stepper = (label: string, depth: number, set: (depth: number) => void) =>
    h(
      'span',
      { class: 'stepper', role: 'group', 'aria-label': label },
      h('span', {}, label),
      h(
        'button',
        {
          type: 'button',
          'aria-label': `${label}: fewer`,
          disabled: depth === 0,
          onclick: () => set(Number.isFinite(depth) ? depth - 1 : 3),
        },
        '−',
      ),
      h('output', {}, Number.isFinite(depth) ? depth : 'all'),
      h(
        'button',
        {
          type: 'button',
          'aria-label': `${label}: more`,
          disabled: !Number.isFinite(depth),
          onclick: () => set(depth + 1),
        },
        '+',
      ),
      h(
        'button',
        {
          type: 'button',
          'aria-label': `${label}: all`,
          disabled: !Number.isFinite(depth),
          onclick: () => set(Number.POSITIVE_INFINITY),
        },
        'all',
      ),
    );
  return h(
    'span',
    { class: 'hops' },
    stepper('upstream', parents, (depth) => show(depth, children)),
    stepper('downstream', children, (depth) => show(parents, depth)),
  );
}

function problem(
  message: string,
  hint: string | undefined,
  input: HTMLInputElement,
  to: (change: Record<string, string | undefined>) => void,
): HTMLElement {
  const meant = hint === undefined ? undefined : /^did you mean "(.+)"\?$/.exec(hint)?.[1];
  const wrong = /"([^"]+)"/.exec(message)?.[1];
  return h(
    'p',
    { class: 'problem', role: 'alert' },
    message,
    hint !== undefined && meant === undefined && h('span', { class: 'hint' }, hint),
    meant !== undefined &&
      h(
        'span',
        { class: 'hint' },
        'did you mean ',
        h(
          'button',
          {
            type: 'button',
            class: 'link',
            onclick: () => to({ select: input.value.replace(namedBy(wrong ?? ''), meant), open: undefined }),
          },
          meant,
        ),
        '?',
      ),
  );
}

/** The part of a term that names something: `custmers` of `+tag:custmers`. */
function namedBy(term: string): string {
  return bare({ text: term }).replace(/^[A-Za-z_][\w.]*:/, '');
}

function grammar(): HTMLElement {
  return h(
    'dl',
    {},
    ...GRAMMAR.map(([term, meaning]) => h('div', {}, h('dt', {}, h('code', {}, term)), h('dd', {}, meaning))),
  );
}

/** What is said of the chosen box, and where one can go from it. */
function chosen(
  site: Site,
  box: Box | undefined,
  select: string,
  to: (change: Record<string, string | undefined>) => void,
  openFolder: (box: Box) => void,
): HTMLElement[] {
  if (box === undefined) return [];
  const { node } = box;
  if (node === undefined) {
    const folder = box.folder!;
    const term = folder.replaceAll('/', '.');
    const isModelFolder = !/^(?:sources|exposures|seeds|tests|semantics|functions|analyses)(?:\/|$)/.test(folder);
    return [
      h('strong', {}, folder),
      h('span', {}, counted(box.members.length, 'node')),
      h('button', { type: 'button', class: 'primary', onclick: () => openFolder(box) }, 'Open folder'),
      ...(isModelFolder
        ? [
            h(
              'button',
              { type: 'button', onclick: () => to({ select: `+${term}`, open: undefined }) },
              'Select, with all it reads',
            ),
          ]
        : []),
    ];
  }
  const name = selectorOf(node);
  const focus = (label: string, text: string) =>
    h(
      'button',
      { type: 'button', disabled: text === select, onclick: () => to({ select: text, open: undefined }) },
      label,
    );
  return [
    nodeLink(node),
    kindBadge(node),
    ...[nodeStatusBadge(node)].filter((badge) => badge !== undefined),
    h('span', { class: 'about' }, node.about),
    h(
      'span',
      { class: 'actions' },
      h('a', { class: 'button primary', href: nodeRoute(node.id) }, 'Open page'),
      focus('± 1 step', `1+${name}+1`),
      focus('± 2 steps', `2+${name}+2`),
      focus('All it reads', `+${name}`),
      focus('All that reads it', `${name}+`),
      h('span', { class: 'degree' }, `reads ${site.parentsOf(node).length}, read by ${site.childrenOf(node).length}`),
    ),
  ];
}

/** Nodes as a table; long ones are cut until asked for. */
export function nodeTable(site: Site, nodes: readonly SiteNode[]): HTMLElement {
  const order = new Map([...site.graph.graph.order].map((id, i) => [id, i]));
  const sorted = [...nodes].sort((a, b) => order.get(a.id)! - order.get(b.id)!);
  return longTable(
    'Nodes',
    ['Name', 'Kind', 'Last run', '#Rows', '#Size', 'Description'],
    sorted.map(
      (node) => () =>
        h(
          'tr',
          {},
          h('th', { scope: 'row' }, nodeLink(node)),
          h('td', {}, kindBadge(node)),
          h('td', {}, nodeStatusBadge(node)),
          h('td', { class: 'number' }, node.rows === undefined ? '' : formatCount(node.rows)),
          h('td', { class: 'number' }, node.bytes === undefined ? '' : formatBytes(node.bytes)),
          h('td', { class: 'about' }, ...breakable(node.about)),
        ),
    ),
  );
}
