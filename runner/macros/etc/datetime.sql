{# Dates in templates: parsed, and counted up day by day. #}

{% macro convert_datetime(date_str, date_fmt) %}
  {%- set message = "'" ~ date_str ~ "' is no date of the format '" ~ date_fmt ~ "'" -%}
  {{ return(try_or_compiler_error(message, modules.datetime.datetime.strptime, date_str.strip(), date_fmt)) }}
{% endmacro %}

{# All days from start to end, both included: texts, or datetimes where out_fmt is empty. #}
{% macro dates_in_range(start_date_str, end_date_str=none, in_fmt='%Y%m%d', out_fmt='%Y%m%d') %}
  {%- set first = convert_datetime(start_date_str, in_fmt) -%}
  {%- set last = convert_datetime(end_date_str if end_date_str is not none else start_date_str, in_fmt) -%}
  {%- set days = (last - first).days -%}
  {%- if days < 0 -%}
    {{ exceptions.raise_compiler_error('the range of dates ends (' ~ last ~ ') before it starts (' ~ first ~ ')') }}
  {%- endif -%}
  {%- set dates = [] -%}
  {%- for i in range(days + 1) -%}
    {%- set day = first + modules.datetime.timedelta(days=i) -%}
    {%- do dates.append(day.strftime(out_fmt) if out_fmt else day) -%}
  {%- endfor -%}
  {{ return(dates) }}
{% endmacro %}

{# `20240101` or `20240101,20240131` #}
{% macro partition_range(raw_partition_date, date_fmt='%Y%m%d') %}
  {%- set ends = (raw_partition_date | string).split(',') -%}
  {%- if ends | length > 2 -%}
    {{ exceptions.raise_compiler_error("a range of partitions is 'start' or 'start,end', not " ~ raw_partition_date) }}
  {%- endif -%}
  {{ return(dates_in_range(ends[0], ends[1] if ends | length == 2 else none, in_fmt=date_fmt)) }}
{% endmacro %}

{% macro py_current_timestring() %}
  {{- return(modules.datetime.datetime.now().strftime('%Y%m%d%H%M%S%f')) -}}
{% endmacro %}

{% macro is_core_v2() %}{{ return(false) }}{% endmacro %}
