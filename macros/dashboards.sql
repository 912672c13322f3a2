{# Tables that hold every figure twice (basis all, basis evidence): evidence where it has a figure, else all. #}
{% macro better_basis(relation, figure) -%}
(
  select coalesce(max(case when basis = 'evidence' and {{ figure }} is not null then 'evidence' end), 'all')
  from {{ relation }}
)
{%- endmacro %}

{# The split of a model's figures that comes nearest to a trial on one's own listening. #}
{% macro better_split(relation, model_name) -%}
(
  select coalesce(
    max(case when split = 'plays_measured' and n > 0 then split end),
    max(case when split = 'plays_sample' and n > 0 then split end),
    max(case when split = 'plays_synthetic' and n > 0 then split end),
    'catalogue_cv'
  )
  from {{ relation }}
  where model_name = '{{ model_name }}' and is_published
)
{%- endmacro %}
