-- What comes as a discovery was never played, neither by key nor by artist and title.
with suggested as (
    select track_key from {{ ref('mood_improvement_recommendations') }} where origin = 'catalogue'
    union
    select track_key from {{ ref('personalized_playlist_suggestions') }} where origin = 'catalogue'
),

played as (
    select track_key, song_key from {{ ref('listening_with_features') }}
)

select suggested.track_key, tracks.song_key
from suggested
inner join {{ ref('tracks_with_features') }} as tracks on tracks.track_key = suggested.track_key
where exists (select 1 from played where played.track_key = suggested.track_key)
   or exists (select 1 from played where played.song_key = tracks.song_key)
