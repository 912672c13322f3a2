import { didYouMean } from '../../errors/suggest.js';
import { ProjectError } from '../../errors/tsdbt-error.js';
import type { ManifestNode } from '../../manifest/nodes.js';
import type { PreviousState } from '../../manifest/select/previous-state.js';
import { cliCodes } from '../codes.js';
import type { Effects } from '../effects.js';
import type { ListOptions } from '../flags.js';
import { withManifest } from '../open-project.js';
import { selectedBy } from '../selection.js';
import { previousState } from '../state.js';

/** Keys of `--output json`, in order, and what they hold. Names are dbt's. */
const KEYS: Readonly<Record<string, (node: ManifestNode) => unknown>> = {
  name: (node) => node.name,
  resource_type: (node) => node.resourceType,
  package_name: (node) => node.packageName,
  original_file_path: (node) => node.path,
  unique_id: (node) => node.uniqueId,
  alias: (node) => ('alias' in node ? node.alias : undefined),
  config: (node) => ('config' in node ? configOf(node.config) : undefined),
  tags: (node) => node.tags,
  depends_on: (node) => ({ nodes: node.dependsOn, macros: 'dependsOnMacros' in node ? node.dependsOnMacros : [] }),
  source_name: (node) => ('sourceName' in node ? node.sourceName : undefined),
};
const MORE_KEYS: typeof KEYS = {
  schema: (node) => ('schema' in node ? node.schema : undefined),
  description: (node) => node.description,
  fqn: (node) => node.fqn,
  meta: (node) => node.meta,
  selector: selectorOf,
};

/** Prints nodes, one a line: as selectors (which `--select` takes), names, paths or JSON objects. */
export function ls(options: ListOptions, effects: Effects): Promise<number> {
  return withManifest(options, effects, async ({ manifest, bus }) => {
    const line = printer(options, previousState(options, manifest));
    const nodes = [...selectedBy(options, manifest)].map((id) => manifest.get(id)!);
    if (nodes.length === 0) bus.emit({ event: 'log', level: 'warn', message: 'the selection holds no nodes' });
    const lines = nodes.map(line);
    // JSON keeps the manifest's order; names are easier to find in the alphabet's
    if (options.output !== 'json') lines.sort();
    if (lines.length > 0) effects.stdout.write(`${lines.join('\n')}\n`);
    return 0;
  });
}

function printer(options: ListOptions, state: PreviousState | undefined): (node: ManifestNode) => string {
  switch (options.output) {
    case 'name':
      return (node) => (node.resourceType === 'source' ? `${node.sourceName}.${node.name}` : node.name);
    case 'path':
      return (node) => node.path;
    case 'json': {
      const compared: typeof KEYS = state === undefined ? {} : { state_changes: (node) => changesOf(node, state) };
      const all = { ...KEYS, ...MORE_KEYS, ...compared };
      const keys = options.outputKeys ?? [...Object.keys(KEYS), ...Object.keys(compared)];
      for (const key of keys) {
        if (Object.hasOwn(all, key)) continue;
        const hint = didYouMean(key, Object.keys(all)) ?? `keys: ${Object.keys(all).join(', ')}`;
        throw new ProjectError(cliCodes.wrongFlagValue, `--output-keys does not take "${key}"`, { hint });
      }
      return (node) => JSON.stringify(Object.fromEntries(keys.map((key) => [key, all[key]!(node)])));
    }
    default:
      return selectorOf;
  }
}

/** Why `state:modified` selects a node: `new`, `configs: materialized`, `macros: macro.shop.cents`; empty where it does not. */
function changesOf(node: ManifestNode, state: PreviousState): readonly string[] {
  if (state.isNew(node)) return ['new'];
  return state.changesOf(node).map(({ aspect, what }) => `${aspect}: ${what.join(', ')}`);
}

/** What `--select` takes to mean this node: `source:shop.raw.orders`, `exposure:shop.page`, `shop.gold.revenue`. */
export function selectorOf(node: ManifestNode): string {
  if (node.resourceType === 'source') return `source:${node.packageName}.${node.sourceName}.${node.name}`;
  if (node.resourceType === 'exposure') return `exposure:${node.packageName}.${node.name}`;
  if (node.resourceType === 'unit_test') return `unit_test:${node.packageName}.${node.name}`;
  return node.fqn.join('.');
}

export function configOf(config: { readonly extra: Readonly<Record<string, unknown>> }): Record<string, unknown> {
  const { extra, ...resolved } = config;
  return { ...resolved, ...extra };
}
