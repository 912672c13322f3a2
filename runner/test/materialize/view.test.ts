import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LakeProject } from '../run/lake-project.js';

const view = (sql: string) => `{{ config(materialized='view') }} ${sql}`;
const table = (sql: string) => `{{ config(materialized='table') }} ${sql}`;

describe('views', () => {
  it('over tables and over views are readable from another process', async () => {
    const project = new LakeProject({
      'models/s/t.sql': 'select unnest([1, 2, 3]) as n',
      'models/s/v.sql': view(`select n * 2 as doubled from {{ ref('t') }}`),
      'models/s/w.sql': view(`select max(doubled) as most from {{ ref('v') }}`),
      'models/s/a_reader.sql': `select most + 1 as next from {{ ref('w') }}`,
    });
    const run = await project.build();
    expect([run.exitCode, run.errors]).toEqual([0, []]);
    expect(await project.read('select most from s.w')).toEqual([{ most: 6 }]);
    expect(await project.rows('s.a_reader')).toEqual([{ next: 7 }]);

    project.write({ 'models/s/t.sql': 'select unnest([1, 2, 3, 10]) as n' });
    expect((await project.build({ select: ['t'] })).exitCode).toBe(0);
    expect(await project.read('select most from s.w')).toEqual([{ most: 20 }]);
  });

  it('are unchanged where their definition is, and follow what they read', async () => {
    const project = new LakeProject({
      'models/s/t.sql': 'select 1 as a',
      'models/s/v.sql': view(`select * from {{ ref('t') }}`),
    });
    await project.build();
    expect((await project.build()).outcome('v').unchanged).toBe(true);
    project.write({ 'models/s/t.sql': `select 1 as a, 'x' as b` });
    expect((await project.build()).outcome('v').unchanged).toBe(false);
    expect(await project.read('from s.v')).toEqual([{ a: 1, b: 'x' }]);
  });

  it('are replaced although what they read no longer has their columns', async () => {
    const project = new LakeProject({
      'models/s/t.sql': 'select 1 as a',
      'models/s/v.sql': view(`select a from {{ ref('t') }}`),
      'models/s/below.sql': `select * from {{ ref('v') }}`,
    });
    await project.build();
    project.write({
      'models/s/t.sql': 'select 2 as b',
      'models/s/v.sql': view(`select b from {{ ref('t') }}`),
    });
    const run = await project.build();
    expect([run.exitCode, run.errors]).toEqual([0, []]);
    expect(await project.rows('s.below')).toEqual([{ b: 2 }]);
  });

  it('that can no longer be read stop nothing else', async () => {
    const project = new LakeProject({
      'models/s/t.sql': 'select 1 as a',
      'models/s/v.sql': view(`select a from {{ ref('t') }}`),
      'models/s/below.sql': `select * from {{ ref('v') }}`,
    });
    await project.build();
    project.write({ 'models/s/t.sql': 'select 2 as b' });
    const run = await project.build({ select: ['t'] });
    expect(run.exitCode).toBe(0);
    expect(run.logs).toContain(
      'warn: lake.duckdb leaves out s.v: column "a" not found; run it again, tsdbt build --select v',
    );
    expect(await project.read('from s.t')).toEqual([{ b: 2 }]);
    expect(await project.refused('build', { select: ['below'] })).toEqual([
      'TSD6083 - the view s.v cannot be read any more: column "a" not found (what it reads has changed since: run it again, tsdbt build --select v)',
    ]);
  });

  it('between what is built are read with the columns of now', async () => {
    const project = new LakeProject({
      'models/s/t.sql': 'select 1 as a',
      'models/s/v.sql': view(`select * from {{ ref('t') }}`),
      'models/s/w.sql': view(`select * from {{ ref('v') }}`),
      'models/s/below.sql': `select * from {{ ref('w') }}`,
    });
    await project.build();
    project.write({ 'models/s/t.sql': `select 'text' as a, 1 as more` });
    const run = await project.build({ select: ['t', 'below'] });
    expect([run.exitCode, run.errors]).toEqual([0, []]);
    expect(await project.rows('s.below')).toEqual([{ a: 'text', more: 1 }]);
  });

  it('and tables take each other’s place; the table that gave way is kept aside', async () => {
    const project = new LakeProject({
      'models/s/x.sql': table('select 1 as n'),
      'models/s/below.sql': `select * from {{ ref('x') }}`,
    });
    const build = async (sql: string) => {
      project.write({ 'models/s/x.sql': sql });
      const run = await project.build();
      expect([run.exitCode, run.errors]).toEqual([0, []]);
      return [await project.read('from s.x'), await project.rows('s.below'), existsSync(project.path('warehouse/s/x'))];
    };
    expect(await build(table('select 1 as n'))).toEqual([[{ n: 1 }], [{ n: 1 }], true]);
    expect(await build(view('select 2 as n'))).toEqual([[{ n: 2 }], [{ n: 2 }], false]);
    expect(readdirSync(project.path('warehouse/.replaced'))).toEqual([expect.stringMatching(/^s\.x\./)]);
    expect(await build(table('select 3 as n'))).toEqual([[{ n: 3 }], [{ n: 3 }], true]);
    expect(existsSync(project.path('warehouse/s/x.view.json'))).toBe(false);
    expect(await build(view('select 4 as n'))).toEqual([[{ n: 4 }], [{ n: 4 }], false]);
    expect(readdirSync(project.path('warehouse/.replaced'))).toHaveLength(2);
  });

  it('may read sources that lie outside, in files or as tables of the warehouse', async () => {
    const project = new LakeProject({
      'data/rates.csv': 'day,rate\n2024-01-01,1.5\n',
      'models/sources.yml':
        'sources: [{name: raw, tables: [{name: rates, location: data/rates.csv}, {name: written}]}]\n',
      'models/s/v.sql': view(`select rate from {{ source('raw', 'rates') }}`),
      'models/raw/written.sql': 'select 7 as n',
    });
    expect((await project.build()).exitCode).toBe(0);
    expect(await project.read('from s.v')).toEqual([{ rate: 1.5 }]);
    // a table that some other program wrote into the warehouse
    project.remove('models/raw/written.sql');
    project.write({ 'models/s/u.sql': view(`select n from {{ source('raw', 'written') }}`) });
    const run = await project.build();
    expect([run.exitCode, run.errors]).toEqual([0, []]);
    expect(await project.read('select n from s.u')).toEqual([{ n: 7 }]);
  });
});

describe('ephemeral models', () => {
  it('are parts of the SQL of what reads them, through a chain of them', async () => {
    const ephemeral = (sql: string) => `{{ config(materialized='ephemeral') }} ${sql}`;
    const project = new LakeProject({
      'models/s/t.sql': 'select unnest([1, 2, 3]) as n',
      'models/s/e1.sql': ephemeral(`select n from {{ ref('t') }} where n > 1`),
      'models/s/e2.sql': ephemeral(`select n + 1 as n from {{ ref('e1') }}`),
      'models/s/x.sql': `select sum(n)::int as total from {{ ref('e2') }}`,
      'models/s/s.yml': `models: [{name: e2, columns: [{name: n, data_tests: [not_null]}]}]\n`,
    });
    const run = await project.build();
    expect([run.exitCode, run.errors]).toEqual([0, []]);
    expect(run.statuses).toEqual({ t: 'success', x: 'success', not_null_e2_n: 'pass' });
    expect(await project.rows('s.x')).toEqual([{ total: 7 }]);
    expect(project.log('s.e1')).toEqual([]);
  });
});
