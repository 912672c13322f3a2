import { h } from './dom.js';
import { counted, formatCount } from './format.js';
import { byResult, testTable } from './node-tests.js';
import { breakable, kindBadge, nodeLink, toneOf } from './parts.js';
import { nodeRoute, routeTo } from './route.js';
import type { Site } from './site.js';

const TONES = [
  ['bad', 'failed'],
  ['warn', 'warned'],
  ['good', 'passed'],
  ['dull', 'not run'],
] as const;

/** All tests with their last results, failures first. */
export function testsPage(site: Site, only: string | undefined): HTMLElement {
  const tests = byResult(site.nodes.filter((node) => node.type === 'test'));
  const toneOfTest = (test: (typeof tests)[number]) =>
    test.result === undefined ? 'dull' : toneOf(test.result.status);
  const shown = only === undefined ? tests : tests.filter((test) => toneOfTest(test) === only);
  const link = (tone: string | undefined, text: string, count: number) =>
    h(
      'a',
      {
        class: 'button',
        href: routeTo(['tests'], { result: tone }),
        'aria-current': tone === only ? 'true' : undefined,
      },
      `${text} ${formatCount(count)}`,
    );
  return h(
    'div',
    {},
    h('h1', {}, 'Tests'),
    h(
      'p',
      { class: 'actions' },
      link(undefined, 'all', tests.length),
      ...TONES.map(([tone, word]) => [tone, word, tests.filter((test) => toneOfTest(test) === tone).length] as const)
        .filter(([, , count]) => count > 0)
        .map(([tone, word, count]) => link(tone, word, count)),
    ),
    shown.length === 0 ? h('p', { class: 'empty' }, 'No tests.') : testTable(site, shown, true),
  );
}

/** What uses the tables outside of the project. */
export function exposuresPage(site: Site): HTMLElement {
  const exposures = site.nodes.filter((node) => node.type === 'exposure');
  return h(
    'div',
    {},
    h('h1', {}, 'Exposures'),
    exposures.length === 0 && h('p', { class: 'empty' }, 'The project declares none.'),
    h(
      'div',
      { class: 'cards' },
      ...exposures.map((node) =>
        h(
          'article',
          { class: 'card' },
          h('h3', {}, h('a', { href: nodeRoute(node.id) }, node.label)),
          h('p', {}, kindBadge(node)),
          h('p', {}, node.about),
          h('p', { class: 'members' }, ...site.parentsOf(node).map((parent) => nodeLink(parent))),
        ),
      ),
    ),
  );
}

export function searchPage(site: Site, query: string): HTMLElement {
  const hits = site.search.find(query);
  return h(
    'div',
    {},
    h('h1', {}, 'Search'),
    h('p', { class: 'count', role: 'status' }, `${counted(hits.length, 'hit')} for “${query}”`),
    h(
      'ol',
      { class: 'hits' },
      ...hits
        .slice(0, 200)
        .map(({ node, column }) =>
          h(
            'li',
            {},
            h(
              'p',
              {},
              nodeLink(node),
              kindBadge(node),
              column !== undefined && ['column ', h('code', {}, ...breakable(column))],
            ),
            h('p', { class: 'about' }, node.about),
          ),
        ),
    ),
    hits.length > 200 &&
      h('p', { class: 'note' }, `The first 200 of ${formatCount(hits.length)} are shown; more words narrow it down.`),
  );
}
