{%- set bins = 20 -%}
-- How each feature is spread over the plays of each feature source: statistics, and a histogram of {{ bins }} equal bins over the feature's
-- range (seed audio_features). A row is a bin; the statistics repeat on the {{ bins }} rows of their feature and source.
with plays as (
  select * from {{ ref('listening_with_features') }}
  where feature_source <> 'none'
),

long as (
  {% for feature in audio_features() -%}
  select '{{ feature }}' as feature, feature_source, track_key, is_sample, cast({{ feature }} as double) as value
  from plays
  {{ 'union all' if not loop.last }}
  {% endfor %}
),

ranged as (
  select
    long.feature_source,
    long.track_key,
    long.is_sample,
    long.value,
    features.name as feature,
    features.unit,
    cast(features.minimum as double) as range_minimum,
    (cast(features.maximum as double) - cast(features.minimum as double)) / {{ bins }} as bin_width
  from long
  inner join {{ ref('audio_features') }} as features on features.name = long.feature
),

statistics as (
  select
    feature,
    feature_source,
    unit,
    range_minimum,
    bin_width,
    count(*) as plays,
    count(value) as n,
    count(distinct case when value is not null then track_key end) as tracks,
    sum(case when is_sample then 1 else 0 end) as sample_plays,
    {{ mean('value') }} as mean,
    {{ quantile('value', 0.5) }} as median,
    case when count(value) > 1 then round(stddev_samp(value), 9) end as stddev,
    min(value) as minimum,
    {{ quantile('value', 0.05) }} as p05,
    {{ quantile('value', 0.25) }} as p25,
    {{ quantile('value', 0.75) }} as p75,
    {{ quantile('value', 0.95) }} as p95,
    max(value) as maximum
  from ranged
  group by feature, feature_source, unit, range_minimum, bin_width
),

-- Values at or beyond the ends of the range fall into the first and the last bin, so that the bins add up to n.
counted as (
  select
    feature,
    feature_source,
    cast(greatest(1, least({{ bins }}, 1 + floor((value - range_minimum) / bin_width))) as integer) as bin,
    count(*) as bin_count
  from ranged
  where value is not null
  group by 1, 2, 3
),

bins as (
  select number as bin from ({{ whole_numbers(1, bins) }}) as numbers
)

select
  statistics.feature,
  statistics.feature_source,
  bins.bin,
  statistics.range_minimum + (bins.bin - 1) * statistics.bin_width as bin_lower,
  statistics.range_minimum + bins.bin * statistics.bin_width as bin_upper,
  coalesce(counted.bin_count, 0) as bin_count,
  {{ share('coalesce(counted.bin_count, 0)', 'statistics.n') }} as bin_share,
  statistics.unit,
  statistics.plays,
  statistics.n,
  statistics.tracks,
  cast(statistics.sample_plays as bigint) as sample_plays,
  statistics.mean,
  statistics.median,
  statistics.stddev,
  statistics.minimum,
  statistics.p05,
  statistics.p25,
  statistics.p75,
  statistics.p95,
  statistics.maximum,
  {{ few_rows_note('statistics.n', 'plays with this feature') }} as note
from statistics
cross join bins
left join counted
  on counted.feature = statistics.feature and counted.feature_source = statistics.feature_source and counted.bin = bins.bin
