-- Each recommendation is brighter by the asked lift, near enough, ranked without gaps, and no artist takes too many places.
with recommendations as (
    select * from {{ ref('mood_improvement_recommendations') }}
)

select from_mood, origin, track_key as subject, 'lift or distance' as broken
from recommendations
where expected_lift < {{ var('recommendation_minimum_lift') }} - 0.000001
   or distance > {{ var('recommendation_maximum_distance') }} + 0.000001
union all
select from_mood, origin, cast(count(*) as varchar), 'size or gaps'
from recommendations
group by from_mood, origin
having count(*) > {{ var('recommendation_size') }}
    or max(recommendation_rank) <> count(*)
union all
select from_mood, origin, artist_name, 'per artist'
from recommendations
group by from_mood, origin, artist_name
having count(*) > {{ var('recommendation_per_artist') }}
union all
select later.from_mood, later.origin, later.track_key, 'order of scores'
from recommendations as earlier
inner join recommendations as later
    on later.from_mood = earlier.from_mood
    and later.origin = earlier.origin
    and later.recommendation_rank = earlier.recommendation_rank + 1
where later.score > earlier.score
