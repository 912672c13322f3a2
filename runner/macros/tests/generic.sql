{# Generic data tests. Each is a SELECT of the rows that break the rule; no rows means that the rule holds. #}

{# The first four are dbt's: a project changes one with a macro default__test_<name>, or <adapter>__test_<name>. #}

{% test unique(model, column_name) %}{{ adapter.dispatch('test_unique', 'dbt')(model, column_name) }}{% endtest %}
{% macro default__test_unique(model, column_name) %}
select {{ column_name }} as unique_field, count(*) as n_records
from {{ model }}
where {{ column_name }} is not null
group by {{ column_name }}
having count(*) > 1
{% endmacro %}

{% test not_null(model, column_name) %}{{ adapter.dispatch('test_not_null', 'dbt')(model, column_name) }}{% endtest %}
{% macro default__test_not_null(model, column_name) %}
select *
from {{ model }}
where {{ column_name }} is null
{% endmacro %}

{% test accepted_values(model, column_name, values, quote=true) %}
{{- adapter.dispatch('test_accepted_values', 'dbt')(model, column_name, values, quote) -}}
{% endtest %}
{% macro default__test_accepted_values(model, column_name, values, quote=true) %}
select {{ column_name }} as value_field, count(*) as n_records
from {{ model }}
where {{ column_name }} not in (
  {%- for value in values -%}
    {%- if quote -%} '{{ value | string | replace("'", "''") }}' {%- else -%} {{ value }} {%- endif -%}
    {{ ', ' if not loop.last }}
  {%- endfor -%}
)
group by {{ column_name }}
{% endmacro %}

{% test relationships(model, column_name, to, field) %}
{{- adapter.dispatch('test_relationships', 'dbt')(model, column_name, to, field) -}}
{% endtest %}
{% macro default__test_relationships(model, column_name, to, field) %}
with child as (
  select {{ column_name }} as from_field
  from {{ model }}
  where {{ column_name }} is not null
),
parent as (
  select distinct {{ field }} as to_field
  from {{ to }}
)
select child.from_field
from child
left join parent on child.from_field = parent.to_field
where parent.to_field is null
{% endmacro %}

{# A key of several columns. Rows with a null in the key are compared too: null equals null. #}
{% test unique_combination(model, columns) %}
select {{ columns | join(', ') }}, count(*) as n_records
from {{ model }}
group by {{ columns | join(', ') }}
having count(*) > 1
{% endtest %}

{# Values between two bounds; nulls pass. A bound may be a number, a quoted date or any expression. #}
{% test in_range(model, column_name, min_value=none, max_value=none, inclusive=true) %}
{%- if min_value is none and max_value is none -%}
  {{ exceptions.raise_compiler_error('in_range needs min_value, max_value or both') }}
{%- endif -%}
{%- set equals = '=' if inclusive else '' -%}
select *
from {{ model }}
where {{ column_name }} is not null
  and not (
    {% if min_value is not none %}{{ column_name }} >{{ equals }} {{ min_value }}{% endif %}
    {% if min_value is not none and max_value is not none %}and{% endif %}
    {% if max_value is not none %}{{ column_name }} <{{ equals }} {{ max_value }}{% endif %}
  )
{% endtest %}

{# A row expression that must be true: under a model as it stands, under a column with the column's name before it. Unknown (null) counts as true. #}
{% test expression_is_true(model, expression, column_name=none) %}
select *
from {{ model }}
where not ({{ column_name ~ ' ' if column_name is not none }}{{ expression }})
{% endtest %}

{# Bounds for the number of rows, both included. #}
{% test row_count(model, min_value=none, max_value=none) %}
{%- if min_value is none and max_value is none -%}
  {{ exceptions.raise_compiler_error('row_count needs min_value, max_value or both') }}
{%- endif -%}
select n_records
from (select count(*) as n_records from {{ model }}) as counted
where not (
  {% if min_value is not none %}n_records >= {{ min_value }}{% endif %}
  {% if min_value is not none and max_value is not none %}and{% endif %}
  {% if max_value is not none %}n_records <= {{ max_value }}{% endif %}
)
{% endtest %}

{# As many rows as another model. #}
{% test row_count_equal(model, compare_model) %}
select counted.n_records, compared.n_compared
from (select count(*) as n_records from {{ model }}) as counted
cross join (select count(*) as n_compared from {{ compare_model }}) as compared
where counted.n_records <> compared.n_compared
{% endtest %}

{# Text that is there but says nothing. Nulls pass. #}
{% test not_empty_string(model, column_name) %}
select *
from {{ model }}
where trim({{ column_name }}) = ''
{% endtest %}
