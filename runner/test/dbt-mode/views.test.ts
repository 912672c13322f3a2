import { describe, expect, it } from 'vitest';
import { DbtProject } from './dbt-project.js';

describe('views in a database file', () => {
  it('take the place of the view that was there', async () => {
    const project = new DbtProject({
      'models/a.sql': 'select 1 as id',
      'models/b.sql': "select id from {{ ref('a') }}",
    });
    expect((await project.run('run')).exitCode).toBe(0);
    project.write({ 'models/a.sql': 'select 2 as id' });
    expect((await project.run('run')).exitCode).toBe(0);
    expect(await project.rows('select id from b')).toEqual([{ id: 2 }]);
  });

  it('take the place of a table, with hooks run once, and leave nothing beside', async () => {
    const project = new DbtProject({
      'models/log.sql':
        "{{ config(materialized='incremental') }} select 'made' as what where not {{ is_incremental() }}",
      'models/a.sql': "{{ config(materialized='table') }} select 1 as id from {{ ref('log') }}",
    });
    expect((await project.run('run')).exitCode).toBe(0);
    const hook = (what: string, inside: boolean) =>
      `{'sql': "insert into log values ('${what}')", 'transaction': ${inside ? 'True' : 'False'}}`;
    project.write({
      'models/a.sql':
        `{{ config(materialized='view', pre_hook=[${hook('before', false)}, ${hook('first', true)}], ` +
        `post_hook=[${hook('last', true)}, ${hook('after', false)}]) }} select 2 as id from {{ ref('log') }} limit 1`,
    });
    expect((await project.run('run')).exitCode).toBe(0);
    expect(await project.rows('select id from a')).toEqual([{ id: 2 }]);
    expect(await project.rows('select what from log')).toEqual(
      ['made', 'before', 'first', 'last', 'after'].map((what) => ({ what })),
    );
    expect(
      await project.rows(
        "select table_name as name, table_type as kind from information_schema.tables where table_schema = 'main' order by 1",
      ),
    ).toEqual([
      { name: 'a', kind: 'VIEW' },
      { name: 'log', kind: 'BASE TABLE' },
    ]);
  });

  it('stay as they were when the new one does not hold', async () => {
    const project = new DbtProject({ 'models/a.sql': 'select 1 as id' });
    expect((await project.run('run')).exitCode).toBe(0);
    project.write({ 'models/a.sql': 'select missing from nowhere' });
    expect((await project.run('run')).exitCode).toBe(1);
    expect(await project.rows('select id from a')).toEqual([{ id: 1 }]);
  });
});
