-- Exactly one archetype is chosen as soon as one measure has enough plays, and none before.
select
    count(case when is_chosen then 1 end) as chosen,
    count(score) as scored
from {{ ref('behavioral_segments') }}
having count(case when is_chosen then 1 end) <> case when count(score) > 0 then 1 else 0 end
