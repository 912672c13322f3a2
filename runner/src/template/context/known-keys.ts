/** Keys that a node may have in `model`, whatever its kind, and whether or not the engine can be asked yet. */
export const nodeKeys: readonly string[] = [
  ...['access', 'alias', 'attached_node', 'batch', 'batch_info', 'build_path', 'checksum', 'column_name', 'columns'],
  ...[
    'compiled',
    'compiled_code',
    'compiled_path',
    'config',
    'config_call_dict',
    'constraints',
    'contract',
    'created_at',
  ],
  ...['database', 'deferred', 'defer_relation', 'depends_on', 'deprecation_date', 'description', 'doc_blocks', 'docs'],
  ...['event_time', 'external', 'extra_ctes', 'extra_ctes_injected', 'file_key_name', 'fqn', 'freshness', 'functions'],
  ...[
    'group',
    'identifier',
    'injected_sql',
    'language',
    'latest_version',
    'loaded_at_field',
    'loader',
    'meta',
    'metrics',
  ],
  ...['name', 'original_file_path', 'package_name', 'patch_path', 'path', 'primary_key', 'previous_batch_results'],
  ...['quoting', 'raw_code', 'raw_sql', 'refs', 'relation_name', 'resource_type', 'root_path', 'schema', 'source_name'],
  ...['sources', 'sql', 'tags', 'test_metadata', 'time_spine', 'unique_id', 'unrendered_config', 'version', 'vars'],
  ...[
    'compiled_sql',
    'unrendered_config_call_dict',
    'pre_injected_sql',
    '_pre_injected_sql',
    'overrides',
    'depends_on_nodes',
  ],
];

/** Keys of `graph`. */
export const graphKeys: readonly string[] = [
  ...['nodes', 'sources', 'exposures', 'groups', 'metrics', 'functions', 'semantic_models', 'saved_queries'],
  'unit_tests',
];
