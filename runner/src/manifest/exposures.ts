import type { SourcePlace } from '../errors/source-text.js';
import { ProjectError, type TsdbtError } from '../errors/tsdbt-error.js';
import { projectCodes } from '../project/codes.js';
import type { Project } from '../project/project.js';
import { configLayers } from './config-layers.js';
import type { DocBlocks } from './docs.js';
import { mergeLayers, textList } from './merge-config.js';
import type { ExposureNode, RefCall, SourceCall } from './nodes.js';
import { entryLayer, type PropertyIndex } from './property-index.js';

/** The exposures that YAML declares; what they read is resolved later. Disabled ones are given apart. */
export function readExposures(
  project: Project,
  index: PropertyIndex,
  docs: DocBlocks,
  errors: TsdbtError[],
): { enabled: ExposureNode[]; disabled: ExposureNode[] } {
  const result: { enabled: ExposureNode[]; disabled: ExposureNode[] } = { enabled: [], disabled: [] };
  const own: ProjectError[] = [];
  for (const { entry, document, file, at, place } of index.exposures.values()) {
    const fqn = [project.name, ...file.folders, entry.name];
    const layers = configLayers(project, 'exposures', fqn);
    const merged = mergeLayers([...layers.own, ...entryLayer(entry), ...layers.root]);
    const refs: RefCall[] = [];
    const sources: SourceCall[] = [];
    for (const [i, text] of (entry.depends_on ?? []).entries()) {
      const callPlace = document.placeOf([...at, 'depends_on', i]);
      const call = readDependency(text, callPlace);
      if (call?.kind === 'ref') refs.push(call);
      else if (call?.kind === 'source') sources.push(call);
      else {
        own.push(
          new ProjectError(projectCodes.wrongValue, `"${text}" is neither a ref nor a source`, {
            place: callPlace,
            hint: "write ref('model') or source('source', 'table')",
          }),
        );
      }
    }
    const { email, name } = entry.owner;
    const owner = {
      ...(name === undefined ? {} : { name }),
      ...(email === undefined ? {} : { email: textList(email).join(', ') }),
    };
    const node: ExposureNode = {
      uniqueId: `exposure.${project.name}.${entry.name}`,
      resourceType: 'exposure',
      packageName: project.name,
      name: entry.name,
      fqn,
      path: file.path,
      source: document.source,
      description: docs.render(entry.description ?? '', document.placeOf([...at, 'description']), own),
      tags: textList(merged.tags),
      meta: (merged.meta ?? {}) as Record<string, unknown>,
      propertiesPlace: place,
      exposureType: entry.type,
      owner,
      url: entry.url,
      maturity: entry.maturity,
      label: entry.label,
      refs,
      sources,
      dependsOn: [],
    };
    result[merged.enabled === false ? 'disabled' : 'enabled'].push(node);
  }
  errors.push(...own);
  return result;
}

const call = /^\s*(?:\{\{)?\s*(ref|source)\s*\(\s*(['"])([^'"]+)\2\s*(?:,\s*(['"])([^'"]+)\4\s*)?\)\s*(?:\}\})?\s*$/;

/** `ref('x')`, `ref('package', 'x')`, `source('a', 'b')`, with or without braces. */
export function readDependency(text: string, place: SourcePlace): RefCall | SourceCall | undefined {
  const match = call.exec(text);
  if (match === null) return undefined;
  const [, kind, , first, , second] = match;
  if (kind === 'source')
    return second === undefined ? undefined : { kind: 'source', source: first!, table: second, place };
  return {
    kind: 'ref',
    package: second === undefined ? undefined : first,
    name: second ?? first!,
    version: undefined,
    place,
  };
}
