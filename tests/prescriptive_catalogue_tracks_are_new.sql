-- What comes as a discovery was never played, neither by key nor by artist and title.
with suggested as (
    select track_key, track_name, artist_name from {{ ref('mood_improvement_recommendations') }} where origin = 'catalogue'
    union
    select track_key, track_name, artist_name from {{ ref('personalized_playlist_suggestions') }} where origin = 'catalogue'
),

played as (
    select distinct
        track_key,
        {{ song_key('artist_name', 'track_name') }} as song_key
    from {{ ref('listening_with_features') }}
)

select suggested.track_key
from suggested
where exists (select 1 from played where played.track_key = suggested.track_key)
   or exists (select 1 from played where played.song_key = {{ song_key('suggested.artist_name', 'suggested.track_name') }})
