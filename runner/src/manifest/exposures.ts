import { ProjectError, type TsdbtError } from '../errors/tsdbt-error.js';
import { projectCodes } from '../project/codes.js';
import type { Project } from '../project/project.js';
import { configLayers } from './config-layers.js';
import { readDependency } from './dependency-call.js';
import type { DocBlocks } from './docs.js';
import { mergeLayers, toNodeConfig } from './merge-config.js';
import type { ExposureNode, MetricCall, RefCall, SourceCall } from './nodes.js';
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
    const config = toNodeConfig(mergeLayers([...layers.own, ...entryLayer(entry), ...layers.root]), 'exposures');
    const refs: RefCall[] = [];
    const sources: SourceCall[] = [];
    const metrics: MetricCall[] = [];
    for (const [i, text] of (entry.depends_on ?? []).entries()) {
      const callPlace = document.placeOf([...at, 'depends_on', i]);
      const call = readDependency(text, callPlace);
      if (call?.kind === 'ref') refs.push(call);
      else if (call?.kind === 'source') sources.push(call);
      else if (call?.kind === 'metric') metrics.push(call);
      else {
        own.push(
          new ProjectError(projectCodes.wrongValue, `"${text}" is neither a ref nor a source nor a metric`, {
            place: callPlace,
            hint: "write ref('model'), source('source', 'table') or metric('metric')",
          }),
        );
      }
    }
    const node: ExposureNode = {
      uniqueId: `exposure.${project.name}.${entry.name}`,
      resourceType: 'exposure',
      packageName: project.name,
      name: entry.name,
      fqn,
      path: file.path,
      source: document.source,
      description: docs.render(entry.description ?? '', () => document.placeOf([...at, 'description']), own),
      tags: config.tags,
      meta: config.meta,
      propertiesPlace: place,
      exposureType: entry.type,
      owner: entry.owner,
      url: entry.url,
      maturity: entry.maturity,
      label: entry.label,
      refs,
      sources,
      metrics,
      config,
      writtenConfig: { given: entry.config ?? {}, raw: {} },
      dependsOn: [],
    };
    result[config.enabled ? 'enabled' : 'disabled'].push(node);
  }
  errors.push(...own);
  return result;
}
