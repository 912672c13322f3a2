-- How the music of each part of each day sounded. A day's night goes on until 4 in the morning, so those hours belong to the day before.
with plays as (
  select 'all' as basis, * from {{ ref('listening_with_features') }}
  where mood is not null
  union all
  select 'evidence' as basis, * from {{ ref('listening_with_features') }}
  where is_evidence
),

means as (
  select
    basis,
    case when hour_of_day < 5 then cast(played_date - interval '1' day as date) else played_date end as listening_day,
    part_of_day,
    count(*) as plays,
    {{ mean('valence') }} as mean_valence,
    {{ mean('energy') }} as mean_energy
  from plays
  group by 1, 2, 3
)

select
  basis,
  basis = 'evidence' as is_evidence,
  listening_day,
  part_of_day,
  plays,
  mean_valence,
  mean_energy,
  {{ mood('mean_valence', 'mean_energy') }} as mood
from means
