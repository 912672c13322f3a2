{# A model that is a file: written by COPY, and read by a view of the model's name. #}

{% macro location_exists(location) %}{{ return(adapter.location_exists(location)) }}{% endmacro %}
{% macro external_location(relation, config) -%}
  {%- set partitioned = config.get('options', {}).get('partition_by') is not none -%}
  {{ adapter.external_root() }}/{{ relation.identifier }}{{ '' if partitioned else '.' ~ config.get('format', 'parquet') }}
{%- endmacro %}
{% macro write_to_file(relation, location, options) %}
  {%- call statement('write_to_file') -%}
    copy {{ relation }} to '{{ location }}' ({{ options }})
  {%- endcall -%}
{% endmacro %}
{# The options of COPY: those of the config, with the ones that stood beside them in older versions. #}
{% macro render_write_options(config) %}
  {%- set given = config.get('options', {}) -%}
  {%- if given is not mapping -%}{{ exceptions.raise_compiler_error('The options argument must be a dictionary') }}{%- endif -%}
  {%- set options = {} -%}
  {%- for key, value in given.items() -%}{%- do options.update({key: render(value)}) -%}{%- endfor -%}
  {%- for key in ['format', 'delimiter'] if config.get(key) -%}{%- do options.update({key: render(config.get(key))}) -%}{%- endfor -%}
  {{- return(options) -}}
{% endmacro %}
{% macro _reader(format, location, options) -%}
  read_{{ format }}('{{ location }}'
  {%- for key, value in options.items() %}, {{ key }}={{ "'" ~ value ~ "'" if value is string else value }}{% endfor -%}
  )
{%- endmacro %}

{% materialization external, adapter='duckdb' %}
  {%- set location = render(config.get('location', default=external_location(this, config))) | trim -%}
  {%- set options = render_write_options(config) -%}
  {%- set write_options = adapter.external_write_options(location, options) -%}
  {%- set formats = ['csv', 'parquet', 'json'] -%}
  {%- set format = config.get('format') -%}
  {%- if format and format not in formats -%}
    {{ exceptions.raise_compiler_error('Invalid format: ' ~ format ~ '. Allowed formats are: ' ~ formats | join(', ')) }}
  {%- endif -%}
  {%- set written = options['format'] | lower -%}
  {%- set format = format or (written if written in formats else 'parquet') -%}
  {%- set read_options = {
    'parquet': config.get('parquet_read_options', {'union_by_name': false}),
    'json': config.get('json_read_options', {'auto_detect': true}),
    'csv': config.get('csv_read_options', {'auto_detect': true})
  }[format] -%}
  {%- if format != 'parquet' and options.get('compression') and 'compression' not in read_options -%}
    {%- set read_options = dict(read_options, compression=options['compression']) -%}
  {%- endif -%}

  {%- set target_relation = this.incorporate(type='view') -%}
  {%- set existing = load_cached_relation(this) -%}
  {%- set rows = make_intermediate_relation(this.incorporate(type='table'), suffix='__dbt_tmp') -%}
  {%- set intermediate = make_intermediate_relation(target_relation, suffix='__dbt_int') -%}
  {%- set backup = make_backup_relation(target_relation, existing.type if existing else 'table') -%}
  {%- for relation in [intermediate, rows, backup] -%}{%- do drop_relation_if_exists(load_cached_relation(relation)) -%}{%- endfor -%}
  {%- do run_hooks(pre_hooks, inside_transaction=false) -%}
  {%- do run_hooks(pre_hooks, inside_transaction=true) -%}

  {%- call statement('create_table') -%}
    {{ create_table_as(false, rows, compiled_code) }}
  {%- endcall -%}
  {# a file without rows does not say its types: one row of nulls does, and the view leaves it out #}
  {%- set empty = run_query('select count(*) from ' ~ rows).rows[0][0] == 0 -%}
  {%- set columns = adapter.get_columns_in_relation(rows) -%}
  {%- if empty -%}
    {%- set nulls = [] -%}
    {%- for column in columns -%}{%- do nulls.append('null') -%}{%- endfor -%}
    {%- do run_query('insert into ' ~ rows ~ ' values (' ~ nulls | join(', ') ~ ')') -%}
  {%- endif -%}
  {%- do write_to_file(rows, location, write_options) -%}
  {%- call statement('main') -%}
    create or replace view {{ intermediate }} as (
    select * from {{ _reader(format, adapter.external_read_location(location, options), read_options) }}
    {%- if empty %} where {% for column in columns %}"{{ column.column }}" is not null{{ ' and ' if not loop.last }}{% endfor %}{% endif %}
    );
  {%- endcall -%}
  {%- if existing is not none -%}{%- do adapter.rename_relation(existing, backup) -%}{%- endif -%}
  {%- do adapter.rename_relation(intermediate, target_relation) -%}

  {%- do run_hooks(post_hooks, inside_transaction=true) -%}
  {%- do apply_grants(target_relation, config.get('grants'), should_revoke=should_revoke(existing)) -%}
  {%- do persist_docs(target_relation, model) -%}
  {%- do adapter.commit() -%}
  {%- if existing is not none -%}{%- do adapter.drop_relation(backup) -%}{%- endif -%}
  {%- do adapter.drop_relation(rows) -%}
  {%- do run_hooks(post_hooks, inside_transaction=false) -%}
  {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{# Views of external models that a run reads and does not build: their files are there from an earlier run. #}
{% macro register_upstream_external_models() %}
  {%- if execute -%}
    {%- set seen = {} -%}
    {%- for id in selected_resources if id in graph['nodes'] -%}
      {%- for parent in graph['nodes'][id]['depends_on']['nodes'] if parent not in seen and parent not in selected_resources -%}
        {%- do seen.update({parent: true}) -%}
        {%- set node = graph['nodes'].get(parent) -%}
        {%- if node and node.resource_type in ('model', 'seed') and node.config.materialized == 'external' -%}
          {%- set relation = api.Relation.create(database=node['database'], schema=node['schema'], identifier=node['alias']) -%}
          {%- set location = node.config.get('location', external_location(relation, node.config)) | trim -%}
          {%- set found = adapter.external_read_location(location, render_write_options(node.config)) -%}
          {%- do adapter.create_schema(relation) -%}
          {%- do run_query('create or replace view ' ~ relation ~ " as (select * from '" ~ found ~ "')") -%}
        {%- endif -%}
      {%- endfor -%}
    {%- endfor -%}
  {%- endif -%}
{% endmacro %}
