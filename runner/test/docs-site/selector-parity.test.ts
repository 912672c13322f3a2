import { beforeAll, describe, expect, it } from 'vitest';
import type { Catalog } from '../../src/artifacts/catalog.js';
import { SiteGraph } from '../../src/docs-site/browser/select.js';
import { buildSite } from '../../src/docs-site/build-site.js';
import type { SiteIndex } from '../../src/docs-site/site-data.js';
import { tsdbtErrorsOf } from '../../src/errors/tsdbt-error.js';
import type { Manifest } from '../../src/manifest/manifest.js';
import { selectNodes } from '../../src/manifest/select/select-nodes.js';
import { parse } from '../manifest/parse-project.js';
import { shopCopy } from '../manifest/temp-project.js';

const nothing: Catalog = { entries: new Map(), problems: new Map() };

let manifest: Manifest;
let graph: SiteGraph;
beforeAll(async () => {
  manifest = await parse(shopCopy());
  const { index } = buildSite({
    manifest,
    catalog: nothing,
    lastRun: undefined,
    compiled: new Map(),
    generatedAt: new Date(0),
  });
  // as the page reads it: through JSON
  graph = new SiteGraph(JSON.parse(JSON.stringify(index)) as SiteIndex);
});

const models = (text: string): string[] =>
  [...graph.select(text).ids]
    .filter((id) => !id.startsWith('test.'))
    .map((id) => id.split('.').slice(2).join('.'))
    .sort();

describe('the selector box', () => {
  it.each([
    ['customer_value', ['customer_value']],
    [
      '+customer_value',
      [
        'customer_value',
        'customers',
        'order_payments',
        'orders',
        'orders_paid',
        'payments',
        'raw_customers',
        'raw_orders',
        'raw_payments',
      ],
    ],
    ['1+customer_value', ['customer_value', 'customers', 'orders_paid']],
    ['orders_paid+1', ['customer_value', 'daily_revenue', 'orders_paid']],
    ['gold,tag:report', undefined],
    ['exposure:sales_board', ['sales_board']],
    ['1+exposure:sales_board', ['customer_segments', 'daily_revenue', 'sales_board']],
  ])('%s selects what the command line does', (text, expected) => {
    if (expected !== undefined) expect(models(text)).toEqual([...expected].sort());
    expect([...graph.select(text).ids].sort()).toEqual([...selectNodes(manifest, { select: [text] })].sort());
  });

  it.each([
    'gold',
    'gold silver',
    'shop.gold',
    'gold.*',
    '*_value',
    '@customers',
    '2+daily_revenue+1',
    'tag:report',
    'tag:rep*',
    'path:models/gold',
    'models/silver/orders_paid.sql',
    'path:models/**/orders*',
    'file:orders.sql',
    'customer_value.sql',
    'source:*',
    '+source:files+',
    'config.materialized:table',
    'config.materialized:ephemeral+',
    'config.group:analytics',
    'group:analytics',
    'access:protected',
    'resource_type:seed',
    'resource_type:test',
    'test_name:unique',
    'test_type:singular',
    'test_type:generic,gold',
    'package:this',
    '+gold,+silver',
    '*',
  ])('%s gives the same ids in both', (text) => {
    const engine = wanted(text);
    const { ids, problems } = graph.select(text);
    expect(problems).toEqual(engine.problems);
    expect([...ids].sort()).toEqual(engine.ids);
  });

  it('takes --exclude behind the terms', () => {
    const engine = selectNodes(manifest, { select: ['+gold'], exclude: ['tag:report', 'bronze'] });
    expect([...graph.select('--select +gold --exclude tag:report bronze').ids].sort()).toEqual([...engine].sort());
    const all = selectNodes(manifest, { exclude: ['gold'] });
    expect([...graph.select('--exclude gold').ids].sort()).toEqual([...all].sort());
  });

  it('selects everything where nothing is written', () => {
    expect(graph.select(' ').ids.size).toBe([...manifest.all()].length);
  });

  it.each([
    ['customer_valu', 'the selector "customer_valu" matches nothing', 'did you mean "customer_value"?'],
    ['tga:report', 'there is no selector method "tga" (in "tga:report")', 'did you mean "tag"?'],
    ['gold,', '"gold," is not a selector: a comma joins two terms', expect.stringContaining('a,b selects')],
    ['@gold+', '"@gold+" is not a selector: "@" and a trailing "+" exclude each other', expect.any(String)],
  ])('%s is wrong in the words of the command line', (text, message, hint) => {
    expect(graph.select(text).problems).toEqual([{ message, hint }]);
    expect(wanted(text).problems).toEqual([{ message, hint }]);
  });
});

function wanted(text: string): { ids: string[]; problems: { message: string; hint: string | undefined }[] } {
  try {
    return { ids: [...selectNodes(manifest, { select: [text] })].sort(), problems: [] };
  } catch (thrown) {
    return { ids: [], problems: tsdbtErrorsOf(thrown).map(({ message, hint }) => ({ message, hint })) };
  }
}
