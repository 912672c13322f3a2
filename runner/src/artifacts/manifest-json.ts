import { createHash } from 'node:crypto';
import { relative } from 'node:path';
import { type CompiledEntry, type EntryContext, entryContext } from '../manifest/entries/entry-context.js';
import { macrosJson } from '../manifest/entries/macros.js';
import { entries, manifestEntry } from '../manifest/entries/manifest-entry.js';
import { docsJson, groupJson } from '../manifest/entries/sources.js';
import type { Manifest } from '../manifest/manifest.js';
import type { ManifestNode } from '../manifest/nodes.js';
import type { Project } from '../project/project.js';
import { writeCompletionNames } from './completion-names.js';
import { operationsJson } from './manifest-operations.js';
import { selectorsJson } from './manifest-selectors.js';
import { artifactMetadata, type Invocation, WAREHOUSE, writeArtifact } from './write-artifact.js';

/**
 * Writes `target/manifest.json`: the whole project as it was parsed, in the form of dbt's schema (version 12). Shells
 * complete its names from then on.
 *
 * @param compiled SQL of the nodes that were compiled, by unique id
 */
export function writeManifest(
  manifest: Manifest,
  invocation: Omit<Invocation, 'env'>,
  compiled?: ReadonlyMap<string, CompiledEntry>,
): void {
  writeArtifact(manifest.project, 'manifest.json', manifestJson(manifest, invocation, compiled));
  writeCompletionNames(manifest);
}

function manifestJson(
  manifest: Manifest,
  invocation: Omit<Invocation, 'env'>,
  compiled: ReadonlyMap<string, CompiledEntry> | undefined,
): Record<string, unknown> {
  const { project } = manifest;
  const context = entryContext(manifest, compiled);
  const { createdAt } = context;
  const nodes = {
    ...entries([...manifest.nodes.values(), ...manifest.analyses.values()], context),
    ...operationsJson(context),
  };
  const semantics = [...manifest.semantics.values()];
  const ofKind = (kind: string) =>
    entries(
      semantics.filter((node) => node.resourceType === kind),
      context,
    );
  const called = Object.values(nodes).flatMap((node) => (node.depends_on as { macros: readonly string[] }).macros);
  return {
    metadata: {
      ...artifactMetadata('manifest', { ...invocation, env: project.env }, warehouseOf(project)),
      project_name: project.name,
      project_id: createHash('md5').update(project.name).digest('hex'),
      user_id: null,
      send_anonymous_usage_stats: false,
      adapter_type: project.target.type,
      quoting: { database: true, schema: true, identifier: true, column: null, ...project.quoting },
      run_started_at: invocation.startedAt.toISOString(),
    },
    nodes,
    sources: entries([...manifest.sources.values()], context),
    macros: macrosJson(manifest, new Set(called), createdAt),
    docs: docsJson(manifest),
    exposures: entries([...manifest.exposures.values()], context),
    metrics: ofKind('metric'),
    groups: Object.fromEntries([...manifest.groups.values()].map((group) => [group.uniqueId, groupJson(group)])),
    selectors: selectorsJson(project),
    disabled: Object.fromEntries(
      [...manifest.disabled.values()].map((node) => [node.uniqueId, [manifestEntry(node, context)]]),
    ),
    ...edges(manifest, Object.keys(nodes)),
    group_map: groupMap(manifest, nodes, context),
    saved_queries: ofKind('saved_query'),
    semantic_models: ofKind('semantic_model'),
    unit_tests: entries([...manifest.unitTests.values()], context),
    functions: {},
  };
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

/** What each node reads and what reads it; operations have no place in the graph and stand alone. */
function edges(manifest: Manifest, nodes: readonly string[]): Record<string, unknown> {
  const ids = new Set([...nodes, ...[...manifest.all()].map((node) => node.uniqueId)]);
  const sorted = (of: (id: string) => readonly string[]) =>
    Object.fromEntries([...ids].map((id) => [id, [...of(id)].sort()]));
  return {
    parent_map: sorted((id) => manifest.parentsOf(id)),
    child_map: sorted((id) => manifest.childrenOf(id)),
  };
}

/** The nodes of each group, by the group's name. */
function groupMap(
  manifest: Manifest,
  nodes: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  context: EntryContext,
): Record<string, string[]> {
  const members: Record<string, string[]> = {};
  for (const group of context.manifest.groups.values()) members[group.name] = [];
  const add = (group: unknown, id: string): void => {
    if (typeof group === 'string') members[group]?.push(id);
  };
  for (const [id, node] of Object.entries(nodes)) add(node.group, id);
  for (const node of manifest.semantics.values()) add(node.config.group, node.uniqueId);
  return members;
}
