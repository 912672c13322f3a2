import { ProjectError } from '../errors/tsdbt-error.js';
import { behaves } from '../project/behavior-flags.js';
import { projectCodes } from '../project/codes.js';
import type { Project } from '../project/project.js';
import type { ModelNode, TestNode } from './nodes.js';

/** TSD1033 for models, seeds, snapshots and tests of dbt projects with a blank in their names, unless the project's flags allow it as dbt's do. */
export function namesWithSpaces(project: Project, nodes: Iterable<ModelNode | TestNode>): ProjectError[] {
  if (!project.isDbt || !behaves(project, 'require_resource_names_without_spaces')) return [];
  return [...nodes]
    .filter(({ name }) => name.includes(' '))
    .map(({ name, source, propertiesPlace }) => {
      const hint = `rename it, e.g. ${name.trim().replaceAll(/ +/g, '_')}; flags: {require_resource_names_without_spaces: false} allows it`;
      const place = propertiesPlace ?? source.place(0, Math.max(1, source.line(1).length));
      // dbt's words
      return new ProjectError(projectCodes.nameWithSpaces, `Resource names cannot contain spaces: "${name}"`, {
        place,
        hint,
      });
    });
}
