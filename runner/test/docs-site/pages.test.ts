import { describe, expect, it } from 'vitest';
import { counted, formatBytes, formatSeconds } from '../../src/docs-site/browser/format.js';
import { lineageRoute, nodeRoute, parseRoute, routeTo } from '../../src/docs-site/browser/route.js';
import { Search } from '../../src/docs-site/browser/search.js';
import type { SiteNode } from '../../src/docs-site/site-data.js';

describe('addresses', () => {
  it.each(['+gold.x,tag:a', '2+name+1', '@x', 'a b --exclude c', 'path:models/a b', '100%', 'a&b=c#d?e', 'ü'])(
    'keep a selector: %s',
    (select) => {
      expect(parseRoute(lineageRoute(select))).toEqual({ path: ['lineage'], query: { select } });
    },
  );

  it('name nodes and their sections', () => {
    expect(nodeRoute('model.shop.orders', 'columns')).toBe('#/node/model.shop.orders?s=columns');
    expect(parseRoute('#/node/source.shop.raw.a%2Fb')).toEqual({ path: ['node', 'source.shop.raw.a/b'], query: {} });
    expect(routeTo(['tests'], { result: undefined })).toBe('#/tests');
  });

  it('of any form are read', () => {
    expect(parseRoute('')).toEqual({ path: [], query: {} });
    expect(parseRoute('#/lineage?select=%E0%A4%A')).toEqual({ path: ['lineage'], query: { select: '%E0%A4%A' } });
  });
});

describe('search', () => {
  const node = (name: string, more: Partial<SiteNode> = {}): SiteNode => ({
    id: `model.p.${name}`,
    type: 'model',
    name,
    label: `gold.${name}`,
    kind: 'table',
    fqn: ['p', name],
    path: `models/${name}.sql`,
    package: 'p',
    tags: [],
    about: '',
    reads: [],
    config: -1,
    ...more,
  });
  const search = new Search([
    node('orders_daily', { columns: ['day', 'revenue'] }),
    node('orders'),
    node('unique_orders', { type: 'test' }),
    node('customers', { about: 'Who buys, and how many orders they placed', tags: ['crm'] }),
  ]);
  const names = (query: string): string[] => search.find(query).map((hit) => hit.node.name);

  it('finds names first, then what else says the word; tests come last', () => {
    expect(names('orders')).toEqual(['orders', 'orders_daily', 'unique_orders', 'customers']);
  });

  it('finds columns and says which, tags and descriptions', () => {
    expect(search.find('reven')).toMatchObject([{ node: { name: 'orders_daily' }, column: 'revenue' }]);
    expect(names('crm')).toEqual(['customers']);
    expect(names('WHO buys')).toEqual(['customers']);
  });

  it('wants every word, and finds nothing for nothing', () => {
    expect(names('orders revenue')).toEqual(['orders_daily']);
    expect(names('orders nowhere')).toEqual([]);
    expect(names('  ')).toEqual([]);
  });
});

describe('numbers', () => {
  it('are written for people', () => {
    expect([0, 999, 1000, 1_536, 123_456, 999_600, 5e9].map(formatBytes)).toEqual([
      '0 B',
      '999 B',
      '1.0 kB',
      '1.5 kB',
      '123 kB',
      '1.0 MB',
      '5.0 GB',
    ]);
    expect([0.123, 12.34, 75].map(formatSeconds)).toEqual(['0.12 s', '12.3 s', '1 min 15 s']);
    expect([counted(1, 'query'), counted(2000, 'query'), counted(2, 'node')]).toEqual([
      '1 query',
      '2,000 queries',
      '2 nodes',
    ]);
  });
});
