import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DbtProject } from './dbt-project.js';

const storages = {
  native: 'shop: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb}}}\n',
  delta: 'shop: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb, storage: delta}}}\n',
};
const databases = { native: 'shop.duckdb', delta: 'warehouse/lake.duckdb' };

const withTax = {
  'functions/with_tax.sql': 'round(price * 1.25, digits)',
  'functions/functions.yml': `functions:
  - name: with_tax
    description: A price with its tax
    arguments:
      - {name: price, data_type: double}
      - {name: digits, data_type: integer, default_value: 2}
    returns: {data_type: double}
`,
  'models/prices.sql': "select {{ function('with_tax') }}(10) as a, {{ function('shop', 'with_tax') }}(10, 0) as b",
};

const manifestOf = (project: DbtProject) => JSON.parse(readFileSync(project.path('target/manifest.json'), 'utf8'));

describe.each(['native', 'delta'] as const)('functions (%s)', (storage) => {
  const projectOf = (files: Readonly<Record<string, string>>) =>
    new DbtProject({ 'profiles.yml': storages[storage], ...files });

  it('are made before the models that call them, and are there for later runs', async () => {
    const project = projectOf({
      ...withTax,
      'models/more.sql': "select * from {{ ref('prices') }}",
      'models/t.yml':
        'unit_tests: [{name: u, model: prices, given: [], expect: {rows: [{a: 12.5, b: 13}]}}]\nmodels: [{name: prices, columns: [{name: a, data_tests: [not_null]}]}]',
      'tests/tax.sql': "select 1 where {{ function('with_tax') }}(4) <> 5",
    });
    const built = await project.run('build');
    expect(built.output).toContain('function main.with_tax');
    expect(built.statuses).toEqual({
      'function.shop.with_tax': 'success',
      'unit_test.shop.prices.u': 'pass',
      'model.shop.prices': 'success',
      'model.shop.more': 'success',
      [Object.keys(built.statuses).find((id) => id.includes('not_null'))!]: 'pass',
      'test.shop.tax': 'pass',
    });
    expect(built.exitCode).toBe(0);
    expect(await project.rows('from main.more', databases[storage])).toEqual([{ a: 12.5, b: 13 }]);
    expect((await project.run('run', '--select', 'prices')).exitCode).toBe(0);
    expect((await project.run('test')).exitCode).toBe(0);
    expect((await project.run('show', '--select', 'prices')).output).toContain('12.5');
    const shown = await project.run('show', '--inline', "select {{ function('with_tax') }}(100) as total");
    expect(shown.output).toContain('125');
    expect((await project.run('build')).exitCode).toBe(0);
  });

  it('read models and call other functions', async () => {
    const project = projectOf({
      'models/rates.sql': "{{ config(materialized='table') }} select 3 as rate",
      'functions/rate.sql': "(select max(rate) from {{ ref('rates') }})",
      'functions/by_rate.sql': "x * {{ function('rate') }}()",
      'functions/f.yml':
        'functions: [{name: by_rate, arguments: [{name: x, data_type: integer}], returns: {data_type: integer}}]',
      'models/out.sql': "select {{ function('by_rate') }}(7) as y",
    });
    expect((await project.run('build')).exitCode).toBe(0);
    expect(await project.rows('from main.out', databases[storage])).toEqual([{ y: 21 }]);
    expect(manifestOf(project).parent_map['function.shop.by_rate']).toEqual(['function.shop.rate']);
    expect(manifestOf(project).parent_map['function.shop.rate']).toEqual(['model.shop.rates']);
    expect((await project.run('run', '--select', 'out')).exitCode).toBe(0);
  });

  it('have overloads, values of many rows and rows', async () => {
    const project = projectOf({
      'functions/plus.sql': 'a + 1',
      'functions/plus_two.sql': 'a + b',
      'functions/middle.sql': '(max(x) + min(x)) / 2',
      'functions/numbers.sql': 'select range as n from range(upto)',
      'functions/f.yml': `functions:
  - name: plus
    arguments: [{name: a, data_type: integer}]
    returns: {data_type: integer}
    overloads:
      - defined_in: plus_two
        arguments: [{name: a, data_type: integer}, {name: b, data_type: integer}]
  - name: middle
    config: {type: aggregate}
    arguments: [{name: x, data_type: double}]
    returns: {data_type: double}
  - name: numbers
    config: {type: table}
    arguments: [{name: upto, data_type: integer}]
    returns: {data_type: table}
`,
      'models/out.sql':
        "select {{ function('plus') }}(1) as a, {{ function('plus') }}(1, 5) as b, {{ function('middle') }}(n) as m from {{ function('numbers') }}(5)",
    });
    const built = await project.run('build');
    expect(built.statuses).toEqual({
      'function.shop.plus': 'success',
      'function.shop.middle': 'success',
      'function.shop.numbers': 'success',
      'model.shop.out': 'success',
    });
    expect(await project.rows('from main.out', databases[storage])).toEqual([{ a: 2, b: 6, m: 2 }]);
    expect(manifestOf(project).functions['function.shop.plus'].overloads).toMatchObject([
      { defined_in: 'plus_two', raw_body: 'a + b', compiled_body: 'a + b' },
    ]);
  });

  it('what is wrong in a body is told at its place, and what calls it is skipped', async () => {
    const project = projectOf({
      ...withTax,
      'functions/plus.sql': 'a +\n  b',
      'functions/plus_two.sql': 'a + nowhere',
      'functions/more.yml':
        'functions: [{name: plus, arguments: [{name: a, data_type: int}, {name: b, data_type: int}], returns: {data_type: int}, overloads: [{defined_in: plus_two, arguments: [{name: a, data_type: int}]}]}]',
      'models/sums.sql': "select {{ function('plus') }}(1, 2) as c",
    });
    const built = await project.run('build');
    expect(built.statuses).toMatchObject({
      'function.shop.plus': 'error',
      'model.shop.sums': 'skipped',
      'model.shop.prices': 'success',
    });
    expect(built.output).toContain('functions/plus_two.sql:1:5');
    expect(built.output).toContain('nowhere');
  });
});

describe('functions', () => {
  it('stand in the manifest with arguments and type, and are selected as nodes are', async () => {
    const project = new DbtProject({
      ...withTax,
      'dbt_project.yml': 'name: shop\nprofile: shop\nfunctions: {shop: {+tags: [udf], +volatility: deterministic}}\n',
    });
    await project.run('parse');
    const { functions, nodes } = manifestOf(project);
    expect(functions['function.shop.with_tax']).toMatchObject({
      resource_type: 'function',
      description: 'A price with its tax',
      config: { materialized: 'function', type: 'scalar', volatility: 'deterministic', tags: ['udf'] },
      returns: { data_type: 'double', description: null },
      arguments: [
        { name: 'price', data_type: 'double', description: null, default_value: null },
        { name: 'digits', data_type: 'integer', description: null, default_value: 2 },
      ],
      relation_name: '"shop"."main"."with_tax"',
      patch_path: 'shop://functions/functions.yml',
    });
    expect(nodes['model.shop.prices']).toMatchObject({
      functions: [['with_tax'], ['shop', 'with_tax']],
      depends_on: { nodes: ['function.shop.with_tax'] },
    });
    const lines = async (...words: string[]) => (await project.run('ls', ...words)).output.trim().split('\n');
    expect(await lines()).toEqual(['shop.prices', 'shop.with_tax']);
    expect(await lines('--resource-type', 'function')).toEqual(['shop.with_tax']);
    expect(await lines('--select', 'with_tax+')).toEqual(['shop.prices', 'shop.with_tax']);
    expect(await lines('--select', 'tag:udf,resource_type:function')).toEqual(['shop.with_tax']);
    expect(await lines('--select', '+prices', '--exclude', 'prices')).toEqual(['shop.with_tax']);
  });

  it('are modified where body, arguments or type are', async () => {
    const project = new DbtProject(withTax);
    const lines = async () =>
      (await project.run('ls', '--select', 'state:modified+', '--state', 'then')).output.trim().split('\n');
    await project.run('parse');
    project.write({ 'then/manifest.json': readFileSync(project.path('target/manifest.json'), 'utf8') });
    expect((await lines()).join()).toContain('no nodes');
    project.write({
      'functions/functions.yml': withTax['functions/functions.yml'].replace(
        '{data_type: double}',
        '{data_type: float}',
      ),
    });
    expect(await lines()).toEqual(['shop.prices', 'shop.with_tax']);
    project.write({
      'functions/functions.yml': withTax['functions/functions.yml'],
      'functions/with_tax.sql': 'price * 2',
    });
    expect(await lines()).toEqual(['shop.prices', 'shop.with_tax']);
  });

  it('are made as a macro of the project says, each overload by a statement of its own', async () => {
    const project = new DbtProject({
      'macros/function.sql': `{% macro duckdb__scalar_function_sql(target_relation) %}
        create or replace macro {{ target_relation }}_{{ model.arguments | length }}({{ model.arguments | map(attribute='name') | join(', ') }}) as {{ model.compiled_code }}
      {% endmacro %}`,
      'functions/plus.sql': 'a + 1',
      'functions/plus_two.sql': 'a + b',
      'functions/f.yml':
        'functions: [{name: plus, arguments: [{name: a, data_type: int}], returns: {data_type: int}, overloads: [{defined_in: plus_two, arguments: [{name: a, data_type: int}, {name: b, data_type: int}]}]}]',
    });
    const built = await project.run('build');
    expect(built.statuses).toEqual({ 'function.shop.plus': 'error' });
    project.write({
      'macros/function.sql': `{% macro duckdb__scalar_function_sql(target_relation) %}
        create or replace macro {{ target_relation.schema }}.plus_{{ model.arguments | length }}({{ model.arguments | map(attribute='name') | join(', ') }}) as {{ model.compiled_code }}
      {% endmacro %}`,
    });
    expect((await project.run('build')).statuses).toEqual({ 'function.shop.plus': 'success' });
    expect(await project.rows('select plus_1(1) as a, plus_2(1, 5) as b')).toEqual([{ a: 2, b: 6 }]);
  });

  it.each([
    ["select {{ function('with_taxes') }}(1) as a", {}, 'there is no function "with_taxes"', 'with_tax'],
    ['select {{ function() }}(1) as a', {}, 'function() takes a name, or a package and a name; 0 given', ''],
    [
      'select 1 as a',
      { 'functions/a.yml': 'functions: [{name: with_taxs, returns: {data_type: int}}]' },
      'there is no function "with_taxs"',
      'with_tax',
    ],
    [
      'select 1 as a',
      {
        'functions/a.sql': '1',
        'functions/a.yml': 'functions: [{name: a, returns: {data_type: int}, overloads: [{defined_in: b}]}]',
      },
      '"b", an overload of the function "a"',
      'functions/a.yml:1',
    ],
    [
      'select 1 as a',
      {
        'functions/a.sql': '1',
        'functions/a.yml': 'functions: [{name: a, returns: {data_type: int}, overloads: [{defined_in: a}]}]',
      },
      'is the function itself',
      'functions/a.yml:1',
    ],
    [
      'select 1 as a',
      { 'functions/a.sql': '1', 'functions/a.yml': 'functions: [{name: a, arguments: []}]' },
      'returns',
      'functions/a.yml:1',
    ],
  ])('%s %o: %s', async (model, files, message, more) => {
    const project = new DbtProject({ ...withTax, 'models/prices.sql': model, ...files });
    const { output } = await project.run('parse');
    expect(output).toContain(message);
    expect(output).toContain(more);
  });

  it('overloads of as many arguments need a newer database file, and are told apart in one', async () => {
    const files = {
      'functions/twice.sql': 'x * 2',
      'functions/twice_text.sql': 'x || x',
      'functions/f.yml':
        'functions: [{name: twice, arguments: [{name: x, data_type: integer}], returns: {data_type: integer}, overloads: [{defined_in: twice_text, arguments: [{name: x, data_type: varchar}], returns: {data_type: varchar}}]}]',
    };
    const project = new DbtProject(files);
    const built = await project.run('build');
    expect(built.statuses).toEqual({ 'function.shop.twice': 'error' });
    expect(built.output).toContain('two of its overloads take the same number of arguments');
    const file = `{path: '${project.path('new.duckdb')}', alias: new, options: {storage_version: v1.4.0}}`;
    project.write({
      'profiles.yml': `shop: {target: dev, outputs: {dev: {type: duckdb, path: ':memory:', database: new, attach: [${file}]}}}\n`,
    });
    expect((await project.run('build')).statuses).toEqual({ 'function.shop.twice': 'success' });
    expect(await project.rows("select twice(4) as a, twice('b') as b", 'new.duckdb')).toEqual([{ a: 8, b: 'bb' }]);
  });

  it('in Python are read, and not made', async () => {
    const project = new DbtProject({
      'functions/cents.py': 'def main(x):\n    return x * 100\n',
      'functions/f.yml':
        'functions: [{name: cents, config: {runtime_version: "3.11", entry_point: main}, arguments: [{name: x, data_type: int}], returns: {data_type: int}}]',
      'models/a.sql': "select {{ function('cents') }}(1) as c",
    });
    expect((await project.run('parse')).exitCode).toBe(0);
    expect(manifestOf(project).functions['function.shop.cents']).toMatchObject({ language: 'python' });
    await project.run('compile', '--select', 'cents');
    expect(manifestOf(project).functions['function.shop.cents'].compiled_code).toContain('return x * 100');
    const built = await project.run('build');
    expect(built.statuses).toEqual({ 'function.shop.cents': 'error', 'model.shop.a': 'skipped' });
    expect(built.output).toContain('functions in Python cannot be made');
    expect(built.output).toContain('functions/cents.py:1:1');
  });

  it('outside of dbt projects, are checked with all that calls them before a byte is written', async () => {
    const files = {
      'project.yml': 'name: shop\n',
      'functions/text/shout.sql': "upper(word) || '!'",
      'functions/text/f.yml':
        'functions: [{name: shout, arguments: [{name: word, data_type: varchar}], returns: {data_type: varchar}}]',
      'models/text/words.sql': "select {{ function('shout') }}('hello') as word",
      'models/text/wrong.sql': "select {{ function('shout') }}('a', 'b') as word from {{ ref('words') }}",
    };
    const project = new DbtProject(files);
    const { rmSync, existsSync } = await import('node:fs');
    for (const name of ['dbt_project.yml', 'profiles.yml']) rmSync(project.path(name));
    const built = await project.run('build');
    expect(built.output).toContain('models/text/wrong.sql:1:8');
    expect(existsSync(project.path('warehouse'))).toBe(false);
    rmSync(project.path('models/text/wrong.sql'));
    expect((await project.run('build')).exitCode).toBe(0);
    expect(await project.rows('from text.words', 'warehouse/lake.duckdb')).toEqual([{ word: 'HELLO!' }]);
    project.write({ 'functions/text/shout.sql': 'upper(nowhere)' });
    const wrong = await project.run('build');
    expect(wrong.output).toContain('functions/text/shout.sql:1:7');
    expect(wrong.exitCode).toBe(2);
  });
});
