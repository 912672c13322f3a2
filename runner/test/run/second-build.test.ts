import { readdirSync, utimesSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LakeProject } from './lake-project.js';

describe('a table that is built again', () => {
  it('gets no new version where its rows are the same, in whatever order', async () => {
    const project = new LakeProject({ 'models/s/t.sql': 'select unnest([1, 2, 2, null]) as n, [1, 2] as list' });
    expect((await project.build()).outcome('t')).toMatchObject({
      status: 'success',
      version: 0,
      rows: 4,
      rowsInserted: 4,
      unchanged: false,
    });
    project.write({ 'models/s/t.sql': 'select unnest([2, null, 1, 2]) as n, [1, 2] as list order by n' });
    const run = await project.build();
    expect(run.outcome('t')).toMatchObject({ status: 'success', version: 0, rows: 4, unchanged: true });
    expect(project.log('s.t')).toHaveLength(1);
    expect(run.events.find((event) => event.event === 'run_finished')).toMatchObject({
      changes: '0 relations changed, 1 unchanged',
    });
  });

  it.each([
    ['another value', 'select unnest([1, 2, 3, null]) as n, [1, 2] as list'],
    ['a row less', 'select unnest([1, 2, null]) as n, [1, 2] as list'],
    ['one row double instead of another', 'select unnest([1, 1, 2, null]) as n, [1, 2] as list'],
    ['another order in a list', 'select unnest([1, 2, 2, null]) as n, [2, 1] as list'],
    ['another type', 'select unnest([1, 2, 2, null])::bigint as n, [1, 2] as list'],
    ['another name', 'select unnest([1, 2, 2, null]) as m, [1, 2] as list'],
    ['a column more', 'select unnest([1, 2, 2, null]) as n, [1, 2] as list, 1 as more'],
    ['another order of columns', 'select [1, 2] as list, unnest([1, 2, 2, null]) as n'],
  ])('gets one for %s', async (_, sql) => {
    const project = new LakeProject({ 'models/s/t.sql': 'select unnest([1, 2, 2, null]) as n, [1, 2] as list' });
    await project.build();
    project.write({ 'models/s/t.sql': sql });
    const run = await project.build();
    expect(run.outcome('t')).toMatchObject({ status: 'success', version: 1, unchanged: false });
    expect((await project.build()).outcome('t')).toMatchObject({ version: 1, unchanged: true });
    expect((await project.table('s.t'))!.columns).toEqual(await described(project, sql));
  });

  it.each(['table', 'incremental'])(
    '%s: descriptions are kept in the table and change with a version',
    async (kind) => {
      const yaml = (text: string) => `models: [{name: t, ${text}}]\n`;
      const project = new LakeProject({
        'models/s/t.sql': `{{ config(materialized='${kind}', unique_key='n') }} select 1 as n, 2 as m`,
        'models/s/s.yml': yaml('description: numbers, columns: [{name: n, description: the number}]'),
      });
      const described = async () => {
        const { metadata, schema, version } = (await project.table('s.t'))!;
        return [version, metadata.description, ...schema.fields.map((field) => field.metadata.comment)];
      };
      await project.build();
      expect(await described()).toEqual([0, 'numbers', 'the number', undefined]);
      project.write({
        'models/s/s.yml': yaml('description: all numbers, columns: [{name: n, description: the number}]'),
      });
      await project.build();
      expect(await described()).toEqual([1, 'all numbers', 'the number', undefined]);
      project.write({ 'models/s/s.yml': yaml('description: all numbers, columns: [{name: m, description: another}]') });
      await project.build();
      expect(await described()).toEqual([2, 'all numbers', undefined, 'another']);
      project.write({ 'models/s/s.yml': yaml('columns: [{name: m, description: another}]') });
      await project.build();
      expect(await described()).toEqual([3, '', undefined, 'another']);
      expect((await project.build()).outcome('t')).toMatchObject({ version: 3, unchanged: true });
    },
  );

  it('has the columns in the order of its contract', async () => {
    const project = new LakeProject({
      'models/s/t.sql': `select 'x' as b, 1 as a`,
      'models/s/s.yml': `models: [{name: t, config: {contract: {enforced: true}}, columns: [{name: a, data_type: int}, {name: b, data_type: text}]}]\n`,
    });
    await project.build();
    expect((await project.table('s.t'))!.columns).toEqual([
      { name: 'a', type: 'INTEGER' },
      { name: 'b', type: 'VARCHAR' },
    ]);
    expect(await project.rows('s.t')).toEqual([{ a: 1, b: 'x' }]);
  });

  it('is the same with one worker and with four', async () => {
    const models = Object.fromEntries(
      Array.from({ length: 12 }, (_, i) => [
        `models/s/m${i}.sql`,
        i < 3
          ? `select i, i * ${i + 1} as v from range(500) r(i)`
          : `select i, sum(v) as v from (from {{ ref('m${i - 3}') }} union all from {{ ref('m${i - 2 > 2 ? i - 2 : i - 3}') }}) group by i`,
      ]),
    );
    const [one, four] = [new LakeProject(models), new LakeProject(models)];
    const runs = [await one.build({ threads: 1 }), await four.build({ threads: 4 })];
    expect(runs[0]!.statuses).toEqual(runs[1]!.statuses);
    for (let i = 0; i < 12; i++) expect(await four.rows(`s.m${i}`)).toEqual(await one.rows(`s.m${i}`));
  });
});

it('what killed runs left is swept away after days, what is younger or not ours stays', async () => {
  const project = new LakeProject({ 'models/s/t.sql': 'select 1 as n' });
  await project.build();
  const [old, young] = [crypto.randomUUID(), crypto.randomUUID()];
  project.write({
    [`target/tmp/${old}/spill.tmp`]: 'x',
    [`target/tmp/${young}/spill.tmp`]: 'x',
    'target/tmp/notes': 'x',
    'warehouse/lake.duckdb.1.tmp': 'x',
    'warehouse/lake.duckdb.2.tmp': 'x',
  });
  const longAgo = new Date(Date.now() - 3 * 24 * 3600 * 1000);
  for (const path of [`target/tmp/${old}`, 'target/tmp/notes', 'warehouse/lake.duckdb.1.tmp'])
    utimesSync(project.path(path), longAgo, longAgo);
  await project.build();
  expect(readdirSync(project.path('target/tmp')).sort()).toEqual([young, 'notes'].sort());
  expect(readdirSync(project.path('warehouse')).sort()).toEqual(['lake.duckdb', 'lake.duckdb.2.tmp', 's']);
});

async function described(project: LakeProject, sql: string) {
  const rows = await project.read(`describe ${sql}`);
  return rows.map((row) => ({ name: row.column_name, type: row.column_type }));
}
