import type { SiteNode } from '../site-data.js';
import { h } from './dom.js';
import { formatCount } from './format.js';
import { breakable, longTable, nodeLink, section, statusBadge, toneOf } from './parts.js';
import { nodeRoute } from './route.js';
import type { Site } from './site.js';

const RANK = { bad: 0, warn: 1, dull: 2, good: 3 };

/** Failures first. */
export function byResult(tests: readonly SiteNode[]): SiteNode[] {
  const rank = ({ result }: SiteNode): number => RANK[result === undefined ? 'dull' : toneOf(result.status)];
  return [...tests].sort((a, b) => rank(a) - rank(b));
}

export function testsPart(site: Site, node: SiteNode): HTMLElement | undefined {
  const tests = byResult(site.testsOf(node));
  if (tests.length === 0) return undefined;
  return section('tests', 'Tests', testTable(site, tests, false));
}

/** Tests with their last results. @param named whether the tested node is a column of the table */
export function testTable(site: Site, tests: readonly SiteNode[], named: boolean): HTMLElement {
  const heads = ['Result', 'Test', ...(named ? ['Of'] : []), 'Column', '#Failing rows', 'About'];
  return longTable(
    'Tests',
    heads,
    tests.map((test) => () => {
      const tested = test.test?.attached === undefined ? site.parentsOf(test)[0] : site.nodes[test.test.attached];
      const { failures, message } = test.result ?? {};
      return h(
        'tr',
        {},
        h('td', {}, statusBadge(test.result)),
        h(
          'th',
          { scope: 'row' },
          h(
            'a',
            { href: nodeRoute(test.id), title: test.name },
            ...breakable(test.test?.generic?.replaceAll('_', ' ') ?? test.name),
          ),
        ),
        named && h('td', {}, tested === undefined ? '' : nodeLink(tested)),
        h('td', {}, test.test?.column === undefined ? '' : h('code', {}, ...breakable(test.test.column))),
        h('td', { class: 'number' }, failures === undefined ? '' : formatCount(failures)),
        h('td', { class: 'about' }, message ?? test.about),
      );
    }),
  );
}
