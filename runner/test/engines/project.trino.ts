import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningTrino, startTrino } from '../../../e2e/trino/start-trino.js';
import { main } from '../../src/cli/main.js';
import { openTrino } from '../../src/engines/trino/trino-engine.js';
import { trinoDefaults } from '../../src/engines/trino/trino-options.js';
import { type Outcome, recordingEffects, temporaryFolder, tsdbt, writeFiles } from '../cli/recording-effects.js';

const temporary = temporaryFolder();
const { folder } = temporary;
let server: RunningTrino;

const projectFile = (port: string): string => `name: shop
targets:
  dev: { type: duckdb, register: { metastore: warehouse/.trino } }
  trino: { type: trino, host: 127.0.0.1, port: ${port}, user: ann, catalog: delta }
target: dev
models:
  +materialized: table
`;

const run = (...args: string[]): Promise<Outcome> => tsdbt(folder, [...args, '--target', 'trino']);

beforeAll(async () => {
  writeFiles(folder, {
    'project.yml': projectFile('1'),
    'models/silver/orders.sql': `select cast(range as bigint) as order_id, 9007199254740993 + range as big, cast(range * 1.1 as decimal(10,2)) as price,
  timestamp '2024-01-01 00:00:00.000001' + to_hours(range) as ordered_at, case when range % 2 = 0 then 'new' else 'paid' end as status
from range(100)
`,
    'models/gold/sales.sql': `select status, count(*) as orders, sum(price) as revenue
from {{ ref('orders') }}
group by status
`,
    'models/schema.yml': `models:
  - name: orders
    columns:
      - name: order_id
        data_tests: [unique, not_null]
      - name: status
        data_tests:
          - accepted_values: { arguments: { values: [new, paid] } }
      - name: big
        data_tests:
          - accepted_values: { arguments: { values: [1] }, config: { severity: warn } }
  - name: sales
    columns:
      - name: status
        data_tests:
          - relationships: { arguments: { to: ref('orders'), field: status } }
`,
    'macros/sums.sql': `{% macro total(column) %}
sum({{ column }})
{% endmacro %}
`,
    'tests/no_free_orders.sql': `select order_id from {{ ref('orders') }} where price < 0\n`,
  });
  mkdirSync(join(folder, 'warehouse'), { recursive: true });
  const built = await tsdbt(folder, ['build']);
  expect([built.code, built.stderr]).toEqual([0, expect.stringContaining('Trino knows 2 tables')]);
  server = await startTrino({ warehouse: join(folder, 'warehouse') });
  writeFiles(folder, { 'project.yml': projectFile(new URL(server.url).port) });
});
afterAll(async () => {
  await server?.stop();
  temporary.remove();
});

describe('a project on a target of type trino', () => {
  it('shows what DuckDB has published, every digit of it', async () => {
    const { code, stdout } = await run(
      'show',
      '--inline',
      "select * from {{ ref('orders') }} order by order_id limit 1",
      '--output',
      'json',
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      node: 'inline_query',
      show: [
        {
          order_id: 0,
          big: '9007199254740993',
          price: '0.00',
          ordered_at: '2024-01-01 00:00:00.000001',
          status: 'new',
        },
      ],
    });
  });

  it('shows a model as its SQL gives it there', async () => {
    const { code, stdout } = await run('show', '--select', 'sales');
    expect(code).toBe(0);
    expect(stdout).toMatch(/ status \| orders \| +revenue\n/);
    expect(stdout).toContain(' new    |     50 | 2695.00');
  });

  it('tests what is published, with generic and singular tests', async () => {
    const { code, stderr } = await run('test');
    expect(stderr).toContain('test shop · target trino (trino 476');
    expect(stderr).toMatch(/Passed .* test unique_orders_order_id/);
    expect(stderr).toMatch(/Passed .* test accepted_values_orders_status/);
    expect(stderr).toMatch(/Passed .* test relationships_sales_status/);
    expect(stderr).toMatch(/Passed .* test no_free_orders/);
    expect(stderr).toMatch(/Warned .* test accepted_values_orders_big/);
    expect(code).toBe(0);
    const results = JSON.parse(readFileSync(join(folder, 'target', 'run_results.json'), 'utf8')) as {
      results: unknown[];
    };
    expect(results.results).toHaveLength(6);
  });

  it('reports a failing test with its rows, and keeps none', async () => {
    writeFiles(folder, {
      'tests/too_dear.sql': "select order_id, price from {{ ref('orders') }} where price > 108 order by 1\n",
    });
    const { code, stderr } = await run('test', '--select', 'too_dear', '--store-failures');
    expect(code).toBe(1);
    expect(stderr).toContain('got 1 result, configured to fail if != 0');
    expect(stderr).toContain("order_id=99, price='108.90'");
    expect(stderr).toContain('the failing rows of too_dear are not kept: nothing is written on this target');
    writeFiles(folder, { 'tests/too_dear.sql': 'select 1 as x where 1 = 0\n' });
  });

  it('locates errors in the file that was written, through macros', async () => {
    writeFiles(folder, {
      'models/gold/wrong.sql':
        "select status,\n  {{ total('prize') }} as revenue\nfrom {{ ref('orders') }}\ngroup by status\n",
    });
    const { code, stderr } = await run('show', '--select', 'wrong');
    expect(code).toBe(2);
    expect(stderr).toContain('TSD5003  column "prize" not found\n  macros/sums.sql:2:5\n');
    expect(stderr).toContain('via total at models/gold/wrong.sql:2:6\n');
    expect(stderr).toContain('did you mean "price"?');
    writeFiles(folder, { 'models/gold/wrong.sql': "select price::double as price\nfrom {{ ref('orders') }}\n" });
    const cast = await run('show', '--select', 'wrong');
    expect(cast.stderr).toContain('models/gold/wrong.sql:1:13\n');
    expect(cast.stderr).toContain('Trino has no "::": write cast(x as type)');
    writeFiles(folder, { 'models/gold/wrong.sql': 'select 1 as x\n' });
  });

  it('checks models and tests against each other, also models that are not built', async () => {
    writeFiles(folder, {
      'models/gold/first.sql': "select status, null as nothing, array[price] as prices from {{ ref('orders') }}\n",
      'models/gold/second.sql': "select statuss, prices[1] as price\nfrom {{ ref('first') }}\n",
    });
    const wrong = await run('compile', '--check', '--select', '+second');
    expect(wrong.code).toBe(2);
    // the bug of DuckDB's own dialect in orders is told with the others
    expect(wrong.stderr).toContain('models/silver/orders.sql');
    const own = await run('compile', '--check', '--select', 'first', 'second');
    expect(own.stderr).toContain('TSD5003  column "statuss" not found\n  models/gold/second.sql:1:8\n');
    expect(own.stderr).toContain('did you mean "status"?');
    writeFiles(folder, { 'models/gold/second.sql': "select status, prices[1] as price\nfrom {{ ref('first') }}\n" });
    const right = await run('compile', '--check', '--select', 'first', 'second', 'sales', 'test_type:singular');
    expect([right.code, right.stderr]).toEqual([0, expect.stringMatching(/Checked \d+ nodes with trino 476\n/)]);
    // the same check in DuckDB, where orders can be read and array[…] too
    const duckDb = await tsdbt(folder, ['compile', '--check', '--select', '+second']);
    expect([duckDb.code, duckDb.stderr]).toEqual([0, expect.stringMatching(/Checked \d+ nodes with duckdb /)]);
  });

  it.each([['build'], ['run'], ['seed']])('does not %s', async (command) => {
    const { code, stderr } = await run(command);
    expect(code).toBe(2);
    expect(stderr).toContain('TSD5036  running models on Trino is not supported yet (target trino)\n');
    expect(stderr).toContain('build with a target of type duckdb, whose register: makes its tables known to Trino');
  });

  it('is in order, as debug tells', async () => {
    const { code, stderr } = await run('debug');
    expect(stderr).toContain(`  ok    server: Trino 476 at ${server.url}\n`);
    expect(stderr).toContain('  ok    column index: off\n');
    expect(stderr).toContain('  ok    reading: gold.sales, 3 columns\n');
    expect(stderr).toContain('  ok    registering: allowed\n');
    expect(code).toBe(0);
  });

  it('says what is missing of a relation that is not registered', async () => {
    const { code, stderr } = await run('show', '--select', 'second');
    expect(code).toBe(2);
    expect(stderr).toContain('gold.first');
    expect(stderr).toContain('does not exist yet');
  });

  it('cancels on the server what Ctrl-C interrupts, having told how far it was', async () => {
    const { effects, stderr, interrupt } = recordingEffects(folder);
    const endless =
      'select count(*) as interrupted from unnest(sequence(1, 10000)) as a (n), unnest(sequence(1, 10000)) as b (n), unnest(sequence(1, 10000)) as c (n)';
    const running = main(['show', '--inline', endless, '--target', 'trino'], effects);
    while (!/splits/.test(stderr.text)) await sleep(50);
    interrupt();
    expect(await running).toBe(130);
    const engine = await openTrino({ ...trinoDefaults, port: Number(new URL(server.url).port) });
    const session = await engine.openSession();
    const { rows } = await session.query(
      "select state, error_code from system.runtime.queries where query like '%as interrupted%' and query not like '%runtime.queries%' and state <> 'FINISHED'",
    );
    expect(rows).toEqual([['FAILED', 'USER_CANCELED']]);
    await engine.close();
  });
});
