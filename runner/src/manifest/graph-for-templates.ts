import { setInSharedGraph } from '../template/context/shared-graph.js';
import { type CompiledEntry, type EntryContext, entryContext } from './entries/entry-context.js';
import { entries, manifestEntry } from './entries/manifest-entry.js';
import { groupJson } from './entries/sources.js';
import type { Manifest } from './manifest.js';
import type { ManifestNode } from './nodes.js';

interface LiveGraph {
  readonly graph: Record<string, Record<string, unknown>>;
  readonly context: EntryContext;
}

const graphs = new WeakMap<Manifest, LiveGraph>();

/** SQL of nodes that were compiled before anything asked for the graph. */
const compiledBefore = new WeakMap<Manifest, Map<string, CompiledEntry>>();

/** `graph` of dbt's context, with everything in the form in which `manifest.json` holds it; one for a run. */
export function graphForTemplates(manifest: Manifest): Readonly<Record<string, unknown>> {
  let live = graphs.get(manifest);
  if (live === undefined) {
    const context = entryContext(manifest, compiledOf(manifest));
    live = { graph: graphOf(manifest, context), context };
    graphs.set(manifest, live);
  }
  return live.graph;
}

/** From now on `graph` says what became of a node: its SQL, and the macros that it has called by now. */
export function tellGraph(manifest: Manifest, node: ManifestNode, compiled: CompiledEntry | undefined): void {
  if (compiled !== undefined) compiledOf(manifest).set(node.uniqueId, compiled);
  const live = graphs.get(manifest);
  if (live === undefined) return;
  const kind = Object.keys(live.graph).find((key) => Object.hasOwn(live.graph[key]!, node.uniqueId));
  if (kind === undefined) return;
  const entry = manifestEntry(node, live.context);
  live.graph[kind]![node.uniqueId] = entry;
  setInSharedGraph(live.graph, kind, node.uniqueId, entry);
}

/** A run begins: what templates of one before have put into the graph is not in it. */
export function forgetGraph(manifest: Manifest): void {
  graphs.delete(manifest);
  compiledBefore.delete(manifest);
}

function compiledOf(manifest: Manifest): Map<string, CompiledEntry> {
  let compiled = compiledBefore.get(manifest);
  if (compiled === undefined) {
    compiled = new Map();
    compiledBefore.set(manifest, compiled);
  }
  return compiled;
}

function graphOf(manifest: Manifest, context: EntryContext): Record<string, Record<string, unknown>> {
  const semantics = [...manifest.semantics.values()];
  const ofKind = (kind: string) =>
    entries(
      semantics.filter((node) => node.resourceType === kind),
      context,
    );
  return {
    nodes: entries([...manifest.nodes.values(), ...manifest.analyses.values()], context),
    sources: entries(manifest.sources.values(), context),
    exposures: entries(manifest.exposures.values(), context),
    groups: Object.fromEntries([...manifest.groups.values()].map((group) => [group.uniqueId, groupJson(group)])),
    metrics: ofKind('metric'),
    functions: {},
    semantic_models: ofKind('semantic_model'),
    saved_queries: ofKind('saved_query'),
    unit_tests: entries(manifest.unitTests.values(), context),
  };
}
