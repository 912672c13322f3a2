-- A repeat in a day is counted again, straight from the history, in both directions.
with counted as (
    select played_date, track_key, count(*) as plays
    from {{ ref('listening_with_features') }}
    where track_key is not null
    group by played_date, track_key
    having count(*) >= {{ var('anomaly_repeats_in_a_day') }}
),

reported as (
    select anomaly_date, track_key, value
    from {{ ref('listening_anomalies') }}
    where kind = 'repeat_in_a_day'
)

select counted.played_date, reported.anomaly_date, counted.plays, reported.value
from counted
full outer join reported
    on reported.anomaly_date = counted.played_date
    and reported.track_key = counted.track_key
where counted.plays is null
   or reported.value is null
   or counted.plays <> reported.value
