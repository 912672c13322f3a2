{# A moment (timestamptz) as the clock on the wall of the project's timezone shows it (timestamp). #}
{% macro local_time(moment) %}{{ return(adapter.dispatch('local_time')(moment)) }}{% endmacro %}
{% macro default__local_time(moment) -%} ({{ moment }} at time zone '{{ var('timezone') }}') {%- endmacro %}
{% macro trino__local_time(moment) -%} cast({{ moment }} at time zone '{{ var('timezone') }}' as timestamp(6)) {%- endmacro %}

{# Morning 5–11, afternoon 12–16, evening 17–20, night 21–4; the seed parts_of_day says the same, and a test holds them together. #}
{% macro part_of_day(hour) -%}
case
  when {{ hour }} is null then null
  when {{ hour }} between 5 and 11 then 'morning'
  when {{ hour }} between 12 and 16 then 'afternoon'
  when {{ hour }} between 17 and 20 then 'evening'
  else 'night'
end
{%- endmacro %}

{# Weekday of a date or timestamp, 1 Monday … 7 Sunday (ISO 8601). #}
{% macro iso_weekday(moment) %}{{ return(adapter.dispatch('iso_weekday')(moment)) }}{% endmacro %}
{% macro default__iso_weekday(moment) -%} extract(isodow from {{ moment }}) {%- endmacro %}
{% macro trino__iso_weekday(moment) -%} day_of_week({{ moment }}) {%- endmacro %}

{# Saturday and Sunday, of ISO weekdays (1 Monday … 7 Sunday). #}
{% macro is_weekend(isodow) -%}
({{ isodow }} >= 6)
{%- endmacro %}

{% macro day_name(isodow) -%}
case {{ isodow }}
  when 1 then 'Monday' when 2 then 'Tuesday' when 3 then 'Wednesday' when 4 then 'Thursday'
  when 5 then 'Friday' when 6 then 'Saturday' when 7 then 'Sunday'
end
{%- endmacro %}

{# Seconds from one moment to another, with fractions. #}
{% macro seconds_between(earlier, later) %}{{ return(adapter.dispatch('seconds_between')(earlier, later)) }}{% endmacro %}
{% macro default__seconds_between(earlier, later) -%} (epoch({{ later }}) - epoch({{ earlier }})) {%- endmacro %}
{% macro trino__seconds_between(earlier, later) -%} (to_unixtime({{ later }}) - to_unixtime({{ earlier }})) {%- endmacro %}

{# First day of the day, week (Monday) or month that a date lies in. #}
{% macro period_start(period, day) -%}
cast(date_trunc('{{ period }}', {{ day }}) as date)
{%- endmacro %}

{# The first day after the period that begins at `start`. #}
{% macro next_period(period, start) -%}
cast({{ start }} + interval {{ "'7' day" if period == 'week' else "'1' " ~ period }} as date)
{%- endmacro %}

{# Rows `period_start`, one for each period from the first to the last date, gaps included; no rows when the dates are null. #}
{% macro period_spine(period, first, last, from) -%}
select cast(unnest(generate_series(
  {{ period_start(period, first) }}, {{ period_start(period, last) }}, interval '1' {{ period }}
)) as date) as period_start
from {{ from }}
{%- endmacro %}
