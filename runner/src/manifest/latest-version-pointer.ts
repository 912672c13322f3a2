import { Relation } from '../engines/relation.js';
import { behaves } from '../project/behavior-flags.js';
import type { Project } from '../project/project.js';
import type { ModelVersion } from './model-versions.js';
import type { NamingMacros } from './node-names.js';
import type { ManifestNode, NodeConfig } from './nodes.js';

/** The view beside a node's relation that shows a model's latest version by its name without one, where such a view is asked for. */
export function pointerOf(node: ManifestNode, { schema, database }: Relation): Relation | undefined {
  if (node.resourceType !== 'model' || node.latestPointer === undefined) return undefined;
  return new Relation(schema, node.latestPointer, database, 'view');
}

/** `latest_version_pointer:` of a model's config, in its long form. */
export interface PointerConfig {
  readonly enabled: boolean | null;
  readonly alias: string | null;
}

export function pointerConfig({ extra }: Pick<NodeConfig, 'extra'>): PointerConfig {
  const given = extra.latest_version_pointer;
  if (typeof given === 'boolean') return { enabled: given, alias: null };
  const { enabled = null, alias = null } = (given ?? {}) as Partial<PointerConfig>;
  return { enabled, alias };
}

/**
 * Name of the view that always shows the latest version of a model: what `generate_latest_version_pointer_alias` of the project says, else
 * the config's alias, else the name of the model without a version. Undefined for other versions, and where no such view is asked for.
 *
 * @param node what that macro is given as its node
 */
export function pointerName(
  project: Project,
  config: NodeConfig,
  versioned: ModelVersion | undefined,
  macros: NamingMacros,
  node: () => Readonly<Record<string, unknown>>,
): string | undefined {
  if (versioned === undefined || String(versioned.version) !== String(versioned.latest)) return undefined;
  const { enabled, alias } = pointerConfig(config);
  if (!(enabled ?? behaves(project, 'latest_version_pointer_enabled_by_default'))) return undefined;
  const custom = alias?.trim() || undefined;
  return macros.pointerName?.(custom, node()).trim() ?? custom ?? versioned.name;
}
