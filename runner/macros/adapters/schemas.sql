{# Schemas, and what lies in them. #}

{% macro create_schema(relation) %}{{ adapter.dispatch('create_schema', 'dbt')(relation) }}{% endmacro %}
{% macro default__create_schema(relation) %}
  {%- call statement('create_schema') -%}
    create schema if not exists {{ relation.without_identifier() }}
  {%- endcall -%}
{% endmacro %}

{% macro drop_schema(relation) %}{{ adapter.dispatch('drop_schema', 'dbt')(relation) }}{% endmacro %}
{% macro default__drop_schema(relation) %}
  {%- call statement('drop_schema') -%}
    drop schema if exists {{ relation.without_identifier() }} cascade
  {%- endcall -%}
{% endmacro %}

{% macro drop_schema_named(schema_name) %}{{ return(adapter.dispatch('drop_schema_named', 'dbt')(schema_name)) }}{% endmacro %}
{% macro default__drop_schema_named(schema_name) %}
  {{- adapter.drop_schema(api.Relation.create(database=target.database, schema=schema_name)) -}}
{% endmacro %}

{% macro information_schema_name(database) %}{{ return(adapter.dispatch('information_schema_name', 'dbt')(database)) }}{% endmacro %}
{% macro default__information_schema_name(database) -%}
  {{ database ~ '.INFORMATION_SCHEMA' if database else 'INFORMATION_SCHEMA' }}
{%- endmacro %}

{% macro list_schemas(database) %}{{ return(adapter.dispatch('list_schemas', 'dbt')(database)) }}{% endmacro %}
{% macro default__list_schemas(database) %}
  {%- set sql -%}
    select schema_name from information_schema.schemata
    {%- if database is not none %} where lower(catalog_name) = '{{ database | lower }}'{% endif %}
  {%- endset -%}
  {{ return(run_query(sql)) }}
{% endmacro %}

{% macro check_schema_exists(information_schema, schema) %}{{ return(adapter.dispatch('check_schema_exists', 'dbt')(information_schema, schema)) }}{% endmacro %}
{% macro default__check_schema_exists(information_schema, schema) %}
  {%- set sql -%}
    select count(*) from information_schema.schemata
    where lower(schema_name) = '{{ schema | lower }}'
    {%- if information_schema.database %} and lower(catalog_name) = '{{ information_schema.database | lower }}'{% endif %}
  {%- endset -%}
  {{ return(run_query(sql)) }}
{% endmacro %}

{# database, name, schema and type of each relation of a schema #}
{% macro list_relations_without_caching(schema_relation) %}
  {{- return(adapter.dispatch('list_relations_without_caching', 'dbt')(schema_relation)) -}}
{% endmacro %}
{% macro default__list_relations_without_caching(schema_relation) %}
  {%- set sql -%}
    select table_catalog as database, table_name as name, table_schema as schema,
      case table_type when 'VIEW' then 'view' else 'table' end as type
    from information_schema.tables
    where lower(table_schema) = '{{ schema_relation.schema | lower }}'
    {%- if schema_relation.database %} and lower(table_catalog) = '{{ schema_relation.database | lower }}'{% endif %}
  {%- endset -%}
  {{ return(run_query(sql)) }}
{% endmacro %}

{% macro get_relations() %}{{ return(adapter.dispatch('get_relations', 'dbt')()) }}{% endmacro %}
{% macro default__get_relations() %}{{ exceptions.raise_not_implemented('get_relations is not known for ' ~ adapter.type()) }}{% endmacro %}

{# One row per column of every relation of the schemas. #}
{% macro get_catalog(information_schema, schemas) %}{{ return(adapter.dispatch('get_catalog', 'dbt')(information_schema, schemas)) }}{% endmacro %}
{% macro default__get_catalog(information_schema, schemas) %}
  {%- set names = [] -%}
  {%- for schema in schemas -%}{%- do names.append("'" ~ (schema | lower) ~ "'") -%}{%- endfor -%}
  {{ return(_catalog_rows(information_schema.database, 'lower(t.table_schema) in (' ~ (names | join(', ') or 'null') ~ ')')) }}
{% endmacro %}

{% macro get_catalog_relations(information_schema, relations) %}
  {{- return(adapter.dispatch('get_catalog_relations', 'dbt')(information_schema, relations)) -}}
{% endmacro %}
{% macro default__get_catalog_relations(information_schema, relations) %}
  {%- set wanted = [] -%}
  {%- for relation in relations -%}
    {%- set name = " and lower(t.table_name) = '" ~ (relation.identifier | lower) ~ "'" if relation.identifier else '' -%}
    {%- do wanted.append("(lower(t.table_schema) = '" ~ (relation.schema | lower) ~ "'" ~ name ~ ')') -%}
  {%- endfor -%}
  {{ return(_catalog_rows(information_schema.database, wanted | join(' or ') or 'false')) }}
{% endmacro %}

{% macro _catalog_rows(database, condition) %}
  {%- set sql -%}
    select t.table_catalog as table_database, t.table_schema, t.table_name, t.table_type, t.table_comment,
      c.column_name, c.ordinal_position as column_index, c.data_type as column_type, c.column_comment, null as table_owner
    from (
      select table_catalog, table_schema, table_name, table_type, table_comment from information_schema.tables
    ) as t
    join (
      select database_name as table_catalog, schema_name as table_schema, table_name, column_name,
        column_index as ordinal_position, data_type, comment as column_comment
      from duckdb_columns()
    ) as c using (table_catalog, table_schema, table_name)
    where ({{ condition }}){% if database %} and lower(t.table_catalog) = '{{ database | lower }}'{% endif %}
    order by 2, 3, 7
  {%- endset -%}
  {{ return(run_query(sql)) }}
{% endmacro %}
