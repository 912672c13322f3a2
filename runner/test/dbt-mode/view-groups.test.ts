import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DbtProject } from './dbt-project.js';

const names = Array.from({ length: 30 }, (_, i) => `v${String(i).padStart(2, '0')}`);
const views = Object.fromEntries(names.map((name) => [`models/${name}.sql`, `select '${name}' as name`]));
const oneThread = {
  'profiles.yml': 'shop: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb, threads: 1}}}\n',
};

/** The statements that were sent to the engine, by their first two words, and what became of nodes, in their order. */
function told(project: DbtProject): string[] {
  return readFileSync(project.path('logs/tsdbt.log'), 'utf8')
    .trimEnd()
    .split('\n')
    .flatMap((line) => {
      const event = JSON.parse(line);
      if (event.event === 'node_finished') return `${event.node.label.split('.').at(-1)} ${event.outcome.status}`;
      return event.event === 'log' && event.level === 'debug' ? event.message.split(/\s/).slice(0, 2).join(' ') : [];
    });
}

describe('views that are made together', () => {
  it('share transactions, and are told when they are there', async () => {
    const project = new DbtProject({ ...views, ...oneThread });
    expect((await project.run('run')).exitCode).toBe(0);
    const lines = told(project);
    expect(lines.slice(0, lines.indexOf('commit') + 2)).toEqual([
      'begin transaction',
      ...Array(4).fill('create or'),
      'commit',
      'v00 success',
    ]);
    expect(lines.filter((line) => line.endsWith(' success'))).toEqual(names.map((name) => `${name} success`));
    expect(await project.rows(`select name from ${names.at(-1)}`)).toEqual([{ name: names.at(-1) }]);
  });

  it('do not fall with one that fails, which has its own error', async () => {
    const project = new DbtProject({
      ...views,
      'models/v02.sql': 'select missing\nfrom nowhere',
      'models/v03.sql': 'select (1',
      'models/v10.sql': "select 1 {% if execute %}{{ exceptions.raise_compiler_error('no') }}{% endif %}",
      'models/below.sql': "select * from {{ ref('v02') }}",
    });
    const { statuses, exitCode, output } = await project.run('run');
    expect(exitCode).toBe(1);
    const failed = { v02: 'error', v03: 'error', v10: 'error', below: 'skipped' };
    const expected = { ...Object.fromEntries(names.map((name) => [name, 'success'])), ...failed };
    expect(statuses).toEqual(
      Object.fromEntries(Object.entries(expected).map(([name, status]) => [`model.shop.${name}`, status])),
    );
    expect(output).toContain('models/v02.sql:2:6');
    const there = await project.rows('select view_name as name from duckdb_views() where not internal order by 1');
    expect(there.map(({ name }) => name)).toEqual(names.filter((name) => !(name in failed)));
  });

  it('take the place of a table among others', async () => {
    const project = new DbtProject({ 'models/v05.sql': "{{ config(materialized='table') }} select 1 as id" });
    expect((await project.run('run')).exitCode).toBe(0);
    project.write(views);
    expect((await project.run('run')).exitCode).toBe(0);
    expect(
      await project.rows('select table_type as type, count(*)::int as n from information_schema.tables group by 1'),
    ).toEqual([{ type: 'VIEW', n: 30 }]);
  });

  it('are there for a template that asks the database and comes after them', async () => {
    const count = "{{ run_query('select count(*) from duckdb_views() where not internal').columns[0].values()[0] }}";
    const project = new DbtProject({
      ...views,
      ...oneThread,
      'models/v07.sql': `select {% if execute %}${count}{% else %}0{% endif %} as n`,
    });
    expect((await project.run('run')).exitCode).toBe(0);
    expect(await project.rows('select n::int as n from v07')).toEqual([{ n: 7 }]);
  });

  it('are not begun after a failure with --fail-fast', async () => {
    const project = new DbtProject({ ...views, ...oneThread, 'models/v02.sql': 'select missing from nowhere' });
    const { statuses } = await project.run('run', '--fail-fast');
    expect(names.map((name) => statuses[`model.shop.${name}`])).toEqual([
      'success',
      'success',
      'error',
      ...Array(27).fill('skipped'),
    ]);
    expect(await project.rows('select count(*)::int as n from duckdb_views() where not internal')).toEqual([{ n: 2 }]);
  });

  it('bear the comment of the project, each its own', async () => {
    const project = new DbtProject({
      ...views,
      ...oneThread,
      'dbt_project.yml': "name: shop\nprofile: shop\nquery-comment: 'made for {{ node.name }}'\n",
      'models/v02.sql': 'select 1 as id,\n  missing from nowhere',
    });
    const { output } = await project.run('run');
    const log = readFileSync(project.path('logs/tsdbt.log'), 'utf8');
    for (const name of names) expect(log).toContain(`/* made for ${name} */\\ncreate or replace view`);
    expect(output).toContain('models/v02.sql:2:16');
  });
});

describe('the database file', () => {
  it('is closed where artifacts cannot be written', async () => {
    const project = new DbtProject({ 'models/a.sql': 'select 1 as id', 'target/run_results.json/in_the_way': '' });
    await expect(project.run('run')).rejects.toThrow();
    expect(await project.rows('select id from a')).toEqual([{ id: 1 }]);
  });
});
