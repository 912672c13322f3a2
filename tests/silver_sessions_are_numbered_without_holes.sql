-- Sessions are numbered 1, 2, 3, … in order of time, and a session does not begin before the one before it has ended.
with sessions as (
  select session_id, min(played_at) as first_end, max(played_at) as last_end
  from {{ ref('listening_with_features') }}
  group by session_id
),

ordered as (
  select
    session_id,
    row_number() over (order by session_id) as position,
    first_end,
    lag(last_end) over (order by session_id) as last_end_before
  from sessions
)

select *
from ordered
where session_id <> position or first_end < last_end_before
