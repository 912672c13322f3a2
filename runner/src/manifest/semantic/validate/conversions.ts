import type { YamlPath } from '../../../project/yaml-document.js';
import type { InputMeasure, InputMetric } from '../metric-definition.js';
import type { MetricNode, SemanticModelNode } from '../semantic-nodes.js';
import type { Issues } from './issues.js';
import { checkWindow } from './metrics.js';

const nameOf = (input: InputMetric | InputMeasure): string => (typeof input === 'string' ? input : input.name);
const AT: YamlPath = ['type_params', 'conversion_type_params'];

/** A conversion counts rows of two semantic models that have an entity in common. */
export function checkConversion(
  node: MetricNode,
  models: readonly SemanticModelNode[],
  metrics: readonly MetricNode[],
  units: ReadonlySet<string>,
  issues: Issues,
): void {
  const params = node.entry.type_params.conversion_type_params;
  if (node.entry.type !== 'conversion' || params === undefined) return;
  const base = modelOf(node, params.base_measure, params.base_metric, models, metrics, issues);
  const conversion = modelOf(node, params.conversion_measure, params.conversion_metric, models, metrics, issues);
  if (base === undefined || conversion === undefined) return;
  for (const model of new Set([base, conversion]))
    if (!(model.entry.entities ?? []).some((entity) => entity.name === params.entity))
      issues.error(node, `the semantic model ${model.name} has no entity "${params.entity}"`, [...AT, 'entity']);
  for (const input of [params.base_measure, params.conversion_measure]) {
    const measure = models
      .flatMap((model) => model.entry.measures ?? [])
      .find((one) => input !== undefined && one.name === nameOf(input));
    if (measure !== undefined) checkCounted(node, 'measure', measure.name, measure.agg, measure.expr, issues);
  }
  for (const input of [params.base_metric, params.conversion_metric]) {
    const metric = input === undefined ? undefined : metrics.find((one) => one.name === nameOf(input));
    const found = metric?.entry.type_params;
    if (found?.metric_aggregation_params !== undefined)
      checkCounted(node, 'metric', metric!.name, found.metric_aggregation_params.agg, found.expr, issues);
  }
  for (const input of [params.conversion_measure, params.conversion_metric])
    if (typeof input === 'object' && input.filter != null)
      issues.warn(node, `the filter of "${input.name}" may not be kept in a conversion`, AT);
  checkWindow(node, params.window, [...AT, 'window'], units, issues);
  for (const [i, { base_property, conversion_property }] of (params.constant_properties ?? []).entries())
    for (const [model, property] of [
      [base, base_property],
      [conversion, conversion_property],
    ] as const)
      if (![...(model.entry.entities ?? []), ...(model.entry.dimensions ?? [])].some((one) => one.name === property))
        issues.error(node, `the semantic model ${model.name} has no "${property}"`, [...AT, 'constant_properties', i]);
}

function checkCounted(
  node: MetricNode,
  kind: 'measure' | 'metric',
  name: string,
  agg: string,
  expr: unknown,
  issues: Issues,
): void {
  if (agg === 'count' || agg === 'count_distinct' || (agg === 'sum' && String(expr) === '1')) return;
  issues.error(node, `the ${kind} "${name}" must count (count, count_distinct, or a sum of 1), not be its ${agg}`, AT);
}

/** The semantic model that an input is of; undefined where there is none, which is told. */
function modelOf(
  node: MetricNode,
  measure: InputMeasure | undefined,
  metric: InputMetric | undefined,
  models: readonly SemanticModelNode[],
  metrics: readonly MetricNode[],
  issues: Issues,
): SemanticModelNode | undefined {
  if (measure !== undefined)
    return models.find((model) => (model.entry.measures ?? []).some((one) => one.name === nameOf(measure)));
  if (metric === undefined) return undefined;
  const found = metrics.find((one) => one.name === nameOf(metric));
  // one that is not there is told where it is looked for
  if (found === undefined) return undefined;
  if (found.entry.type !== 'simple') issues.error(node, `the metric "${found.name}" is not simple`, AT);
  const owner = found.entry.type_params.metric_aggregation_params?.semantic_model;
  const model = models.find((one) => one.name === owner);
  if (model === undefined)
    issues.error(
      node,
      `the metric "${found.name}" is none of a model's own`,
      AT,
      'conversions read metrics in the entries of models',
    );
  return model;
}
