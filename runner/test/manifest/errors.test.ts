import { describe, expect, it } from 'vitest';
import { Resolver } from '../../src/manifest/resolve.js';
import { parse } from './parse-project.js';
import { errorsOf, failuresOf } from './temp-project.js';

const fails = (files: Record<string, string>) => errorsOf(parse(files));

describe('refs', () => {
  it('to nothing come with a suggestion', async () => {
    expect(
      await fails({
        'models/orders.sql': 'select 1 as id',
        'models/a.sql': "select *\nfrom {{ ref('ordres') }}",
        'models/b.sql': "select * from {{ ref('other', 'orders') }}",
      }),
    ).toEqual([
      'TSD3001 models/a.sql:2:9 ref("ordres"): there is no model, seed or snapshot of this name (did you mean "orders"?)',
      'TSD3001 models/b.sql:1:18 ref("other", "orders"): there is no model, seed or snapshot of this name (did you mean "orders"?)',
    ]);
  });

  it('to a disabled model say so', async () => {
    const [error] = await fails({
      'models/a.sql': '{{ config(enabled=false) }} select 1 as id',
      'models/b.sql': "select * from {{ ref('a') }}",
    });
    expect(error).toBe(
      'TSD3002 models/b.sql:1:18 ref("a") means a model that is disabled (set enabled to true for models/a.sql, or leave the ref out where it is disabled)',
    );
  });

  it('to a source say how to read it', async () => {
    expect(
      await fails({
        'models/s.yml': 'sources: [{name: raw, tables: [{name: orders}]}]',
        'models/b.sql': "select * from {{ ref('orders') }}",
      }),
    ).toEqual([
      'TSD3007 models/b.sql:1:18 "orders" is a table of a source, not a model (write source("raw", "orders"))',
    ]);
  });

  it('that close a circle show the way round, with places', async () => {
    const [failure] = await failuresOf(
      parse({
        'models/a.sql': "select * from {{ ref('c') }}",
        'models/b.sql': "select *\nfrom {{ ref('a') }}",
        'models/c.sql': "select * from {{ ref('b') }}",
        'models/d.sql': "select * from {{ ref('c') }}",
      }),
    );
    expect(failure?.code).toBe('TSD3005');
    expect(failure?.message).toBe('models need each other: a → b → c → a');
    expect(failure?.detail).toBe(
      '  b reads a at models/b.sql:2:9\n  c reads b at models/c.sql:1:18\n  a reads c at models/a.sql:1:18',
    );
  });
});

describe('sources', () => {
  it('that nobody declares come with a suggestion', async () => {
    const yaml = 'sources:\n  - name: raw\n    tables: [{name: orders}, {name: payments}]\n';
    expect(
      await fails({
        'models/s.yml': yaml,
        'models/a.sql': "select * from {{ source('raw', 'order') }}",
        'models/b.sql': "select * from {{ source('rwa', 'orders') }}",
        'models/c.sql': "select * from {{ source('raw', 'x') }}",
      }),
    ).toEqual([
      'TSD3006 models/a.sql:1:18 there is no source "raw.order" (did you mean "orders"?)',
      'TSD3006 models/b.sql:1:18 there is no source "rwa.orders" (did you mean "raw"?)',
      'TSD3006 models/c.sql:1:18 there is no source "raw.x" (tables of "raw": orders, payments)',
    ]);
  });

  it('that are disabled say so', async () => {
    expect(
      await fails({
        'models/s.yml': 'sources: [{name: raw, tables: [{name: orders, config: {enabled: false}}]}]',
        'models/a.sql': "select * from {{ source('raw', 'orders') }}",
      }),
    ).toEqual(['TSD3008 models/a.sql:1:18 the source "raw.orders" is disabled (set enabled to true in models/s.yml)']);
  });

  it('are declared once', async () => {
    expect(
      await fails({
        'models/s.yml': 'sources:\n  - {name: raw, tables: [{name: a}]}\n  - {name: raw, tables: [{name: a}]}\n',
      }),
    ).toEqual(['TSD1029 models/s.yml:3:33 the source table "raw.a" is declared twice']);
  });
});

describe('refs across packages', () => {
  it('name the package where two have a model of the name', async () => {
    const manifest = await parse({ 'models/a.sql': 'select 1 as id', 'models/b.sql': "select * from {{ ref('a') }}" });
    const [a, b] = ['a', 'b'].map((name) => manifest.model(name)!);
    const ofPackage = (name: string) => ({ ...a!, packageName: name, uniqueId: `model.${name}.a` });
    const resolver = new Resolver([ofPackage('x'), ofPackage('y')], [], [], { name: 'p', isDbt: false, flags: {} });
    expect(await errorsOf(() => resolver.ref(b!.refs[0]!, b))).toEqual([
      'TSD3003 models/b.sql:1:18 ref("a") means model.x.a or model.y.a (name the package: ref("x", "a"))',
    ]);
    expect(resolver.ref({ ...b!.refs[0]!, package: 'y' }, b).uniqueId).toBe('model.y.a');
  });
});

describe('names', () => {
  it('are unique: the places of both are shown', async () => {
    const [failure] = await failuresOf(
      parse({ 'models/x/a.sql': 'select 1 as id', 'models/y/a.sql': 'select 2 as id' }),
    );
    expect(failure?.code).toBe('TSD3004');
    expect(failure?.place?.source.path).toBe('models/y/a.sql');
    expect(failure?.via[0]?.place.source.path).toBe('models/x/a.sql');
  });

  it('of tables are unique too', async () => {
    expect(
      await fails({
        'models/a.sql': "{{ config(alias='t', schema='s') }} select 1 as id",
        'models/b.sql': "{{ config(alias='t', schema='s') }} select 1 as id",
      }),
    ).toEqual(['TSD3009 models/b.sql:1:1 "b" and "a" both write s.t (give one of them another alias or schema)']);
  });
});

describe('YAML', () => {
  const model = { 'models/orders.sql': 'select 1 as id' };
  const yaml = (text: string) => fails({ ...model, 'models/m.yml': text });

  it('of a model that does not exist', async () => {
    expect(await yaml('models:\n  - name: order\n')).toEqual([
      'TSD1020 models/m.yml:2:11 there is no model "order" (did you mean "orders"?)',
    ]);
    expect(await yaml('seeds: [{name: s}]\nmacros: [{name: m}]\ndata_tests: [{name: t}]\n')).toEqual([
      'TSD1020 models/m.yml:1:16 there is no seed "s" (the name is that of the file, without folder and extension)',
      'TSD1020 models/m.yml:2:17 there is no macro "m" (the name is that of the file, without folder and extension)',
      'TSD1020 models/m.yml:3:21 there is no test "t" (the name is that of the file, without folder and extension)',
    ]);
  });

  it('that describes a model twice', async () => {
    expect(await yaml('models:\n  - name: orders\n  - name: orders\n')).toEqual([
      'TSD1021 models/m.yml:3:11 the model "orders" has two entries (keep one entry per resource)',
    ]);
  });

  it('that lists a column twice', async () => {
    expect(await yaml('models:\n  - name: orders\n    columns:\n      - name: id\n      - name: ID\n')).toEqual([
      'TSD1022 models/m.yml:5:15 the column "ID" is listed twice',
    ]);
  });

  it('with unknown keys, wrong values and missing names', async () => {
    expect(
      await yaml(
        'modles: []\nmodels:\n  - name: orders\n    descripton: x\n    config: {materialised: table}\n    columns:\n      - nmae: id\n        tags: 3\n',
      ),
    ).toEqual([
      'TSD1004 models/m.yml:1:1 unknown key "modles" (did you mean "models"?)',
      'TSD1004 models/m.yml:4:5 unknown key "descripton" (did you mean "description"?)',
      'TSD1004 models/m.yml:5:14 unknown key "materialised" (did you mean "materialized"?)',
      'TSD1006 models/m.yml:7:9 the key "models[1].columns[1].name" is missing',
      'TSD1004 models/m.yml:7:9 unknown key "nmae" (did you mean "name"?)',
      'TSD1005 models/m.yml:8:15 models[1].columns[1].tags must be text or a list, not 3',
    ]);
  });

  it('with what has no effect where it stands', async () => {
    expect(await yaml('models:\n  - name: orders\n    metrics: [{name: aa, agg: sum}]\n')).toEqual([
      'TSD1013 models/m.yml:3:5 metrics: has no effect here (write semantic_model: true beside it)',
    ]);
  });

  it('that is none does not hide the errors of other files', async () => {
    expect(
      await fails({ 'models/m.yml': 'models:\n  - name: [\n', 'models/a.sql': "select * from {{ ref('b') }}" }),
    ).toEqual([
      'TSD3001 models/a.sql:1:18 ref("b"): there is no model, seed or snapshot of this name (did you mean "a"?)',
      expect.stringMatching(/^TSD1002 models\/m\.yml:3:1 not valid YAML/),
    ]);
  });

  it('that names doc blocks and groups which do not exist', async () => {
    expect(
      await yaml(
        'models:\n  - name: orders\n    description: "{{ doc(\'orders_dco\') }}"\n    config: {group: nobody}\n',
      ),
    ).toEqual([
      'TSD1026 models/m.yml:3:18 there is no doc block "orders_dco" (write {% docs orders_dco %} … {% enddocs %} into a .md file)',
      'TSD1030 models/m.yml:4:21 there is no group "nobody" (declare it under groups: in a .yml file)',
    ]);
  });

  it('that names what is not there in several places, at each of them', async () => {
    expect(
      await yaml(
        'models:\n  - name: orders\n    columns:\n      - { name: a, description: "{{ doc(\'no\') }}" }\n      - { name: b, description: "{{ doc(\'no\') }}" }\n',
      ),
    ).toEqual([
      expect.stringContaining('TSD1026 models/m.yml:4:33 there is no doc block "no"'),
      expect.stringContaining('TSD1026 models/m.yml:5:33 there is no doc block "no"'),
    ]);
  });

  it('whose templates cannot be evaluated', async () => {
    expect(
      await yaml(
        'models:\n  - name: orders\n    config:\n      enabled: "{{ var(\'on\') }}"\n    columns:\n      - name: id\n        tests:\n          - accepted_values: {values: "{{ var(\'ids\') }}"}\n',
      ),
    ).toEqual([
      `TSD1007 models/m.yml:4:16 there is no variable "on", in {{ var('on') }} (give it under vars: or with --vars '{on: …}')`,
    ]);
    expect(
      await yaml(
        'models:\n  - name: orders\n    columns:\n      - name: id\n        tests:\n          - accepted_values: {values: "{{ var(\'ids\') }}"}\n',
      ),
    ).toEqual([expect.stringMatching(/^TSD1007 models\/m\.yml:6:39 the variable "ids" is not set/)]);
  });

  it('with two doc blocks of one name', async () => {
    expect(
      await fails({
        'models/a.md': '{% docs x %}1{% enddocs %}\n',
        'models/b.md': 'text\n{% docs x %}2{% enddocs %}\n',
      }),
    ).toEqual(['TSD1027 models/b.md:2:9 two doc blocks are named "x"']);
  });
});

describe('tests in YAML', () => {
  const yaml = (tests: string, tableTests = '') =>
    fails({
      'models/orders.sql': 'select 1 as id',
      'tests/generic/at_least.sql':
        '{% test at_least(model, column_name, minimum) %}select 1 from {{ model }} where {{ column_name }} < {{ minimum }}{% endtest %}',
      'tests/generic/filled.sql':
        '{% test filled(model) %}select 1 where (select count(*) from {{ model }}) = 0{% endtest %}',
      'models/m.yml': `models:\n  - name: orders\n${tableTests}    columns:\n      - name: id\n        tests:\n${tests}`,
    });

  it('that nobody defines', async () => {
    expect(await yaml('          - uniqe\n          - not_nul:\n              where: x\n')).toEqual([
      'TSD1023 models/m.yml:6:13 there is no generic test "uniqe" (did you mean "unique"?)',
      'TSD1023 models/m.yml:7:13 there is no generic test "not_nul" (did you mean "not_null"?)',
    ]);
  });

  it('with arguments that they do not take, or without those that they need', async () => {
    expect(
      await yaml(
        '          - at_least: {minimun: 3}\n          - at_least:\n              arguments:\n                minimum: 1\n                strict: true\n',
      ),
    ).toEqual([
      'TSD1024 models/m.yml:6:13 the test "at_least" needs the argument "minimum"',
      'TSD1024 models/m.yml:6:33 the test "at_least" takes no argument "minimun" (did you mean "minimum"?)',
      'TSD1024 models/m.yml:10:25 the test "at_least" takes no argument "strict" (arguments: minimum)',
    ]);
  });

  it('in the wrong place', async () => {
    expect(await yaml('          - filled\n', '    tests:\n      - at_least: {minimum: 1}\n')).toEqual([
      'TSD1024 models/m.yml:4:9 the test "at_least" needs the argument "column_name" (list it under a column)',
      'TSD1024 models/m.yml:8:13 the test "filled" is one of tables, not of columns (list it under the model, not under the column)',
    ]);
  });

  it('that are not indented', async () => {
    expect(
      await yaml('          - accepted_values:\n            values: [1]\n          - accepted_values: [1]\n'),
    ).toEqual([
      'TSD1025 models/m.yml:7:13 one test has one key; this has accepted_values, values (indent what belongs to "accepted_values" below it)',
      'TSD1025 models/m.yml:8:13 the arguments of "accepted_values" must be a mapping (write values: [ … ] below it)',
    ]);
  });

  it('with config that nothing reads', async () => {
    expect(
      await yaml(
        '          - unique:\n              config: {severty: warn}\n          - not_null: {severity: wran}\n',
      ),
    ).toEqual([
      'TSD1010 models/m.yml:7:24 unknown key "severty" (did you mean "severity"?)',
      'TSD1005 models/m.yml:8:34 models[1].columns[1].tests[2].not_null.severity must be one of error, warn, ERROR, WARN, not "wran" (did you mean "warn"?)',
    ]);
  });

  it('that stand twice', async () => {
    expect(await yaml('          - unique\n          - unique\n')).toEqual([
      'TSD1029 models/m.yml:7:13 the test "unique" stands twice with the same arguments (take one out, or give one a name of its own)',
    ]);
  });

  it('that read what does not exist', async () => {
    expect(await yaml("          - relationships: {to: ref('customers'), field: id}\n")).toEqual([
      'TSD3001 models/m.yml:6:33 ref("customers"): there is no model, seed or snapshot of this name (the name is that of the file, without folder and extension)',
    ]);
  });
});

describe('templates', () => {
  it('give their errors at their places, those of all files at once', async () => {
    const errors = await fails({
      'models/a.sql': 'select 1\n{% if true %}',
      'models/b.sql': "select {{ var('nothing') }}",
      'models/c.sql': "{{ config(materialised='table', tags=['x']) }}\nselect 1 as id",
      'models/d.sql': "{{ config(on_schema_change='sync') }}\nselect 1 as id",
      'macros/m.sql': '{% macro m() %}{{ x( }}{% endmacro %}',
    });
    expect(errors.map((error) => error.split(' ').slice(0, 2).join(' '))).toEqual([
      expect.stringMatching(/^TSD2\d{3} macros\/m\.sql:1:\d+$/),
      'TSD2002 models/a.sql:2:1',
      'TSD2013 models/b.sql:1:11',
      'TSD1010 models/c.sql:1:11',
      'TSD1005 models/d.sql:1:11',
    ]);
    expect(errors[3]).toBe('TSD1010 models/c.sql:1:11 unknown key "materialised" (did you mean "materialized"?)');
  });
});

describe('TypeScript models', () => {
  const model = (text: string, yaml = '') =>
    fails({ 'models/m.ts': text, ...(yaml === '' ? {} : { 'models/m.yml': yaml }) });

  it('that throw', async () => {
    expect(await model("const x = 1;\nthrow new Error('no key');\nexport default {};\n")).toEqual([
      'TSD1040 models/m.ts:2:7 the model cannot be loaded: no key (parsing executes the module: keep what can fail inside run())',
    ]);
  });

  it('that do not parse, or import what is not there', async () => {
    expect((await model('const x = ;\n'))[0]).toMatch(/^TSD1040 models\/m\.ts:1:11 the model cannot be loaded: /);
    expect((await model("import { y } from './nowhere.js';\nexport default y;\n"))[0]).toMatch(
      /^TSD1040 models\/m\.ts:1:20 the model cannot be loaded: Cannot find module/,
    );
  });

  it('without a default export, or with one that is no model', async () => {
    expect(await model('export const x = 1;\n')).toEqual([
      'TSD1041 models/m.ts:1:1 the file has no default export (export default defineModel({ columns: …, async run(context) { … } }))',
    ]);
    expect(await model('const a = 1;\nexport default () => 1;\n')).toEqual([
      'TSD1041 models/m.ts:2:1 the default export is not a model (it is a function)',
    ]);
  });

  it('whose definition is wrong', async () => {
    expect(
      await model(
        "import { defineModel } from 'tsdbt';\nexport default defineModel({\n  config: { materialised: 'table' },\n  refs: [3],\n  clumns: {},\n  columns: { id: { type: 4 } },\n  run: () => [],\n} as never);\n",
      ),
    ).toEqual([
      'TSD1042 models/m.ts:3:13 unknown key "materialised" (did you mean "materialized"?)',
      'TSD1042 models/m.ts:4:3 refs[1] must be text, not 3',
      'TSD1042 models/m.ts:5:3 unknown key "clumns" (did you mean "columns"?)',
      'TSD1042 models/m.ts:6:20 columns.id.type must be text, not 4',
    ]);
  });

  it('that read what does not exist, at the literal', async () => {
    expect(
      await model("export default {\n  refs: ['nothing'],\n  columns: { id: 'bigint' },\n  run: () => [],\n};\n"),
    ).toEqual([
      'TSD3001 models/m.ts:2:11 ref("nothing"): there is no model, seed or snapshot of this name (the name is that of the file, without folder and extension)',
    ]);
  });

  it('that their YAML contradicts', async () => {
    expect(
      await model(
        "export default { columns: { id: 'bigint', at: 'timestamptz' }, run: () => [] };\n",
        'models:\n  - name: m\n    columns:\n      - {name: id, data_type: varchar}\n      - {name: att}\n      - {name: at, data_type: timestamp with time zone}\n',
      ),
    ).toEqual([
      'TSD1028 models/m.yml:4:16 YAML says that "id" is varchar, the model\'s definition says bigint (the definition decides: leave data_type out of the YAML)',
      'TSD1028 models/m.yml:5:16 the definition of m has no column "att" (did you mean "at"?)',
    ]);
  });
});

describe('files', () => {
  it('are UTF-8', async () => {
    const { writeFileSync } = await import('node:fs');
    const { tempProject } = await import('./temp-project.js');
    const dir = tempProject({ 'models/a.sql': '' });
    writeFileSync(`${dir}/models/a.sql`, Buffer.from([0x73, 0x65, 0x6c, 0x0a, 0xe9, 0x63]));
    expect(await errorsOf(parse(dir))).toEqual([
      'TSD1011 models/a.sql:2:1 models/a.sql is not UTF-8 (save the file as UTF-8)',
    ]);
  });
});
