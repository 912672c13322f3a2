import type { TsdbtError } from '../../../errors/tsdbt-error.js';
import { granularities } from '../../../project/semantic-schema.js';
import type { ModelNode } from '../../nodes.js';
import type { SemanticNode } from '../semantic-nodes.js';
import { LEGACY_TIME_SPINE } from '../time-spines.js';
import { checkConversion } from './conversions.js';
import { Issues } from './issues.js';
import { checkMeasures, checkMetric } from './metrics.js';
import { checkLabels, checkNames } from './names.js';
import { checkFilters, checkSavedQuery } from './queries.js';
import { checkSemanticModel, checkSpines, checkTogether } from './semantic-models.js';

/**
 * Holds the semantic layer against the rules that MetricFlow has for it, as dbt does at the end of a parse: TSD1034 for what it refuses and
 * for what it warns of. Without a metric, or without a semantic model, only the time spine is asked for.
 */
export function validateSemantics(
  nodes: readonly SemanticNode[],
  models: readonly ModelNode[],
  errors: TsdbtError[],
  warnings: TsdbtError[],
): void {
  const issues = new Issues(errors, warnings);
  const semanticModels = nodes.filter((node) => node.resourceType === 'semantic_model');
  const metrics = nodes.filter((node) => node.resourceType === 'metric');
  const queries = nodes.filter((node) => node.resourceType === 'saved_query');
  const spines = models.filter((node) => node.timeSpine !== undefined);
  const [first] = semanticModels;
  if (first === undefined) return;
  if (!hasDays(spines, models))
    issues.error(
      first,
      'the semantic layer needs a time spine by day or a smaller unit, and there is none',
      ['name'],
      'describe a model with one row a day by time_spine: and granularity: day',
    );
  if (metrics.length === 0) return;
  const units = new Set(
    spines.flatMap((node) => (node.timeSpine?.custom_granularities ?? []).map((unit) => unit.name)),
  );
  checkNames(semanticModels, metrics, queries, spines, issues);
  checkLabels(semanticModels, metrics, issues);
  for (const node of semanticModels) checkSemanticModel(node, issues);
  checkTogether(semanticModels, issues);
  checkSpines(spines, semanticModels, issues);
  checkMeasures(metrics, semanticModels, issues);
  for (const node of metrics) {
    checkMetric(node, units, issues);
    checkConversion(node, semanticModels, metrics, units, issues);
    checkFilters(node, units, issues);
  }
  for (const node of queries) checkSavedQuery(node, semanticModels, metrics, units, issues);
}

function hasDays(spines: readonly ModelNode[], models: readonly ModelNode[]): boolean {
  if (models.some((node) => node.name === LEGACY_TIME_SPINE)) return true;
  const order = granularities as readonly string[];
  return spines.some(({ timeSpine, columns }) => {
    const unit = columns.get(timeSpine!.standard_granularity_column)?.granularity;
    return unit !== undefined && order.indexOf(unit) <= order.indexOf('day');
  });
}
