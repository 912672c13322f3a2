-- Each play of the history stands in silver exactly once, and nothing else does.
select coalesce(history.play_id, listening.play_id) as play_id, coalesce(history.copies, 0) as in_history, coalesce(listening.copies, 0) as in_silver
from (select play_id, count(*) as copies from {{ ref('listening_history_bronze') }} group by play_id) as history
full outer join (select play_id, count(*) as copies from {{ ref('listening_with_features') }} group by play_id) as listening
  on listening.play_id = history.play_id
where coalesce(history.copies, 0) <> coalesce(listening.copies, 0)
