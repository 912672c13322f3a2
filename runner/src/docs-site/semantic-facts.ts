import type { InputMeasure, InputMetric, MetricDefinition } from '../manifest/semantic/metric-definition.js';
import type { SemanticNode } from '../manifest/semantic/semantic-nodes.js';
import type { SavedQueryEntry, SemanticModelEntry } from '../project/semantic-schema.js';

type Fact = readonly [string, string | undefined];

/** What a page of the semantic layer says beside its description; each under a short name. */
export function semanticFacts(node: SemanticNode): readonly Fact[] {
  switch (node.resourceType) {
    case 'semantic_model':
      return modelFacts(node.entry);
    case 'metric':
      return metricFacts(node.entry);
    case 'saved_query':
      return queryFacts(node.entry);
  }
}

/** `ratio metric`, `semantic model`, `saved query`. */
export function semanticKind(node: SemanticNode): string {
  return node.resourceType === 'metric' ? `${node.entry.type} metric` : node.resourceType.replace('_', ' ');
}

function modelFacts({ model, primary_entity, defaults, entities, dimensions, measures }: SemanticModelEntry): Fact[] {
  return [
    ['Of', model],
    ['Primary entity', primary_entity ?? undefined],
    ['Time', defaults?.agg_time_dimension ?? undefined],
    ['Entities', listed(entities?.map(({ name, type }) => `${name} (${type})`))],
    ['Dimensions', listed(dimensions?.map(({ name, type }) => `${name} (${type})`))],
    ['Measures', listed(measures?.map(({ name, agg }) => `${name} (${agg})`))],
  ];
}

function metricFacts({ type_params: params, filter }: MetricDefinition): Fact[] {
  const added = params.metric_aggregation_params;
  const conversion = params.conversion_type_params;
  const cumulative = params.cumulative_type_params;
  return [
    ['Measure', nameOf(params.measure)],
    ['Aggregation', added === undefined ? undefined : `${added.agg} in ${added.semantic_model}`],
    ['Numerator', nameOf(params.numerator)],
    ['Denominator', nameOf(params.denominator)],
    ['Metrics', listed(params.metrics?.map((one) => nameOf(one)!))],
    ['Metric', nameOf(cumulative?.metric)],
    ['Base', nameOf(conversion?.base_metric ?? conversion?.base_measure)],
    ['Conversion', nameOf(conversion?.conversion_metric ?? conversion?.conversion_measure)],
    ['Expression', written(params.expr)],
    ['Window', written(cumulative?.window ?? conversion?.window ?? params.window)],
    ['Since the start of', written(cumulative?.grain_to_date ?? params.grain_to_date)],
    ['Only where', written(filter)],
  ];
}

function queryFacts({ query_params: query, exports }: SavedQueryEntry): Fact[] {
  return [
    ['Metrics', listed(query.metrics)],
    ['Grouped by', listed(query.group_by)],
    ['Only where', written(query.where)],
    ['Ordered by', listed(query.order_by)],
    ['Limit', written(query.limit)],
    ['Exports', listed(exports?.map(({ name }) => name))],
  ];
}

function nameOf(input: InputMeasure | InputMetric | null | undefined): string | undefined {
  if (input === undefined || input === null) return undefined;
  return typeof input === 'string' ? input : input.name;
}

function listed(names: readonly string[] | null | undefined): string | undefined {
  return names === undefined || names === null || names.length === 0 ? undefined : names.join(', ');
}

/** A value as somebody would write it; several are all meant. */
function written(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value)) return listed(value.map((one) => written(one) ?? ''))?.replaceAll(', ', ' and ');
  return typeof value === 'string' ? value.trim() : JSON.stringify(value);
}
