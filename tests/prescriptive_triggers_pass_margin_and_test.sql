-- An hour is a trigger exactly where its music is darker by the margin and the adjusted test says so; few plays never are.
select hour_of_day, n, difference, p_value_adjusted, is_trigger
from {{ ref('mood_intervention_triggers') }}
where is_trigger <> coalesce(difference <= -margin and p_value_adjusted < {{ var('trigger_alpha') }}, false)
   or (is_trigger and n < {{ var('minimum_sample') }})
