import { entryContext } from './entries/entry-context.js';
import { entries } from './entries/manifest-entry.js';
import { groupJson } from './entries/sources.js';
import type { Manifest } from './manifest.js';

const graphs = new WeakMap<Manifest, Readonly<Record<string, unknown>>>();

/** `graph` of dbt's context, with everything in the form in which `manifest.json` holds it; made once for a manifest. */
export function graphForTemplates(manifest: Manifest): Readonly<Record<string, unknown>> {
  let graph = graphs.get(manifest);
  if (graph === undefined) {
    const context = entryContext(manifest);
    const semantics = [...manifest.semantics.values()];
    const ofKind = (kind: string) =>
      entries(
        semantics.filter((node) => node.resourceType === kind),
        context,
      );
    graph = {
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
    graphs.set(manifest, graph);
  }
  return graph;
}
