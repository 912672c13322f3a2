-- The most played tracks of each mood: by plays, then minutes, then key, so that ranks are the same in every run.
with plays as (
  select * from {{ ref('listening_with_features') }}
  where mood is not null
),

tracks as (
  select
    mood,
    track_key,
    count(*) as plays,
    {{ total_minutes('ms_played') }} as minutes,
    min(played_at) as first_played_at,
    max(played_at) as last_played_at,
    min(valence) as valence,
    min(energy) as energy,
    max(feature_source) as feature_source,
    bool_and(is_evidence) as is_evidence,
    bool_or(is_sample) as is_sample
  from plays
  group by mood, track_key
),

names as (
  select track_key, track_name, artist_name
  from (
    select
      track_key, track_name, artist_name,
      row_number() over (partition by track_key order by played_at desc, play_id) as newest
    from plays
  ) as ordered
  where newest = 1
),

ranked as (
  select
    *,
    row_number() over (partition by mood order by plays desc, minutes desc nulls last, track_key) as rank_in_mood,
    sum(plays) over (partition by mood) as mood_plays
  from tracks
)

select
  ranked.mood,
  cast(ranked.rank_in_mood as integer) as rank_in_mood,
  ranked.track_key,
  names.track_name,
  names.artist_name,
  ranked.plays,
  cast(ranked.mood_plays as bigint) as mood_plays,
  {{ share('ranked.plays', 'ranked.mood_plays') }} as share_of_mood_plays,
  ranked.minutes,
  ranked.first_played_at,
  ranked.last_played_at,
  ranked.valence,
  ranked.energy,
  ranked.feature_source,
  ranked.is_evidence,
  ranked.is_sample
from ranked
inner join names on names.track_key = ranked.track_key
where ranked.rank_in_mood <= {{ var('top_tracks_per_mood') }}
