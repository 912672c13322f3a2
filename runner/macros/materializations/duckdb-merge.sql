{# MERGE with all that DuckDB's takes: conditions, expressions, own clauses. #}

{% macro duckdb__merge_join_clause(unique_key, merge_on_using_columns, incremental_predicates) -%}
  {%- set filters = normalize_incremental_predicates(incremental_predicates) -%}
  {%- if merge_on_using_columns -%}
  using ({{ merge_on_using_columns | join(', ') }}){{ ' on (' ~ filters | join(') and (') ~ ')' if filters }}
  {%- else -%}
  {%- set matches = [] -%}
  {%- for key in ([unique_key] if unique_key is string else unique_key or []) if key -%}
    {%- do matches.append('DBT_INTERNAL_SOURCE.' ~ key ~ ' = DBT_INTERNAL_DEST.' ~ key) -%}
  {%- endfor -%}
  on ({{ ((matches or ['FALSE']) + filters) | join(') and (') }})
  {%- endif -%}
{%- endmacro %}

{% macro duckdb__get_incremental_merge_sql(args_dict) %}
  {{- return(duckdb__get_merge_sql(args_dict['target_relation'], args_dict['temp_relation'], args_dict['unique_key'], args_dict['dest_columns'], args_dict.get('incremental_predicates'))) -}}
{% endmacro %}

{% macro duckdb__get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates=none) -%}
  {{ validate_merge_config(config, target) }}
  {%- set header = config.get('sql_header', none) -%}
  {%- set standard = merge_clause_defaults(
    config.get('merge_update_condition', none),
    config.get('merge_insert_condition', none),
    config.get('merge_update_columns', []),
    config.get('merge_exclude_columns', []),
    config.get('merge_update_set_expressions', {})
  ) -%}
  {%- set named = config.get('merge_update_columns', []) or config.get('merge_exclude_columns', []) or config.get('merge_update_set_expressions', {}) -%}
  {%- set clauses = config.get('merge_clauses', {}) -%}
  {%- set returning = config.get('merge_returning_columns', []) -%}
  {{ header if header is not none }}
  merge into {{ target }} as DBT_INTERNAL_DEST using {{ source }} as DBT_INTERNAL_SOURCE
  {{ duckdb__merge_join_clause(unique_key, config.get('merge_on_using_columns', []), incremental_predicates) }}
  {%- for clause in clauses.get('when_matched', [standard.when_matched_update_explicit if named else standard.when_matched_update_by_name]) %}
  when matched{{ _merge_condition(clause) }} then {{ _merge_matched_action(clause, dest_columns) }}
  {%- endfor %}
  {%- for clause in clauses.get('when_not_matched', [standard.when_not_matched_insert_by_name]) %}
  when not matched{{ ' by ' ~ clause.by if clause.get('by') }}{{ _merge_condition(clause) }} then {{ _merge_not_matched_action(clause) }}
  {%- endfor %}
  {%- if returning %}
  returning {{ returning if returning is string else returning | join(', ') }}
  {%- endif %}
{%- endmacro %}

{% macro _merge_condition(clause) -%}
  {%- set condition = clause.get('condition') -%}
  {%- if condition %} and {{ condition if condition is string else '(' ~ (condition | join(') and (')) ~ ')' }}{% endif -%}
{%- endmacro %}

{% macro _merge_matched_action(clause, dest_columns) -%}
  {%- set whole = {'by_name': 'update by name', 'by_position': 'update by position', 'star': 'update set *'} -%}
  {%- if clause.get('action') == 'update' and clause.get('mode') in whole -%}
    {{ whole[clause.mode] }}
  {%- elif clause.get('action') == 'update' -%}
    {%- set update = clause.get('update', {}) -%}
    {%- set expressions = update.get('set_expressions', {}) -%}
    {%- set parts = [] -%}
    {%- for column, expression in expressions.items() -%}{%- do parts.append(column ~ ' = ' ~ expression) -%}{%- endfor -%}
    {%- for column in get_merge_update_columns(update.get('include', []), update.get('exclude', []), dest_columns) if column.strip('"\'') not in expressions -%}
      {%- do parts.append(column ~ ' = DBT_INTERNAL_SOURCE.' ~ column) -%}
    {%- endfor -%}
    update set {{ parts | join(', ') }}
  {%- else -%}
    {{ _merge_other_action(clause) }}
  {%- endif -%}
{%- endmacro %}

{% macro _merge_not_matched_action(clause) -%}
  {%- set whole = {'by_name': 'insert by name', 'by_position': 'insert by position', 'star': 'insert *'} -%}
  {%- if clause.get('action') == 'insert' and clause.get('mode') in whole -%}
    {{ whole[clause.mode] }}
  {%- elif clause.get('action') == 'insert' -%}
    {%- set insert = clause.get('insert', {}) -%}
    insert ({{ insert.get('columns', []) | join(', ') }}) values ({{ insert.get('values', []) | join(', ') }})
  {%- elif clause.get('action') == 'update' -%}
    update set {% for column, expression in clause.get('set_expressions', {}).items() %}{{ column }} = {{ expression }}{{ ', ' if not loop.last }}{% endfor %}
  {%- else -%}
    {{ _merge_other_action(clause) }}
  {%- endif -%}
{%- endmacro %}

{% macro _merge_other_action(clause) -%}
  {%- set words = {'delete': 'delete', 'do_nothing': 'do nothing', 'error': 'error'} -%}
  {{ words[clause.action] }}{{ " '" ~ (clause.error_message | replace("'", "''")) ~ "'" if clause.action == 'error' and clause.get('error_message') }}
{%- endmacro %}

{% macro merge_clause_defaults(merge_update_condition, merge_insert_condition, merge_update_columns=[], merge_exclude_columns=[], merge_update_set_expressions={}) %}
  {{- return({
    'when_matched_update_by_name': {'action': 'update', 'condition': merge_update_condition, 'mode': 'by_name'},
    'when_not_matched_insert_by_name': {'action': 'insert', 'condition': merge_insert_condition, 'mode': 'by_name'},
    'when_matched_update_explicit': {
      'action': 'update', 'condition': merge_update_condition, 'mode': 'explicit',
      'update': {'include': merge_update_columns, 'exclude': merge_exclude_columns, 'set_expressions': merge_update_set_expressions}
    }
  }) -}}
{% endmacro %}

{# All that is wrong with the merge's config, in one error. #}
{% macro validate_merge_config(config, target_relation=none) %}
  {%- set errors = [] -%}
  {%- set idle = [] -%}
  {%- set fields = {
    'merge_update_condition': 'string', 'merge_insert_condition': 'string', 'merge_on_using_columns': 'list',
    'merge_update_columns': 'list', 'merge_exclude_columns': 'list', 'merge_returning_columns': 'list',
    'merge_update_set_expressions': 'dict'
  } -%}
  {%- for name, kind in fields.items() -%}
    {%- set value = config.get(name) -%}
    {%- if kind == 'string' -%}{%- do validate_string_field(value, name, errors) -%}
    {%- elif kind == 'list' -%}{%- do validate_string_list_field(value, name, errors) -%}
    {%- else -%}{%- do validate_dict_field(value, name, errors) -%}{%- endif -%}
    {%- if config.get('merge_clauses') is mapping and value and name not in ['merge_on_using_columns', 'merge_returning_columns'] -%}
      {%- do idle.append(name) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- do validate_merge_clauses(config.get('merge_clauses'), idle, errors) -%}
  {%- if errors -%}
    {{ exceptions.raise_compiler_error('MERGE configuration errors:\n' ~ errors | join('\n')) }}
  {%- endif -%}
{% endmacro %}
{# @param idle configs that merge_clauses take the place of #}
{% macro validate_merge_clauses(merge_clauses, idle, errors) %}
  {%- if merge_clauses is not none and merge_clauses is not mapping -%}
    {%- do errors.append('merge_clauses must be a dictionary, found: ' ~ merge_clauses) -%}
  {%- elif merge_clauses is not none -%}
    {%- if 'when_matched' not in merge_clauses and 'when_not_matched' not in merge_clauses -%}
      {%- do errors.append("merge_clauses must contain at least one of 'when_matched' or 'when_not_matched' keys") -%}
    {%- endif -%}
    {%- for name in ['when_matched', 'when_not_matched'] if name in merge_clauses -%}
      {%- do validate_merge_clause_list(merge_clauses, name, errors) -%}
    {%- endfor -%}
    {%- if idle -%}
      {%- do errors.append('When merge_clauses is specified, the following basic merge configurations will be ignored and should be removed: ' ~ idle | join(', ')) -%}
    {%- endif -%}
  {%- endif -%}
{% endmacro %}
{% macro validate_merge_clause_list(merge_clauses, clause_type, errors) %}
  {%- set clauses = merge_clauses.get(clause_type) -%}
  {%- if clauses is string or clauses is mapping or clauses is not sequence -%}
    {%- do errors.append('merge_clauses.' ~ clause_type ~ ' must be a list') -%}
  {%- elif not clauses -%}
    {%- do errors.append('merge_clauses.' ~ clause_type ~ ' must contain at least one element') -%}
  {%- else -%}
    {%- for clause in clauses if clause is not mapping -%}
      {%- do errors.append('merge_clauses.' ~ clause_type ~ ' elements must be dictionaries, found: ' ~ clause) -%}
    {%- endfor -%}
  {%- endif -%}
{% endmacro %}
{% macro validate_string_field(field_value, field_name, errors) %}
  {%- if field_value is not none and field_value is not string -%}
    {%- do errors.append(field_name ~ ' must be a string, found: ' ~ field_value) -%}
  {%- endif -%}
{% endmacro %}
{% macro validate_string_list_field(field_value, field_name, errors) %}
  {%- if field_value is not none and (field_value is string or field_value is mapping or field_value is not sequence) -%}
    {%- do errors.append(field_name ~ ' must be a list') -%}
  {%- elif field_value is not none -%}
    {%- for item in field_value if item is not string -%}
      {%- do errors.append(field_name ~ ' must contain only string values, found: ' ~ item) -%}
    {%- endfor -%}
  {%- endif -%}
{% endmacro %}
{% macro validate_dict_field(field_value, field_name, errors) %}
  {%- if field_value is not none and field_value is not mapping -%}
    {%- do errors.append(field_name ~ ' must be a dictionary, found: ' ~ field_value) -%}
  {%- endif -%}
{% endmacro %}
