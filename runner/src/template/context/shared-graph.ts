import { NamedDict, PyDict } from '../containers.js';
import { toTemplateValue } from '../convert.js';
import type { TemplateValue } from '../values.js';
import { graphKeys } from './known-keys.js';

const graphs = new WeakMap<object, NamedDict>();

/** One dict for all templates of a run: packages keep in it what they find out, for others to read. */
export function sharedGraph(graph: Readonly<Record<string, unknown>> | undefined): TemplateValue {
  if (graph === undefined) return dictOf({});
  let shared = graphs.get(graph);
  if (shared === undefined) {
    shared = dictOf(graph);
    graphs.set(graph, shared);
  }
  return shared;
}

/** Puts the entry of a node into the dict that templates have of a graph, where they have one. */
export function setInSharedGraph(graph: object, kind: string, uniqueId: string, entry: unknown): void {
  const entries = graphs.get(graph)?.get(kind);
  if (entries instanceof PyDict) entries.set(uniqueId, toTemplateValue(entry));
}

function dictOf(graph: Readonly<Record<string, unknown>>): NamedDict {
  const items = Object.entries(graph).map(([key, value]) => [key, toTemplateValue(value)] as const);
  return new NamedDict('graph', items, graphKeys, 'alike');
}
