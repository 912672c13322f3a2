{%- set feature_sources = ['real', 'synthetic', 'kaggle', 'none'] -%}
-- Where the features of the plays come from, overall and per month. All four sources stand in every period, so that shares add up to 1.
with plays as (
  select * from {{ ref('listening_with_features') }}
),

periods as (
  select 'overall' as period_type, 'overall' as period, cast(null as date) as month_start
  union all
  select distinct 'month', substr(cast(played_month as varchar), 1, 7), played_month
  from plays
),

sources as (
  {% for feature_source in feature_sources -%}
  select '{{ feature_source }}' as feature_source {{ 'union all' if not loop.last }}
  {% endfor %}
),

counted as (
  select
    periods.period,
    plays.feature_source,
    count(*) as plays,
    {{ total_minutes('plays.ms_played') }} as minutes,
    count(distinct plays.track_key) as tracks,
    sum(case when plays.matched_by = 'track_id' then 1 else 0 end) as plays_matched_by_id,
    sum(case when plays.matched_by = 'name' then 1 else 0 end) as plays_matched_by_name,
    sum(case when plays.is_evidence then 1 else 0 end) as plays_with_evidence,
    sum(case when plays.is_sample then 1 else 0 end) as sample_plays
  from periods
  inner join plays on periods.period_type = 'overall' or plays.played_month = periods.month_start
  group by periods.period, plays.feature_source
)

select
  periods.period_type,
  periods.period,
  periods.month_start,
  sources.feature_source,
  coalesce(counted.plays, 0) as plays,
  {{ share('coalesce(counted.plays, 0)', 'sum(counted.plays) over (partition by periods.period)') }} as plays_share,
  coalesce(counted.minutes, 0) as minutes,
  coalesce(counted.tracks, 0) as tracks,
  {{ share('coalesce(counted.tracks, 0)', 'sum(counted.tracks) over (partition by periods.period)') }} as tracks_share,
  cast(coalesce(counted.plays_matched_by_id, 0) as bigint) as plays_matched_by_id,
  cast(coalesce(counted.plays_matched_by_name, 0) as bigint) as plays_matched_by_name,
  cast(coalesce(counted.plays_with_evidence, 0) as bigint) as plays_with_evidence,
  cast(coalesce(counted.sample_plays, 0) as bigint) as sample_plays
from periods
cross join sources
left join counted on counted.period = periods.period and counted.feature_source = sources.feature_source
