import { granularities } from '../../../project/semantic-schema.js';
import type { YamlPath } from '../../../project/yaml-document.js';
import type { ManifestNode } from '../../nodes.js';
import type { InputMetric } from '../metric-definition.js';
import type { MetricNode, SavedQueryNode, SemanticModelNode } from '../semantic-nodes.js';
import type { Issues } from './issues.js';
import { readQueryItems } from './query-items.js';

type Filter = string | readonly string[] | null | undefined;

/** Filters name dimensions, entities and metrics in a form of their own. */
export function checkFilter(
  node: ManifestNode,
  filter: Filter,
  at: YamlPath,
  units: ReadonlySet<string>,
  issues: Issues,
): void {
  if (filter === undefined || filter === null) return;
  for (const one of [filter].flat()) {
    const items = readQueryItems(one, units);
    if (typeof items === 'string') issues.error(node, `its filter cannot be read: ${items}`, at);
    else
      for (const { granularity } of items)
        if (
          granularity !== undefined &&
          !(granularities as readonly string[]).includes(granularity) &&
          !units.has(granularity)
        )
          issues.warn(node, `its filter names a unit of time that there is not: ${granularity}`, at);
  }
}

/** The filters of a metric and of what it is computed from. */
export function checkFilters(node: MetricNode, units: ReadonlySet<string>, issues: Issues): void {
  const { filter, type_params: params } = node.entry;
  const of = (input: unknown): Filter =>
    typeof input === 'object' && input !== null ? (input as Exclude<InputMetric, string>).filter : undefined;
  checkFilter(node, filter, ['filter'], units, issues);
  for (const key of ['measure', 'numerator', 'denominator'] as const)
    checkFilter(node, of(params[key]), ['type_params', key, 'filter'], units, issues);
  for (const [i, input] of (params.metrics ?? []).entries())
    checkFilter(node, of(input), ['type_params', 'metrics', i, 'filter'], units, issues);
}

/** What saved queries are grouped, filtered and ordered by. */
export function checkSavedQuery(
  node: SavedQueryNode,
  models: readonly SemanticModelNode[],
  metrics: readonly MetricNode[],
  units: ReadonlySet<string>,
  issues: Issues,
): void {
  const { metrics: named, group_by: groupBy, order_by: orderBy, where, limit } = node.entry.query_params;
  const elements = new Set(['metric_time', ...metrics.map((metric) => metric.name)]);
  for (const { entry } of models)
    for (const { name } of [...(entry.dimensions ?? []), ...(entry.entities ?? [])]) elements.add(name);
  const keys = new Set<string>();
  let isReadable = true;
  for (const metric of named ?? []) {
    const items = readQueryItems(`{{ Metric('${metric}') }}`, units, true);
    if (typeof items !== 'string') for (const item of items) keys.add(item.key);
  }
  for (const [i, text] of (groupBy ?? []).entries()) {
    const at = ['query_params', 'group_by', i];
    const items = readQueryItems(`{{ ${text} }}`, units);
    if (typeof items === 'string') {
      issues.error(node, `${text} cannot be read: ${items}`, at);
      isReadable = false;
    } else if (items.length !== 1 || !elements.has(items[0]!.element))
      issues.error(node, `${text} is nothing to group by`, at, "write Dimension('entity__name') or Entity('name')");
    else for (const item of items) keys.add(item.key);
  }
  checkFilter(node, where, ['query_params', 'where'], units, issues);
  for (const [i, text] of (isReadable ? (orderBy ?? []) : []).entries()) {
    const at = ['query_params', 'order_by', i];
    const items = readQueryItems(`{{ ${text} }}`, units, true);
    if (typeof items === 'string')
      issues.error(node, `${text} cannot be read: ${items}`, at, "write Metric('name').descending(True)");
    else if (items.length !== 1 || !keys.has(items[0]!.key))
      issues.error(node, `${text} is none of its metrics, and nothing that it is grouped by`, at);
  }
  if (typeof limit === 'number' && limit < 0) issues.error(node, `its limit is ${limit}`, ['query_params', 'limit']);
}
