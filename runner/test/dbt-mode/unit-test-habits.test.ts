import { describe, expect, it } from 'vitest';
import { DbtProject } from './dbt-project.js';

const unitTest = (rest: string, model = 'm') => ({
  'models/unit.yml': `unit_tests:\n  - name: t\n    model: ${model}\n${rest
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n')}\n`,
});

describe('overrides of a unit test', () => {
  it('give values of the context that are no macros as they are', async () => {
    const project = new DbtProject({
      'models/m.sql': "select '{{ invocation_id }}' as run, '{{ dbt.type_int() }}' as kind, '{{ project_name }}' as p",
      ...unitTest(`overrides: {macros: {invocation_id: 123, type_int: whole}}
expect: {rows: [{run: '123', kind: whole, p: shop}]}`),
    });
    expect((await project.run('build')).output).toMatch(/Passed .* unit test t\n/);
  });
});

describe('versions of a unit test', () => {
  const versions = {
    'models/v_v1.sql': 'select 1 as id',
    'models/v_v2.sql': 'select 1 as id',
    'models/plain.sql': 'select 1 as id',
    'models/v.yml': 'models: [{name: v, latest_version: 2, versions: [{v: 1}, {v: 2}]}]\n',
  };
  const expected = 'expect: {rows: [{id: 1}]}';
  const listed = async (rest: string, model = 'v') => {
    const project = new DbtProject({ ...versions, ...unitTest(`${rest}\n${expected}`, model) });
    const keys = ['--output', 'json', '--output-keys', 'unique_id'];
    const { exitCode, output } = await project.run('ls', '--resource-type', 'unit_test', ...keys);
    if (exitCode !== 0) return output;
    const ids = output
      .trim()
      .split('\n')
      .map((line) => String(JSON.parse(line).unique_id));
    return ids.map((id) => id.split('.').at(-1)).join(' ');
  };

  it('may be empty', async () => {
    expect(await listed('versions: {include: , exclude: }')).toBe('t_v1 t_v2');
    expect(await listed('versions: {include: [], exclude: [1]}')).toBe('t_v2');
  });

  it.each([
    ['versions: {include: [1], exclude: [2]}', 'v', 'include and exclude of versions do not go together'],
    ['versions: {include: [3]}', 'v', 'means no version of the model "v"'],
    ['versions: {include: [1]}', 'plain', 'the model "plain" has no versions'],
  ])('are refused where they mean nothing: %s of %s', async (rest, model, message) => {
    const output = await listed(rest, model);
    expect(output).toContain('Parsing Error\n');
    expect(output).toContain(message);
    expect(output).toContain('models/unit.yml:4:5');
  });
});

describe('a unit test of an incremental model', () => {
  const model =
    "{{ config(materialized='incremental') }} select 1 as id {% if is_incremental() %} where false {% endif %}";
  const parse = (rest: string) =>
    new DbtProject({ 'models/m.sql': model, ...unitTest(`${rest}\nexpect: {rows: [{id: 1}]}`) }).run('parse');

  it.each([
    ['given: []', "Boolean override for 'is_incremental' must be provided for unit test 't' in model 'm'"],
    ['overrides: {macros: {is_incremental: sure}}', "Boolean override for 'is_incremental' must be provided"],
    ['overrides: {macros: {is_incremental: true}}', "Unit test 't' for incremental model 'm' must have a 'this' input"],
  ])('has to say what it means: %s', async (rest, message) => {
    const { exitCode, output } = await parse(rest);
    expect([exitCode, output]).toEqual([2, expect.stringContaining(message)]);
    expect(output).toContain('Parsing Error\n');
  });

  it('may be of the first run', async () => {
    expect((await parse('overrides: {macros: {is_incremental: false}}')).exitCode).toBe(0);
  });
});

describe('a data test', () => {
  it('takes config keys that come to nothing, and a limit of 0, as dbt does', async () => {
    const test = `{not_null: {enabled: "{{ var('on', none) | as_native }}", config: {limit: 0}}}`;
    const project = new DbtProject({
      'models/m.sql': 'select null as id',
      'models/m.yml': `models: [{name: m, columns: [{name: id, data_tests: [${test}]}]}]\n`,
    });
    const { statuses } = await project.run('build');
    expect(statuses).toEqual({ 'model.shop.m': 'success', 'test.shop.not_null_m_id.41ed50364b': 'pass' });
  });
});
