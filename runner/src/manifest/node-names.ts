import type { Project } from '../project/project.js';
import type { NodeConfig } from './nodes.js';

/** How a project names the schemas and tables of its nodes. */
export interface NamingMacros {
  /** the project's own `generate_schema_name(custom_schema_name, node)` */
  schemaName?(custom: string | undefined, node: Readonly<Record<string, unknown>>): string;
  /** the project's own `generate_alias_name(custom_alias_name, node)` */
  aliasName?(custom: string | undefined, node: Readonly<Record<string, unknown>>): string;
  /** the project's own `generate_latest_version_pointer_alias(custom_alias_name, node)` */
  pointerName?(custom: string | undefined, node: Readonly<Record<string, unknown>>): string;
}

/**
 * Schema of a node: what its config says; else the first folder below the resource path (seeds: `seeds`); else the target's.
 * In a dbt project it is the target's schema, with `_<custom>` after it where config names one. The project's
 * `generate_schema_name` decides where there is one.
 *
 * @param node what that macro is given as its node
 */
export function schemaOf(
  project: Project,
  config: NodeConfig,
  folders: readonly string[],
  kind: 'model' | 'seed' | 'snapshot' | 'test' | 'analysis' | 'function',
  macros: NamingMacros,
  node: () => Readonly<Record<string, unknown>>,
): string {
  const target = project.target.schema;
  const isDbt = isDbtProject(project);
  const byPlace = kind === 'test' ? 'dbt_test__audit' : kind === 'seed' ? 'seeds' : folders[0];
  const custom = config.schema ?? (isDbt ? (kind === 'test' ? 'dbt_test__audit' : undefined) : byPlace);
  const ofSnapshot = kind === 'snapshot' ? config.extra.target_schema : undefined;
  if (typeof ofSnapshot === 'string') return ofSnapshot;
  if (macros.schemaName !== undefined) return macros.schemaName(custom, node()).trim();
  if (custom === undefined) return target;
  return isDbt ? `${target}_${custom}` : custom;
}

export function aliasOf(
  config: NodeConfig,
  name: string,
  macros: NamingMacros,
  node: () => Readonly<Record<string, unknown>>,
): string {
  if (macros.aliasName !== undefined) return macros.aliasName(config.alias, node()).trim();
  return config.alias ?? name;
}

/** Whether the project is written for dbt: names are dbt's then. */
export function isDbtProject(project: Project): boolean {
  return project.isDbt;
}
