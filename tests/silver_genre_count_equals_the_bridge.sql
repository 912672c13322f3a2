-- genre_count says how many genres the bridge lists for a track.
select tracks.track_key, tracks.genre_count, coalesce(bridge.genres, 0) as genres
from {{ ref('tracks_with_features') }} as tracks
left join (select track_key, count(*) as genres from {{ ref('track_genres') }} group by track_key) as bridge
  on bridge.track_key = tracks.track_key
where tracks.genre_count <> coalesce(bridge.genres, 0)
