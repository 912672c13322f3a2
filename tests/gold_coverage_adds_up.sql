-- In each period the shares of the sources add up to 1, and the months add up to the whole.
with periods as (
  select
    period_type, period,
    sum(plays) as plays,
    sum(minutes) as minutes,
    sum(plays_share) as plays_share,
    sum(tracks_share) as tracks_share
  from {{ ref('feature_source_coverage') }}
  group by period_type, period
),

totals as (
  select
    (select count(*) from {{ ref('listening_with_features') }}) as plays,
    (select coalesce(sum(plays), 0) from periods where period_type = 'overall') as plays_overall,
    (select coalesce(sum(plays), 0) from periods where period_type = 'month') as plays_by_month,
    (select coalesce(sum(minutes), 0) from periods where period_type = 'overall') as minutes_overall,
    (select coalesce(sum(minutes), 0) from periods where period_type = 'month') as minutes_by_month
)

select period as what, plays_share as value
from periods
where plays > 0 and (abs(plays_share - 1) > 1e-9 or abs(tracks_share - 1) > 1e-9)
union all
select 'plays overall', plays_overall - plays from totals where plays_overall <> plays
union all
select 'plays by month', plays_by_month - plays from totals where plays_by_month <> plays
union all
select 'minutes by month', minutes_by_month - minutes_overall
from totals
where abs(minutes_by_month - minutes_overall) > 1e-6 * greatest(1, minutes_overall)
