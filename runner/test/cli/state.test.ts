import { cpSync, rmSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { temporaryFolder, tsdbt, writeFiles } from './recording-effects.js';

const folders: (() => void)[] = [];
afterEach(() => {
  for (const remove of folders.splice(0)) remove();
});

const files = {
  'dbt_project.yml': 'name: shop\nprofile: shop\nvars: {currency: EUR}\n',
  'profiles.yml': `shop:
  target: dev
  outputs:
    dev: {type: duckdb, path: shop.duckdb}
    prod: {type: duckdb, path: shop.duckdb, schema: production}
`,
  'macros/cents.sql':
    '{% macro cents(x) %}{{ rounded(x) }} * 100{% endmacro %}\n{% macro rounded(x) %}round({{ x }}){% endmacro %}\n',
  'models/orders.sql':
    "select 1 as id, {{ cents('2') }} as price, '{{ var(\"currency\") }}' as currency, '{{ target.name }}' as env",
  'models/customers.sql': "select id from {{ ref('orders') }}",
  'models/all.yml': `models:
  - name: orders
    description: all orders
    columns: [{name: id, data_type: integer, data_tests: [not_null]}]
    config: {persist_docs: {relation: true}}
  - name: customers
    description: all customers
exposures: [{name: page, type: dashboard, owner: {name: me}, depends_on: [ref('customers')]}]
sources: [{name: raw, tables: [{name: visits}]}]
`,
  'seeds/countries.csv': 'id,name\n1,x\n',
  'tests/cheap.sql': "select * from {{ ref('orders') }} where price > 1000",
};

/** A project and its state, which is then changed. */
async function changed(
  changes: Readonly<Record<string, string>>,
  words: readonly string[] = ['--select', 'state:modified'],
): Promise<Record<string, readonly string[]>> {
  const { folder, remove } = temporaryFolder();
  folders.push(remove);
  writeFiles(folder, files);
  expect((await tsdbt(folder, ['parse', '--target', 'prod'])).code).toBe(0);
  cpSync(`${folder}/target`, `${folder}/state`, { recursive: true });
  writeFiles(folder, changes);
  const alone = ['--indirect-selection', 'empty'];
  const keys = ['--output', 'json', '--output-keys', 'unique_id', 'state_changes'];
  const listed = await tsdbt(folder, ['ls', '-q', '--state', 'state', ...words, ...alone, ...keys]);
  expect(listed.code, listed.stderr).toBe(0);
  const lines = listed.stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  return Object.fromEntries(lines.map((one) => [one.unique_id.split('.').slice(0, 3).join('.'), one.state_changes]));
}

describe('state:modified', () => {
  it('selects nothing where target, variables and environment alone are different', async () => {
    const none = await changed({}, ['--select', 'state:modified', '--target', 'dev', '--vars', 'currency: USD']);
    expect(none).toEqual({});
  });

  it('says why a node counts as modified', async () => {
    expect(await changed({ 'models/orders.sql': 'select 1 as id' })).toEqual({
      'model.shop.orders': ['body: raw_code'],
    });
    expect(await changed({ 'seeds/countries.csv': 'id,name\n2,x\n' })).toEqual({
      'seed.shop.countries': ['body: checksum'],
    });
    expect(await changed({ 'models/new.sql': 'select 1' })).toEqual({ 'model.shop.new': ['new'] });
    expect(await changed({ 'tests/cheap.sql': 'select 1 where false' })).toEqual({
      'test.shop.cheap': ['body: raw_code'],
    });
  });

  it('follows macros that macros call', async () => {
    const macros = files['macros/cents.sql'].replace('round(', 'floor(');
    expect(await changed({ 'macros/cents.sql': macros })).toEqual({
      'model.shop.orders': ['macros: macro.shop.rounded'],
    });
  });

  it('looks at descriptions where they are written to the database', async () => {
    const described = files['models/all.yml'].replace('all orders', 'orders').replace('all customers', 'customers');
    expect(await changed({ 'models/all.yml': described })).toEqual({
      'model.shop.orders': ['persisted_descriptions: description'],
    });
  });

  it('looks at config, relation, contract and references, each by its name', async () => {
    const config = (text: string) => ({
      'models/customers.sql': `{{ config(${text}) }}\n${files['models/customers.sql']}`,
    });
    const contract = files['models/all.yml'].replace('{persist_docs', '{contract: {enforced: true}, persist_docs');
    const by = (aspect: string) => ['--select', `state:modified.${aspect}`];
    expect(Object.keys(await changed(config("materialized='table'"), by('configs')))).toEqual(['model.shop.customers']);
    expect(Object.keys(await changed(config("alias='people'"), by('relation')))).toEqual(['model.shop.customers']);
    expect(Object.keys(await changed(config("tags=['x']"), by('configs')))).toEqual([]);
    expect(await changed({ 'models/all.yml': contract }, by('contract'))).toMatchObject({
      'model.shop.orders': expect.anything(),
    });
    const access = files['models/all.yml']
      .replace('description: all customers', 'access: public')
      .concat('groups: [{name: g, owner: {name: x}}]\n');
    expect(await changed({ 'models/all.yml': access })).toEqual({
      'model.shop.customers': ['configs: access', 'references: access'],
    });
  });

  it('looks at sources and exposures', async () => {
    const other = files['models/all.yml']
      .replace('{name: visits}', '{name: visits, identifier: v}')
      .replace('name: me', 'name: you');
    expect(await changed({ 'models/all.yml': other })).toEqual({
      'source.shop.raw': ['relation: identifier'],
      'exposure.shop.page': ['properties: owner'],
    });
  });
});

describe('other selections by state', () => {
  it('compares results and freshness with what is in the folder, and says what is not', async () => {
    const { folder, remove } = temporaryFolder();
    folders.push(remove);
    writeFiles(folder, files);
    await tsdbt(folder, ['run']);
    cpSync(`${folder}/target`, `${folder}/state`, { recursive: true });
    rmSync(`${folder}/state/manifest.json`);
    const source = 'source.shop.raw.visits';
    const loaded = (at: string) =>
      JSON.stringify({ results: [{ unique_id: source, max_loaded_at: at, status: 'pass' }] });
    const ls = async (word: string) =>
      await tsdbt(folder, [
        'ls',
        '-q',
        '--resource-type',
        'model',
        '--resource-type',
        'source',
        '--state',
        'state',
        '--select',
        word,
      ]);
    expect((await ls('result:success')).stdout).toBe('shop.customers\nshop.orders\n');
    const without = await ls('source_status:fresher');
    expect(without.code).toBe(2);
    expect(without.stderr).toContain('tsdbt source freshness writes it');
    writeFiles(folder, {
      'state/sources.json': loaded('2024-01-01T00:00:00Z'),
      'target/sources.json': loaded('2024-01-01T00:00:00.000Z'),
    });
    expect((await ls('source_status:fresher')).stdout).toBe('');
    writeFiles(folder, { 'target/sources.json': loaded('2024-01-02T00:00:00.000Z') });
    expect((await ls('source_status:fresher')).stdout).toBe('source:shop.raw.visits\n');
    expect((await ls('state:new')).stderr).toContain('manifest.json is not there');
  });
});
