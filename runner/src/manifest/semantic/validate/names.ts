import { granularities } from '../../../project/semantic-schema.js';
import type { YamlPath } from '../../../project/yaml-document.js';
import type { ManifestNode, ModelNode } from '../../nodes.js';
import type { MetricNode, SavedQueryNode, SemanticModelNode } from '../semantic-nodes.js';
import type { Issues } from './issues.js';

/** Words of SQL that all warehouses reserve. */
const RESERVED: ReadonlySet<string> = new Set(
  (
    'and as create distinct for from full having in inner into is join left like natural not null on or right ' +
    'select union using where with'
  ).split(' '),
);
/** Names that MetricFlow keeps for itself. */
const OWN: ReadonlySet<string> = new Set(['metric_time', 'mf_internal_uuid']);
const valid = /^[a-z](?:(?!__)[a-z0-9_])*[a-z0-9]$/;

/** Why a name cannot be one of the semantic layer; undefined where it can. */
export function wrongName(name: string): string | undefined {
  if (!valid.test(name))
    return `"${name}" is no name: small letters, digits and single underscores, a letter first, no underscore last, two characters at least`;
  if ((granularities as readonly string[]).includes(name.toLowerCase())) return `"${name}" is a unit of time`;
  if (OWN.has(name.toLowerCase())) return `"${name}" is a name that MetricFlow keeps for itself`;
  return undefined;
}

export const elementKinds = ['measures', 'entities', 'dimensions'] as const;
export type ElementKind = (typeof elementKinds)[number];
const singular = { measures: 'measure', entities: 'entity', dimensions: 'dimension' } as const;

/** Names of semantic models, metrics and saved queries, of what semantic models hold, and of units of time spines. */
export function checkNames(
  models: readonly SemanticModelNode[],
  metrics: readonly MetricNode[],
  queries: readonly SavedQueryNode[],
  spines: readonly ModelNode[],
  issues: Issues,
): void {
  const check = (node: ManifestNode, name: string, at: YamlPath): void => {
    const wrong = wrongName(name);
    if (wrong !== undefined) issues.error(node, wrong, at);
  };
  const taken = new Map<string, string>();
  for (const node of [...models, ...metrics, ...queries]) check(node, node.name, ['name']);
  for (const node of models) {
    const within = new Map<string, string>();
    for (const kind of elementKinds)
      for (const [i, { name }] of (node.entry[kind] ?? []).entries()) {
        const at = [kind, i, 'name'];
        taken.set(name, singular[kind]);
        const earlier = within.get(name);
        if (earlier === undefined) within.set(name, singular[kind]);
        else issues.error(node, `the ${singular[kind]} "${name}" has the name of another ${earlier}`, at);
        check(node, name, at);
        if (RESERVED.has(name.toLowerCase())) issues.error(node, `"${name}" is a word of SQL, and no name`, at);
      }
  }
  for (const node of metrics) taken.set(node.name, 'metric');
  for (const node of models) taken.set(node.name, 'semantic model');
  checkUnits(spines, taken, issues);
}

function checkUnits(spines: readonly ModelNode[], taken: ReadonlyMap<string, string>, issues: Issues): void {
  const units = new Set<string>();
  for (const node of spines)
    for (const { name } of node.timeSpine?.custom_granularities ?? []) {
      const wrong = wrongName(name);
      if (wrong !== undefined) issues.error(node, wrong);
      const other = taken.get(name);
      if (other !== undefined) issues.error(node, `the custom granularity "${name}" has the name of a ${other}`);
      if (units.has(name)) issues.error(node, `there are two custom granularities "${name}"`);
      units.add(name);
    }
}

/** Labels, which people choose by. */
export function checkLabels(
  models: readonly SemanticModelNode[],
  metrics: readonly MetricNode[],
  issues: Issues,
): void {
  const unique = (nodes: readonly (MetricNode | SemanticModelNode)[]): void => {
    const labels = new Map<string, string>();
    for (const node of nodes) {
      const { label } = node.entry;
      if (label === undefined || label === null) continue;
      const other = labels.get(label);
      if (other !== undefined) issues.error(node, `the label "${label}" is that of "${other}"`, ['label']);
      else labels.set(label, node.name);
    }
  };
  unique(metrics);
  unique(models);
  const ofEntities = new Map<string, { readonly label: string; readonly model: string }>();
  for (const node of models) {
    for (const kind of elementKinds) {
      const labels = new Set<string>();
      for (const [i, { label }] of (node.entry[kind] ?? []).entries()) {
        if (label === undefined || label === null) continue;
        if (labels.has(label)) issues.error(node, `two ${kind} have the label "${label}"`, [kind, i, 'label']);
        labels.add(label);
      }
    }
    for (const [i, { name, label }] of (node.entry.entities ?? []).entries()) {
      if (label === undefined || label === null) continue;
      const known = ofEntities.get(name);
      if (known === undefined) ofEntities.set(name, { label, model: node.name });
      else if (known.label !== label)
        issues.error(node, `the entity "${name}" has the label "${label}", and "${known.label}" in ${known.model}`, [
          'entities',
          i,
          'label',
        ]);
    }
  }
}
