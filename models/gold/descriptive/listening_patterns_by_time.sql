-- The week as a grid of 7 days × 24 hours; hours without plays are there with 0.
with hours as (
  select number as hour_of_day from ({{ whole_numbers(0, 23) }}) as numbers
),

days as (
  select number as day_of_week from ({{ whole_numbers(1, 7) }}) as numbers
),

plays as (
  select
    day_of_week,
    hour_of_day,
    count(*) as plays,
    {{ total_minutes('ms_played') }} as minutes,
    count(distinct track_key) as tracks,
    count(distinct played_date) as days_with_plays,
    count(mood) as plays_with_features,
    sum(case when is_evidence then 1 else 0 end) as plays_with_evidence,
    sum(case when is_sample then 1 else 0 end) as sample_plays,
    {% for feature in audio_features() -%}
    {{ mean(feature) }} as mean_{{ feature }}{{ ',' if not loop.last }}
    {% endfor %}
  from {{ ref('listening_with_features') }}
  group by day_of_week, hour_of_day
)

select
  days.day_of_week,
  {{ day_name('days.day_of_week') }} as day_name,
  hours.hour_of_day,
  {{ part_of_day('hours.hour_of_day') }} as part_of_day,
  {{ is_weekend('days.day_of_week') }} as is_weekend,
  coalesce(plays.plays, 0) as plays,
  {{ share('coalesce(plays.plays, 0)', 'sum(coalesce(plays.plays, 0)) over ()') }} as plays_share,
  coalesce(plays.minutes, 0) as minutes,
  coalesce(plays.tracks, 0) as tracks,
  coalesce(plays.days_with_plays, 0) as days_with_plays,
  coalesce(plays.plays_with_features, 0) as plays_with_features,
  cast(coalesce(plays.plays_with_evidence, 0) as bigint) as plays_with_evidence,
  cast(coalesce(plays.sample_plays, 0) as bigint) as sample_plays,
  {% for feature in audio_features() -%}
  plays.mean_{{ feature }},
  {% endfor -%}
  {{ mood('plays.mean_valence', 'plays.mean_energy') }} as mood_of_means,
  {{ few_rows_note('coalesce(plays.plays_with_features, 0)') }} as note
from days
cross join hours
left join plays on plays.day_of_week = days.day_of_week and plays.hour_of_day = hours.hour_of_day
