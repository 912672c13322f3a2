import { ProjectError } from '../../errors/tsdbt-error.js';
import { projectCodes } from '../../project/codes.js';
import type { ConfigKind } from '../../project/config-schema.js';
import type { MetricEntry, SavedQueryEntry, SemanticModelEntry } from '../../project/semantic-schema.js';
import { configLayers } from '../config-layers.js';
import { readDependency } from '../dependency-call.js';
import { mergeLayers, toNodeConfig } from '../merge-config.js';
import type { NodeBase, NodeConfig, WrittenConfig } from '../nodes.js';
import type { ParseState } from '../parse-state.js';
import { entryLayer, type Located } from '../property-index.js';
import type { MetricNode, SavedQueryNode, SemanticModelNode, SemanticNode } from './semantic-nodes.js';

/** The semantic models, metrics and saved queries of a project or package; what they read is resolved later. */
export function readSemantics(state: ParseState): SemanticNode[] {
  const { index, disabled } = state;
  const nodes = new Map<string, SemanticNode>();
  const add = (node: SemanticNode, located: Located<unknown>): void => {
    const earlier = nodes.get(node.uniqueId);
    if (earlier !== undefined) state.errors.push(twice(node, located, earlier));
    else if (node.config.enabled) nodes.set(node.uniqueId, node);
    else disabled.set(node.uniqueId, node);
  };
  for (const located of index.metrics.values()) add(metricOf(state, located), located);
  for (const located of index.semanticModels.values()) {
    const node = semanticModelOf(state, located);
    add(node, located);
    for (const made of metricsOfMeasures(state, located, node)) add(made, located);
  }
  for (const located of index.savedQueries.values()) add(savedQueryOf(state, located), located);
  return [...nodes.values()];
}

function twice(node: SemanticNode, { place }: Located<unknown>, earlier: SemanticNode): ProjectError {
  const kind = node.resourceType.replace('_', ' ');
  return new ProjectError(
    projectCodes.duplicateName,
    `two ${kind === 'metric' ? 'metrics' : `${kind}s`} are named "${node.name}"`,
    {
      place,
      via: [{ label: 'the first', place: earlier.propertiesPlace! }],
      hint: 'a measure with create_metric: true makes a metric of its name',
    },
  );
}

function semanticModelOf(state: ParseState, located: Located<SemanticModelEntry>): SemanticModelNode {
  const { entry, document, at } = located;
  const place = document.placeOf([...at, 'model']);
  const call = readDependency(entry.model, place);
  if (call?.kind !== 'ref')
    state.errors.push(
      new ProjectError(projectCodes.wrongValue, `"${entry.model}" is no ref`, { place, hint: "write ref('model')" }),
    );
  return {
    ...baseOf(state, located, 'semantic_model', 'semantic_models'),
    entry,
    refs: call?.kind === 'ref' ? [call] : [],
    dependsOn: [],
  };
}

function metricOf(state: ParseState, located: Located<MetricEntry>): MetricNode {
  return { ...baseOf(state, located, 'metric', 'metrics'), entry: located.entry, dependsOn: [] };
}

function savedQueryOf(state: ParseState, located: Located<SavedQueryEntry>): SavedQueryNode {
  return { ...baseOf(state, located, 'saved_query', 'saved_queries'), entry: located.entry, dependsOn: [] };
}

/** A simple metric for each measure with `create_metric: true`. */
function metricsOfMeasures(
  state: ParseState,
  located: Located<SemanticModelEntry>,
  model: SemanticModelNode,
): MetricNode[] {
  return (located.entry.measures ?? []).flatMap((measure) => {
    if (measure.create_metric !== true) return [];
    const entry: MetricEntry = {
      name: measure.name,
      label: measure.label ?? measure.name,
      description: measure.description ?? `Metric created from measure ${measure.name}`,
      type: 'simple',
      type_params: { measure: measure.name, expr: measure.expr ?? measure.name },
      config: { enabled: model.config.enabled, meta: model.config.meta },
    };
    return [metricOf(state, { ...located, entry })];
  });
}

function baseOf<T extends SemanticNode['resourceType']>(
  { project, docs, errors }: ParseState,
  located: Located<SemanticModelEntry | MetricEntry | SavedQueryEntry>,
  resourceType: T,
  kind: ConfigKind,
): Omit<NodeBase, 'resourceType'> & {
  readonly resourceType: T;
  readonly config: NodeConfig;
  readonly writtenConfig: WrittenConfig;
} {
  const { entry, document, file, at, place } = located;
  const fqn = [project.name, ...file.folders, entry.name];
  const layers = configLayers(project, kind, fqn);
  const config = toNodeConfig(mergeLayers([...layers.own, ...entryLayer(entry), ...layers.root]), kind);
  const own: ProjectError[] = [];
  const description = docs.render(entry.description ?? '', document.placeOf([...at, 'description']), own);
  errors.push(...own);
  return {
    uniqueId: `${resourceType}.${project.name}.${entry.name}`,
    resourceType,
    packageName: project.name,
    name: entry.name,
    fqn,
    path: file.path,
    source: document.source,
    description,
    tags: config.tags,
    meta: config.meta,
    propertiesPlace: place,
    config,
    writtenConfig: { given: entry.config ?? {}, raw: {} },
  };
}
