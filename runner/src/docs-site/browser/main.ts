import { h } from './dom.js';
import { formatTime } from './format.js';
import { homePage } from './home-page.js';
import { lineagePage } from './lineage-page.js';
import { exposuresPage, searchPage, testsPage } from './list-pages.js';
import { nodePage } from './node-page.js';
import { parseRoute, routeTo } from './route.js';
import { SearchBox } from './search-box.js';
import { Sidebar } from './sidebar.js';
import { Site, selectorOf } from './site.js';
import { themeButton } from './theme.js';

const KEYS: readonly (readonly [string, string])[] = [
  ['/', 'search'],
  ['o', 'overview'],
  ['l', 'lineage; on a node’s page: around that node'],
  ['s', 'the selector box'],
  ['t', 'colours'],
  ['?', 'this list'],
  ['← → ↑ ↓', 'in a graph: from node to node'],
  ['Enter', 'in a graph: choose a node, once more: open it'],
  ['+ − 0', 'in a graph: zoom, show all'],
];

const site = new Site();
const go = (hash: string): void => {
  if (location.hash === hash) void show();
  else location.hash = hash;
};
const main = h('main', { id: 'main', tabindex: -1 });
const sidebar = new Sidebar(site);
const search = new SearchBox(site, go);
const theme = themeButton();
const help = h(
  'dialog',
  { class: 'help', 'aria-label': 'Keys' },
  h('h2', {}, 'Keys'),
  h('dl', {}, ...KEYS.map(([key, does]) => h('div', {}, h('dt', {}, h('kbd', {}, key)), h('dd', {}, does)))),
  h('form', { method: 'dialog' }, h('button', { class: 'primary' }, 'Close')),
);
const menu = h(
  'button',
  {
    type: 'button',
    class: 'menu',
    'aria-label': 'Contents',
    'aria-controls': 'sidebar',
    'aria-expanded': 'false',
    onclick: () => openMenu(!document.body.classList.contains('menu-open')),
  },
  '☰',
);
let current: ReturnType<typeof parseRoute> = { path: [], query: {} };
let shown: string | undefined;

function openMenu(open: boolean): void {
  document.body.classList.toggle('menu-open', open);
  menu.setAttribute('aria-expanded', String(open));
}

async function show(): Promise<void> {
  current = parseRoute(location.hash);
  const hash = location.hash;
  openMenu(false);
  const [kind = '', id = ''] = current.path;
  const node = kind === 'node' ? site.get(id) : undefined;
  const pageKey = kind === 'node' ? id : hash;
  if (pageKey !== shown || kind === 'lineage') {
    const page = await pageOf(kind, id);
    // another page was asked for while this one loaded
    if (hash !== location.hash) return;
    main.replaceChildren(page);
    if (shown !== undefined && kind !== 'lineage') main.focus({ preventScroll: true });
    if (current.query.s === undefined && !(kind === 'lineage' && shown?.startsWith('#/lineage') === true))
      scrollTo(0, 0);
    shown = pageKey;
  }
  const title = main.querySelector('h1')?.textContent ?? '';
  document.title = title === site.index.project.name ? title : `${title} · ${site.index.project.name}`;
  sidebar.show(kind === 'node' ? routeTo(['node', id]) : routeTo(current.path), node);
  if (current.query.s !== undefined) document.getElementById(current.query.s)?.scrollIntoView();
}

async function pageOf(kind: string, id: string): Promise<HTMLElement> {
  const node = kind === 'node' ? site.get(id) : undefined;
  if (node !== undefined) return nodePage(site, node, go);
  switch (kind) {
    case '':
      return homePage(site, go);
    case 'lineage':
      return lineagePage(site, current, go);
    case 'tests':
      return testsPage(site, current.query.result);
    case 'exposures':
      return exposuresPage(site);
    case 'search':
      return searchPage(site, current.query.q ?? '');
    default:
      return h(
        'div',
        {},
        h('h1', {}, 'Not here'),
        h(
          'p',
          {},
          'These pages have no place ',
          h('code', {}, location.hash),
          '. ',
          h('a', { href: '#/' }, 'To the overview'),
        ),
      );
  }
}

document.addEventListener('keydown', (event) => {
  const target = event.target as HTMLElement;
  if (event.key === 'Escape') openMenu(false);
  if (event.ctrlKey || event.metaKey || event.altKey || target.closest('input, textarea, select, dialog') !== null)
    return;
  const acts: Record<string, () => void> = {
    '/': () => search.focus(),
    o: () => go('#/'),
    l: () => go(current.path[0] === 'node' ? lineageOf(current.path[1]!) : routeTo(['lineage'])),
    s: () => {
      const box = document.getElementById('selector');
      if (box === null) go(routeTo(['lineage']));
      else box.focus();
    },
    t: () => theme.click(),
    '?': () => help.showModal(),
  };
  const act = acts[event.key];
  if (act === undefined) return;
  event.preventDefault();
  act();
});

function lineageOf(id: string): string {
  const node = site.get(id);
  if (node === undefined) return routeTo(['lineage']);
  return routeTo(['lineage'], {
    select: `2+${selectorOf(node)}+2`,
  });
}

document.body.append(
  h('button', { type: 'button', class: 'skip', onclick: () => main.focus() }, 'To the content'),
  h(
    'header',
    { class: 'top' },
    menu,
    h('a', { class: 'brand', href: '#/' }, site.index.project.name),
    search.element,
    theme,
    h('button', { type: 'button', class: 'keys', 'aria-label': 'Keys', onclick: () => help.showModal() }, '?'),
  ),
  sidebar.element,
  h('div', { class: 'veil', onclick: () => openMenu(false) }),
  main,
  h(
    'footer',
    {},
    `Made by ${site.index.generator}, ${formatTime(site.index.generatedAt)}, target ${site.index.project.target}`,
  ),
  help,
);
addEventListener('hashchange', () => void show());
void show();
