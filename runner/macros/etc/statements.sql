{# A statement that was run elsewhere: its text is written, its result kept. #}
{% macro noop_statement(name=none, message=none, code=none, rows_affected=none, res=none) %}
  {%- set sql = caller() -%}
  {%- if name == 'main' -%}{{ write(sql) }}{%- endif -%}
  {%- if name is not none -%}
    {{ store_raw_result(name, message=message, code=code, rows_affected=rows_affected, agate_table=res) }}
  {%- endif -%}
{% endmacro %}
