-- Every table that counts all plays counts the same number of them.
with expected as (
  select count(*) as plays from {{ ref('listening_with_features') }}
),

counted as (
  select 'listening_patterns_by_time' as what, coalesce(sum(plays), 0) as plays from {{ ref('listening_patterns_by_time') }}
  {% for period in ['day', 'week', 'month'] -%}
  union all
  select 'temporal_trends by {{ period }}', coalesce(sum(plays), 0) from {{ ref('temporal_trends') }} where period_type = '{{ period }}'
  {% endfor -%}
  union all
  select 'feature_source_coverage', coalesce(sum(plays), 0) from {{ ref('feature_source_coverage') }} where period_type = 'overall'
  union all
  select 'audio_feature_distributions', coalesce(sum(plays), 0) + (select count(*) from {{ ref('listening_with_features') }} where feature_source = 'none')
  from {{ ref('audio_feature_distributions') }}
  where feature = 'valence' and bin = 1
)

select counted.what, counted.plays, expected.plays as expected
from counted
cross join expected
where counted.plays <> expected.plays
