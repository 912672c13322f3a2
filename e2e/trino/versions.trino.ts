import { rmSync } from 'node:fs';
import { duckDBEngine, stageAlterColumns, stageDelete } from 'tsdbt/delta';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { columnsOf } from './compare-tables.js';
import { Lake, memoryConnection } from './lake.js';
import { smallProject, succeed } from './small-project.js';

const by = { runId: 'spec', engineInfo: 'spec' };

const PLAYS = `{{ config(materialized='incremental', unique_key='id', on_schema_change='append_new_columns',
  table_properties={'delta.enableDeletionVectors': 'true'}) }}
select i as id, 'track ' || i as track, i * 1.5 as minutes from range({{ var('first', 0) }}, {{ var('last', 1000) }}) as r(i)\n`;

describe('what happens to a table, as Trino sees it without being told', () => {
  const project = smallProject({
    'models/gold/plays.sql': PLAYS,
    'models/gold/mapped.sql': `{{ config(table_properties={'delta.columnMapping.mode': 'name'}) }}
select i as id, 'name ' || i as called from range(10) as r(i)\n`,
    'models/gold/other.sql': 'select 1 as a\n',
  });
  let lake: Lake;
  const count = async (from: string): Promise<number> =>
    Number((await lake.trino.list(`select count(*) from ${from}`))[0]);
  const build = (...more: string[]) => succeed(project, 'build', ...more);

  beforeAll(async () => {
    await build();
    lake = await Lake.over(project);
    expect(await lake.same('gold.plays')).toBe(1000);
  });
  afterAll(async () => {
    await lake?.stop();
    project.remove();
  });

  it('a merge that updates and adds rows', async () => {
    project.write('models/gold/plays.sql', PLAYS.replace("'track '", "'song '"));
    await build('--select', 'plays', '--vars', '{first: 900, last: 1100}');
    expect(await lake.same('gold.plays')).toBe(1100);
    expect(await count(`gold.plays where track like 'song %'`)).toBe(200);
  });

  it('rows that a deletion vector takes away', async () => {
    const { connection, close } = await memoryConnection();
    const target = { location: project.path('warehouse', 'gold', 'plays'), engine: await duckDBEngine(connection) };
    await (await stageDelete(target, 'id % 10 = 3')).commit(by);
    close();
    const log = 'warehouse/gold/plays/_delta_log/00000000000000000002.json';
    expect(project.read(log)).toContain('"deletionVector"');
    await build('--select', 'other');
    expect(await lake.same('gold.plays')).toBe(990);
    expect(await count('gold.plays where id = 13')).toBe(0);
    expect(await count('gold.plays where id between 10 and 19')).toBe(9);
  });

  it('a column that is added', async () => {
    project.write(
      'models/gold/plays.sql',
      PLAYS.replace('i * 1.5 as minutes', "i * 1.5 as minutes, date '2024-05-01' as day"),
    );
    await build('--select', 'plays', '--vars', '{first: 1090, last: 1110}');
    expect((await columnsOf(lake.trino, 'delta.default.plays')).map(({ name }) => name)).toEqual([
      'id',
      'track',
      'minutes',
      'day',
    ]);
    await lake.same('gold.plays');
    expect(await count('gold.plays where day is not null')).toBe(20);
  });

  it('small files put together', async () => {
    const files = await lake.trino.list('select distinct "$path" from gold.plays');
    expect(files.length).toBeGreaterThan(1);
    await succeed(project, 'optimize', '--select', 'plays');
    expect(await lake.trino.list('select distinct "$path" from gold.plays')).toHaveLength(1);
    // 10 new ones, and one that comes back
    expect(await lake.same('gold.plays')).toBe(1001);
  });

  it('an earlier version that is brought back, with its columns', async () => {
    await succeed(project, 'restore', '--select', 'plays', '--to', '0');
    await build('--select', 'other');
    expect((await columnsOf(lake.trino, 'delta.gold.plays')).map(({ name }) => name)).toEqual([
      'id',
      'track',
      'minutes',
    ]);
    expect(await lake.same('gold.plays')).toBe(1000);
    expect(await count('gold.plays for version as of 1')).toBe(1100);
  });

  it('files that a vacuum removes, which no present version needs', async () => {
    await succeed(project, 'vacuum', '--select', 'plays', '--retention', '0s', '--allow-short-retention', '--yes');
    expect(await lake.same('gold.plays')).toBe(1000);
  });

  it('a table written anew with other types', async () => {
    project.write('models/gold/other.sql', "select 'text' as a, 2.50::decimal(5,2) as b\n");
    await build('--select', 'other');
    expect(await columnsOf(lake.trino, 'delta.default.other')).toEqual([
      { name: 'a', type: 'varchar' },
      { name: 'b', type: 'decimal(5,2)' },
    ]);
    expect(await lake.same('gold.other')).toBe(1);
  });

  it('a column renamed and one dropped, by their mapping alone', async () => {
    const { connection, close } = await memoryConnection();
    const target = { location: project.path('warehouse', 'gold', 'mapped'), engine: await duckDBEngine(connection) };
    await (await stageAlterColumns(target, { rename: { called: 'label' } })).commit(by);
    await build('--select', 'other');
    expect((await columnsOf(lake.trino, 'delta.gold.mapped')).map(({ name }) => name)).toEqual(['id', 'label']);
    expect(await lake.same('gold.mapped')).toBe(10);
    await (await stageAlterColumns(target, { drop: ['id'] })).commit(by);
    close();
    await build('--select', 'other');
    expect(await lake.same('gold.mapped')).toBe(10);
    expect((await columnsOf(lake.trino, 'delta.default.mapped')).map(({ name }) => name)).toEqual(['label']);
  });

  it('a table removed by hand and built again', async () => {
    rmSync(project.path('warehouse', 'gold', 'other'), { recursive: true });
    await build('--select', 'other');
    expect(await lake.same('gold.other')).toBe(1);
  });

  it('models that come and go: a build adds their names and takes them away', async () => {
    project.write('models/silver/newcomer.sql', 'select 42::bigint as answer\n');
    expect(await build('--select', 'newcomer')).toContain('2 added');
    expect(await lake.same('silver.newcomer')).toBe(1);
    rmSync(project.path('models', 'silver', 'newcomer.sql'));
    expect(await build('--select', 'other')).toContain('2 removed');
    expect(await lake.trino.list('show tables from delta.silver')).toEqual([]);
    expect((await lake.trino.list('show tables from delta.default')).sort()).toEqual(['mapped', 'other', 'plays']);
  });

  it('names that files of the metastore held before: a file that is no whole one is written anew', async () => {
    const file = 'warehouse/.trino/gold/other/.trinoSchema';
    project.write(file, '{"writerVersion": "4');
    await expect(lake.trino.list('show tables from delta.gold')).rejects.toThrow(
      /GENERIC_INTERNAL_ERROR|HIVE_METASTORE_ERROR/,
    );
    expect(await succeed(project, 'register')).toContain('1 added');
    expect((await lake.trino.list('show tables from delta.gold')).sort()).toEqual(['mapped', 'other', 'plays']);
    expect(project.read(file)).toContain('local:///gold/other');
  });
});
