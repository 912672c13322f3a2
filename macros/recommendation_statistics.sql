{#
  A sum and a mean whose last digits do not depend on the order in which rows arrive: doubles are summed as decimals
  with nine digits after the point, so that a second run gives the same figures.
#}
{% macro recommendation_sum(x) %}cast(sum(cast({{ x }} as decimal(18, 9))) as double){% endmacro %}

{% macro recommendation_mean(x) %}{{ recommendation_sum(x) }} / nullif(count({{ x }}), 0){% endmacro %}

{#
  The 97.5 % quantile of Student's t by Cornish-Fisher expansion around the normal quantile
  (Abramowitz and Stegun 26.7.5); off by 0.1 % at 5 degrees of freedom, less above.
#}
{% macro recommendation_t_critical(df) %}(1.959964 + 2.372271 / ({{ df }}) + 2.822499 / power({{ df }}, 2) + 2.555850 / power({{ df }}, 3)){% endmacro %}

{#
  Two-sided p-value of a t statistic: Wallace's transformation to a normal deviate (1959),
  then the normal tail by Abramowitz and Stegun 26.2.17 (error below 7.5e-8).
#}
{% macro recommendation_p_value(t, df) %}{{ recommendation_normal_tails('(8.0 * (' ~ df ~ ') + 1) / (8.0 * (' ~ df ~ ') + 3) * sqrt((' ~ df ~ ') * ln(1 + power(' ~ t ~ ', 2) / (' ~ df ~ ')))') }}{% endmacro %}

{# Both tails of the standard normal beyond z >= 0. #}
{% macro recommendation_normal_tails(z) %}least(1.0, 2 * exp(-least(power({{ z }}, 2), 1400) / 2) / 2.5066282746310002
    * (1 / (1 + 0.2316419 * ({{ z }}))) * (0.319381530 + (1 / (1 + 0.2316419 * ({{ z }}))) * (-0.356563782
    + (1 / (1 + 0.2316419 * ({{ z }}))) * (1.781477937 + (1 / (1 + 0.2316419 * ({{ z }}))) * (-1.821255978
    + (1 / (1 + 0.2316419 * ({{ z }}))) * 1.330274429))))){% endmacro %}

{# Fewest days that a mean of plays needs: an error over days needs two of them, whatever the var says. #}
{% macro recommendation_minimum_days() %}{{ var('listened_minimum_days') if var('listened_minimum_days') > 2 else 2 }}{% endmacro %}

{# Wilson's 95 % interval of a share; `side` is 'low' or 'high'. Null where n is 0. #}
{% macro recommendation_wilson(successes, n, side) %}{% set sign = '-' if side == 'low' else '+' %}
{%- set p = '(' ~ successes ~ ') * 1.0 / nullif(' ~ n ~ ', 0)' -%}
greatest(0.0, least(1.0, ({{ p }} + 3.841459 / (2.0 * nullif({{ n }}, 0)) {{ sign }} 1.959964 * sqrt(greatest(0.0, {{ p }} * (1 - {{ p }}) / nullif({{ n }}, 0) + 3.841459 / (4.0 * power(nullif({{ n }}, 0), 2))))) / (1 + 3.841459 / nullif({{ n }}, 0)))){% endmacro %}

{# One end of the interval mean ± half width, held within 0 and 1, where the features lie; `side` is 'low' or 'high'. Null where either is. #}
{% macro recommendation_bound(mean, half_width, side) %}case when {{ mean }} is not null and {{ half_width }} is not null then round({{ 'greatest(0.0, ' ~ mean ~ ' - ' ~ half_width if side == 'low' else 'least(1.0, ' ~ mean ~ ' + ' ~ half_width }}), 6) end{% endmacro %}
