{# A text of the project's vars as an SQL literal. #}
{% macro recommendation_literal(text) %}'{{ text | replace("'", "''") }}'{% endmacro %}

{# A number as text with a fixed number of digits after the point, for reasons and notes. #}
{% macro recommendation_number(x, digits=2) %}cast(cast({{ x }} as decimal(18, {{ digits }})) as varchar){% endmacro %}

{# The same with its sign: +0.31, -0.05. #}
{% macro recommendation_signed(x, digits=2) %}case when {{ x }} >= 0 then '+' else '' end || {{ recommendation_number(x, digits) }}{% endmacro %}

{# Why a mean of plays is null; null where plays and days suffice. #}
{% macro recommendation_sample_note(plays, days) %}
case
    when {{ plays }} = 0 then 'no plays with usable features'
    when {{ plays }} < {{ var('minimum_sample') }}
        then 'too few plays: ' || cast({{ plays }} as varchar) || ' of at least {{ var('minimum_sample') }}'
    when {{ days }} < {{ recommendation_minimum_days() }}
        then 'too few days: ' || cast({{ days }} as varchar) || ' of at least {{ recommendation_minimum_days() }}'
end
{% endmacro %}

{# How often a track was played, in words. #}
{% macro recommendation_times_played(plays) %}case when {{ plays }} = 1 then 'played once' else 'played ' || cast({{ plays }} as varchar) || ' times' end{% endmacro %}
