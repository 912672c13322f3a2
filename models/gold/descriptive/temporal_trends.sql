{%- set averaged_over = {'day': 7, 'week': 4, 'month': 3} -%}
-- Plays per day, week and month. Periods without plays between the first and the last are there with 0 plays, so that moving averages and
-- changes compare neighbours in the calendar; means of features are null in them and moving averages weigh periods by their plays.
with plays as (
  select * from {{ ref('listening_with_features') }}
),

bounds as (
  select min(played_date) as first_date, max(played_date) as last_date
  from plays
),

{% for period in averaged_over -%}
{{ period }}_totals as (
  select
    {{ period_start(period, 'played_date') }} as period_start,
    count(*) as plays,
    {{ total_minutes('ms_played') }} as minutes,
    count(distinct track_key) as tracks,
    count(distinct session_id) as sessions,
    count(mood) as plays_with_features,
    sum(case when is_evidence then 1 else 0 end) as plays_with_evidence,
    sum(case when is_sample then 1 else 0 end) as sample_plays,
    {{ mean('valence') }} as mean_valence,
    {{ mean('energy') }} as mean_energy,
    {{ mean('danceability') }} as mean_danceability,
    {{ mean('acousticness') }} as mean_acousticness,
    {{ mean('tempo') }} as mean_tempo
  from plays
  group by {{ period_start(period, 'played_date') }}
),

{{ period }}s as (
  select
    '{{ period }}' as period_type,
    spine.period_start,
    {{ next_period(period, 'spine.period_start') }} as next_period_start,
    bounds.first_date,
    bounds.last_date,
    {{ averaged_over[period] }} as periods_averaged,
    coalesce(totals.plays, 0) as plays,
    coalesce(totals.minutes, 0) as minutes,
    coalesce(totals.tracks, 0) as tracks,
    coalesce(totals.sessions, 0) as sessions,
    coalesce(totals.plays_with_features, 0) as plays_with_features,
    coalesce(totals.plays_with_evidence, 0) as plays_with_evidence,
    coalesce(totals.sample_plays, 0) as sample_plays,
    totals.mean_valence,
    totals.mean_energy,
    totals.mean_danceability,
    totals.mean_acousticness,
    totals.mean_tempo
  from ({{ period_spine(period, 'first_date', 'last_date', 'bounds') }}) as spine
  cross join bounds
  left join {{ period }}_totals as totals on totals.period_start = spine.period_start
),

{{ period }}s_in_context as (
  select
    *,
    row_number() over calendar as position,
    avg(plays) over moving as plays_moving_average,
    avg(minutes) over moving as minutes_moving_average,
    sum(mean_valence * plays_with_features) over moving / nullif(sum(plays_with_features) over moving, 0) as valence_moving_average,
    sum(mean_energy * plays_with_features) over moving / nullif(sum(plays_with_features) over moving, 0) as energy_moving_average,
    lag(plays) over calendar as plays_before,
    lag(minutes) over calendar as minutes_before,
    lag(mean_valence) over calendar as mean_valence_before,
    lag(mean_energy) over calendar as mean_energy_before
  from {{ period }}s
  window
    calendar as (order by period_start),
    moving as (order by period_start rows between {{ averaged_over[period] - 1 }} preceding and current row)
){{ ',' if not loop.last }}

{% endfor %}
{% for period in averaged_over -%}
select
  period_type,
  period_start,
  period_start >= first_date and next_period_start <= {{ next_period('day', 'last_date') }} as is_complete,
  plays,
  minutes,
  tracks,
  sessions,
  plays_with_features,
  cast(plays_with_evidence as bigint) as plays_with_evidence,
  cast(sample_plays as bigint) as sample_plays,
  mean_valence,
  mean_energy,
  mean_danceability,
  mean_acousticness,
  mean_tempo,
  periods_averaged,
  case when position >= periods_averaged then plays_moving_average end as plays_moving_average,
  case when position >= periods_averaged then minutes_moving_average end as minutes_moving_average,
  case when position >= periods_averaged then valence_moving_average end as valence_moving_average,
  case when position >= periods_averaged then energy_moving_average end as energy_moving_average,
  plays - plays_before as plays_change,
  {{ share('plays - plays_before', 'plays_before') }} as plays_change_share,
  minutes - minutes_before as minutes_change,
  mean_valence - mean_valence_before as valence_change,
  mean_energy - mean_energy_before as energy_change,
  {{ few_rows_note('plays_with_features') }} as note
from {{ period }}s_in_context
{{ 'union all' if not loop.last }}
{% endfor %}
