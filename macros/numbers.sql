{# Rows `number`, one for each whole number from first to last. #}
{% macro whole_numbers(first, last) %}{{ return(adapter.dispatch('whole_numbers')(first, last)) }}{% endmacro %}
{% macro default__whole_numbers(first, last) -%}
select cast(unnest(generate_series({{ first }}, {{ last }})) as integer) as number
{%- endmacro %}
{% macro trino__whole_numbers(first, last) -%}
select cast(number as integer) as number from unnest(sequence({{ first }}, {{ last }})) as numbers (number)
{%- endmacro %}

{# Quantile of an aggregated column, with linear interpolation between neighbours. #}
{% macro quantile(column, probability) -%}
quantile_cont({{ column }}, {{ probability }})
{%- endmacro %}

{# Mean to nine decimals: sums of fractions depend in their last digits on the order that threads add them in, and a table that says the same should be the same. #}
{% macro mean(column) -%}
round(avg({{ column }}), 9)
{%- endmacro %}

{# Minutes of summed milliseconds, exact because whole numbers are summed. #}
{% macro total_minutes(milliseconds) -%}
cast(sum({{ milliseconds }}) / 60000.0 as double)
{%- endmacro %}
