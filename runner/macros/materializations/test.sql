{# How data tests run where a project changes a macro that they are made of. Failing rows are kept by the engine. #}

{% materialization test, default %}
  {%- set failing = get_limit_subquery_sql(sql, config.get('limit')) -%}
  {%- call statement('main', fetch_result=true) -%}
    {{ get_test_sql(failing, config.get('fail_calc'), config.get('warn_if'), config.get('error_if'), limit=none) }}
  {%- endcall -%}
  {{ return({'relations': []}) }}
{% endmaterialization %}
