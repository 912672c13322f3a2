-- The bridge from tracks to their genres.
select distinct
  {{ track_key('track_id', 'artists', 'track_name') }} as track_key,
  track_genre as genre
from {{ ref('kaggle_tracks_bronze') }}
where nullif(trim(track_genre), '') is not null
