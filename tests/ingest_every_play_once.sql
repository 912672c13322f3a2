-- The listening history holds every play of exports and Web API, less those that a more exact source tells as well.
with expected as (
    select
        (select count(*) from {{ ref('spotify_export_plays') }})
        + (select count(*) from {{ ref('spotify_recent_plays') }})
        - (select count(*) from {{ ref('repeated_plays') }}) as plays
),

held as (
    select count(*) as plays
    from {{ ref('listening_history_bronze') }}
    where source <> 'sample'
)

select
    expected.plays as plays_told,
    held.plays as plays_in_history
from expected
cross join held
where expected.plays <> held.plays
