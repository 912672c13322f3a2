{# Statements that drop, rename and replace relations. #}

{% macro get_drop_sql(relation) %}{{ adapter.dispatch('get_drop_sql', 'dbt')(relation) }}{% endmacro %}
{% macro default__get_drop_sql(relation) -%}
  {%- if relation.is_view -%}
    {{ drop_view(relation) }}
  {%- elif relation.is_table -%}
    {{ drop_table(relation) }}
  {%- elif relation.is_materialized_view -%}
    {{ drop_materialized_view(relation) }}
  {%- else -%}
    drop {{ relation.type or 'table' }} if exists {{ relation.render() }} cascade
  {%- endif -%}
{%- endmacro %}
{% macro drop_table(relation) %}{{ adapter.dispatch('drop_table', 'dbt')(relation) }}{% endmacro %}
{% macro default__drop_table(relation) -%}
  drop table if exists {{ relation.render() }} cascade
{%- endmacro %}
{% macro drop_view(relation) %}{{ adapter.dispatch('drop_view', 'dbt')(relation) }}{% endmacro %}
{% macro default__drop_view(relation) -%}
  drop view if exists {{ relation.render() }} cascade
{%- endmacro %}
{% macro drop_materialized_view(relation) %}{{ adapter.dispatch('drop_materialized_view', 'dbt')(relation) }}{% endmacro %}
{% macro default__drop_materialized_view(relation) -%}
  drop materialized view if exists {{ relation.render() }} cascade
{%- endmacro %}

{% macro get_rename_sql(relation, new_name) %}{{ adapter.dispatch('get_rename_sql', 'dbt')(relation, new_name) }}{% endmacro %}
{% macro default__get_rename_sql(relation, new_name) -%}
  {%- if relation.is_view -%}
    {{ get_rename_view_sql(relation, new_name) }}
  {%- elif relation.is_table -%}
    {{ get_rename_table_sql(relation, new_name) }}
  {%- elif relation.is_materialized_view -%}
    {{ get_rename_materialized_view_sql(relation, new_name) }}
  {%- else -%}
    {{ exceptions.raise_compiler_error('get_rename_sql renames no relation of the type ' ~ relation.type) }}
  {%- endif -%}
{%- endmacro %}
{% macro get_rename_table_sql(relation, new_name) %}{{ adapter.dispatch('get_rename_table_sql', 'dbt')(relation, new_name) }}{% endmacro %}
{% macro default__get_rename_table_sql(relation, new_name) -%}
  alter table {{ relation.render() }} rename to {{ adapter.quote(new_name) }}
{%- endmacro %}
{% macro get_rename_view_sql(relation, new_name) %}{{ adapter.dispatch('get_rename_view_sql', 'dbt')(relation, new_name) }}{% endmacro %}
{% macro default__get_rename_view_sql(relation, new_name) -%}
  alter view {{ relation.render() }} rename to {{ adapter.quote(new_name) }}
{%- endmacro %}
{% macro get_rename_materialized_view_sql(relation, new_name) %}{{ adapter.dispatch('get_rename_materialized_view_sql', 'dbt')(relation, new_name) }}{% endmacro %}
{% macro default__get_rename_materialized_view_sql(relation, new_name) %}{{ _not_here('get_rename_materialized_view_sql') }}{% endmacro %}
{% macro get_rename_intermediate_sql(relation) %}{{ adapter.dispatch('get_rename_intermediate_sql', 'dbt')(relation) }}{% endmacro %}
{% macro default__get_rename_intermediate_sql(relation) -%}
  {{ get_rename_sql(make_intermediate_relation(relation), relation.identifier) }}
{%- endmacro %}

{% macro get_create_intermediate_sql(relation, sql) %}{{ adapter.dispatch('get_create_intermediate_sql', 'dbt')(relation, sql) }}{% endmacro %}
{% macro default__get_create_intermediate_sql(relation, sql) -%}
  {%- set intermediate = make_intermediate_relation(relation) -%}
  {{ get_drop_sql(intermediate) }};
  {{ get_create_sql(intermediate, sql) }}
{%- endmacro %}
{% macro get_create_backup_sql(relation) %}{{ adapter.dispatch('get_create_backup_sql', 'dbt')(relation) }}{% endmacro %}
{% macro default__get_create_backup_sql(relation) -%}
  {%- set backup = make_backup_relation(relation, relation.type) -%}
  {{ get_drop_sql(backup) }};
  {{ get_rename_sql(relation, backup.identifier) }}
{%- endmacro %}
{% macro get_drop_backup_sql(relation) %}{{ adapter.dispatch('get_drop_backup_sql', 'dbt')(relation) }}{% endmacro %}
{% macro default__get_drop_backup_sql(relation) -%}
  {{ get_drop_sql(make_backup_relation(relation, relation.type)) }}
{%- endmacro %}

{# In place where the engine can; by way of another name where relations can be renamed; else dropped and made. #}
{% macro get_replace_sql(existing_relation, target_relation, sql) %}{{ adapter.dispatch('get_replace_sql', 'dbt')(existing_relation, target_relation, sql) }}{% endmacro %}
{% macro default__get_replace_sql(existing_relation, target_relation, sql) -%}
  {%- set in_place = existing_relation.type == target_relation.type and existing_relation.can_be_replaced -%}
  {%- if in_place and existing_relation.is_view -%}
    {{ get_replace_view_sql(target_relation, sql) }}
  {%- elif in_place and existing_relation.is_table -%}
    {{ get_replace_table_sql(target_relation, sql) }}
  {%- elif in_place and existing_relation.is_materialized_view -%}
    {{ get_replace_materialized_view_sql(target_relation, sql) }}
  {%- elif target_relation.can_be_renamed and existing_relation.can_be_renamed -%}
    {{ get_create_intermediate_sql(target_relation, sql) }};
    {{ get_create_backup_sql(existing_relation) }};
    {{ get_rename_intermediate_sql(target_relation) }};
    {{ get_drop_backup_sql(existing_relation) }}
  {%- elif target_relation.can_be_renamed -%}
    {{ get_create_intermediate_sql(target_relation, sql) }};
    {{ get_drop_sql(existing_relation) }};
    {{ get_rename_intermediate_sql(target_relation) }}
  {%- elif existing_relation.can_be_renamed -%}
    {{ get_create_backup_sql(existing_relation) }};
    {{ get_create_sql(target_relation, sql) }};
    {{ get_drop_backup_sql(existing_relation) }}
  {%- else -%}
    {{ get_drop_sql(existing_relation) }};
    {{ get_create_sql(target_relation, sql) }}
  {%- endif -%}
{%- endmacro %}
{% macro get_replace_table_sql(relation, sql) %}{{ adapter.dispatch('get_replace_table_sql', 'dbt')(relation, sql) }}{% endmacro %}
{% macro default__get_replace_table_sql(relation, sql) %}{{ _not_here('get_replace_table_sql') }}{% endmacro %}
{% macro get_replace_view_sql(relation, sql) %}{{ adapter.dispatch('get_replace_view_sql', 'dbt')(relation, sql) }}{% endmacro %}
{% macro default__get_replace_view_sql(relation, sql) %}{{ _not_here('get_replace_view_sql') }}{% endmacro %}
{% macro get_replace_materialized_view_sql(relation, sql) %}{{ adapter.dispatch('get_replace_materialized_view_sql', 'dbt')(relation, sql) }}{% endmacro %}
{% macro default__get_replace_materialized_view_sql(relation, sql) %}{{ _not_here('get_replace_materialized_view_sql') }}{% endmacro %}
{% macro get_create_materialized_view_as_sql(relation, sql) %}{{ adapter.dispatch('get_create_materialized_view_as_sql', 'dbt')(relation, sql) }}{% endmacro %}
{% macro default__get_create_materialized_view_as_sql(relation, sql) %}{{ _not_here('get_create_materialized_view_as_sql') }}{% endmacro %}
{% macro get_alter_materialized_view_as_sql(relation, configuration_changes, sql, existing_relation, backup_relation, intermediate_relation) %}
  {{- adapter.dispatch('get_alter_materialized_view_as_sql', 'dbt')(relation, configuration_changes, sql, existing_relation, backup_relation, intermediate_relation) -}}
{% endmacro %}
{% macro default__get_alter_materialized_view_as_sql(relation, configuration_changes, sql, existing_relation, backup_relation, intermediate_relation) %}{{ _not_here('get_alter_materialized_view_as_sql') }}{% endmacro %}
{% macro get_materialized_view_configuration_changes(existing_relation, new_config) %}
  {{- return(adapter.dispatch('get_materialized_view_configuration_changes', 'dbt')(existing_relation, new_config)) -}}
{% endmacro %}
{% macro default__get_materialized_view_configuration_changes(existing_relation, new_config) %}{{ _not_here('get_materialized_view_configuration_changes') }}{% endmacro %}
{% macro refresh_materialized_view(relation) %}{{ adapter.dispatch('refresh_materialized_view', 'dbt')(relation) }}{% endmacro %}
{% macro default__refresh_materialized_view(relation) %}{{ _not_here('refresh_materialized_view') }}{% endmacro %}

{% macro _not_here(name) %}
  {{- exceptions.raise_compiler_error('`' ~ name ~ '` has not been implemented for ' ~ adapter.type()) -}}
{% endmacro %}

{# A table that stands where a view is to be made. #}
{% macro handle_existing_table(full_refresh, old_relation) %}{{ adapter.dispatch('handle_existing_table', 'dbt')(full_refresh, old_relation) }}{% endmacro %}
{% macro default__handle_existing_table(full_refresh, old_relation) %}
  {{- log('Dropping relation ' ~ old_relation.render() ~ ' because it is of type ' ~ old_relation.type) -}}
  {{- adapter.drop_relation(old_relation) -}}
{% endmacro %}
