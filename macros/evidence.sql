{#
  Whether a play's features count: where anything was measured, synthetic features (noise by design) are left out altogether;
  where nothing was, whatever there is stands in, and the table's `is_evidence` says so.
  @param plays alias of a row of `listening`
#}
{% macro has_usable_features(plays, listening) -%}
{{ plays }}.is_evidence = (select coalesce(bool_or(basis.is_evidence), false) from {{ listening }} as basis)
{%- endmacro %}
