{# Rows `number`, one for each whole number from first to last. #}
{% macro whole_numbers(first, last) -%}
select cast(unnest(generate_series({{ first }}, {{ last }})) as integer) as number
{%- endmacro %}

{# Quantile of an aggregated column, with linear interpolation between neighbours. #}
{% macro quantile(column, probability) -%}
quantile_cont({{ column }}, {{ probability }})
{%- endmacro %}
