-- The diagnostic tables rest on as many plays as silver calls evidence.
with expected as (
  select
    sum(case when is_evidence and valence is not null then 1 else 0 end) as evidence,
    sum(case when valence is not null then 1 else 0 end) as everything
  from {{ ref('listening_with_features') }}
),

counted as (
  select 'weekend_vs_weekday' as what, basis, n from {{ ref('weekend_vs_weekday') }} where metric = 'valence'
  union all
  select 'part_of_day_drivers', basis, n from {{ ref('part_of_day_drivers') }} where feature = 'valence'
  union all
  select 'mood_time_correlations', basis, n from {{ ref('mood_time_correlations') }} where feature = 'valence' and method <> 'anova'
)

select counted.what, counted.basis, counted.n, expected.evidence, expected.everything
from counted
cross join expected
where counted.n <> coalesce(case counted.basis when 'evidence' then expected.evidence else expected.everything end, 0)
