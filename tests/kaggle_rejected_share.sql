-- More rejected rows than `kaggle_rejected_share_max` allows: the catalogue file is damaged, or not the one it should be.
with counts as (
    select
        (select count(*) from {{ ref('kaggle_tracks_bronze') }}) as accepted,
        (select count(*) from {{ ref('kaggle_tracks_rejected') }}) as rejected
)

select
    accepted,
    rejected,
    cast(rejected as double) / (accepted + rejected) as rejected_share
from counts
where rejected > (accepted + rejected) * {{ var('kaggle_rejected_share_max', 0.01) }}
