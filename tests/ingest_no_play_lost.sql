-- The plays of exports hold at least the plays of the export files that were read last (more, where files have been
-- removed since). Where `ingested_files` is older than the history there is nothing to compare.
with expected as (
    select sum(rows_accepted) as plays, max(ingested_at) as ingested_at
    from {{ ref('ingested_files') }}
    where kind = 'spotify_export'
),

held as (
    select count(*) as plays, min(ingested_at) as ingested_at
    from {{ ref('spotify_export_plays') }}
)

select
    expected.plays as plays_in_files,
    held.plays as plays_in_history
from expected
cross join held
where expected.plays > held.plays
    and expected.ingested_at >= coalesce(held.ingested_at, expected.ingested_at)
