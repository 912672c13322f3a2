{# Functions of a project. DuckDB's are macros: a call is replaced by the body, of whatever kind that is, and all overloads are made by one statement. #}

{% materialization function, default %}
  {%- set existing_relation = load_cached_relation(this) -%}
  {%- set target_relation = this -%}
  {{ run_hooks(pre_hooks) }}
  {{ function_execute_build_sql(_function_sql(target_relation), existing_relation, target_relation) }}
  {{ run_hooks(post_hooks) }}
  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{% macro _function_sql(target_relation) %}
  {%- set name = model.config.get('type', 'scalar') ~ '_function_' ~ model.get('language', 'sql') -%}
  {%- if name == 'scalar_function_sql' -%}{{ return(scalar_function_sql(target_relation)) }}{%- endif -%}
  {{ return(adapter.dispatch(name, 'dbt')(target_relation)) }}
{% endmacro %}

{% macro function_execute_build_sql(build_sql, existing_relation, target_relation) %}{{ return(adapter.dispatch('function_execute_build_sql', 'dbt')(build_sql, existing_relation, target_relation)) }}{% endmacro %}

{% macro default__function_execute_build_sql(build_sql, existing_relation, target_relation) %}
  {%- call statement('main') -%}{{ build_sql }}{%- endcall -%}
  {%- do adapter.commit() -%}
{% endmacro %}

{% macro scalar_function_sql(target_relation) %}{{ return(adapter.dispatch('scalar_function_sql', 'dbt')(target_relation)) }}{% endmacro %}

{% macro default__scalar_function_sql(target_relation) %}
{{ scalar_function_create_replace_signature_sql(target_relation) }}
{{ scalar_function_body_sql() }}
{%- endmacro %}

{% macro scalar_function_create_replace_signature_sql(target_relation) %}{{ return(adapter.dispatch('scalar_function_create_replace_signature_sql', 'dbt')(target_relation)) }}{% endmacro %}

{% macro default__scalar_function_create_replace_signature_sql(target_relation) -%}
  create or replace function {{ target_relation }} ({{ formatted_scalar_function_args_sql() }})
  returns {{ model.returns.data_type }}
  {{ scalar_function_volatility_sql() }}
  as
{%- endmacro %}

{% macro formatted_scalar_function_args_sql() %}{{ return(adapter.dispatch('formatted_scalar_function_args_sql', 'dbt')()) }}{% endmacro %}

{% macro default__formatted_scalar_function_args_sql() -%}
  {%- for argument in model.arguments -%}{{ argument.name }} {{ argument.data_type }}{{ ', ' if not loop.last }}{%- endfor -%}
{%- endmacro %}

{% macro scalar_function_body_sql() %}{{ return(adapter.dispatch('scalar_function_body_sql', 'dbt')()) }}{% endmacro %}

{% macro default__scalar_function_body_sql() -%}
  $$ {{ model.compiled_code }} $$ language sql
{%- endmacro %}

{% macro scalar_function_volatility_sql() %}{{ return(adapter.dispatch('scalar_function_volatility_sql', 'dbt')()) }}{% endmacro %}

{% macro default__scalar_function_volatility_sql() -%}
  {%- set words = {'deterministic': 'immutable', 'stable': 'stable', 'non-deterministic': 'volatile'} -%}
  {%- set given = model.config.get('volatility') -%}
  {%- if given is not none and given in words -%}{{ words[given] }}
  {%- elif given is not none -%}{%- do unsupported_volatility_warning(given) -%}
  {%- endif -%}
{%- endmacro %}

{% macro unsupported_volatility_warning(volatility) %}{{ return(adapter.dispatch('unsupported_volatility_warning', 'dbt')(volatility)) }}{% endmacro %}

{% macro default__unsupported_volatility_warning(volatility) %}
  {%- do exceptions.warn('the volatility "' ~ volatility ~ '" of the function ' ~ model.name ~ ' means nothing to ' ~ adapter.type()) -%}
{% endmacro %}

{% macro duckdb__scalar_function_sql(target_relation) %}{{ return(_duckdb_macro(target_relation, 'value')) }}{% endmacro %}

{% macro duckdb__aggregate_function_sql(target_relation) %}{{ return(_duckdb_macro(target_relation, 'value')) }}{% endmacro %}

{% macro duckdb__table_function_sql(target_relation) %}{{ return(_duckdb_macro(target_relation, 'rows')) }}{% endmacro %}

{% macro _duckdb_macro(target_relation, gives) %}
  {%- set overloads = model.overloads or [] -%}
  {%- set counts = [model.arguments | length] -%}
  {%- for overload in overloads -%}{%- do counts.append(overload.arguments | length) -%}{%- endfor -%}
  {#- files of DuckDB before 1.4 take no types of parameters: they are written where nothing else tells two overloads apart -#}
  {%- set typed = counts | unique | list | length < counts | length -%}
  {%- set forms = [_duckdb_macro_form(model.arguments, model.returns, model.compiled_code, gives, typed)] -%}
  {%- for overload in overloads -%}
    {%- do forms.append(_duckdb_macro_form(overload.arguments, overload.get('returns') or model.returns, overload.compiled_body, gives, typed)) -%}
  {%- endfor -%}
  {{ return('create or replace macro ' ~ target_relation ~ forms | join(',\n ')) }}
{% endmacro %}

{# (a, b := 1) as (cast((a + b) as integer)) #}
{% macro _duckdb_macro_form(arguments, returns, body, gives, typed) %}
  {%- set parameters = [] -%}
  {%- for argument in arguments -%}
    {%- set default = argument.get('default_value') -%}
    {%- do parameters.append(adapter.quote(argument.name) ~ (' ' ~ argument.data_type if typed else '') ~ (' := ' ~ default if default is not none else '')) -%}
  {%- endfor -%}
  {%- set head = '(' ~ parameters | join(', ') ~ ') as' -%}
  {%- if gives == 'rows' -%}{{ return(head ~ ' table\n' ~ body) }}{%- endif -%}
  {%- if returns.data_type == 'INVALID_TYPE' -%}{{ return(head ~ ' (\n' ~ body ~ '\n)') }}{%- endif -%}
  {{ return(head ~ ' (cast((\n' ~ body ~ '\n) as ' ~ returns.data_type ~ '))') }}
{% endmacro %}
