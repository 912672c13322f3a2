import type { ManifestNode } from '../nodes.js';
import type { EntryContext } from './entry-context.js';
import { semanticJson } from './semantics.js';
import { exposureJson, sourceJson, unitTestJson } from './sources.js';
import { nodeJson } from './sql-nodes.js';

/** A node in dbt's form: as `manifest.json` holds it, and `graph` of templates. */
export function manifestEntry(node: ManifestNode, context: EntryContext): Record<string, unknown> {
  switch (node.resourceType) {
    case 'source':
      return sourceJson(node, context);
    case 'exposure':
      return exposureJson(node, context);
    case 'unit_test':
      return unitTestJson(node, context);
    case 'metric':
    case 'semantic_model':
    case 'saved_query':
      return semanticJson(node, context);
    default:
      return nodeJson(node, context);
  }
}

/** Nodes in dbt's form, by unique id. */
export function entries(nodes: Iterable<ManifestNode>, context: EntryContext): Record<string, Record<string, unknown>> {
  return Object.fromEntries([...nodes].map((node) => [node.uniqueId, manifestEntry(node, context)]));
}
