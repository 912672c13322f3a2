import { setInSharedGraph } from '../template/context/shared-graph.js';
import { type CompiledEntry, type EntryContext, entryContext } from './entries/entry-context.js';
import { entries, manifestEntry } from './entries/manifest-entry.js';
import { groupJson } from './entries/sources.js';
import type { Manifest } from './manifest.js';
import type { ManifestNode } from './nodes.js';

const graphs = new WeakMap<Manifest, Record<string, Record<string, unknown>>>();

const contexts = new WeakMap<Manifest, EntryContext>();

/** SQL of nodes that were compiled before anything asked for the graph. */
const compiledBefore = new WeakMap<Manifest, Map<string, CompiledEntry>>();

/** `graph` of dbt's context, with everything in the form in which `manifest.json` holds it; one for a run. */
export function graphForTemplates(manifest: Manifest): Readonly<Record<string, unknown>> {
  let graph = graphs.get(manifest);
  if (graph === undefined) {
    graph = graphOf(manifest, entryContextOf(manifest));
    graphs.set(manifest, graph);
  }
  return graph;
}

/** What entries of nodes are written with while templates run: it knows the SQL that there is by now. */
export function entryContextOf(manifest: Manifest): EntryContext {
  let context = contexts.get(manifest);
  if (context === undefined) {
    context = entryContext(manifest, compiledOf(manifest));
    contexts.set(manifest, context);
  }
  return context;
}

/** From now on `graph` says what became of a node: its SQL, and the macros that it has called by now. */
export function tellGraph(manifest: Manifest, node: ManifestNode, compiled: CompiledEntry | undefined): void {
  if (compiled !== undefined) compiledOf(manifest).set(node.uniqueId, compiled);
  const graph = graphs.get(manifest);
  if (graph === undefined) return;
  const kind = Object.keys(graph).find((key) => Object.hasOwn(graph[key]!, node.uniqueId));
  if (kind === undefined) return;
  const entry = manifestEntry(node, entryContextOf(manifest));
  graph[kind]![node.uniqueId] = entry;
  setInSharedGraph(graph, kind, node.uniqueId, entry);
}

/** A run begins: what templates of one before have put into the graph is not in it. */
export function forgetGraph(manifest: Manifest): void {
  graphs.delete(manifest);
  contexts.delete(manifest);
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
    functions: entries(manifest.functions.values(), context),
    semantic_models: ofKind('semantic_model'),
    saved_queries: ofKind('saved_query'),
    unit_tests: entries(manifest.unitTests.values(), context),
  };
}
