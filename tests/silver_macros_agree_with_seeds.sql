-- The macros audio_features, part_of_day and mood say what the seeds audio_features, parts_of_day and moods say.
with hours as (
  select number as hour_of_day from ({{ whole_numbers(0, 23) }}) as numbers
),

macro_features as (
  {% for feature in audio_features() -%}
  select '{{ feature }}' as name {{ 'union all' if not loop.last }}
  {% endfor %}
),

levels as (
  select cast(number as double) / 100 as level from ({{ whole_numbers(0, 100) }}) as numbers
),

macro_moods as (
  select valences.level as valence, energies.level as energy, {{ mood('valences.level', 'energies.level') }} as mood
  from levels as valences
  cross join levels as energies
)

select 'feature' as what, coalesce(macro_features.name, features.name) as value
from macro_features
full outer join {{ ref('audio_features') }} as features on features.name = macro_features.name
where macro_features.name is null or features.name is null
union all
select 'hour', cast(hours.hour_of_day as varchar)
from hours
left join {{ ref('parts_of_day') }} as parts
  on (parts.first_hour <= parts.last_hour and hours.hour_of_day between parts.first_hour and parts.last_hour)
  or (parts.first_hour > parts.last_hour and (hours.hour_of_day >= parts.first_hour or hours.hour_of_day <= parts.last_hour))
where parts.part_of_day is null or parts.part_of_day <> {{ part_of_day('hours.hour_of_day') }}
union all
select 'mood', cast(macro_moods.valence as varchar) || ' ' || cast(macro_moods.energy as varchar)
from macro_moods
left join {{ ref('moods') }} as moods on moods.mood = macro_moods.mood
where moods.mood is null
  or moods.valence_side <> case
    when macro_moods.valence >= {{ var('mood_valence_positive') }} then 'positive'
    when macro_moods.valence <= {{ var('mood_valence_negative') }} then 'negative'
    else 'neutral'
  end
  or moods.energy_side not in ('any', case when macro_moods.energy >= {{ var('mood_energy_high') }} then 'high' else 'low' end)
