import { didYouMean } from '../../errors/suggest.js';
import { GraphError, ProjectError, type TsdbtError } from '../../errors/tsdbt-error.js';
import { projectCodes } from '../../project/codes.js';
import { graphCodes } from '../codes.js';
import type { ExposureNode, ManifestNode } from '../nodes.js';
import type { InputMeasure, InputMetric, MetricDefinition } from './metric-definition.js';
import type { MetricNode, SavedQueryNode, SemanticModelNode, SemanticNode } from './semantic-nodes.js';
import { timeWindow } from './time-window.js';

type Named = string | { readonly name: string };

/** Finds what metrics, saved queries and exposures name: measures of semantic models, and other metrics. */
export class SemanticResolver {
  readonly #metrics: readonly MetricNode[];
  readonly #disabled: ReadonlySet<string>;
  /** the semantic model that has a measure */
  readonly #measures = new Map<string, SemanticModelNode>();

  constructor(
    nodes: readonly SemanticNode[],
    disabled: Iterable<ManifestNode>,
    readonly projectName: string,
    readonly errors: TsdbtError[],
  ) {
    this.#metrics = nodes.filter((node) => node.resourceType === 'metric');
    this.#disabled = new Set([...disabled].filter((node) => node.resourceType === 'metric').map((node) => node.name));
    for (const node of nodes) {
      if (node.resourceType !== 'semantic_model') continue;
      for (const measure of node.entry.measures ?? []) this.#addMeasure(measure.name, node);
    }
  }

  #addMeasure(name: string, model: SemanticModelNode): void {
    const other = this.#measures.get(name);
    if (other === undefined || other === model) this.#measures.set(name, model);
    else
      this.errors.push(
        new ProjectError(projectCodes.duplicateName, `two semantic models have a measure "${name}"`, {
          place: model.propertiesPlace,
          via: [{ label: 'the other', place: other.propertiesPlace! }],
          hint: 'metrics find measures by name: rename one of them',
        }),
      );
  }

  /** Sets what a metric or saved query depends on; errors for what is not there. */
  resolve(node: MetricNode | SavedQueryNode): void {
    if (node.resourceType === 'saved_query') {
      node.dependsOn = this.#idsOf(node, node.entry.query_params.metrics ?? []);
      return;
    }
    const { measures, metrics } = inputsOf(node.entry);
    for (const missing of missingInputs(node.entry)) this.#wrong(node, missing);
    for (const window of windowsOf(node.entry))
      if (timeWindow(window) === undefined)
        this.#wrong(node, `"${window}" is no window of time: write a number and a unit, e.g. 28 days`);
    const models = measures.flatMap((measure) => {
      const model = this.#measures.get(nameOf(measure));
      if (model !== undefined) return [model.uniqueId];
      this.errors.push(
        new GraphError(
          graphCodes.unknownMeasure,
          `metric "${node.name}": no semantic model has a measure "${nameOf(measure)}"`,
          { place: node.propertiesPlace, hint: didYouMean(nameOf(measure), this.#measures.keys()) },
        ),
      );
      return [];
    });
    const owner = node.entry.type_params.metric_aggregation_params?.semantic_model;
    const own = owner === undefined ? [] : [`semantic_model.${node.packageName}.${owner}`];
    node.dependsOn = [...new Set([...models, ...own, ...this.#idsOf(node, metrics.map(nameOf))])];
  }

  /** Adds the metrics that an exposure names to what it depends on. */
  resolveExposure(node: ExposureNode): void {
    node.dependsOn.push(
      ...this.#idsOf(
        node,
        node.metrics.map(({ name }) => name),
      ),
    );
  }

  #idsOf(from: ManifestNode, names: readonly string[]): string[] {
    const found = names.flatMap((name) => {
      const metric = this.#find(name, from.packageName);
      if (metric !== undefined) return [metric.uniqueId];
      const kind = from.resourceType.replace('_', ' ');
      const isDisabled = this.#disabled.has(name);
      this.errors.push(
        new GraphError(
          graphCodes.unknownMetric,
          `${kind} "${from.name}": the metric "${name}" ${isDisabled ? 'is disabled' : 'does not exist'}`,
          {
            place: from.propertiesPlace,
            hint: didYouMean(
              name,
              this.#metrics.map((one) => one.name),
            ),
          },
        ),
      );
      return [];
    });
    return [...new Set(found)];
  }

  /** Of the own package, then of the root project, then of any. */
  #find(name: string, packageName: string): MetricNode | undefined {
    const named = this.#metrics.filter((metric) => metric.name === name);
    const inPackage = (wanted: string) => named.find((metric) => metric.packageName === wanted);
    return inPackage(packageName) ?? inPackage(this.projectName) ?? named[0];
  }

  #wrong(node: MetricNode, message: string): void {
    this.errors.push(
      new ProjectError(projectCodes.wrongValue, `metric "${node.name}": ${message}`, { place: node.propertiesPlace }),
    );
  }
}

function nameOf(input: Named): string {
  return typeof input === 'string' ? input : input.name;
}

/** The measures and the metrics that a metric is computed from. */
export function inputsOf({ type, type_params: params }: MetricDefinition): {
  readonly measures: readonly InputMeasure[];
  readonly metrics: readonly InputMetric[];
} {
  const given = <T>(...values: (T | undefined)[]): T[] => values.filter((value) => value !== undefined);
  const conversion = params.conversion_type_params;
  switch (type) {
    case 'simple':
      return { measures: given(params.measure), metrics: [] };
    case 'cumulative':
      return { measures: given(params.measure), metrics: given(params.cumulative_type_params?.metric) };
    case 'conversion':
      return {
        measures: given(conversion?.base_measure, conversion?.conversion_measure),
        metrics: given(conversion?.base_metric, conversion?.conversion_metric),
      };
    case 'ratio':
      return { measures: [], metrics: given(params.numerator, params.denominator) };
    case 'derived':
      return { measures: [], metrics: params.metrics ?? [] };
  }
}

/** What a metric of the older form lacks; the newer one is checked where it is read. */
function missingInputs({ type, type_params: params }: MetricDefinition): string[] {
  if (params.is_private !== undefined) return [];
  const needs = (key: keyof typeof params): string[] =>
    params[key] === undefined || params[key] === null ? [`a ${type} metric needs type_params.${key}`] : [];
  switch (type) {
    case 'simple':
    case 'cumulative':
      return needs('measure');
    case 'conversion':
      return needs('conversion_type_params');
    case 'ratio':
      return [...needs('numerator'), ...needs('denominator')];
    case 'derived':
      return needs('metrics');
  }
}

function windowsOf({ type_params: params }: MetricDefinition): string[] {
  const { conversion_type_params: conversion, cumulative_type_params: cumulative } = params;
  const inputs = [params.numerator, params.denominator, ...(params.metrics ?? [])];
  const more = [conversion?.base_metric, conversion?.conversion_metric, cumulative?.metric];
  const offsets = [...inputs, ...more].map((input) => (typeof input === 'object' ? input.offset_window : undefined));
  const all = [params.window, cumulative?.window, conversion?.window, ...offsets];
  return all.filter((window) => window !== undefined && window !== null);
}
