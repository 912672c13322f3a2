import { didYouMean } from '../errors/suggest.js';
import { GraphError, ProjectError, type TsdbtError } from '../errors/tsdbt-error.js';
import { projectCodes } from '../project/codes.js';
import type { Project } from '../project/project.js';
import { graphCodes } from './codes.js';
import type { AnalysisNode, ManifestNode, ModelNode, TestNode } from './nodes.js';

/** Groups that nobody declares, and public models that nothing can read because they are ephemeral. */
export function groupErrors(nodes: Iterable<ManifestNode>, groups: Iterable<string>): TsdbtError[] {
  const errors: TsdbtError[] = [];
  const known = new Set(groups);
  for (const node of nodes) {
    if (!('config' in node)) continue;
    const { group } = node.config;
    if (group !== undefined && !known.has(group)) {
      errors.push(
        new ProjectError(projectCodes.unknownGroup, `there is no group "${group}"`, {
          place: ('groupPlace' in node ? node.groupPlace : undefined) ?? node.propertiesPlace ?? node.source.place(0),
          hint: didYouMean(group, known) ?? 'declare it under groups: in a .yml file',
        }),
      );
    }
    if (node.resourceType === 'model' && node.config.access === 'public' && node.config.materialized === 'ephemeral') {
      errors.push(
        new ProjectError(projectCodes.wrongValue, `"${node.name}" is ephemeral and cannot be public`, {
          place: node.propertiesPlace ?? node.source.place(0),
          hint: 'nothing of it is stored: make it a view or a table, or take access: public out',
        }),
      );
    }
  }
  return errors;
}

/**
 * Reads that the access of a model forbids: a private model is for its group, a protected one for its package where
 * that package restricts access.
 */
export function accessErrors(
  readers: Iterable<ManifestNode>,
  models: ReadonlyMap<string, ModelNode | TestNode | AnalysisNode>,
  packages: readonly Project[],
): TsdbtError[] {
  const restricted = new Set(packages.filter((one) => one.restrictAccess).map((one) => one.name));
  const errors: TsdbtError[] = [];
  for (const reader of readers) {
    for (const id of reader.dependsOn) {
      const model = models.get(id);
      if (model?.resourceType !== 'model') continue;
      const access = model.config.access ?? 'protected';
      const isOther = reader.packageName !== model.packageName && restricted.has(model.packageName);
      // what has no group of its own can read nothing private; a unit test belongs to its model
      const group = 'config' in reader ? reader.config.group : undefined;
      // a generic test belongs to what it is attached to
      if (reader.resourceType === 'test' && reader.attachedNode === id) continue;
      const isForbidden =
        access === 'private'
          ? reader.resourceType !== 'unit_test' && (group === undefined || group !== model.config.group || isOther)
          : access === 'protected' && isOther;
      if (isForbidden) errors.push(forbidden(reader, model, access));
    }
  }
  return errors;
}

function forbidden(reader: ManifestNode, model: ModelNode, access: string): GraphError {
  const scope = access === 'private' ? `'${model.config.group ?? ''}' group` : `'${model.packageName}' package`;
  const call = 'refs' in reader ? reader.refs.find((ref) => ref.name === model.name) : undefined;
  return new GraphError(
    graphCodes.accessDenied,
    `Node ${reader.uniqueId} attempted to reference node ${model.uniqueId}, which is not allowed because the referenced node is ${access} to the ${scope}.`,
    {
      place: call?.place ?? reader.propertiesPlace,
      hint:
        access === 'private'
          ? 'put the reader into the same group, or give the model access: protected'
          : 'give the model access: public',
    },
  );
}
