-- Where synthetic features are allowed and preferred at all, no track goes without features.
select play_id, track_key
from {{ ref('listening_with_features') }}
where feature_source = 'none'
  and {{ 'true' if allow_synthetic() and 'synthetic' in var('feature_preference') else 'false' }}
