{# Measured features as candidates for a match: those of the listener's own tracks (`real`), then the catalogue (`kaggle`). #}
{% macro feature_candidates(measured, catalogue) -%}
select
  'real' as feature_source,
  nullif(trim(track_id), '') as candidate_track_id,
  {{ song_key('artist_name', 'track_name') }} as candidate_song_key,
  {% for feature in audio_features() + whole_number_features() -%}
  {{ cleaned_feature(feature) }} as {{ feature }},
  {% endfor -%}
  duration_ms,
  provider = 'sample' as is_sample_features,
  case when provider = 'spotify' then 0 else 1 end as provider_order,
  cast(null as integer) as popularity,
  provider as candidate_order_text,
  cast(null as bigint) as candidate_order_number
from {{ measured }}
where valence is not null and energy is not null
union all
select
  'kaggle' as feature_source,
  nullif(trim(track_id), '') as candidate_track_id,
  {{ song_key('artists', 'track_name') }} as candidate_song_key,
  {% for feature in audio_features() + whole_number_features() -%}
  {{ cleaned_feature(feature) }} as {{ feature }},
  {% endfor -%}
  duration_ms,
  source = 'sample' as is_sample_features,
  0 as provider_order,
  popularity,
  '' as candidate_order_text,
  row_number as candidate_order_number
from {{ catalogue }}
where valence is not null and energy is not null
{%- endmacro %}

{# Tempo 0 and time signature 0 mean that the analysis found none. #}
{% macro cleaned_feature(feature, prefix='') -%}
{%- if feature in ['tempo', 'time_signature'] -%} nullif({{ prefix }}{{ feature }}, 0) {%- else -%} {{ prefix }}{{ feature }} {%- endif -%}
{%- endmacro %}

{#
  The one way from tracks to measured features: at most one row per track_key and feature_source. By Spotify id first, then by song_key
  (normalised lead artist and title). Several candidates: Spotify's own analysis before other providers', then the most popular, then the
  smallest track id, then the first row. Silver joins it, and the synthetic features cover exactly what it leaves out.
  @param history relation with track_id, artist_name, track_name
#}
{% macro measured_matches(history, measured, catalogue) -%}
with played as (
  select distinct
    {{ track_key('track_id', 'artist_name', 'track_name') }} as track_key,
    {{ song_key('artist_name', 'track_name') }} as song_key
  from {{ history }}
),

candidates as (
  {{ feature_candidates(measured, catalogue) }}
),

matches as (
  select played.track_key, 1 as match_order, 'track_id' as matched_by, candidates.*
  from (select distinct track_key from played) as played
  inner join candidates on candidates.candidate_track_id = played.track_key
  union all
  select played.track_key, 2 as match_order, 'name' as matched_by, candidates.*
  from played
  inner join candidates on candidates.candidate_song_key = played.song_key
),

ranked as (
  select
    *,
    row_number() over (
      partition by track_key, feature_source
      order by match_order, provider_order, popularity desc nulls last, candidate_track_id nulls last, candidate_order_text,
        candidate_order_number nulls last, candidate_song_key, {{ audio_features() | join(', ') }}
    ) as match_rank
  from matches
)

select *
from ranked
where match_rank = 1
{%- endmacro %}

{# Rank of a feature source in the var feature_preference; sources that it does not name are not used. #}
{% macro feature_source_rank(feature_source) -%}
case {{ feature_source }}
  {%- for name in var('feature_preference') %} when '{{ name }}' then {{ loop.index }}{% endfor %}
end
{%- endmacro %}
