-- Invented plays never stand beside real ones.
select
    count(*) filter (where source = 'sample') as sample_plays,
    count(*) filter (where source <> 'sample') as real_plays
from {{ ref('listening_history_bronze') }}
having count(*) filter (where source = 'sample') > 0
    and count(*) filter (where source <> 'sample') > 0
