import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDuckDb } from '../../src/engines/duckdb/duckdb-engine.js';
import type { Engine, Session } from '../../src/engines/engine.js';
import { EngineFailure } from '../../src/engines/engine-failure.js';
import { Relation } from '../../src/engines/relation.js';
import { formatPlace, SourceText } from '../../src/errors/source-text.js';
import { type CompiledCode, type CompileOptions, compileNode, renderText } from '../../src/manifest/compile.js';
import type { Manifest } from '../../src/manifest/manifest.js';
import { mapEngineError } from '../../src/manifest/map-engine-error.js';
import type { ModelNode, TestNode } from '../../src/manifest/nodes.js';
import { parse } from './parse-project.js';
import { errorsOf, failuresOf, line, shopCopy, tempProject } from './temp-project.js';

function optionsFor(manifest: Manifest, given: Partial<CompileOptions> = {}): CompileOptions {
  return {
    relationOf: (id) => {
      const node = manifest.get(id) as ModelNode;
      return new Relation(node.schema, node.alias ?? node.name);
    },
    isIncremental: false,
    execute: false,
    invocationId: '00000000-0000-0000-0000-000000000001',
    runStartedAt: new Date('2024-05-06T07:08:09Z'),
    ...given,
  };
}

function compile(manifest: Manifest, name: string, given: Partial<CompileOptions> = {}): Promise<CompiledCode> {
  const node = [...manifest.nodes.values()].find((n) => n.name === name)!;
  return compileNode(manifest, node, optionsFor(manifest, given));
}

/** The place of the first occurrence of a text in compiled SQL. */
function sourceOf({ sql, map }: CompiledCode, text: string): string | undefined {
  const found = map.lookup(sql.indexOf(text), text.length);
  return found && formatPlace(found.place);
}

describe('compiling the shop', () => {
  let shop: Manifest;
  beforeAll(async () => {
    shop = await parse(shopCopy());
  });

  it('renders templates and keeps places', async () => {
    const code = await compile(shop, 'customers');
    expect(code.sql).toContain('from "seeds"."raw_customers"');
    expect(sourceOf(code, 'signed_up')).toBe('models/bronze/customers.sql:5:10');
  });

  it('puts the CTEs of ephemeral models first', async () => {
    const code = await compile(shop, 'orders_paid');
    expect(code.ephemerals).toEqual(['model.shop.order_payments']);
    expect(code.sql).toMatch(/^with __dbt__cte__order_payments as \(\s+with totals as/);
    expect(code.sql).toContain('left join __dbt__cte__order_payments as order_payments');
    expect(sourceOf(code, 'sum(amount)')).toBe('models/silver/order_payments.sql:6:9');
    expect(sourceOf(code, 'orders.customer_id')).toBe('models/silver/orders_paid.sql:5:5');
  });

  it('knows is_incremental and this', async () => {
    expect((await compile(shop, 'orders_paid')).sql).not.toContain('max(ordered_at)');
    const incremental = await compile(shop, 'orders_paid', {
      isIncremental: true,
      this: new Relation('silver', 'orders_paid_published'),
    });
    expect(incremental.sql).toContain('select max(ordered_at) from "silver"."orders_paid_published"');
  });

  it('calls the macro of a generic test', async () => {
    const { sql } = await compile(shop, 'relationships_orders_customer_id__customer_id__ref_customers_');
    expect(sql).toContain('"bronze"."orders"');
    expect(sql).toContain('"bronze"."customers"');
    const own = await compile(shop, 'amounts_above_one');
    expect(own.sql.trim()).toBe('select amount\nfrom "bronze"."payments"\nwhere amount <= 1');
  });

  it('tests only the rows that a where config leaves', async () => {
    const { sql } = await compile(shop, 'not_null_orders_paid_paid');
    expect(sql).toContain(`(select * from "silver"."orders_paid" where status = 'completed') as dbt_subquery`);
  });

  it('renders hooks in the context of their node', async () => {
    const hook = new SourceText(
      'project.yml',
      "insert into log values ('{{ this }}', {{ model.config.materialized | tojson }})",
    );
    const { sql } = await renderText(shop, shop.model('orders'), hook, optionsFor(shop));
    expect(sql).toBe(`insert into log values ('"bronze"."orders"', "table")`);
  });
});

describe('what parsing did not meet', () => {
  it('is an error that says what to write', async () => {
    const manifest = await parse({
      'models/a.sql': 'select 1 as id',
      'models/b.sql': "select 1 as id\n{% if execute %} union all select id from {{ ref('a') }}{% endif %}",
    });
    expect(await errorsOf(compile(manifest, 'b', { execute: true }))).toEqual([
      `TSD3011 models/b.sql:2:46 ref('a') was not met when the project was parsed, so "b" may run before it (put a comment outside of the condition: -- depends_on: {{ ref('a') }})`,
    ]);
  });
});

describe('errors of the engine', () => {
  let engine: Engine;
  let session: Session;
  beforeAll(async () => {
    engine = await openDuckDb({ threads: 1, tempDirectory: tempProject({}) });
    session = await engine.openSession();
    await session.execute('create schema main_x; create table main_x.raw (id integer, danceability double)');
  });
  afterAll(async () => {
    await session.close();
    await engine.close();
  });

  async function failure(manifest: Manifest, name: string, wrap = (sql: string) => sql): Promise<string> {
    const node = [...manifest.nodes.values()].find((n) => n.name === name) as ModelNode | TestNode;
    const relationOf = () => new Relation('main_x', 'raw');
    const code = await compile(manifest, name, { relationOf });
    const [thrown] = await failuresOf(session.query(wrap(code.sql)));
    expect(thrown).toBeInstanceOf(EngineFailure);
    const error = mapEngineError(thrown as EngineFailure, code, `target/compiled/${name}.sql`, { node, manifest });
    return `${line(error)} [${error.compiled?.path}:${error.compiled?.line}]${error.via.map((v) => ` via ${v.label} ${formatPlace(v.place)}`).join('')}`;
  }

  const files = {
    'models/raw.sql': 'select 1 as id',
    'models/a.sql':
      "{% set x = 1 %}\nselect\n    id,\n    avg(danceabilty) as mean\nfrom {{ ref('raw') }}\ngroup by id",
    'macros/m.sql': '{% macro mean(column) %}\n  avg({{ column }}) + avg(nothing)\n{% endmacro %}',
    'models/b.sql': "select\n  {{ mean('danceability') }}\nfrom {{ ref('raw') }}",
    'models/e.sql': "{{ config(materialized='ephemeral') }}\nselect id, valenc from {{ ref('raw') }}",
    'models/c.sql': "select count(*) from {{ ref('e') }}",
    'models/m.yml':
      'models:\n  - name: raw\n    tests:\n      - expression_is_true:\n          expression: "danceability > 0 and dancability < 1"\n    columns:\n      - name: idd\n        tests: [not_null]\n',
  };

  it('have the place in the model', async () => {
    expect(await failure(await parse(files), 'a')).toMatch(
      /^TSD5\d{3} models\/a\.sql:4:9 column "danceabilty" not found \(did you mean "danceability"\?\) \[target\/compiled\/a\.sql:4\]$/,
    );
  });

  it('have it through the statement that the SQL was wrapped in', async () => {
    expect(await failure(await parse(files), 'a', (sql) => `create table t as (\n${sql}\n)`)).toContain(
      'models/a.sql:4:9',
    );
  });

  it('have it in macros, with the call', async () => {
    expect(await failure(await parse(files), 'b')).toMatch(
      /macros\/m\.sql:2:27 column "nothing" not found.* via mean models\/b\.sql:2:6$/,
    );
  });

  it('have it in ephemeral models', async () => {
    expect(await failure(await parse(files), 'c')).toContain('models/e.sql:2:12 column "valenc" not found');
  });

  it('have the place in YAML where a generic test is listed, or its argument', async () => {
    const manifest = await parse(files);
    expect(await failure(manifest, 'not_null_raw_idd')).toMatch(/^TSD5\d{3} models\/m\.yml:8:17 .*idd/);
    const expression = [...manifest.tests()].find((t) => t.generic?.name === 'expression_is_true')!;
    expect(await failure(manifest, expression.name)).toMatch(
      /^TSD5\d{3} models\/m\.yml:5:45 column "dancability" not found .* via test_expression_is_true tsdbt:macros\/tests\/generic\.sql:\d+:\d+$/,
    );
  });
});
