import { createHash } from 'node:crypto';
import { relative } from 'node:path';
import { type CompiledEntry, type EntryContext, entryContext } from '../manifest/entries/entry-context.js';
import { macrosJson } from '../manifest/entries/macros.js';
import { manifestEntry } from '../manifest/entries/manifest-entry.js';
import { docsJson, groupJson } from '../manifest/entries/sources.js';
import type { Manifest } from '../manifest/manifest.js';
import type { ManifestNode } from '../manifest/nodes.js';
import type { Project } from '../project/project.js';
import { writeCompletionNames } from './completion-names.js';
import { operationsJson } from './manifest-operations.js';
import { selectorsJson } from './manifest-selectors.js';
import { semanticManifest } from './semantic-manifest.js';
import { artifactMetadata, EntryByEntry, type Invocation, WAREHOUSE, writeArtifact } from './write-artifact.js';

/**
 * Writes `target/manifest.json`: the whole project as it was parsed, in the form of dbt's schema (version 12), and
 * `target/semantic_manifest.json`. Shells complete its names from then on.
 *
 * @param compiled SQL of the nodes that were compiled, by unique id
 */
export function writeManifest(
  manifest: Manifest,
  invocation: Invocation,
  compiled?: ReadonlyMap<string, CompiledEntry>,
): void {
  const context = entryContext(manifest, compiled);
  writeArtifact(manifest.project, 'manifest.json', new EntryByEntry(partsOf(manifest, invocation, context)));
  writeArtifact(manifest.project, 'semantic_manifest.json', semanticManifest(context));
  writeCompletionNames(manifest);
}

/** The manifest's parts in dbt's order. What is known of nodes when they were written serves the parts after them. */
function* partsOf(manifest: Manifest, invocation: Invocation, context: EntryContext): Generator<[string, unknown]> {
  const { project } = manifest;
  const semantics = [...manifest.semantics.values()];
  const ofKind = (kind: string) =>
    each(
      semantics.filter((node) => node.resourceType === kind),
      context,
    );
  yield [
    'metadata',
    {
      ...artifactMetadata('manifest', invocation, project, warehouseOf(project)),
      project_name: project.name,
      project_id: createHash('md5').update(project.name).digest('hex'),
      user_id: null,
      send_anonymous_usage_stats: false,
      adapter_type: project.target.type,
      quoting: { database: true, schema: true, identifier: true, column: null, ...project.quoting },
      run_started_at: invocation.startedAt.toISOString(),
    },
  ];
  const ids: string[] = [];
  const called = new Set<string>();
  const groups = new Map<string, string[]>();
  for (const group of manifest.groups.values()) groups.set(group.name, []);
  const addToGroup = (group: unknown, id: string): void => {
    if (typeof group === 'string') groups.get(group)?.push(id);
  };
  yield ['nodes', new EntryByEntry(nodesNoting(context, noted))];
  yield ['sources', each(manifest.sources.values(), context)];
  yield ['macros', macrosJson(manifest, called, context.createdAt)];
  yield ['docs', docsJson(manifest)];
  yield ['exposures', each(manifest.exposures.values(), context)];
  yield ['metrics', ofKind('metric')];
  yield [
    'groups',
    Object.fromEntries([...manifest.groups.values()].map((group) => [group.uniqueId, groupJson(group)])),
  ];
  yield ['selectors', selectorsJson(project)];
  yield ['disabled', new EntryByEntry(disabled(context))];
  const all = new Set([...ids, ...[...manifest.all()].map((node) => node.uniqueId)]);
  yield ['parent_map', edges(all, (id) => manifest.parentsOf(id))];
  yield ['child_map', edges(all, (id) => manifest.childrenOf(id))];
  for (const node of semantics) addToGroup(node.config.group, node.uniqueId);
  yield ['group_map', Object.fromEntries(groups)];
  yield ['saved_queries', ofKind('saved_query')];
  yield ['semantic_models', ofKind('semantic_model')];
  yield ['unit_tests', each(manifest.unitTests.values(), context)];
  yield ['functions', {}];

  function noted(id: string, entry: Readonly<Record<string, unknown>>): void {
    ids.push(id);
    for (const macro of (entry.depends_on as { macros: readonly string[] }).macros) called.add(macro);
    addToGroup(entry.group, id);
  }
}

/** Models, tests and the like, then operations; each is told of when it was made. */
function* nodesNoting(
  context: EntryContext,
  noted: (id: string, entry: Readonly<Record<string, unknown>>) => void,
): Generator<[string, unknown]> {
  const { nodes, analyses } = context.manifest;
  for (const part of [nodes, analyses])
    for (const node of part.values()) {
      const entry = manifestEntry(node, context);
      noted(node.uniqueId, entry);
      yield [node.uniqueId, entry];
    }
  for (const [id, entry] of Object.entries(operationsJson(context))) {
    noted(id, entry);
    yield [id, entry];
  }
}

function each(nodes: Iterable<ManifestNode>, context: EntryContext): EntryByEntry {
  function* made(): Generator<[string, unknown]> {
    for (const node of nodes) yield [node.uniqueId, manifestEntry(node, context)];
  }
  return new EntryByEntry(made());
}

function* disabled(context: EntryContext): Generator<[string, unknown]> {
  for (const node of context.manifest.disabled.values()) yield [node.uniqueId, [manifestEntry(node, context)]];
}

/** Where the Delta tables lie, for those who read them by another project's state. */
function warehouseOf({ target, projectDir, warehouse }: Project): Record<string, string> {
  return target.storage === 'delta' ? { [WAREHOUSE]: relative(projectDir, warehouse) } : {};
}

/** What one state of a project is compared with another by. */
export interface StateEntries {
  entry(node: ManifestNode): Record<string, unknown>;
  /** by unique id */
  readonly macros: Record<string, Record<string, unknown>>;
}

/** The entries of nodes and macros as the manifest would hold them. */
export function stateEntries(manifest: Manifest): StateEntries {
  const context = entryContext(manifest);
  return { entry: (node) => manifestEntry(node, context), macros: macrosJson(manifest, [], context.createdAt) };
}

/** What each node reads, or what reads it; operations have no place in the graph and stand alone. */
function edges(ids: Iterable<string>, of: (id: string) => readonly string[]): EntryByEntry {
  function* sorted(): Generator<[string, unknown]> {
    for (const id of ids) yield [id, [...of(id)].sort()];
  }
  return new EntryByEntry(sorted());
}
