import type { Project } from './project.js';

/**
 * Changes of behaviour that a dbt project may ask for or refuse under `flags:`, with what holds where it says nothing, as in dbt 1.12. Only
 * those that change something here.
 */
export const BEHAVIOR_FLAGS = {
  allow_jinja_file_extensions: false,
  latest_version_pointer_enabled_by_default: false,
  require_corrected_analysis_fqns: false,
  require_explicit_package_overrides_for_builtin_materializations: true,
  require_ref_searches_node_package_before_root: false,
  require_resource_names_without_spaces: true,
  require_source_and_semantic_model_names_without_spaces: false,
  require_sql_header_in_test_configs: false,
  require_unique_project_resource_names: false,
  skip_nodes_if_on_run_start_fails: true,
  source_freshness_run_project_hooks: true,
  validate_macro_args: true,
} as const;

/** Whether a flag of behaviour is on; packages follow their root project. */
export function behaves(project: Pick<Project, 'flags'>, name: keyof typeof BEHAVIOR_FLAGS): boolean {
  const given = project.flags[name];
  return typeof given === 'boolean' ? given : BEHAVIOR_FLAGS[name];
}
