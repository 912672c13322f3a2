{#
  The features that make up how a track sounds, apart from how bright it is (valence).
  Distances between tracks are taken over these.
#}
{% macro recommendation_sound_features() %}{{ return(['danceability', 'energy', 'loudness', 'speechiness', 'acousticness', 'instrumentalness', 'liveness', 'tempo']) }}{% endmacro %}

{# What one feature is standardised by: the catalogue's standard deviation, else that of the plays. One row. #}
{% macro recommendation_scale(tracks, plays) %}
    select
        {%- for feature in recommendation_sound_features() %}
        coalesce(nullif(catalogue.{{ feature }}, 0), nullif(played.{{ feature }}, 0)) as scale_{{ feature }}{{ ',' if not loop.last }}
        {%- endfor %}
    from (
        select
            {%- for feature in recommendation_sound_features() %}
            stddev_samp({{ feature }}) as {{ feature }}{{ ',' if not loop.last }}
            {%- endfor %}
        from {{ tracks }}
    ) as catalogue
    cross join (
        select
            {%- for feature in recommendation_sound_features() %}
            stddev_samp({{ feature }}) as {{ feature }}{{ ',' if not loop.last }}
            {%- endfor %}
        from {{ plays }}
    ) as played
{% endmacro %}

{#
  Root mean square of the standardised differences between a track (columns by the features' names) and a
  centre (centre_*), over the features that both have, in standard deviations. Null where they share none.
#}
{% macro recommendation_distance(track, centre, scale) %}
sqrt(
    (
        {%- for feature in recommendation_sound_features() %}
        {{ '+ ' if not loop.first }}coalesce(power(({{ track }}.{{ feature }} - {{ centre }}.centre_{{ feature }}) / {{ scale }}.scale_{{ feature }}, 2), 0)
        {%- endfor %}
    ) / nullif(
        {%- for feature in recommendation_sound_features() %}
        {{ '+ ' if not loop.first }}case when {{ track }}.{{ feature }} is not null and {{ centre }}.centre_{{ feature }} is not null and {{ scale }}.scale_{{ feature }} is not null then 1 else 0 end
        {%- endfor %}, 0)
)
{% endmacro %}

{# Tracks that were played, one row each, from the relation of plays. #}
{% macro recommendation_library(plays) %}
    select
        track_key,
        max(track_id) as track_id,
        min(track_name) as track_name,
        min(artist_name) as artist_name,
        {{ normalise_text(lead_artist('min(artist_name)')) }} as artist_match,
        count(*) as plays,
        {%- for feature in recommendation_sound_features() %}
        avg({{ feature }}) as {{ feature }},
        {%- endfor %}
        avg(valence) as valence,
        min(feature_source) as feature_source,
        bool_and(is_evidence) as is_evidence
    from {{ plays }}
    group by track_key
{% endmacro %}

{#
  Catalogue tracks with features that were never played, neither under their own key nor under the same artist
  and title, one version (the most popular) per song.
#}
{% macro recommendation_discoveries(tracks, listening) %}
    select
        versions.*,
        {{ normalise_text(lead_artist('versions.artists')) }} as artist_match
    from (
        select
            catalogue.*,
            row_number() over (
                partition by catalogue.song_key
                order by catalogue.popularity desc nulls last, catalogue.track_key
            ) as version_rank
        from (
            select
                tracks.*,
                coalesce({{ song_key('tracks.artists', 'tracks.track_name') }}, tracks.track_key) as song_key
            from {{ tracks }} as tracks
            where tracks.valence is not null
              and tracks.energy is not null
        ) as catalogue
    ) as versions
    where versions.version_rank = 1
      and versions.song_key not in (
          select {{ song_key('played.artist_name', 'played.track_name') }}
          from {{ listening }} as played
          where {{ song_key('played.artist_name', 'played.track_name') }} is not null
      )
      and versions.track_key not in (select played.track_key from {{ listening }} as played where played.track_key is not null)
{% endmacro %}
