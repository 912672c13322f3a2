import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { stageOverwrite } from '../../src/delta/operations/overwrite.js';
import { openTestEngine } from '../delta/duckdb-parquet.js';
import { LakeProject } from '../run/lake-project.js';

describe('seeds', () => {
  it('infer types from all rows, take column_types and a delimiter, and read empty cells as null', async () => {
    const project = new LakeProject({
      'seeds/a.csv': 'code;n;day\n007;1;2024-01-31\n;;\n"x;y";2.5;2024-02-01\n',
      'seeds/seeds.yml': `seeds: [{name: a, config: {delimiter: ";", column_types: {N: "decimal(5,2)"}}}]\n`,
    });
    const run = await project.build();
    expect(run.errors).toEqual([]);
    expect((await project.table('seeds.a'))!.columns).toEqual([
      { name: 'code', type: 'VARCHAR' },
      { name: 'n', type: 'DECIMAL(5,2)' },
      { name: 'day', type: 'DATE' },
    ]);
    expect(await project.rows('seeds.a')).toEqual([
      { code: '007', n: '1.00', day: '2024-01-31' },
      { code: 'x;y', n: '2.50', day: '2024-02-01' },
      { code: null, n: null, day: null },
    ]);
  });

  it('with broken rows name the line; all broken files are told at once, and nothing is written', async () => {
    const project = new LakeProject({
      'seeds/fine.csv': 'n\n1\n',
      'seeds/a.csv': 'id,name\n1,x\n2,y,z\n',
      'seeds/b.csv': 'id\n1\nmany\n',
      'seeds/seeds.yml':
        'seeds: [{name: b, config: {column_types: {id: integer}}}, {name: fine, config: {column_types: {m: integer}}}]\n',
    });
    const errors = await project.refused();
    expect(errors.map((error) => error.replace(/ seed (\w+) cannot be read:.*/, ' $1')).sort()).toEqual([
      'TSD1090 seeds/a.csv:3:1 a',
      'TSD1090 seeds/b.csv:3:1 b',
      'TSD1091 seeds/seeds.yml:1:66 column_types of seed fine names "m", which the file does not have (did you mean "n"?)',
    ]);
    expect(existsSync(project.path('warehouse'))).toBe(false);
  });
});

describe('a column that Delta cannot store', () => {
  it('is told by its name, and nothing else is stopped; a view may have it', async () => {
    const project = new LakeProject({
      'models/s/t.sql': 'select row(1, 2) as r',
      'models/s/below.sql': "select r[1] as first from {{ ref('t') }}",
      'models/s/v.sql': "{{ config(materialized='view') }} select [row(1, 2)] as r",
      'models/s/over.sql': "select r[1][2] as second from {{ ref('v') }}",
    });
    const run = await project.build();
    expect(run.errors).toEqual([
      "TSD6042 - column \"r\" has a struct without field names, which Delta cannot store (name the fields, e.g. {'x': 1, 'y': 2} instead of row(1, 2))",
    ]);
    expect(await project.rows('s.over')).toEqual([{ second: 2 }]);
  });
});

describe('storage options of a table', () => {
  it('partition_by and table_properties reach the log', async () => {
    const project = new LakeProject({
      'models/s/t.sql': `{{ config(partition_by=['part'], table_properties={'delta.logRetentionDuration': 'interval 7 days'}) }}
        select i % 2 as part, (i * 7919) % 100 as n from range(100) r(i)`,
    });
    await project.build();
    const snapshot = (await project.table('s.t'))!;
    expect(snapshot.partitionColumns).toEqual(['part']);
    expect(snapshot.properties['delta.logRetentionDuration']).toBe('interval 7 days');
    expect(
      readdirSync(project.path('warehouse/s/t'))
        .filter((name) => name.startsWith('part='))
        .sort(),
    ).toEqual(['part=0', 'part=1']);
    expect((await project.build()).outcome('t').unchanged).toBe(true);
    project.write({ 'models/s/t.sql': 'select i % 2 as part, (i * 7919) % 100 as n from range(100) r(i)' });
    expect((await project.build()).outcome('t')).toMatchObject({ unchanged: false, version: 1 });
    expect((await project.table('s.t'))!.partitionColumns).toEqual([]);
  });

  it('deletion vectors are switched on for tables that are there; merges mark rows by them, and lake.duckdb leaves those out', async () => {
    const files = (select: string, more: string) => ({
      'project.yml': `name: p\nmodels:\n  +materialized: table\n${more}`,
      'models/s/t.sql': `{{ config(materialized='incremental', incremental_strategy='merge', unique_key='id') }} ${select}`,
    });
    const project = new LakeProject(files("select i as id, 'old' as v from range(20_000) r(i)", ''));
    await project.build();
    const vectors = "  +table_properties: { delta.enableDeletionVectors: 'true' }\n";
    project.write(files("select i * 200 as id, 'new' as v from range(101) r(i)", vectors));
    expect((await project.build()).exitCode).toBe(0);
    const { files: kept } = (await project.table('s.t'))!;
    expect(kept.map(({ deletionVector }) => deletionVector?.cardinality).sort()).toEqual([100, undefined]);
    const counts =
      'select v, count(*)::integer as n, count(distinct id)::integer as ids from s.t group by v order by v';
    expect(await project.read(counts)).toEqual([
      { v: 'new', n: 101, ids: 101 },
      { v: 'old', n: 19_900, ids: 19_900 },
    ]);
  });

  it('cluster_by is the order of the rows in the files', async () => {
    const project = new LakeProject({
      'models/s/t.sql': `{{ config(cluster_by=['n']) }} select (i * 7919) % 100 as n from range(100) r(i)`,
    });
    await project.build();
    const stored = (await project.rows('s.t', 'n', '')).map((row) => Number(row.n));
    expect(stored).toEqual(Array.from({ length: 100 }, (_, i) => i));
  });

  it('that do not fit are refused with the model', async () => {
    const project = new LakeProject({ 'models/s/t.sql': `{{ config(partition_by=['nope']) }} select 1 as a, 2 as b` });
    const run = await project.build();
    expect(run.errors[0]).toContain('cannot be partitioned by "nope"');
    expect(await project.table('s.t')).toBeUndefined();
  });
});

describe('sources with a location', () => {
  it('are CSV, Parquet, a glob of files, a table function, or a Delta table elsewhere', async () => {
    const project = new LakeProject({
      'data/c.csv': 'n\n1\n',
      'data/parts/a.json': '{"n": 4}\n',
      'data/parts/b.json': '{"n": 5}\n',
    });
    const engine = await openTestEngine();
    await engine.writeParquet('select 2 as n', { path: project.path('data/p.parquet') });
    const elsewhere = { location: project.path('data/delta'), engine };
    await (await stageOverwrite(elsewhere, { select: 'select 3 as n' })).commit({ runId: 'x', engineInfo: 'x' });
    const names = {
      csv: 'data/c.csv',
      parquet: 'data/p.parquet',
      glob: 'data/parts/*.json',
      func: '"range(6, 7) r(n)"',
      delta: 'data/delta',
    };
    project.write({
      'models/sources.yml': `sources: [{name: raw, tables: [${Object.entries(names)
        .map(([name, location]) => `{name: ${name}, location: ${location}}`)
        .join(', ')}]}]\n`,
      'models/s/t.sql': Object.keys(names)
        .map((name) => `select n::int as n from {{ source('raw', '${name}') }}`)
        .join(' union all '),
    });
    const run = await project.build();
    expect([run.exitCode, run.errors]).toEqual([0, []]);
    expect((await project.rows('s.t')).map((row) => row.n)).toEqual([1, 2, 3, 4, 5, 6]);
    engine.close();
  });

  it('a Delta table elsewhere is read at one version in a run, whoever writes to it meanwhile', async () => {
    const project = new LakeProject({
      'models/sources.yml': 'sources: [{name: raw, tables: [{name: t, location: data/t}]}]\n',
      'models/s/a.sql': `select n from {{ source('raw', 't') }}`,
      'models/s/b.sql': `select s.n, a.n as before from {{ source('raw', 't') }} s, {{ ref('a') }} a`,
    });
    const engine = await openTestEngine();
    const write = async (n: number) => {
      const target = { location: project.path('data/t'), engine };
      await (await stageOverwrite(target, { select: `select ${n} as n` })).commit({ runId: 'x', engineInfo: 'x' });
    };
    await write(1);
    let writing: Promise<void> | undefined;
    await project.build({
      threads: 1,
      onEvent: (event) => {
        if (event.event === 'node_finished' && event.node.label === 's.a') writing = write(2);
      },
    });
    await writing;
    expect(await project.rows('s.b')).toEqual([{ n: 1, before: 1 }]);
    await project.build();
    expect(await project.rows('s.b')).toEqual([{ n: 2, before: 2 }]);
    engine.close();
  });

  it('that do not exist, or cannot be read, are named at their place', async () => {
    const broken = (location: string) =>
      new LakeProject({
        'models/sources.yml': `sources: [{name: raw, tables: [{name: t, location: ${location}}]}]\n`,
        'models/s/a.sql': `select * from {{ source('raw', 't') }}`,
        'data/t.txt': 'x',
        'data/t.parquet': 'not parquet',
      }).refused();
    expect(await broken('data/nope.csv')).toEqual([
      'TSD3060 models/sources.yml:1:39 source raw.t: data/nope.csv does not exist',
    ]);
    expect((await broken('data/t.txt'))[0]).toContain('cannot tell how to read data/t.txt');
    expect((await broken('data/t.parquet'))[0]).toMatch(
      /^TSD3061 models\/sources.yml:1:39 source raw.t \(data\/t.parquet\) cannot be read/,
    );
  });
});
