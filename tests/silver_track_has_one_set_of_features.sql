-- All plays of a track have the same source and features.
select track_key, count(*) as sets
from (
  select distinct track_key, feature_source, mood, {{ (audio_features() + whole_number_features()) | join(', ') }}
  from {{ ref('listening_with_features') }}
) as distinct_sets
group by track_key
having count(*) > 1
