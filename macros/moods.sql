{# The mood of a piece of music, from its valence and energy and the project's cuts. Null where one of the two is unknown. #}
{% macro mood(valence, energy) -%}
case
  when {{ valence }} is null or {{ energy }} is null then null
  when {{ valence }} > {{ var('mood_valence_negative') }} and {{ valence }} < {{ var('mood_valence_positive') }} then 'Neutral'
  when {{ valence }} >= {{ var('mood_valence_positive') }} and {{ energy }} >= {{ var('mood_energy_high') }} then 'Happy_Energetic'
  when {{ valence }} >= {{ var('mood_valence_positive') }} then 'Happy_Calm'
  when {{ energy }} >= {{ var('mood_energy_high') }} then 'Sad_Energetic'
  else 'Sad_Calm'
end
{%- endmacro %}
