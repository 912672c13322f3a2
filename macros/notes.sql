{# What a table says beside a figure that rests on few rows: nothing, or how many there are. The figure is a description, not an estimate. #}
{% macro few_rows_note(n, what='plays with features') -%}
case
  when {{ n }} = 0 then 'no {{ what }}'
  when {{ n }} < {{ var('minimum_sample') }} then 'only ' || cast({{ n }} as varchar) || ' {{ what }}: describes them, estimates nothing'
end
{%- endmacro %}

{# A share of a total, null when the total is zero. #}
{% macro share(part, total) -%}
cast({{ part }} as double) / nullif({{ total }}, 0)
{%- endmacro %}
