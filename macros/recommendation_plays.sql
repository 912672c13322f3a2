{#
  The plays that recommendations rest on: listened to for long enough, with features that count (has_usable_features).
#}
{% macro recommendation_plays(listening) %}
    select
        plays.*,
        case when plays.is_weekend then 'weekend' else 'weekday' end as day_type
    from {{ listening }} as plays
    where plays.valence is not null
      and plays.energy is not null
      and (plays.ms_played is null or plays.ms_played >= {{ var('listened_minimum_seconds') }} * 1000)
      and {{ has_usable_features('plays', listening) }}
{% endmacro %}
