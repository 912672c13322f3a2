-- Invented features for tracks that nothing measured covers. Each value depends on the track's key alone. Loudness and acousticness follow
-- energy, and valence follows danceability, about as closely as they do in real catalogues; nothing else is meant by the numbers.
with played as (
  select distinct {{ track_key('track_id', 'artist_name', 'track_name') }} as track_key
  from {{ ref('listening_history_bronze') }}
),

measured as (
  {{ measured_matches(ref('listening_history_bronze'), ref('my_tracks_features_bronze'), ref('kaggle_tracks_bronze')) }}
),

uncovered as (
  select track_key
  from played
  where {{ 'true' if allow_synthetic() else 'false' }}
    and not exists (select 1 from measured where measured.track_key = played.track_key)
),

uniforms as (
  select
    track_key,
    {% for feature in audio_features() + whole_number_features() -%}
    {{ hash_uniform('track_key', feature) }} as u_{{ feature }}{{ ',' if not loop.last }}
    {% endfor %}
  from uncovered
),

related as (
  select
    *,
    {{ blended_uniform('u_energy', 'u_loudness', 0.55) }} as p_loudness,
    {{ blended_uniform('(1 - u_energy)', 'u_acousticness', 0.52) }} as p_acousticness,
    {{ blended_uniform('u_valence', 'u_danceability', 0.63) }} as p_valence
  from uniforms
)

select
  track_key,
  {{ quantile_value('u_danceability', [0, 0.24, 0.45, 0.58, 0.69, 0.83, 0.98]) }} as danceability,
  {{ quantile_value('u_energy', [0, 0.14, 0.46, 0.68, 0.85, 0.97, 1]) }} as energy,
  {{ quantile_value('p_loudness', [-40, -18.5, -10.3, -7.2, -5.1, -3.0, 0]) }} as loudness,
  {{ quantile_value('u_speechiness', [0.02, 0.028, 0.036, 0.049, 0.085, 0.28, 0.96]) }} as speechiness,
  {{ quantile_value('p_acousticness', [0, 0.0001, 0.017, 0.19, 0.62, 0.95, 1]) }} as acousticness,
  {{ quantile_value('u_instrumentalness', [0, 0, 0, 0.0001, 0.084, 0.91, 1]) }} as instrumentalness,
  {{ quantile_value('u_liveness', [0.01, 0.06, 0.098, 0.13, 0.28, 0.69, 1]) }} as liveness,
  {{ quantile_value('p_valence', [0, 0.066, 0.26, 0.46, 0.68, 0.91, 0.99]) }} as valence,
  {{ quantile_value('u_tempo', [50, 77, 99, 122, 140, 175, 220]) }} as tempo,
  cast(floor(u_key * 12) as integer) as key,
  case when u_mode < 0.64 then 1 else 0 end as mode,
  case when u_time_signature < 0.89 then 4 when u_time_signature < 0.97 then 3 when u_time_signature < 0.99 then 5 else 1 end as time_signature,
  'quantiles-1' as generator_version
from related
