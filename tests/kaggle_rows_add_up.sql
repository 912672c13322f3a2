-- Accepted and rejected rows of the catalogue are the rows of its file. Where `ingested_files` is older than the tables
-- (they were built without it) there is nothing to compare, nor where the rejected rows are those of a newer file that was refused.
with accepted as (
    select source_file, count(*) as row_count, min(ingested_at) as ingested_at
    from {{ ref('kaggle_tracks_bronze') }}
    group by source_file
),

rejected as (
    select source_file, count(*) as row_count, max(ingested_at) as ingested_at
    from {{ ref('kaggle_tracks_rejected') }}
    group by source_file
)

select
    files.path,
    files.rows_read,
    accepted.row_count as accepted,
    coalesce(rejected.row_count, 0) as rejected
from {{ ref('ingested_files') }} as files
inner join accepted on accepted.source_file = files.path
left join rejected on rejected.source_file = files.path
where files.ingested_at >= accepted.ingested_at
    and coalesce(rejected.ingested_at, accepted.ingested_at) <= accepted.ingested_at
    and files.rows_read <> accepted.row_count + coalesce(rejected.row_count, 0)
