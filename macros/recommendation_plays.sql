{#
  The plays that recommendations and patterns rest on: listened to for long enough, with features.
  Where anything was measured, synthetic features are left out altogether (they are noise by design);
  where nothing was, all plays with features stand in and `is_evidence` is false on every row.
#}
{% macro recommendation_plays(listening) %}
    select
        plays.*,
        case when plays.is_weekend then 'weekend' else 'weekday' end as day_type
    from {{ listening }} as plays
    where plays.valence is not null
      and plays.energy is not null
      and (plays.ms_played is null or plays.ms_played >= {{ var('listened_minimum_seconds') }} * 1000)
      and plays.is_evidence = (select coalesce(bool_or(basis.is_evidence), false) from {{ listening }} as basis)
{% endmacro %}
