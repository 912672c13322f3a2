{# Where the generic tests need other words in Trino. #}

{# Values are written as texts, and Trino compares no number or date with a text. #}
{% macro trino__test_accepted_values(model, column_name, values, quote=true) %}
{%- set value = 'cast(' ~ column_name ~ ' as varchar)' if quote else column_name -%}
{{ default__test_accepted_values(model, value, values, quote) }}
{% endmacro %}
