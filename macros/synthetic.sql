{# Are synthetic features wanted? The environment variable ALLOW_SYNTHETIC decides, else the var allow_synthetic. #}
{% macro allow_synthetic() -%}
  {%- set answer = env_var('ALLOW_SYNTHETIC', var('allow_synthetic', true) | string) | string | trim | lower -%}
  {%- if answer not in ['true', 'false', '1', '0', 'yes', 'no'] -%}
    {{ exceptions.raise_compiler_error("ALLOW_SYNTHETIC is '" ~ answer ~ "'; use true or false") }}
  {%- endif -%}
  {{ return(answer in ['true', '1', 'yes']) }}
{%- endmacro %}

{# A number in [0, 1) that depends on a key and a name only: 52 bits of their md5, so it is the same on every machine. #}
{% macro hash_uniform(key, name) -%}
(cast('0x' || substr({{ hash_text(key ~ " || ':" ~ name ~ "'") }}, 1, 13) as bigint) / 4503599627370496.0)
{%- endmacro %}

{#
  Value of a distribution at probability `p`, from its values at 0, 5, 25, 50, 75, 95 and 100 %, with straight lines between them.
  Only additions and multiplications: logarithms and cosines differ in their last digits between machines.
#}
{% macro quantile_value(p, knots) -%}
{%- set levels = [0, 0.05, 0.25, 0.5, 0.75, 0.95, 1] -%}
round(case
  {%- for i in range(6) %}
  {{ 'when ' ~ p ~ ' < ' ~ levels[i + 1] ~ ' then' if not loop.last else 'else' }} {{ knots[i] }} + ({{ knots[i + 1] }} - {{ knots[i] }}) * (({{ p }} - {{ levels[i] }}) / ({{ levels[i + 1] }} - {{ levels[i] }}))
  {%- endfor %}
end, 4)
{%- endmacro %}

{#
  A number in [0, 1), evenly spread, that goes along with two such numbers: their weighted mean, put through its own distribution function
  (two rectangles convolved: quadratic at both ends, straight between). The rank correlation with the first is about a / √(a² + b²), b = 1 − a.
  @param a weight of the first, 0.5 … 1
#}
{% macro blended_uniform(first, second, a) -%}
{%- set b = 1 - a -%}
{%- set x = '(' ~ a ~ ' * ' ~ first ~ ' + ' ~ b | round(6) ~ ' * ' ~ second ~ ')' -%}
(case
  when {{ x }} < {{ b | round(6) }} then {{ x }} * {{ x }} / (2 * {{ a }} * {{ b | round(6) }})
  when {{ x }} <= {{ a }} then ({{ x }} - {{ b | round(6) }} / 2) / {{ a }}
  else 1 - (1 - {{ x }}) * (1 - {{ x }}) / (2 * {{ a }} * {{ b | round(6) }})
end)
{%- endmacro %}
