import { ProjectError, type TsdbtError } from '../../../errors/tsdbt-error.js';
import { projectCodes } from '../../../project/codes.js';
import type { YamlPath } from '../../../project/yaml-document.js';
import type { ManifestNode } from '../../nodes.js';
import { placeIn } from '../semantic-places.js';

/** Collects what is wrong with the semantic layer, each at its place. */
export class Issues {
  constructor(
    readonly errors: TsdbtError[],
    readonly warnings: TsdbtError[],
  ) {}

  /** What dbt refuses. @param at path of the place below the node's entry; its name by default */
  error(node: ManifestNode, message: string, at: YamlPath = ['name'], hint?: string): void {
    this.errors.push(problem(node, message, at, hint));
  }

  /** What dbt only warns of. */
  warn(node: ManifestNode, message: string, at: YamlPath = ['name'], hint?: string): void {
    this.warnings.push(problem(node, message, at, hint));
  }
}

function problem(node: ManifestNode, message: string, at: YamlPath, hint: string | undefined): ProjectError {
  const kind = node.resourceType.replace('_', ' ');
  return new ProjectError(projectCodes.invalidSemantics, `${kind} "${node.name}": ${message}`, {
    place: placeIn(node, at),
    hint,
  });
}
