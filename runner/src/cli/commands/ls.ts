import { stateEntries } from '../../artifacts/manifest-json.js';
import { didYouMean } from '../../errors/suggest.js';
import { ProjectError } from '../../errors/tsdbt-error.js';
import type { Manifest } from '../../manifest/manifest.js';
import type { ManifestNode } from '../../manifest/nodes.js';
import type { PreviousState } from '../../manifest/select/previous-state.js';
import { cliCodes } from '../codes.js';
import type { Effects } from '../effects.js';
import type { ListOptions } from '../flags.js';
import { withManifest } from '../open-project.js';
import { selectedBy } from '../selection.js';
import { previousState } from '../state.js';

/** Keys of `--output json` where none are asked for. Names are dbt's. */
const KEYS = [
  'alias',
  'name',
  'package_name',
  'depends_on',
  'direct_parents',
  'tags',
  'config',
  'resource_type',
  'source_name',
  'original_file_path',
  'unique_id',
];

/** Prints nodes, one a line: as selectors (which `--select` takes), names, paths or JSON objects. */
export function ls(options: ListOptions, effects: Effects): Promise<number> {
  return withManifest({ ...options, printsData: true }, effects, async ({ manifest, bus }) => {
    const warn = (message: string): void => bus.emit({ event: 'log', level: 'warn', message });
    const line = printer(options, manifest, previousState(options, manifest), warn);
    // as dbt does, analyses are listed where they are asked for
    const isListed = (node: ManifestNode): boolean =>
      node.resourceType !== 'analysis' ||
      (options.resourceType !== undefined && !options.resourceType.includes('default'));
    const nodes = [...selectedBy(options, manifest)].map((id) => manifest.get(id)!).filter(isListed);
    if (nodes.length === 0) warn('the selection holds no nodes');
    const lines = nodes.map(line);
    // JSON keeps the manifest's order; names are easier to find in the alphabet's
    if (options.output !== 'json') lines.sort();
    if (lines.length > 0) effects.stdout.write(`${lines.join('\n')}\n`);
    return 0;
  });
}

function printer(
  options: ListOptions,
  manifest: Manifest,
  state: PreviousState | undefined,
  warn: (message: string) => void,
): (node: ManifestNode) => string {
  switch (options.output) {
    case 'name':
      return searchName;
    case 'path':
      return (node) => node.path;
    case 'json':
      return jsonPrinter(options, manifest, state, warn);
    default:
      return selectorOf;
  }
}

/** The name that selectors take for a node: of a version `name.v1`, of a source's table `source.table`. */
function searchName(node: ManifestNode): string {
  if (node.resourceType === 'source') return `${node.sourceName}.${node.name}`;
  if (node.resourceType === 'unit_test') return node.writtenName;
  return node.resourceType === 'model' && node.version !== undefined ? `${node.name}.v${node.version}` : node.name;
}

/** Why `state:modified` selects a node: `new`, `configs: materialized`, `macros: macro.shop.cents`; empty where it does not. */
function changesOf(node: ManifestNode, state: PreviousState): readonly string[] {
  if (state.isNew(node)) return ['new'];
  return state.changesOf(node).map(({ aspect, what }) => `${aspect}: ${what.join(', ')}`);
}

/**
 * A node as the manifest has it: the keys that are asked for, `config.materialized` among them, else dbt's selection of them. A key that no node
 * has is an error; in a dbt project, where programs ask for what some versions have, it is told and left out.
 */
function jsonPrinter(
  options: ListOptions,
  manifest: Manifest,
  state: PreviousState | undefined,
  warn: (message: string) => void,
) {
  const { entry } = stateEntries(manifest);
  const entryOf = (node: ManifestNode): Record<string, unknown> => {
    const made: Readonly<Record<string, unknown>> = entry(node);
    const { nodes } = (made.depends_on ?? {}) as { readonly nodes?: readonly string[] };
    return {
      ...made,
      selector: selectorOf(node),
      // which dbt keeps out of the manifest
      ...(node.resourceType === 'model' ? { direct_parents: nodes ?? [] } : {}),
      ...(state === undefined ? {} : { state_changes: changesOf(node, state) }),
    };
  };
  const asked = options.outputKeys;
  if (asked === undefined) {
    const keys = state === undefined ? KEYS : [...KEYS, 'state_changes'];
    return (node: ManifestNode) => {
      const all = entryOf(node);
      return JSON.stringify(Object.fromEntries(keys.filter((key) => key in all).map((key) => [key, all[key]])));
    };
  }
  const known = new Set([...manifest.all()].flatMap((node) => Object.keys(entryOf(node))));
  for (const key of asked) {
    if (known.size === 0 || known.has(key.split('.')[0]!)) continue;
    const hint = didYouMean(key, known) ?? `keys: ${[...known].sort().join(', ')}`;
    const message = `--output-keys does not take "${key}"`;
    if (!manifest.project.isDbt) throw new ProjectError(cliCodes.wrongFlagValue, message, { hint });
    warn(`${message}: no node has it (${hint})`);
  }
  return (node: ManifestNode) => {
    const all = entryOf(node);
    const values = asked.map((key) => [key, valueAt(all, key)] as const);
    return JSON.stringify(Object.fromEntries(values.filter(([, value]) => value !== undefined)));
  };
}

function valueAt(entry: Readonly<Record<string, unknown>>, key: string): unknown {
  let value: unknown = entry;
  for (const step of key.split('.'))
    value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[step] : undefined;
  return value;
}

/** What `--select` takes to mean this node: `source:shop.raw.orders`, `exposure:shop.page`, `shop.gold.revenue`. */
export function selectorOf(node: ManifestNode): string {
  if (node.resourceType === 'source') return `source:${node.packageName}.${node.sourceName}.${node.name}`;
  if (node.resourceType === 'exposure') return `exposure:${node.packageName}.${node.name}`;
  if (['metric', 'semantic_model', 'saved_query'].includes(node.resourceType))
    return `${node.resourceType}:${node.packageName}.${node.name}`;
  if (node.resourceType === 'unit_test') return `unit_test:${node.packageName}.${node.name}`;
  return node.fqn.join('.');
}

export function configOf(config: { readonly extra: Readonly<Record<string, unknown>> }): Record<string, unknown> {
  const { extra, ...resolved } = config;
  return { ...resolved, ...extra };
}
