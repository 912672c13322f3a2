-- Ranks run from 1 without holes, follow the plays, and stand on the plays of their mood.
with ranked as (
  select
    *,
    row_number() over (partition by mood order by rank_in_mood) as position,
    lag(plays) over (partition by mood order by rank_in_mood) as plays_before
  from {{ ref('top_tracks_by_mood') }}
),

moods as (
  select mood, count(*) as plays
  from {{ ref('listening_with_features') }}
  where mood is not null
  group by mood
)

select moods.mood, ranked.rank_in_mood, ranked.plays, ranked.mood_plays, moods.plays as expected_mood_plays
from moods
left join ranked on ranked.mood = moods.mood
where ranked.mood is null
  or ranked.rank_in_mood <> ranked.position
  or ranked.plays > ranked.plays_before
  or ranked.mood_plays <> moods.plays
