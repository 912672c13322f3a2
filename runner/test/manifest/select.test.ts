import { beforeAll, describe, expect, it } from 'vitest';
import type { Manifest } from '../../src/manifest/manifest.js';
import type { ResourceType } from '../../src/manifest/nodes.js';
import { type SelectOptions, selectNodes } from '../../src/manifest/select/select-nodes.js';
import { parse } from './parse-project.js';
import { errorsOf, shopCopy, tempProject } from './temp-project.js';

let shop: Manifest;
beforeAll(async () => {
  shop = await parse(shopCopy());
});

const tables: readonly ResourceType[] = ['model', 'seed', 'source', 'exposure'];

function names(manifest: Manifest, options: SelectOptions, kinds = tables): string {
  const ids = selectNodes(manifest, { ...options, resourceTypes: kinds });
  return [...ids]
    .map((id) => manifest.get(id)!.name)
    .sort()
    .join(' ');
}

describe('what terms select in the shop', () => {
  it.each<[string, string]>([
    // names: the leaf, folders with and without the project, prefixes, wildcards
    ['orders', 'orders'],
    ['gold', 'customer_segments customer_value daily_revenue sales_board'],
    ['shop.gold', 'customer_segments customer_value daily_revenue sales_board'],
    ['gold.daily_revenue', 'daily_revenue'],
    ['shop.silver.orders_paid', 'orders_paid'],
    ['fqn:silver', 'order_payments orders_paid'],
    ['gold.customer_*', 'customer_segments customer_value'],
    ['*.daily_revenue', 'daily_revenue'],
    ['order*', 'order_payments orders orders_paid'],
    [
      'shop',
      'customer_segments customer_value customers daily_revenue exchange_rates order_payments orders orders_paid payments raw_customers raw_orders raw_payments sales_board',
    ],
    // graph operators
    ['+orders_paid', 'order_payments orders orders_paid payments raw_orders raw_payments'],
    ['1+orders_paid', 'order_payments orders orders_paid'],
    ['2+orders_paid', 'order_payments orders orders_paid payments raw_orders'],
    ['orders_paid+', 'customer_segments customer_value daily_revenue orders_paid sales_board'],
    ['orders_paid+1', 'customer_value daily_revenue orders_paid'],
    ['1+customer_value+1', 'customer_segments customer_value customers orders_paid'],
    ['silver+', 'customer_segments customer_value daily_revenue order_payments orders_paid sales_board'],
    [
      '@customers',
      'customer_segments customer_value customers daily_revenue order_payments orders orders_paid payments raw_customers raw_orders raw_payments sales_board',
    ],
    [
      '@daily_revenue',
      'customer_segments customer_value customers daily_revenue order_payments orders orders_paid payments raw_customers raw_orders raw_payments sales_board',
    ],
    // methods
    ['tag:report', 'customer_segments customer_value daily_revenue'],
    ['tag:rep*', 'customer_segments customer_value daily_revenue'],
    ['tag:seed', 'raw_customers raw_orders raw_payments'],
    ['tag:external+', 'exchange_rates exchange_rates'],
    ['path:models/gold', 'customer_segments customer_value daily_revenue sales_board'],
    ['models/silver', 'order_payments orders_paid'],
    ['./models/silver/', 'order_payments orders_paid'],
    ['models/gold/customer_value.sql', 'customer_value'],
    ['path:models/*/customer*.sql', 'customer_value customers'],
    ['file:customer_value.sql', 'customer_value'],
    ['customer_segments.ts', 'customer_segments'],
    ['file:customer_value', 'customer_value'],
    ['source:files', 'exchange_rates'],
    ['source:files.exchange_rates+', 'exchange_rates exchange_rates'],
    ['source:shop.files.*', 'exchange_rates'],
    ['exposure:sales_board', 'sales_board'],
    ['1+exposure:*', 'customer_segments daily_revenue sales_board'],
    ['resource_type:seed', 'raw_customers raw_orders raw_payments'],
    ['package:this,resource_type:exposure', 'sales_board'],
    ['package:shop,tag:daily', 'daily_revenue'],
    ['config.materialized:ephemeral', 'order_payments'],
    ['config.unique_key:order_id', 'orders_paid'],
    ['config.meta.owner:analytics', 'customer_segments customer_value daily_revenue'],
    ['config.contract.enforced:true', 'customer_segments customers'],
    ['group:analytics', 'customer_value'],
    ['access:protected,gold', 'customer_segments customer_value daily_revenue'],
    // set operations
    ['orders payments', 'orders payments'],
    ['tag:report,config.materialized:view', 'daily_revenue'],
    ['+daily_revenue,bronze', 'orders payments'],
    ['silver customers,bronze', 'customers order_payments orders_paid'],
  ])('%s → %s', (term, expected) => {
    if (expected === '') expect(() => names(shop, { select: [term] })).toThrow();
    else expect(names(shop, { select: [term] })).toBe(expected);
  });

  it('everything, where nothing is asked for', () => {
    expect(selectNodes(shop).size).toBe([...shop.all()].length);
  });

  it('the union of several --select, without what --exclude selects', () => {
    expect(names(shop, { select: ['gold', 'silver'], exclude: ['order_payments', 'tag:daily'] })).toBe(
      'customer_segments customer_value orders_paid sales_board',
    );
    expect(names(shop, { exclude: ['gold', '1+bronze'] })).toBe('order_payments orders_paid');
  });
});

describe('tests', () => {
  const tests = (options: SelectOptions) => names(shop, options, ['test']);

  it('come with what they test (eager)', () => {
    expect(tests({ select: ['orders_paid'] })).toBe(
      'not_null_orders_paid_order_id not_null_orders_paid_paid returned_orders_are_paid unique_orders_paid_order_id',
    );
    expect(tests({ select: ['customers'] })).toContain('relationships_orders_customer_id__customer_id__ref_customers_');
  });

  it('wait for all that they read (cautious)', () => {
    const cautious = (select: string) => tests({ select: [select], indirectSelection: 'cautious' });
    expect(cautious('customers')).toBe('not_null_customers_customer_id unique_customers_customer_id');
    expect(cautious('customers orders')).toContain('relationships_orders_customer_id__customer_id__ref_customers_');
  });

  it('may read what lies upstream (buildable)', () => {
    const buildable = tests({ select: ['customer_value'], indirectSelection: 'buildable' });
    expect(buildable).toContain('relationships_customer_value_customer_id__customer_id__ref_customers_');
    expect(tests({ select: ['customer_value'], indirectSelection: 'cautious' })).not.toContain('relationships');
  });

  it('may read any source, which nobody builds (buildable)', async () => {
    const manifest = await parse(
      tempProject({
        'project.yml': 'name: shop\n',
        'models/b.sql': 'select 1 as id',
        'models/a.sql': "select * from {{ ref('b') }}",
        'models/c.sql': 'select 1 as id',
        'models/s.yml': 'sources: [{name: raw, tables: [{name: t}]}]\n',
        'tests/with_source.sql': "select * from {{ ref('a') }}, {{ source('raw', 't') }}",
        'tests/with_other.sql': "select * from {{ ref('a') }}, {{ ref('c') }}",
      }),
    );
    const options = { select: ['a'], indirectSelection: 'buildable' } as const;
    expect(names(manifest, options, ['test'])).toBe('with_source');
  });

  it('are left out (empty)', () => {
    expect(tests({ select: ['orders_paid'], indirectSelection: 'empty' })).toBe('');
  });

  it('are excluded with what they test', () => {
    const left = tests({ select: ['bronze'], exclude: ['customers'] });
    expect(left).not.toContain('customers');
    expect(left).toContain('unique_orders_order_id');
  });

  it.each<[string, string]>([
    ['unique_orders_order_id', 'unique_orders_order_id'],
    ['test_type:singular', 'returned_orders_are_paid'],
    ['test_name:positive', 'amounts_above_one positive_payments_amount'],
    ['orders,test_name:accepted_values', 'accepted_values_orders_status__placed__completed__returned'],
    ['config.severity:warn', 'amounts_above_one returned_orders_are_paid'],
    ['tests/returned_orders_are_paid.sql', 'returned_orders_are_paid'],
  ])('are selected by %s', (term, expected) => {
    expect(tests({ select: [term] })).toBe(expected);
  });
});

describe('selectors.yml', () => {
  const yaml = `selectors:
  - name: reports
    default: true
    definition: tag:report
  - name: nightly
    definition:
      union:
        - method: fqn
          value: orders_paid
          parents: true
          parents_depth: 1
        - intersection: [tag:report, "config.materialized:view"]
        - exclude: [orders]
  - name: more
    definition:
      union:
        - {method: selector, value: nightly}
        - tag: seed
`;
  const withSelectors = async (text: string) => {
    const dir = shopCopy();
    const { writeFileSync } = await import('node:fs');
    writeFileSync(`${dir}/selectors.yml`, text);
    return parse(dir);
  };

  it('names selections', async () => {
    const manifest = await withSelectors(yaml);
    expect(names(manifest, { selector: 'nightly' })).toBe('daily_revenue order_payments orders_paid');
    expect(names(manifest, { selector: 'more' })).toBe(
      'daily_revenue order_payments orders_paid raw_customers raw_orders raw_payments',
    );
  });

  it('may have a default', async () => {
    expect(names(await withSelectors(yaml), {})).toBe('customer_segments customer_value daily_revenue');
  });

  it('suggests names', async () => {
    const manifest = await withSelectors(yaml);
    expect(await errorsOf(() => selectNodes(manifest, { selector: 'nightyl' }))).toEqual([
      'TSD3023 - selectors.yml has no selector "nightyl" (did you mean "nightly"?)',
    ]);
  });

  it('has its mistakes reported at their places', async () => {
    const manifest = await withSelectors(
      'selectors:\n  - name: a\n    definition:\n      method: tag\n      valeu: x\n  - name: b\n    definition: {method: selector, value: c}\n',
    );
    expect(await errorsOf(() => selectNodes(manifest, { selector: 'a' }))).toEqual([
      'TSD1006 selectors.yml:3:5 the key "selectors[1].definition.value" is missing',
      'TSD1004 selectors.yml:5:7 unknown key "valeu" (did you mean "value"?)',
      'TSD1005 selectors.yml:7:43 there is no selector "c" above this one (a selector can name those that stand above it)',
    ]);
  });
});

describe('what selects nothing', () => {
  it.each<[string, string]>([
    ['custmer_value', 'TSD3021 - the selector "custmer_value" matches nothing (did you mean "customer_value"?)'],
    [
      '+gold.diagnostik+',
      'TSD3021 - the selector "+gold.diagnostik+" matches nothing ("tsdbt ls" lists what there is)',
    ],
    ['glod', 'TSD3021 - the selector "glod" matches nothing (did you mean "gold"?)'],
    ['tag:dialy', 'TSD3021 - the selector "tag:dialy" matches nothing (did you mean "tag:daily"?)'],
    ['path:model/gold', 'TSD3021 - the selector "path:model/gold" matches nothing (did you mean "path:models/gold"?)'],
    ['source:fiels', 'TSD3021 - the selector "source:fiels" matches nothing (did you mean "source:files"?)'],
    ['tga:daily', 'TSD3022 - there is no selector method "tga" (in "tga:daily") (did you mean "tag"?)'],
    [
      'state:modified',
      'TSD3024 - "state:modified" compares with an earlier state, and none is named (add --state and the folder of its artifacts, e.g. --state target/before)',
    ],
    [
      '@orders+',
      'TSD3020 - "@orders+" is not a selector: "@" and a trailing "+" exclude each other (@ includes all descendants already)',
    ],
    [
      'orders,',
      'TSD3020 - "orders," is not a selector: a comma joins two terms (a,b selects what both a and b select; a space selects either)',
    ],
    ['+', 'TSD3020 - "+" is not a selector: it names nothing (write a name, a path or method:value)'],
  ])('%s', async (term, expected) => {
    expect(await errorsOf(() => selectNodes(shop, { select: [term] }))).toEqual([expected]);
  });

  it('is said of every term at once, excluded ones too', async () => {
    expect(await errorsOf(() => selectNodes(shop, { select: ['a1 orders', 'tag:q'], exclude: ['zzz'] }))).toHaveLength(
      3,
    );
  });

  it('is no mistake where terms only have nothing in common', () => {
    expect(selectNodes(shop, { select: ['gold,bronze'], resourceTypes: ['model'] }).size).toBe(0);
  });

  it('names the file that is disabled', async () => {
    const manifest = await parse(
      tempProject({
        'project.yml': 'name: p\n',
        'models/a.sql': '{{ config(enabled=false) }} select 1 as id',
        'models/b.sql': 'select 1 as id',
      }),
    );
    expect(await errorsOf(() => selectNodes(manifest, { select: ['a'] }))).toEqual([
      'TSD3021 - the selector "a" matches nothing (models/a.sql is disabled: set enabled to true)',
    ]);
  });
});
