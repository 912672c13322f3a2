-- The 20 bins of a feature and source touch each other, and their counts add up to n.
select feature, feature_source, count(*) as bins, sum(bin_count) as counted, max(n) as n
from {{ ref('audio_feature_distributions') }}
group by feature, feature_source
having count(*) <> 20
  or sum(bin_count) <> max(n)
  or abs(max(bin_upper) - min(bin_lower) - sum(bin_upper - bin_lower)) > 1e-9 * max(abs(bin_upper))
  or abs(coalesce(sum(bin_share), 1) - 1) > 1e-9
