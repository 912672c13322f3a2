import { join } from 'node:path';
import type { Manifest } from '../manifest/manifest.js';
import type { ManifestNode, NodeConfig } from '../manifest/nodes.js';
import { type SelectorMethod, selectorMethods } from '../manifest/select/methods.js';
import { readSelectors } from '../manifest/select/yaml-selectors.js';
import { writeArtifact } from './write-artifact.js';

/** Below the target folder. */
export const COMPLETION_NAMES = join('cache', 'completion.json');

/** What a shell can complete of a project, kept so that no key press has to read it. */
export interface CompletionNames {
  /** values of each selector method, sorted */
  readonly methods: Readonly<Record<string, readonly string[]>>;
  readonly selectors: readonly string[];
  readonly targets: readonly string[];
  /** the project's own commands, with what they say they do */
  readonly commands: Readonly<Record<string, string>>;
  /** macros of the project and its packages, not those of dbt itself */
  readonly macros: readonly string[];
}

/** Keeps the names of a manifest for completion. */
export function writeCompletionNames(manifest: Manifest): void {
  const { project } = manifest;
  const methods: Record<string, readonly string[]> = {};
  const all = [...manifest.all()];
  const nodes = withoutAlike(all);
  // most nodes are tests, many to a file
  const byPath = [...new Map(all.map((node) => [node.path, node])).values()];
  for (const [name, method] of Object.entries(selectorMethods)) {
    if (name === 'config') continue;
    methods[name] =
      method.takes === undefined ? valuesOf(OF_FILES.has(name) ? byPath : nodes, method, []) : [...method.takes].sort();
  }
  methods['config.materialized'] = valuesOf(nodes, selectorMethods.config!, ['materialized']);
  const names: CompletionNames = {
    methods,
    selectors: selectorNames(manifest),
    targets: project.targetNames,
    commands: Object.fromEntries([...project.commands.values()].map(({ name, description }) => [name, description])),
    macros: [...manifest.macros.all()]
      .filter((macro) => macro.packageName !== 'dbt')
      .map(({ name }) => name)
      .sort(),
  };
  writeArtifact(project, COMPLETION_NAMES, names);
}

/** Methods whose values are the same for all nodes of a file. */
const OF_FILES: ReadonlySet<string> = new Set(['path', 'file']);

/** Of the tests that all other methods say the same of one: they are most of a project's nodes. */
function withoutAlike(nodes: readonly ManifestNode[]): ManifestNode[] {
  const seen = new Map<NodeConfig, Set<string>>();
  return nodes.filter((node) => {
    if (node.resourceType !== 'test') return true;
    const of = [node.packageName, node.generic?.package, node.generic?.name, ...node.tags].join('\0');
    let ofConfig = seen.get(node.config);
    if (ofConfig === undefined) {
      ofConfig = new Set();
      seen.set(node.config, ofConfig);
    }
    if (ofConfig.has(of)) return false;
    ofConfig.add(of);
    return true;
  });
}

/** Each value once, sorted. */
function valuesOf(nodes: readonly ManifestNode[], method: SelectorMethod, args: readonly string[]): string[] {
  const found = new Set<string>();
  for (const node of nodes) for (const value of method.values(node, args)) found.add(value);
  return [...found].sort();
}

/** A file with mistakes has none: what needs it says so. */
function selectorNames({ project }: Manifest): string[] {
  try {
    return [...readSelectors(project).keys()];
  } catch {
    return [];
  }
}
