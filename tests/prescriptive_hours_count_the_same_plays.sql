-- Both tables of hours rest on the same plays: their counts agree, and each hour with its others makes up the whole.
with times as (
    select hour_of_day, sum(n) as n from {{ ref('optimal_listening_times') }} group by hour_of_day
),

triggers as (
    select hour_of_day, n, usual_n from {{ ref('mood_intervention_triggers') }}
),

total as (
    select sum(n) as n from times
)

select triggers.hour_of_day, triggers.n, times.n as n_of_times, triggers.usual_n, total.n as n_of_all
from triggers
cross join total
left join times on times.hour_of_day = triggers.hour_of_day
where times.n is null
   or triggers.n <> times.n
   or triggers.n + triggers.usual_n <> total.n
