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
        {{ recommendation_mean(feature) }} as {{ feature }},
        {%- endfor %}
        {{ recommendation_mean('valence') }} as valence,
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
        {{ normalise_text('versions.lead_artist') }} as artist_match
    from (
        select
            tracks.*,
            row_number() over (
                partition by coalesce(tracks.song_key, tracks.track_key)
                order by tracks.popularity desc nulls last, tracks.track_key
            ) as version_rank
        from {{ tracks }} as tracks
        where tracks.valence is not null
          and tracks.energy is not null
    ) as versions
    where versions.version_rank = 1
      and not exists (select 1 from {{ listening }} as played where played.track_key = versions.track_key)
      and not exists (select 1 from {{ listening }} as played where played.song_key = versions.song_key)
{% endmacro %}

{#
  Tracks to choose from, in one shape: the listener's own (origin `library`), and catalogue tracks that were never played
  (origin `catalogue`, 0 plays).
#}
{% macro recommendation_candidates(plays, tracks, listening) %}
    with library as (
        {{ recommendation_library(plays) }}
    ),

    discoveries as (
        {{ recommendation_discoveries(tracks, listening) }}
    )

    select
        'library' as origin,
        track_key,
        track_id,
        track_name,
        artist_name,
        artist_match,
        cast(null as varchar) as primary_genre,
        cast(null as integer) as popularity,
        plays,
        {%- for feature in recommendation_sound_features() %}
        {{ feature }},
        {%- endfor %}
        valence,
        feature_source,
        is_evidence
    from library
    union all
    select
        'catalogue',
        track_key,
        track_id,
        track_name,
        artists,
        artist_match,
        primary_genre,
        popularity,
        0,
        {%- for feature in recommendation_sound_features() %}
        {{ feature }},
        {%- endfor %}
        valence,
        source,
        not is_sample
    from discoveries
{% endmacro %}
