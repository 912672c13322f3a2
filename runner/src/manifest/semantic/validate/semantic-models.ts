import type { SemanticModelEntry } from '../../../project/semantic-schema.js';
import { granularities } from '../../../project/semantic-schema.js';
import type { ModelNode } from '../../nodes.js';
import type { SemanticModelNode } from '../semantic-nodes.js';
import type { Issues } from './issues.js';
import { elementKinds } from './names.js';

type Measure = NonNullable<SemanticModelEntry['measures']>[number];
type Dimension = NonNullable<SemanticModelEntry['dimensions']>[number];

/** What semantic models say each for itself. */
export function checkSemanticModel(node: SemanticModelNode, issues: Issues): void {
  checkTime(node, issues);
  checkEntities(node, issues);
  checkValidity(node, issues);
  for (const [i, measure] of (node.entry.measures ?? []).entries()) {
    checkAggregation(node, measure, i, issues);
    checkNonAdditive(node, measure, i, issues);
  }
}

const dimensionsOf = ({ entry }: SemanticModelNode): Dimension[] => entry.dimensions ?? [];
const isTime = (node: SemanticModelNode, name: string): boolean =>
  dimensionsOf(node).some((dimension) => dimension.name === name && dimension.type === 'time');

function checkTime(node: SemanticModelNode, issues: Issues): void {
  const standard = node.entry.defaults?.agg_time_dimension;
  const none = (name: string): string => `agg_time_dimension "${name}" is no dimension of time here`;
  if (standard !== undefined && standard !== null && !isTime(node, standard))
    issues.error(node, none(standard), ['defaults', 'agg_time_dimension']);
  for (const [i, { name, agg_time_dimension: own }] of (node.entry.measures ?? []).entries()) {
    const wanted = own ?? standard;
    if (wanted === undefined || wanted === null)
      issues.error(
        node,
        `the measure "${name}" has no agg_time_dimension`,
        ['measures', i, 'name'],
        'write one below defaults:, or in the measure',
      );
    else if (!isTime(node, wanted))
      issues.error(node, `the measure "${name}": ${none(wanted)}`, ['measures', i, 'name']);
  }
  for (const [i, { name, type, type_params: params }] of dimensionsOf(node).entries())
    if (type === 'time' && params?.time_granularity === undefined)
      issues.warn(node, `the dimension "${name}" is one of time and has no time_granularity`, [
        'dimensions',
        i,
        'name',
      ]);
}

function checkEntities(node: SemanticModelNode, issues: Issues): void {
  const { entities, primary_entity: named } = node.entry;
  const all = entities ?? [];
  const primary = all.filter((entity) => entity.type === 'primary');
  const natural = new Set(all.filter((entity) => entity.type === 'natural').map((entity) => entity.name));
  if (primary.length > 1)
    issues.error(node, `it has ${primary.length} primary entities: ${primary.map((one) => one.name).join(', ')}`);
  else if (primary.length === 1 && named !== undefined && named !== null)
    issues.error(node, `it has the primary entity "${primary[0]!.name}" and primary_entity "${named}"`, [
      'primary_entity',
    ]);
  else if (primary.length === 0 && (named === undefined || named === null) && dimensionsOf(node).length > 0)
    issues.error(
      node,
      'it has dimensions and no primary entity',
      ['name'],
      'give one of its entities the type primary, or write primary_entity',
    );
  if (natural.size > 1) issues.error(node, `it has ${natural.size} natural entities: ${[...natural].join(', ')}`);
  if (natural.size > 0 && validityOf(node).length === 0)
    issues.error(node, `it has the natural entity "${[...natural][0]}" and no dimensions with validity_params`);
}

function validityOf(node: SemanticModelNode): Dimension[] {
  return dimensionsOf(node).filter((dimension) => dimension.type_params?.validity_params != null);
}

/** A window of validity: from one dimension to another, by a natural key, without measures. */
function checkValidity(node: SemanticModelNode, issues: Issues): void {
  const window = validityOf(node);
  if (window.length === 0) return;
  const count = (key: 'is_start' | 'is_end'): number =>
    window.filter((dimension) => dimension.type_params!.validity_params![key] === true).length;
  const names = window.map((dimension) => dimension.name).join(', ');
  if (window.length !== 2 || count('is_start') !== 1 || count('is_end') !== 1)
    issues.error(
      node,
      `validity_params stand at ${names}: one dimension must have is_start, another is_end, and no others any`,
    );
  const types = new Set((node.entry.entities ?? []).map((entity) => entity.type));
  if (!types.has('natural')) issues.error(node, 'it has validity_params and no natural entity');
  if (types.has('primary') || types.has('unique'))
    issues.error(node, 'it has validity_params and a primary or unique entity, which do not go together');
  if ((node.entry.measures ?? []).length > 0)
    issues.error(node, 'it has validity_params and measures, which do not go together');
}

/** Why rows cannot be counted by an expression, and what to write. */
export function wrongCount(agg: string, expr: unknown): [message: string, hint: string] | undefined {
  if (agg !== 'count') return undefined;
  if (expr === undefined || expr === null) return ['counts and has no expr', 'write expr: 1 to count rows'];
  return /^distinct /i.test(String(expr)) ? ['counts what is distinct', 'write agg: count_distinct'] : undefined;
}

function checkAggregation(node: SemanticModelNode, measure: Measure, i: number, issues: Issues): void {
  const { name, agg, expr, agg_params: params } = measure;
  const wrong = (message: string, hint?: string): void =>
    issues.error(node, `the measure "${name}" ${message}`, ['measures', i, 'name'], hint);
  const count = wrongCount(agg, expr);
  if (count !== undefined) wrong(...count);
  const percentile = params?.percentile;
  if (agg === 'percentile') {
    if (percentile === undefined) wrong('is a percentile and has no agg_params.percentile');
    else if (percentile <= 0 || percentile >= 1)
      wrong(`is the percentile ${percentile}, which must lie between 0 and 1`, 'agg: min and agg: max are its ends');
  } else if (agg === 'median') {
    if (percentile !== undefined && percentile !== 0.5) wrong(`is a median and has the percentile ${percentile}`);
    if (params?.use_discrete_percentile === true) wrong('is a median and has use_discrete_percentile');
  } else if (params !== undefined) {
    const given = (['percentile', 'use_discrete_percentile', 'use_approximate_percentile'] as const).filter(
      (key) => params[key],
    );
    if (given.length > 0) wrong(`has agg_params (${given.join(', ')}) that only percentiles have`);
  }
}

function checkNonAdditive(node: SemanticModelNode, measure: Measure, i: number, issues: Issues): void {
  const { name, non_additive_dimension: given } = measure;
  if (given === undefined) return;
  const wrong = (message: string): void =>
    issues.error(node, `the measure "${name}": ${message}`, ['measures', i, 'non_additive_dimension']);
  const own = measure.agg_time_dimension ?? node.entry.defaults?.agg_time_dimension;
  const find = (wanted: string | null | undefined) => dimensionsOf(node).find((dimension) => dimension.name === wanted);
  const [dimension, time] = [find(given.name), find(own)];
  // what it is aggregated by is told elsewhere
  if (time === undefined) return;
  if (dimension === undefined) wrong(`there is no dimension "${given.name}"`);
  else {
    if (dimension.type !== 'time') wrong(`the dimension "${given.name}" is none of time`);
    const [unit, other] = [dimension.type_params?.time_granularity, time.type_params?.time_granularity];
    if (unit !== undefined && other !== undefined && unit !== other)
      wrong(
        `the dimension "${given.name}" is by ${unit}, and "${time.name}", by which the measure is aggregated, by ${other}`,
      );
  }
  if (given.window_choice !== 'min' && given.window_choice !== 'max')
    wrong(`window_choice must be min or max, not ${given.window_choice}`);
  const entities = new Set((node.entry.entities ?? []).map((entity) => entity.name));
  const unknown = (given.window_groupings ?? []).filter((one) => !entities.has(one));
  if (unknown.length > 0) wrong(`window_groupings names what is no entity: ${unknown.join(', ')}`);
}

/** What semantic models say together. */
export function checkTogether(models: readonly SemanticModelNode[], issues: Issues): void {
  const dimensions = new Map<
    string,
    { readonly type: string; readonly isPartition: boolean; readonly model: string }
  >();
  const kinds = new Map<string, Map<string, SemanticModelNode>>();
  const pairs = new Map<string, SemanticModelNode>();
  for (const node of models) {
    const { entities, primary_entity: named } = node.entry;
    const primary = named ?? entities?.find((entity) => entity.type === 'primary')?.name;
    for (const kind of elementKinds)
      for (const { name } of node.entry[kind] ?? []) {
        const found = kinds.get(name) ?? new Map<string, SemanticModelNode>();
        if (!found.has(kind)) found.set(kind, node);
        kinds.set(name, found);
      }
    for (const [i, { name, type, is_partition: isPartition = false }] of dimensionsOf(node).entries()) {
      const at = ['dimensions', i, 'name'];
      const known = dimensions.get(name);
      if (known === undefined) dimensions.set(name, { type, isPartition, model: node.name });
      else {
        if (known.type !== type)
          issues.error(node, `the dimension "${name}" is ${type}, and ${known.type} in ${known.model}`, at);
        if (known.isPartition !== isPartition)
          issues.error(
            node,
            `the dimension "${name}" is ${isPartition ? 'a' : 'no'} partition, unlike in ${known.model}`,
            at,
          );
      }
      if (primary === undefined || primary === null) continue;
      const pair = `${primary}__${name}`;
      const other = pairs.get(pair);
      if (other === undefined) pairs.set(pair, node);
      else if (other !== node) issues.error(node, `"${pair}" is a dimension of ${other.name} already`, at);
    }
  }
  for (const [name, found] of kinds) {
    if (found.size < 2) continue;
    const last = [...found.values()].at(-1)!;
    const uses = [...found].map(([kind, node]) => `one of the ${kind} of ${node.name}`);
    issues.error(last, `"${name}" is ${uses.join(' and ')}`);
  }
}

/** Time spines: one for each unit, and none coarser than what is counted. */
export function checkSpines(spines: readonly ModelNode[], models: readonly SemanticModelNode[], issues: Issues): void {
  const unitOf = ({ timeSpine, columns }: ModelNode) =>
    columns.get(timeSpine!.standard_granularity_column)?.granularity;
  const units = new Map<string, ModelNode>();
  for (const node of spines) {
    const unit = unitOf(node) ?? '';
    const other = units.get(unit);
    if (other === undefined) units.set(unit, node);
    else issues.warn(node, `it is a time spine by ${unit}, and so is ${other.name}`);
  }
  const all = models.flatMap((node) => dimensionsOf(node).map((dimension) => ({ node, dimension })));
  const timed = all.filter(({ dimension }) => dimension.type_params?.time_granularity !== undefined);
  const [first] = models;
  if (spines.length === 0 || first === undefined) return;
  if (timed.length === 0) {
    issues.warn(first, 'no semantic model has a dimension of time');
    return;
  }
  const order = granularities as readonly string[];
  const finest = Math.min(...[...units.keys()].map((unit) => order.indexOf(unit)));
  const finer = timed.find(({ dimension }) => order.indexOf(dimension.type_params!.time_granularity!) < finest);
  if (finer !== undefined)
    issues.warn(
      finer.node,
      `the dimension "${finer.dimension.name}" is by ${finer.dimension.type_params!.time_granularity}, and no time spine is as fine`,
    );
}
