import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { bytesOfManifest, manifestFrom } from '../../src/manifest/keep-manifest.js';
import type { Manifest } from '../../src/manifest/manifest.js';
import { parse } from './parse-project.js';

/** What a manifest says, without functions: those are compared by what they return. */
function contentOf(manifest: Manifest) {
  const { nodes, sources, exposures, disabled, groups, macroProperties, argumentPlaces, warnings, order } = manifest;
  const rows = ({ place, ...values }: { place: unknown }) => values;
  const macros = [...manifest.macros.all()].map(({ uniqueId, packageName, name, place, block, program }) => ({
    uniqueId,
    packageName,
    name,
    place,
    block,
    program,
  }));
  const unitTests = [...manifest.unitTests.values()].map((test) => ({
    ...test,
    given: test.given.map((input) => ({ ...input, rows: input.rows && rows(input.rows) })),
    expect: rows(test.expect),
  }));
  const docs = manifest.docs.map(({ blocks }) => blocks);
  const told = warnings.map((warning) => ({ ...warning, message: warning.message }));
  return {
    nodes,
    sources,
    exposures,
    disabled,
    groups,
    macroProperties,
    argumentPlaces,
    told,
    order,
    macros,
    unitTests,
    docs,
  };
}

function again(manifest: Manifest): Manifest {
  return manifestFrom(bytesOfManifest(manifest)!, manifest.project);
}

const files = {
  'dbt_project.yml':
    'name: shop\nprofile: shop\nmacro-paths: [macros]\nsnapshot-paths: [snapshots]\nmodels: { shop: { +meta: { scale: 1.0, since: 2020-01-01 } } }\n',
  'profiles.yml': 'shop:\n  target: dev\n  outputs:\n    dev: { type: duckdb, path: shop.duckdb }\n',
  'models/orders.sql': "{{ config(tags=['a']) }} select 1 as id, 'ä€' as name from {{ source('raw', 'events') }}",
  'models/off.sql': '{{ config(enabled=false) }} select 1 as id',
  'models/schema.yml': `sources:
  - name: raw
    tables: [{ name: events, columns: [{ name: id, data_tests: [not_null] }] }]
models:
  - name: orders
    description: "{{ doc('orders') }}"
    descriptoin: not known
    meta: { half: 0.5, whole: 2.0, list: [3.0, x] }
    columns:
      - { name: id, data_type: int, data_tests: [unique, { accepted_values: { values: [1, 2.0] } }] }
exposures:
  - { name: page, type: dashboard, owner: { name: ada }, depends_on: ["ref('orders')"] }
groups:
  - { name: sales, owner: { name: ada } }
unit_tests:
  - name: one_order
    model: orders
    given:
      - { input: "source('raw', 'events')", rows: [{ id: 1, name: x }, { id: 2 }] }
    expect: { format: csv, rows: "id,name\\n1,x\\n" }
`,
  'models/docs.md': '{% docs orders %}Every order.{% enddocs %}',
  'macros/cents.sql':
    '{% macro cents(x) %}{{ x }} / 100{% endmacro %}\n{% test even(model, column_name) %}select 1{% endtest %}',
  'snapshots/past.sql':
    "{% snapshot past %}{{ config(unique_key='id', strategy='check', check_cols='all', target_schema='s') }}select * from {{ ref('orders') }}{% endsnapshot %}{% snapshot later %}{{ config(unique_key='id', strategy='check', check_cols='all', target_schema='s') }}select 2 as id{% endsnapshot %}",
  'tests/none.sql': "select * from {{ ref('orders') }} where false",
  'seeds/kinds.csv': 'id\n1\n',
};

describe('a manifest that was kept', () => {
  it('says what the one that was read says', async () => {
    const read = await parse(files);
    expect(read.warnings.length).toBeGreaterThan(0);
    expect(contentOf(again(read))).toStrictEqual(contentOf(read));
  });

  it('knows where the rows of unit tests stand', async () => {
    const read = await parse(files);
    const [test] = read.unitTests.values();
    const [kept] = again(read).unitTests.values();
    const dict = (of: typeof test) =>
      of!.given[0]!.rows as Extract<NonNullable<typeof test>['expect'], { rows: unknown }>;
    for (const [row, column] of [
      [0, 'name'],
      [1, 'id'],
      [1, undefined],
    ] as const)
      expect(dict(kept).place(row, column)).toStrictEqual(dict(test).place(row, column));
    expect(dict(kept).place(1, 'name').start).toBeGreaterThan(dict(kept).place(0, 'name').start);
  });

  it('has the program of each snapshot of a file', async () => {
    const read = await parse(files);
    const ids = ['snapshot.shop.past', 'snapshot.shop.later'];
    const programs = (of: Manifest) => ids.map((id) => of.programs.get(id));
    expect(programs(again(read))).toStrictEqual(programs(read));
    expect(programs(read)).not.toContain(undefined);
  });

  it('is not kept where functions belong to it', async () => {
    const read = await parse(fileURLToPath(new URL('../fixtures/shop', import.meta.url)));
    expect([...read.models()].some((model) => model.language === 'typescript')).toBe(true);
    expect(bytesOfManifest(read)).toBeUndefined();
  });
});
