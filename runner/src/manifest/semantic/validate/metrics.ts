import { granularities } from '../../../project/semantic-schema.js';
import type { YamlPath } from '../../../project/yaml-document.js';
import type { InputMeasure, InputMetric } from '../metric-definition.js';
import { inputsOf } from '../resolve-semantics.js';
import type { MetricNode, SemanticModelNode } from '../semantic-nodes.js';
import { timeWindow } from '../time-window.js';
import type { Issues } from './issues.js';
import { wrongName } from './names.js';
import { wrongCount } from './semantic-models.js';

const standard = granularities as readonly string[];

/**
 * A window of time is of a unit that there is.
 *
 * @param custom whether units of time spines count
 */
export function checkWindow(
  node: MetricNode,
  window: string | null | undefined,
  at: YamlPath,
  units: ReadonlySet<string>,
  issues: Issues,
  custom = false,
): void {
  const read = window === undefined || window === null ? undefined : timeWindow(window);
  if (read === undefined) return;
  const unit = units.has(read.granularity.replace(/s$/, '')) ? read.granularity.replace(/s$/, '') : read.granularity;
  if (standard.includes(unit)) return;
  if (!units.has(unit)) issues.error(node, `"${window}" is of a unit of time that there is not: ${unit}`, at);
  else if (!custom) issues.error(node, `"${window}" is of a custom granularity, which does not count here`, at);
}

const nameOf = (input: InputMetric | InputMeasure): string => (typeof input === 'string' ? input : input.name);
const aliasOf = (input: InputMetric | InputMeasure): string | undefined =>
  typeof input === 'string' ? undefined : (input.alias ?? undefined);

/** What a metric's parameters say to each other. */
export function checkMetric(node: MetricNode, units: ReadonlySet<string>, issues: Issues): void {
  const { type, type_params: params } = node.entry;
  const aggregation = params.metric_aggregation_params;
  const wrong = aggregation === undefined ? undefined : wrongCount(aggregation.agg, params.expr);
  if (wrong !== undefined) issues.error(node, `it ${wrong[0]}`, ['name'], wrong[1]);
  if (type === 'cumulative') checkCumulative(node, units, issues);
  checkOffsets(node, units, issues);
  if (type === 'derived') checkDerived(node, issues);
}

function checkCumulative(node: MetricNode, units: ReadonlySet<string>, issues: Issues): void {
  const { cumulative_type_params: cumulative, window: older, grain_to_date: olderGrain } = node.entry.type_params;
  const at = ['type_params'];
  for (const key of ['window', 'grain_to_date'] as const)
    if (node.entry.type_params[key])
      issues.error(
        node,
        `${key} does not belong below type_params`,
        [...at, key],
        `write it below cumulative_type_params`,
      );
  const window = cumulative?.window ?? older;
  const grain = cumulative?.grain_to_date ?? olderGrain;
  if (older && cumulative?.window && older !== cumulative.window)
    issues.error(node, `it has the windows ${older} and ${cumulative.window}`, [...at, 'window']);
  if (grain && !standard.includes(grain.toLowerCase()))
    issues.error(node, `grain_to_date is no unit of time: ${grain}`, [
      ...at,
      'cumulative_type_params',
      'grain_to_date',
    ]);
  if (window && grain)
    issues.error(node, 'it has window and grain_to_date, of which there can be one', [...at, 'cumulative_type_params']);
  checkWindow(node, window, [...at, 'cumulative_type_params', 'window'], units, issues);
}

function checkOffsets(node: MetricNode, units: ReadonlySet<string>, issues: Issues): void {
  for (const [i, input] of (node.entry.type_params.metrics ?? []).entries()) {
    if (typeof input === 'string') continue;
    const at = ['type_params', 'metrics', i];
    const { offset_window: window, offset_to_grain: grain } = input;
    checkWindow(node, window, [...at, 'offset_window'], units, issues, true);
    if (grain && !standard.includes(grain.toLowerCase()))
      issues.error(node, `offset_to_grain is no unit of time: ${grain}`, [...at, 'offset_to_grain']);
    if (window && grain)
      issues.error(node, `"${input.name}" has offset_window and offset_to_grain, of which there can be one`, at);
  }
}

function checkDerived(node: MetricNode, issues: Issues): void {
  const { metrics, expr } = node.entry.type_params;
  // the newer form is asked for it where it is read
  if ((expr === undefined || expr === null) && node.entry.type_params.is_private === undefined)
    issues.warn(node, 'it has no expr', ['type_params']);
  const used = new Set((metrics ?? []).map(nameOf));
  for (const [i, input] of (metrics ?? []).entries()) {
    const at = ['type_params', 'metrics', i];
    const alias = aliasOf(input);
    if (alias !== undefined) {
      const wrong = wrongName(alias);
      if (wrong !== undefined) issues.error(node, wrong, [...at, 'alias']);
      if (used.has(alias)) issues.error(node, `the alias "${alias}" is taken`, [...at, 'alias']);
    }
    const name = alias ?? nameOf(input);
    if (expr !== undefined && expr !== null && !String(expr).includes(name))
      issues.warn(node, `its expr does not name "${name}"`, ['type_params', 'expr']);
  }
}

/** Aliases of measures, of which each metric may have others, and which no metric shares. */
export function checkMeasures(
  metrics: readonly MetricNode[],
  models: readonly SemanticModelNode[],
  issues: Issues,
): void {
  const measures = new Map(
    models.flatMap(({ entry }) => (entry.measures ?? []).map((one) => [one.name, one] as const)),
  );
  const byName = new Map(metrics.map((metric) => [metric.name, metric]));
  const taken = new Set<string>();
  for (const node of metrics) {
    const inputs = measuresOf(node, byName);
    for (const name of new Set(inputs.map(nameOf))) {
      const same = inputs.filter((one) => nameOf(one) === name);
      if (same.length > 1 && same.some((one) => typeof one === 'object' && one.filter != null && one.alias == null))
        issues.error(
          node,
          `it uses the measure "${name}" with different filters, and without an alias for each`,
          ['name'],
          'give each input with a filter an alias',
        );
    }
    for (const input of inputs) {
      const alias = aliasOf(input);
      if (alias === undefined) continue;
      const wrong = wrongName(alias);
      if (wrong !== undefined) issues.error(node, wrong);
      if (measures.has(alias)) issues.error(node, `the alias "${alias}" is the name of a measure`);
      if (taken.has(alias)) issues.error(node, `the alias "${alias}" is one of another metric's measures`);
      taken.add(alias);
    }
    const { type, type_params: params } = node.entry;
    if (type !== 'simple' || params.measure === undefined || params.expr === undefined || params.expr === null)
      continue;
    const measure = measures.get(nameOf(params.measure));
    if (measure !== undefined && ![measure.expr, measure.name].map(String).includes(String(params.expr)))
      issues.warn(node, 'its expr is not read: it has a measure', ['type_params', 'expr']);
  }
}

/** All different inputs of a metric, through the metrics that it names. */
function measuresOf(
  node: MetricNode,
  byName: ReadonlyMap<string, MetricNode>,
  seen: ReadonlySet<string> = new Set(),
): InputMeasure[] {
  const { measures, metrics } = inputsOf(node.entry);
  const { type } = node.entry;
  const path = new Set([...seen, node.name]);
  const inner = type !== 'ratio' && type !== 'derived' ? [] : metrics;
  const inherited = inner.flatMap((input) => {
    const found = byName.get(nameOf(input));
    return found === undefined || path.has(found.name) ? [] : measuresOf(found, byName, path);
  });
  const full = (one: InputMeasure): InputMeasure => (typeof one === 'string' ? { name: one } : one);
  return [...new Map([...measures, ...inherited].map((one) => [JSON.stringify(full(one)), full(one)])).values()];
}
