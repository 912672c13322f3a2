import { describe, expect, it } from 'vitest';
import { tempProject } from '../manifest/temp-project.js';
import { LakeProject } from '../run/lake-project.js';

/** A dbt project whose profile says that its tables are Delta tables. */
function deltaProject(files: Readonly<Record<string, string>>): LakeProject {
  return new LakeProject(
    tempProject({
      'dbt_project.yml': 'name: shop\nversion: "1.0"\nprofile: shop\n',
      'profiles.yml': 'shop: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb, storage: delta}}}\n',
      ...files,
    }),
  );
}

describe('a dbt project with Delta tables', () => {
  it('gives seeds the types that dbt gives them', async () => {
    const project = deltaProject({
      'seeds/facts.csv':
        'i,d,day,at,yes,t,pct\n1,1.5,2024-01-02,2024-01-02 03:04:05,true,x,0012\n2,2,2024-01-03,2024-01-03 00:00:00,false,,7\n',
      'seeds/s.yml': 'seeds: [{name: facts, config: {column_types: {pct: varchar}}}]\n',
    });
    expect((await project.build()).errors).toEqual([]);
    const snapshot = await project.table('main.facts');
    expect(Object.fromEntries(snapshot!.columns.map(({ name, type }) => [name, type]))).toEqual({
      ...{ i: 'INTEGER', d: 'DOUBLE', day: 'DATE', at: 'TIMESTAMP', yes: 'BOOLEAN', t: 'VARCHAR', pct: 'VARCHAR' },
    });
    expect(await project.rows('main.facts', 'i, t, pct')).toEqual([
      { i: 1, t: 'x', pct: '0012' },
      { i: 2, t: null, pct: '7' },
    ]);
  });

  it('names the row of a seed that cannot be read', async () => {
    const project = deltaProject({
      'seeds/facts.csv': 'i,n\n1,a\n2,b\nx,c\n',
      'seeds/s.yml': 'seeds: [{name: facts, config: {column_types: {i: int}}}]\n',
    });
    expect(await project.refused()).toEqual([expect.stringMatching(/^TSD1090 seeds\/facts.csv:4:1 seed facts cannot/)]);
  });

  const again = async (config: string) => {
    const project = deltaProject({
      'models/t.sql': `{{ config(materialized='incremental', ${config}) }}
select * from (values {{ "(1, 'new'), (1, 'twin'), (3, 'c')" if is_incremental() else "(1, 'a'), (2, 'b')" }}) as v(id, name)`,
    });
    const first = await project.build();
    expect(first.errors).toEqual([]);
    const second = await project.build();
    return { errors: second.errors, rows: (await project.rows('main.t')).map((row) => `${row.id} ${row.name}`) };
  };

  it('adds to incremental models as dbt-duckdb does where no strategy is named', async () => {
    expect((await again("unique_key='id'")).rows).toEqual(['1 new', '1 twin', '2 b', '3 c']);
    expect((await again("unique_key='id', incremental_strategy='default'")).rows).toEqual([
      '1 new',
      '1 twin',
      '2 b',
      '3 c',
    ]);
    expect((await again("incremental_strategy='merge'")).rows).toEqual(['1 a', '1 new', '1 twin', '2 b', '3 c']);
  });

  it('judges a strategy when there is something to add to', async () => {
    expect((await again("incremental_strategy='by_time'")).errors).toEqual([
      expect.stringMatching(/^TSD4010 models\/t.sql:1:1 t: incremental_strategy "by_time" is not one of/),
    ]);
  });
});
