-- Below the var minimum_sample no statistic is given, and the note says so.
{%- set minimum = var('minimum_sample') %}
{%- set figures = [
  ['mood_time_correlations', 'n', 'effect_size'],
  ['mood_time_correlations', 'coalesce(n_in_time, n)', 'effect_size'],
  ['mood_time_correlations', 'coalesce(n_in_time, n)', 'mean_in_time'],
  ['feature_correlations', 'n', 'pearson'],
  ['feature_correlations', 'n', 'spearman'],
  ['weekend_vs_weekday', 'least(n_weekend, n_weekday)', 'effect_size'],
  ['mood_shift_patterns', 'n', 'mean_shift'],
  ['part_of_day_drivers', 'least(n_in_part, n_elsewhere)', 'standardised_difference'],
  ['part_of_day_drivers', 'least(n_in_part, n_elsewhere)', 'mean_in_part'],
  ['mood_track_traits', 'least(n_side, n_others)', 'effect_size']
] %}
{% for table, size, figure in figures -%}
select '{{ table }}.{{ figure }}' as what, {{ size }} as n, {{ figure }} as value, note
from {{ ref(table) }}
where {{ size }} < {{ minimum }} and ({{ figure }} is not null or note is null)
{{ 'union all' if not loop.last }}
{% endfor %}
