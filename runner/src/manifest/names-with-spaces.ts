import { ProjectError } from '../errors/tsdbt-error.js';
import { type BEHAVIOR_FLAGS, behaves } from '../project/behavior-flags.js';
import { projectCodes } from '../project/codes.js';
import type { Project } from '../project/project.js';
import type { ModelNode, SourceNode, TestNode } from './nodes.js';
import type { SemanticNode } from './semantic/semantic-nodes.js';

type Named = ModelNode | TestNode | SourceNode | SemanticNode;

/**
 * TSD1033 for models, seeds, snapshots and tests of dbt projects with a blank in their names, unless the project's flags allow it; and for
 * sources and semantic models, where they do not.
 */
export function namesWithSpaces(project: Project, nodes: Iterable<Named>): ProjectError[] {
  if (!project.isDbt) return [];
  const found = new Map<string, ProjectError>();
  for (const node of nodes) {
    const name = node.resourceType === 'source' ? node.sourceName : node.name;
    const flag = flagFor(node);
    if (!name.includes(' ') || flag === undefined || !behaves(project, flag)) continue;
    const hint = `rename it, e.g. ${name.trim().replaceAll(/ +/g, '_')}; flags: {${flag}: false} allows it`;
    const place = node.propertiesPlace ?? node.source.place(0, Math.max(1, node.source.line(1).length));
    // dbt's words; a source is told once, whatever it has of tables
    const error = new ProjectError(projectCodes.nameWithSpaces, `Resource names cannot contain spaces: "${name}"`, {
      place,
      hint,
    });
    const key = node.resourceType === 'source' ? `source ${name}` : node.uniqueId;
    if (!found.has(key)) found.set(key, error);
  }
  return [...found.values()];
}

function flagFor({ resourceType }: Named): keyof typeof BEHAVIOR_FLAGS | undefined {
  if (resourceType === 'source' || resourceType === 'semantic_model')
    return 'require_source_and_semantic_model_names_without_spaces';
  return resourceType === 'metric' || resourceType === 'saved_query'
    ? undefined
    : 'require_resource_names_without_spaces';
}
