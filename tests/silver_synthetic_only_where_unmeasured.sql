-- No play has invented features where the catalogue knows its track by id or by name.
select listening.play_id, listening.track_key
from {{ ref('listening_with_features') }} as listening
where listening.feature_source = 'synthetic'
  and exists (
    select 1
    from {{ ref('tracks_with_features') }} as tracks
    where tracks.mood is not null and (tracks.track_key = listening.track_key or tracks.song_key = listening.song_key)
  )
