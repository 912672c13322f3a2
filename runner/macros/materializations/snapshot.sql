{# History of rows. A strategy is a macro snapshot_<name>_strategy that says what identifies a row, and when it has changed. #}

{% macro snapshot_hash_arguments(args) -%}
  {{ adapter.dispatch('snapshot_hash_arguments', 'dbt')(args) }}
{%- endmacro %}
{% macro default__snapshot_hash_arguments(args) -%}
  md5({% for arg in args %}coalesce(cast({{ arg }} as varchar), ''){{ " || '|' || " if not loop.last }}{% endfor %})
{%- endmacro %}
{% macro get_true_sql() %}{{ return(adapter.dispatch('get_true_sql', 'dbt')()) }}{% endmacro %}
{% macro default__get_true_sql() %}{{ return('TRUE') }}{% endmacro %}
{% macro get_snapshot_table_column_names() %}
  {%- set names = {} -%}
  {%- for name in ['dbt_valid_to', 'dbt_valid_from', 'dbt_scd_id', 'dbt_updated_at', 'dbt_is_deleted'] -%}{%- do names.update({name: name}) -%}{%- endfor -%}
  {{- return(names) -}}
{% endmacro %}
{# The names of the columns that a snapshot keeps: some may be renamed by the config. #}
{% macro _snapshot_columns() %}
  {%- set names = get_snapshot_table_column_names() -%}
  {%- do names.update(config.get('snapshot_table_column_names') or {}) -%}
  {{- return(names) -}}
{% endmacro %}

{# `package.name` finds the strategy of a package. #}
{% macro strategy_dispatch(name) %}
  {%- set package, strategy = name.split('.', 1) if '.' in name else (none, name) -%}
  {%- if package is not none and package not in context -%}
    {{ exceptions.raise_compiler_error("Could not find package '" ~ package ~ "', called with '" ~ name ~ "'") }}
  {%- endif -%}
  {%- set found = (context if package is none else context[package])['snapshot_' ~ strategy ~ '_strategy'] -%}
  {%- if found is not defined -%}
    {{ exceptions.raise_compiler_error("The specified strategy macro '" ~ strategy ~ "' was not found in package '" ~ package ~ "'") }}
  {%- endif -%}
  {{- return(found) -}}
{% endmacro %}

{% macro snapshot_timestamp_strategy(node, snapshotted_rel, current_rel, model_config, target_exists) %}
  {%- set key = config.get('unique_key') -%}
  {%- set updated_at = config.get('updated_at') -%}
  {%- set hard_deletes = adapter.get_hard_deletes_behavior(config) -%}
  {{- return({
    'unique_key': key,
    'updated_at': updated_at,
    'row_changed': '(' ~ snapshotted_rel ~ '.' ~ _snapshot_columns().dbt_valid_from ~ ' < ' ~ current_rel ~ '.' ~ updated_at ~ ')',
    'scd_id': snapshot_hash_arguments(api.Relation.scd_args(key, updated_at)),
    'invalidate_hard_deletes': hard_deletes == 'invalidate',
    'hard_deletes': hard_deletes
  }) -}}
{% endmacro %}

{# (whether the query has columns that the table has not, the quoted columns that both have) #}
{% macro snapshot_check_all_get_existing_columns(node, target_exists, check_cols_config) %}
  {%- if not target_exists -%}{{ return((false, [])) }}{%- endif -%}
  {%- if check_cols_config == 'all' -%}
    {%- set columns = get_columns_in_query(node['compiled_code']) -%}
  {%- elif check_cols_config is iterable and check_cols_config is not string and check_cols_config | length > 0 -%}
    {%- set columns = get_columns_in_query('select ' ~ (check_cols_config | join(', ')) ~ ' from (\n' ~ node['compiled_code'] ~ '\n) subq') -%}
  {%- else -%}
    {{ exceptions.raise_compiler_error("Invalid value for 'check_cols': " ~ check_cols_config) }}
  {%- endif -%}
  {%- set target_relation = adapter.get_relation(database=node.database, schema=node.schema, identifier=node.alias) -%}
  {%- set existing = adapter.get_columns_in_relation(target_relation) | map(attribute='name') | list -%}
  {%- set both = [] -%}
  {%- for name in columns if name in existing -%}{%- do both.append(adapter.quote(name)) -%}{%- endfor -%}
  {{- return((both | length < columns | length, both)) -}}
{% endmacro %}
{% macro snapshot_check_strategy(node, snapshotted_rel, current_rel, model_config, target_exists) %}
  {%- set key = config.get('unique_key') -%}
  {%- set hard_deletes = adapter.get_hard_deletes_behavior(config) -%}
  {%- set updated_at = config.get('updated_at') or snapshot_get_time() -%}
  {%- set column_added, columns = snapshot_check_all_get_existing_columns(node, target_exists, config.get('check_cols')) -%}
  {%- set changes = [] -%}
  {%- for column in columns -%}
    {%- do changes.append(snapshotted_rel ~ '.' ~ column ~ ' is distinct from ' ~ current_rel ~ '.' ~ column) -%}
  {%- endfor -%}
  {{- return({
    'unique_key': key,
    'updated_at': updated_at,
    'row_changed': '(' ~ (get_true_sql() if column_added else changes | join(' or ')) ~ ')',
    'scd_id': snapshot_hash_arguments(api.Relation.scd_args(key, updated_at)),
    'invalidate_hard_deletes': hard_deletes == 'invalidate',
    'hard_deletes': hard_deletes
  }) -}}
{% endmacro %}

{# A key of one column is dbt_unique_key; of several, dbt_unique_key_1, …_2. #}
{% macro unique_key_fields(unique_key) -%}
  {%- if unique_key | is_list -%}
    {%- for key in unique_key %}{{ key }} as dbt_unique_key_{{ loop.index }}{{ ', ' if not loop.last }}{% endfor -%}
  {%- else -%}
    {{ unique_key }} as dbt_unique_key
  {%- endif -%}
{%- endmacro %}
{% macro unique_key_join_on(unique_key, identifier, from_identifier) -%}
  {%- if unique_key | is_list -%}
    {%- for key in unique_key %}{{ equals(identifier ~ '.dbt_unique_key_' ~ loop.index, from_identifier ~ '.dbt_unique_key_' ~ loop.index) }}{{ ' and ' if not loop.last }}{% endfor -%}
  {%- else -%}
    {{ identifier }}.dbt_unique_key = {{ from_identifier }}.dbt_unique_key
  {%- endif -%}
{%- endmacro %}
{% macro unique_key_is_null(unique_key, identifier) -%}
  {{ identifier }}.dbt_unique_key{{ '_1' if unique_key | is_list }} is null
{%- endmacro %}
{% macro unique_key_is_not_null(unique_key, identifier) -%}
  {{ identifier }}.dbt_unique_key{{ '_1' if unique_key | is_list }} is not null
{%- endmacro %}
{# Null with the type of updated_at, or what the config writes for rows that hold today. #}
{% macro get_dbt_valid_to_current(strategy, columns) -%}
  coalesce(nullif({{ strategy.updated_at }}, {{ strategy.updated_at }}), {{ config.get('dbt_valid_to_current') or 'null' }}) as {{ columns.dbt_valid_to }}
{%- endmacro %}
{% macro _holds_today(column) -%}
  {%- set current = config.get('dbt_valid_to_current') -%}
  ({{ column }} is null{{ ' or ' ~ equals(column, current) if current }})
{%- endmacro %}

{% macro build_snapshot_table(strategy, sql) -%}
  {{ adapter.dispatch('build_snapshot_table', 'dbt')(strategy, sql) }}
{%- endmacro %}
{% macro default__build_snapshot_table(strategy, sql) -%}
  {%- set columns = _snapshot_columns() -%}
  select *,
    {{ strategy.scd_id }} as {{ columns.dbt_scd_id }},
    {{ strategy.updated_at }} as {{ columns.dbt_updated_at }},
    {{ strategy.updated_at }} as {{ columns.dbt_valid_from }},
    {{ get_dbt_valid_to_current(strategy, columns) }}
    {{- ", 'False' as " ~ columns.dbt_is_deleted if strategy.hard_deletes == 'new_record' }}
  from (
  {{ sql }}
  ) sbq
{%- endmacro %}

{# What changes in the table: rows to insert, rows whose time ends (`update`), rows that are gone (`delete`). #}
{% macro snapshot_staging_table(strategy, source_sql, target_relation) -%}
  {{ adapter.dispatch('snapshot_staging_table', 'dbt')(strategy, source_sql, target_relation) }}
{%- endmacro %}
{% macro default__snapshot_staging_table(strategy, source_sql, target_relation) -%}
  {%- set columns = _snapshot_columns() -%}
  {%- set keys = unique_key_fields(strategy.unique_key) -%}
  {%- set joined = unique_key_join_on(strategy.unique_key, 'snapshotted_data', 'source_data') -%}
  {%- set records = strategy.hard_deletes == 'new_record' -%}
  {%- set deletes = records or strategy.hard_deletes == 'invalidate' -%}
  {%- set was_deleted = 'snapshotted_data.' ~ columns.dbt_is_deleted ~ " = 'True'" -%}
  {%- set changed = strategy.row_changed ~ (' or ' ~ was_deleted if records else '') -%}
  {%- set gone = unique_key_is_null(strategy.unique_key, 'source_data') ~ (' and not (' ~ was_deleted ~ ')' if records else '') -%}
  with snapshot_query as (
  {{ source_sql }}
  ),
  snapshotted_data as (
    select *, {{ keys }} from {{ target_relation }} where {{ _holds_today(columns.dbt_valid_to) }}
  ),
  insertions_source_data as (
    select *, {{ keys }},
      {{ strategy.updated_at }} as {{ columns.dbt_updated_at }},
      {{ strategy.updated_at }} as {{ columns.dbt_valid_from }},
      {{ get_dbt_valid_to_current(strategy, columns) }},
      {{ strategy.scd_id }} as {{ columns.dbt_scd_id }}
    from snapshot_query
  ),
  updates_source_data as (
    select *, {{ keys }},
      {{ strategy.updated_at }} as {{ columns.dbt_updated_at }},
      {{ strategy.updated_at }} as {{ columns.dbt_valid_from }},
      {{ strategy.updated_at }} as {{ columns.dbt_valid_to }}
    from snapshot_query
  ),
  deletes_source_data as (
    select *, {{ keys }} from snapshot_query
  ),
  insertions as (
    select 'insert' as dbt_change_type, source_data.*{{ ", 'False' as " ~ columns.dbt_is_deleted if records }}
    from insertions_source_data as source_data
    left join snapshotted_data on {{ joined }}
    where {{ unique_key_is_null(strategy.unique_key, 'snapshotted_data') }}
      or ({{ unique_key_is_not_null(strategy.unique_key, 'snapshotted_data') }} and ({{ changed }}))
  ),
  updates as (
    select 'update' as dbt_change_type, source_data.*, snapshotted_data.{{ columns.dbt_scd_id }}
      {{- ', snapshotted_data.' ~ columns.dbt_is_deleted if records }}
    from updates_source_data as source_data
    join snapshotted_data on {{ joined }}
    where {{ changed }}
  )
  {%- if deletes %},
  deletes as (
    select 'delete' as dbt_change_type, source_data.*,
      {{ snapshot_get_time() }} as {{ columns.dbt_valid_from }},
      {{ snapshot_get_time() }} as {{ columns.dbt_updated_at }},
      {{ snapshot_get_time() }} as {{ columns.dbt_valid_to }},
      snapshotted_data.{{ columns.dbt_scd_id }}
      {{- ', snapshotted_data.' ~ columns.dbt_is_deleted if records }}
    from snapshotted_data
    left join deletes_source_data as source_data on {{ joined }}
    where {{ gone }}
  )
  {%- endif -%}
  {%- if records -%}
  {%- set existing = get_list_of_column_names(get_columns_in_relation(target_relation)) %},
  deletion_records as (
    select 'insert' as dbt_change_type,
      {% for name in get_columns_in_query(source_sql) %}{{ 'snapshotted_data' if name in existing else 'source_data' }}.{{ adapter.quote(name) }}, {% endfor %}
      {% if strategy.unique_key | is_list %}{% for key in strategy.unique_key %}snapshotted_data.dbt_unique_key_{{ loop.index }}, {% endfor %}{% else %}snapshotted_data.dbt_unique_key, {% endif %}
      {{ snapshot_get_time() }} as {{ columns.dbt_valid_from }},
      {{ snapshot_get_time() }} as {{ columns.dbt_updated_at }},
      snapshotted_data.{{ columns.dbt_valid_to }},
      {{ snapshot_hash_arguments(['snapshotted_data.' ~ columns.dbt_scd_id, snapshot_get_time()]) }} as {{ columns.dbt_scd_id }},
      'True' as {{ columns.dbt_is_deleted }}
    from snapshotted_data
    left join deletes_source_data as source_data on {{ joined }}
    where {{ gone }}
  )
  {%- endif %}
  select * from insertions
  union all by name select * from updates
  {{ 'union all by name select * from deletes' if deletes }}
  {{ 'union all by name select * from deletion_records' if records }}
{%- endmacro %}
{% macro build_snapshot_staging_table(strategy, sql, target_relation) %}
  {%- set staged = duckdb__dispatch_temporary_relation(target_relation).relation -%}
  {%- call statement('build_snapshot_staging_relation') -%}
    {{ create_table_as(true, staged, snapshot_staging_table(strategy, sql, target_relation)) }}
  {%- endcall -%}
  {{- return(staged) -}}
{% endmacro %}

{% macro snapshot_merge_sql(target, source, insert_cols) -%}
  {{ adapter.dispatch('snapshot_merge_sql', 'dbt')(target, source, insert_cols) }}
{%- endmacro %}
{% macro default__snapshot_merge_sql(target, source, insert_cols) -%}
  {%- set columns = _snapshot_columns() -%}
  {%- set list = insert_cols | join(', ') -%}
  update {{ target }} as DBT_INTERNAL_TARGET
  set {{ columns.dbt_valid_to }} = DBT_INTERNAL_SOURCE.{{ columns.dbt_valid_to }}
  from {{ source }} as DBT_INTERNAL_SOURCE
  where DBT_INTERNAL_SOURCE.{{ columns.dbt_scd_id }} = DBT_INTERNAL_TARGET.{{ columns.dbt_scd_id }}
    and DBT_INTERNAL_SOURCE.dbt_change_type in ('update', 'delete')
    and {{ _holds_today('DBT_INTERNAL_TARGET.' ~ columns.dbt_valid_to) }};
  insert into {{ target }} ({{ list }})
  select {{ list }} from {{ source }} where dbt_change_type = 'insert'
{%- endmacro %}

{% macro create_columns(relation, columns) %}{{ adapter.dispatch('create_columns', 'dbt')(relation, columns) }}{% endmacro %}
{% macro default__create_columns(relation, columns) %}
  {%- for column in columns -%}
    {%- do run_query('alter table ' ~ relation.render() ~ ' add column ' ~ adapter.quote(column.name) ~ ' ' ~ column.expanded_data_type) -%}
  {%- endfor -%}
{% endmacro %}
{% macro post_snapshot(staging_relation) %}{{ adapter.dispatch('post_snapshot', 'dbt')(staging_relation) }}{% endmacro %}
{% macro default__post_snapshot(staging_relation) %}{%- do run_query('drop table if exists ' ~ staging_relation) -%}{% endmacro %}
{% macro get_updated_at_column_data_type(snapshot_sql) %}
  {%- set found = get_column_schema_from_query(snapshot_sql) | selectattr('name', 'equalto', 'dbt_updated_at') | list | first -%}
  {{- return(found.dtype if found else none) -}}
{% endmacro %}
{% macro check_time_data_types(sql) %}
  {%- set given = get_updated_at_column_data_type(sql) -%}
  {%- set now = get_snapshot_get_time_data_type() -%}
  {%- if given and now and given != now -%}{%- do exceptions.warn_snapshot_timestamp_data_types(now, given) -%}{%- endif -%}
{% endmacro %}

{% materialization snapshot, default %}
  {%- set found, target_relation = get_or_create_relation(database=model.database, schema=model.schema, identifier=model.alias or model.name, type='table') -%}
  {%- if not target_relation.is_table -%}{%- do exceptions.relation_wrong_type(target_relation, 'table') -%}{%- endif -%}
  {%- do run_hooks(pre_hooks, inside_transaction=false) -%}
  {%- do run_hooks(pre_hooks, inside_transaction=true) -%}
  {%- set strategy = strategy_dispatch(config.get('strategy'))(model, 'snapshotted_data', 'source_data', model['config'], found) -%}
  {%- set staged = none -%}
  {%- if not found -%}
    {%- set build_sql = build_snapshot_table(strategy, model['compiled_code']) -%}
    {%- set final_sql = create_table_as(false, target_relation, build_sql) -%}
  {%- else -%}
    {%- do adapter.assert_valid_snapshot_target_given_strategy(target_relation, _snapshot_columns(), strategy) -%}
    {%- set staged = build_snapshot_staging_table(strategy, sql, target_relation) -%}
    {%- set own = ['dbt_change_type', 'dbt_unique_key'] -%}
    {%- for key in (strategy.unique_key if strategy.unique_key | is_list else []) -%}{%- do own.append('dbt_unique_key_' ~ loop.index) -%}{%- endfor -%}
    {%- do create_columns(target_relation, adapter.get_missing_columns(staged, target_relation) | rejectattr('name', 'in', own) | list) -%}
    {%- set names = [] -%}
    {%- for column in adapter.get_columns_in_relation(staged) if column.name not in own -%}{%- do names.append(adapter.quote(column.name)) -%}{%- endfor -%}
    {%- set final_sql = snapshot_merge_sql(target=target_relation, source=staged, insert_cols=names) -%}
  {%- endif -%}
  {%- call statement('main') -%}
    {{ final_sql }}
  {%- endcall -%}
  {%- do apply_grants(target_relation, config.get('grants'), should_revoke=should_revoke(found, false)) -%}
  {%- do persist_docs(target_relation, model) -%}
  {%- if not found -%}{%- do create_indexes(target_relation) -%}{%- endif -%}
  {%- do run_hooks(post_hooks, inside_transaction=true) -%}
  {%- do adapter.commit() -%}
  {%- if staged is not none -%}{%- do post_snapshot(staged) -%}{%- endif -%}
  {%- do run_hooks(post_hooks, inside_transaction=false) -%}
  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
