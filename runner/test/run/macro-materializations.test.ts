import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from 'vitest';
import { tempProject } from '../manifest/temp-project.js';
import { LakeProject } from './lake-project.js';

type Storage = 'native' | 'delta';
const storages: readonly Storage[] = ['native', 'delta'];

/** A dbt project on a database file of its own, or with Delta tables. */
function dbtProject(files: Readonly<Record<string, string>>, storage: Storage = 'native'): LakeProject {
  const project = new LakeProject(
    tempProject({ 'dbt_project.yml': 'name: shop\nversion: "1.0"\nprofile: shop\n', ...files }),
  );
  const output = `{type: duckdb, path: '${project.path('shop.duckdb')}', threads: 1, storage: ${storage}}`;
  project.write({ 'profiles.yml': `shop: {target: dev, outputs: {dev: ${output}}}\n` });
  return project;
}

/** Rows as another program reads them: from the database file, or from lake.duckdb. */
async function rows(project: LakeProject, sql: string): Promise<unknown[][]> {
  const lake = project.path('warehouse', 'lake.duckdb');
  const instance = await DuckDBInstance.create(existsSync(lake) ? lake : project.path('shop.duckdb'), {
    access_mode: 'READ_ONLY',
  });
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(sql)).getRowsJson();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

const stamped = `
{% materialization stamped, adapter='duckdb' %}
  {%- set target_relation = this.incorporate(type='table') -%}
  {%- set old = load_relation(this) -%}
  {{ run_hooks(pre_hooks) }}
  {% call statement('main') %}
    {% if old is none %}create table {{ target_relation }} as{% else %}insert into {{ target_relation }}{% endif %}
    select *, {{ dbt.string_literal('again' if old else 'first') }} as stamp from ({{ sql }}) as q
  {% endcall %}
  {{ run_hooks(post_hooks) }}
  {{ adapter.commit() }}
  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}`;

describe.each(storages)('a materialization of one’s own (storage: %s)', (storage) => {
  it('is a macro that runs statements, hooks and a transaction', async () => {
    const project = dbtProject(
      {
        'macros/stamped.sql': stamped,
        'models/a.sql': `{{ config(materialized='stamped', pre_hook='create table if not exists seen (i int)',
        post_hook='insert into seen values (1)') }} select 1 as id`,
      },
      storage,
    );
    for (const _ of [1, 2]) expect((await project.build()).errors).toEqual([]);
    expect(await rows(project, 'select id, stamp from a order by stamp')).toEqual([
      [1, 'again'],
      [1, 'first'],
    ]);
    expect(readFileSync(project.path('target/run/shop/models/a.sql'), 'utf8')).toMatch(
      /insert into ("shop"\.)?"main"\."a"/,
    );
    // what hooks make beside the model stays in a database file only
    if (storage === 'native') expect(await rows(project, 'select count(*)::int from seen')).toEqual([[2]]);
  });

  it('that ends without a commit leaves nothing', async () => {
    const project = dbtProject(
      {
        'macros/careless.sql': `{% materialization careless, default %}
  {% call statement('main') %}create table {{ this }} as ({{ sql }}){% endcall %}
  {{ return({'relations': [this]}) }}
{% endmaterialization %}`,
        'models/a.sql': `{{ config(materialized='careless') }} select 1 as id`,
      },
      storage,
    );
    const run = await project.build();
    // a database file is left as dbt leaves it; a lake's model has to publish something
    expect(run.errors).toEqual(
      storage === 'native'
        ? []
        : [
            expect.stringMatching(
              /^TSD2021 macros\/careless.sql:1:20 the materialization "careless" left no relation main.a/,
            ),
          ],
    );
    if (storage === 'delta') return;
    expect(await rows(project, "select table_name from information_schema.tables where table_name = 'a'")).toEqual([]);
  });

  it('has to return its relations, and to run a statement main', async () => {
    const project = dbtProject(
      {
        'macros/odd.sql': `{% materialization silent, default %}{% call statement('main') %}select 1{% endcall %}{% endmaterialization %}
{% materialization idle, default %}{{ return({'relations': []}) }}{% endmaterialization %}`,
        'models/a.sql': `{{ config(materialized='silent') }} select 1 as id`,
        'models/b.sql': `{{ config(materialized='idle') }} select 1 as id`,
      },
      storage,
    );
    const run = await project.build();
    expect(run.exitCode).toBe(1);
    expect([...run.errors].sort()).toEqual([
      expect.stringMatching(/^TSD2021 macros\/odd.sql:1:20 the materialization "silent" did not return its relations/),
      expect.stringMatching(/^TSD2021 macros\/odd.sql:2:20 the materialization "idle" runs no statement "main"/),
    ]);
  });

  it('whose statement is wrong says so at the line of the model', async () => {
    const project = dbtProject(
      {
        'macros/stamped.sql': stamped,
        'models/a.sql': `{{ config(materialized='stamped') }}\nselect nope as id`,
      },
      storage,
    );
    const { errors } = await project.build();
    expect(errors).toEqual([expect.stringMatching(/^TSD5003 models\/a.sql:2:8 column "nope" not found/)]);
  });

  it('has columns of its own, which models below read and tests hold', async () => {
    const project = dbtProject(
      {
        'macros/stamped.sql': stamped,
        'models/a.sql': `{{ config(materialized='stamped') }} select {{ var('id', 1) }} as id`,
        'models/b.sql': `select id, stamp as kept from {{ ref('a') }}`,
        'models/s.yml': `models: [{name: a, columns: [{name: stamp, tests: [{accepted_values: {values: [first, again]}}]}, {name: id, tests: [unique]}]}]\n`,
      },
      storage,
    );
    expect((await project.build()).errors).toEqual([]);
    expect(await rows(project, 'select * from b')).toEqual([[1, 'first']]);
    const second = await project.build();
    expect(second.outcome('unique_a_id').status).toBe('fail');
    // data that fails its tests is published in a database file only, as dbt does
    expect(second.outcome('a').status).toBe(storage === 'native' ? 'success' : 'blocked');
    expect(await rows(project, 'select count(*)::int from a')).toEqual([[storage === 'native' ? 2 : 1]]);
  });
});

describe('macros that build a lake’s model', () => {
  it('tell what else they made, which nobody will see', async () => {
    const project = dbtProject(
      {
        'macros/two.sql': `{% materialization two, default %}
  {% call statement('main') %}create table {{ this }} as ({{ sql }}); create table {{ this.schema }}.side as select 1 as x{% endcall %}
  {{ adapter.commit() }}
  {{ return({'relations': [this]}) }}
{% endmaterialization %}`,
        'models/a.sql': `{{ config(materialized='two') }} select 1 as id`,
      },
      'delta',
    );
    const run = await project.build();
    expect(run.exitCode).toBe(0);
    expect(run.logs).toContainEqual(expect.stringMatching(/^warn: a: its materialization also made main.side/));
    expect(readdirSync(project.path('target/tmp'))).toEqual([]);
  });

  it('may make a view, with names of its own for columns', async () => {
    const project = dbtProject(
      {
        'macros/named.sql': `{% macro duckdb__create_view_as(relation, sql) %}create view {{ relation }} (number) as ({{ sql }}){% endmacro %}`,
        'models/t.sql': `{{ config(materialized='table') }} select 7 as id`,
        'models/v.sql': `select id from {{ ref('t') }}`,
      },
      'delta',
    );
    expect((await project.build()).errors).toEqual([]);
    expect(await rows(project, 'select number::int from v')).toEqual([[7]]);
  });

  it('hold to the model’s contract', async () => {
    const project = dbtProject(
      {
        'macros/stamped.sql': stamped,
        'models/a.sql': `{{ config(materialized='stamped') }} select 1 as id`,
        'models/s.yml': `models: [{name: a, config: {contract: {enforced: true}}, columns: [{name: id, data_type: int}, {name: stamp, data_type: int}]}]\n`,
      },
      'delta',
    );
    const run = await project.build();
    expect(run.errors).toEqual([expect.stringMatching(/TSD4\d+ .*stamp/)]);
    expect(existsSync(project.path('warehouse/main/a'))).toBe(false);
  });
});

describe.each(storages)('macros in the place of the engine’s (storage: %s)', (storage) => {
  it('make views, incremental statements and tests as a project wants them', async () => {
    const project = dbtProject(
      {
        'macros/own.sql': `{% macro duckdb__create_view_as(relation, sql) %}
  create view {{ relation }} as (select *, 'mine' as made_by from ({{ sql }}));
{% endmacro %}
{% macro get_incremental_twice_sql(arg_dict) %}
  {%- set once = get_insert_into_sql(arg_dict.target_relation, arg_dict.temp_relation, arg_dict.dest_columns) -%}
  {% do return(once ~ '; ' ~ once) %}
{% endmacro %}
{% macro default__test_not_null(model, column_name) %}select 1 as found from {{ model }} limit 1{% endmacro %}`,
        'models/v.sql': 'select 1 as id',
        'models/i.sql': `{{ config(materialized='incremental', incremental_strategy='twice') }}
        select {{ 2 if is_incremental() else 1 }} as id`,
        'models/s.yml': 'models: [{name: v, columns: [{name: id, tests: [not_null]}]}]\n',
      },
      storage,
    );
    expect((await project.build()).outcome('not_null_v_id')).toMatchObject({ status: 'fail', failures: 1 });
    expect((await project.run('run')).errors).toEqual([]);
    expect(await rows(project, 'select * from v')).toEqual([[1, 'mine']]);
    expect(await rows(project, 'select id from i order by id')).toEqual([[1], [2], [2]]);
  });
});

describe.each(storages)('a strategy of snapshots of one’s own (storage: %s)', (storage) => {
  it('is a macro that says what identifies a row and when it has changed', async () => {
    const project = dbtProject(
      {
        'macros/strategy.sql': `{% macro snapshot_by_name_strategy(node, snapshotted_rel, current_rel, model_config, target_exists) %}
  {% set checked = snapshot_check_strategy(node, snapshotted_rel, current_rel, model_config, target_exists) %}
  {% do checked.update({'row_changed': 'lower(' ~ snapshotted_rel ~ '.name) <> lower(' ~ current_rel ~ '.name)'}) %}
  {% do return(checked) %}
{% endmacro %}`,
        'models/people.sql': `{{ config(materialized='table') }} select 1 as id, '{{ var('name', 'ada') }}' as name`,
        'snapshots/history.sql': `{% snapshot history %}
{{ config(unique_key='id', strategy='by_name', check_cols=['name'], target_schema='main') }} select * from {{ ref('people') }}
{% endsnapshot %}`,
      },
      storage,
    );
    for (const name of ['ada', 'ADA', 'eve'])
      expect((await project.build({ open: { vars: { name } } })).errors).toEqual([]);
    expect(await rows(project, 'select name, dbt_valid_to is null from history order by name')).toEqual([
      ['ada', false],
      ['eve', true],
    ]);
  });
});

describe.each(storages)('what only macros know (storage: %s)', (storage) => {
  it('an external model is a file, read by a view', async () => {
    const project = dbtProject({}, storage);
    const file = project.path('out.csv');
    project.write({
      'models/f.sql': `{{ config(materialized='external', location='${file}', delimiter=';') }} select 7 as id, 'x' as t`,
      'models/none.sql': `{{ config(materialized='external', location='${project.path('none.parquet')}') }}
        select 1 as id where false`,
      'models/g.sql': `{{ config(materialized='table', indexes=[{'columns': ['id'], 'unique': true}]) }}
        select f.id from {{ ref('f') }} as f left join {{ ref('none') }} as n using (id)`,
    });
    expect((await project.build()).errors).toEqual([]);
    expect(existsSync(file)).toBe(true);
    expect(readFileSync(file, 'utf8')).toBe('id;t\n7;x\n');
    expect(await rows(project, 'select id::int from g')).toEqual([[7]]);
    expect(await rows(project, 'select count(*)::int from none')).toEqual([[0]]);
    // Delta tables have no indexes
    if (storage === 'native') expect(await rows(project, 'select is_unique from duckdb_indexes()')).toEqual([[true]]);
  });

  it('a merge with expressions of its own', async () => {
    const project = dbtProject(
      {
        'models/m.sql': `{{ config(materialized='incremental', unique_key='id', incremental_strategy='merge',
        merge_update_set_expressions={'n': 'DBT_INTERNAL_DEST.n + 10'}) }} select 1 as id, 5 as n`,
      },
      storage,
    );
    for (const _ of [1, 2]) expect((await project.build()).errors).toEqual([]);
    expect(await rows(project, 'select * from m')).toEqual([[1, 15]]);
  });
});
