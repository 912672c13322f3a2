-- The catalogue, one row per track: the file repeats a track once for each of its genres.
with catalogue as (
  select *, {{ track_key('track_id', 'artists', 'track_name') }} as track_key
  from {{ ref('kaggle_tracks_bronze') }}
),

genres as (
  select track_key, count(distinct track_genre) as genre_count
  from catalogue
  group by track_key
),

ranked as (
  select
    *,
    row_number() over (partition by track_key order by popularity desc nulls last, row_number) as copy_rank,
    first_value(track_genre) over (partition by track_key order by track_genre is null, row_number) as primary_genre
  from catalogue
)

select
  ranked.track_key,
  ranked.track_id,
  {{ song_key('ranked.artists', 'ranked.track_name') }} as song_key,
  ranked.track_name,
  ranked.artists,
  {{ lead_artist('ranked.artists') }} as lead_artist,
  ranked.album_name,
  ranked.popularity,
  ranked.duration_ms,
  ranked.explicit,
  {% for feature in audio_features() + whole_number_features() -%}
  {{ cleaned_feature(feature, 'ranked.') }} as {{ feature }},
  {% endfor -%}
  {{ mood('ranked.valence', 'ranked.energy') }} as mood,
  cast(genres.genre_count as integer) as genre_count,
  ranked.primary_genre,
  ranked.source,
  ranked.source = 'sample' as is_sample
from ranked
inner join genres on genres.track_key = ranked.track_key
where ranked.copy_rank = 1
