-- As many tracks as the catalogue has distinct keys.
select catalogue.n as in_catalogue, tracks.n as in_silver
from (
  select count(distinct {{ track_key('track_id', 'artists', 'track_name') }}) as n
  from {{ ref('kaggle_tracks_bronze') }}
) as catalogue
cross join (select count(*) as n from {{ ref('tracks_with_features') }}) as tracks
where catalogue.n <> tracks.n
