import { ProjectError } from '../../errors/tsdbt-error.js';
import { projectCodes } from '../../project/codes.js';
import type { ConfigKind } from '../../project/config-schema.js';
import type { SavedQueryEntry, SemanticModelEntry, TopMetricEntry } from '../../project/semantic-schema.js';
import { configLayers } from '../config-layers.js';
import { readDependency } from '../dependency-call.js';
import { mergeLayers, toNodeConfig } from '../merge-config.js';
import type { ModelNode, NodeBase, NodeConfig, WrittenConfig } from '../nodes.js';
import type { ParseState } from '../parse-state.js';
import { entryLayer, type Located } from '../property-index.js';
import { definitionOf, type MetricDefinition } from './metric-definition.js';
import { checkMetric, semanticsOfModel } from './model-semantics.js';
import type { MetricNode, SavedQueryNode, SemanticModelNode, SemanticNode } from './semantic-nodes.js';
import { keepPlace } from './semantic-places.js';

/**
 * The semantic models, metrics and saved queries of a project or package; what they read is resolved later.
 *
 * @param models models that entries of the package may speak of
 */
export function readSemantics(state: ParseState, models: readonly ModelNode[]): SemanticNode[] {
  const { index, disabled } = state;
  const nodes = new Map<string, SemanticNode>();
  const add = (node: SemanticNode, located: Located<unknown>): void => {
    keepPlace(node, located);
    const earlier = nodes.get(node.uniqueId);
    if (earlier !== undefined) state.errors.push(twice(node, located, earlier));
    else if (node.config.enabled) nodes.set(node.uniqueId, node);
    else disabled.set(node.uniqueId, node);
  };
  const names = new Set([...models, ...disabled.values()].map((node) => node.name));
  for (const located of index.models.values()) {
    const found = semanticsOfModel(state, located);
    if (found === undefined || !names.has(located.entry.name)) continue;
    add(semanticModelOf(state, found.model), found.model);
    for (const metric of found.metrics) add(metricOf(state, metric), metric);
  }
  for (const located of index.metrics.values()) {
    const definition = metricAtTop(state, located);
    add(metricOf(state, definition), located);
  }
  for (const located of index.semanticModels.values()) {
    const node = semanticModelOf(state, located);
    add(node, located);
    for (const made of metricsOfMeasures(state, located, node)) add(made, located);
  }
  for (const located of index.savedQueries.values()) add(savedQueryOf(state, located), located);
  // file by file, as in dbt
  const files = new Map([...nodes.values()].map((node) => [node.path, 0]));
  for (const [i, path] of [...files.keys()].sort().entries()) files.set(path, i);
  return [...nodes.values()].sort((a, b) => files.get(a.path)! - files.get(b.path)!);
}

/** A metric at the top of a file: without `type_params:` it has the newer form. */
function metricAtTop(state: ParseState, located: Located<TopMetricEntry>): Located<MetricDefinition> {
  const { entry } = located;
  if (entry.type_params !== undefined)
    return { ...located, entry: { ...entry, label: entry.label ?? entry.name } as MetricDefinition };
  checkMetric(state, { ...located, entry }, false);
  return { ...located, entry: definitionOf(entry, undefined) };
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
  const { entry: written, document, at } = located;
  const place = document.placeOf([...at, 'model']);
  const entry = withDescriptions(state, located);
  const call = readDependency(written.model, place);
  if (call?.kind !== 'ref')
    state.errors.push(
      new ProjectError(projectCodes.wrongValue, `"${written.model}" is no ref`, { place, hint: "write ref('model')" }),
    );
  return {
    ...baseOf(state, located, 'semantic_model', 'semantic_models'),
    entry,
    refs: call?.kind === 'ref' ? [call] : [],
    dependsOn: [],
  };
}

/** The entry with doc blocks put into the descriptions of its entities, dimensions and measures. */
function withDescriptions(
  { docs, errors }: ParseState,
  { entry, document, at }: Located<SemanticModelEntry>,
): SemanticModelEntry {
  const own: ProjectError[] = [];
  const described = <T extends { readonly description?: string | null | undefined }>(
    key: 'entities' | 'dimensions' | 'measures',
    list: readonly T[] | null | undefined,
  ): T[] =>
    (list ?? []).map((one, i) => {
      if (one.description === undefined || one.description === null) return one;
      const place = document.placeOf([...at, key, i, 'description']);
      return { ...one, description: docs.render(one.description, () => place, own) };
    });
  const entities = described('entities', entry.entities);
  const dimensions = described('dimensions', entry.dimensions);
  const measures = described('measures', entry.measures);
  errors.push(...own);
  return { ...entry, entities, dimensions, measures };
}

function metricOf(state: ParseState, located: Located<MetricDefinition>): MetricNode {
  const base = baseOf(state, located, 'metric', 'metrics');
  return { ...base, entry: located.entry, dependsOn: [] };
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
    const entry: MetricDefinition = {
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
  located: Located<SemanticModelEntry | MetricDefinition | SavedQueryEntry>,
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
  const description = docs.render(entry.description ?? '', () => document.placeOf([...at, 'description']), own);
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
