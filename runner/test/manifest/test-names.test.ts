import { describe, expect, it } from 'vitest';
import { genericTestNames, testHash } from '../../src/manifest/test-names.js';

describe('names of generic tests are those that dbt gives', () => {
  it.each([
    ['unique', 'orders', { column_name: 'order_id' }, 'unique_orders_order_id'],
    ['not_null', 'orders', { column_name: 'order id' }, 'not_null_orders_order_id'],
    [
      'accepted_values',
      'orders',
      { column_name: 'status', values: ['placed', 'on its way', 3] },
      'accepted_values_orders_status__placed__on_its_way__3',
    ],
    ['in_range', 'x', { column_name: 'a', max_value: 1.5, inclusive: false }, 'in_range_x_a__False__1_5'],
    ['source_unique', 'raw_orders', { column_name: 'id' }, 'source_unique_raw_orders_id'],
    ['row_count', 'x', {}, 'row_count_x_'],
  ])('%s of %s', (test, target, args, expected) => {
    expect(genericTestNames(test, target, args)).toEqual({ full: expected, short: expected });
  });

  it('of 64 characters and more are cut to 30 and an md5', () => {
    const args = { column_name: 'customer_id', to: "ref('customers')", field: 'customer_id' };
    expect(genericTestNames('relationships', 'orders', args)).toEqual({
      full: 'relationships_orders_customer_id__customer_id__ref_customers_',
      short: 'relationships_orders_customer_id__customer_id__ref_customers_',
    });
    expect(genericTestNames('relationships', 'stg_orders_of_the_shop', args)).toEqual({
      full: 'relationships_stg_orders_of_the_shop_customer_id__customer_id__ref_customers_',
      short: 'relationships_stg_orders_of_th_1161cbbcd21d950e827d5fd95ebc43d3',
    });
  });

  it('differ by a hash that does not depend on the order of the arguments', () => {
    expect(testHash({ name: 'a', kwargs: { x: 1, y: [2] } })).toBe(testHash({ kwargs: { y: [2], x: 1 }, name: 'a' }));
    expect(testHash({ name: 'a' })).toMatch(/^[0-9a-f]{10}$/);
  });
});
