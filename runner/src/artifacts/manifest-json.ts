import { type CompiledEntry, type EntryContext, entryContext } from '../manifest/entries/entry-context.js';
import { macrosJson } from '../manifest/entries/macros.js';
import { manifestEntry } from '../manifest/entries/manifest-entry.js';
import { docsJson, groupJson } from '../manifest/entries/sources.js';
import type { Manifest } from '../manifest/manifest.js';
import type { ManifestNode } from '../manifest/nodes.js';
import { writeCompletionNames } from './completion-names.js';
import { keepManifestIndex, type Range } from './manifest-index.js';
import { metadataOf } from './manifest-metadata.js';
import { operationsJson } from './manifest-operations.js';
import { selectorsJson } from './manifest-selectors.js';
import { semanticManifest } from './semantic-manifest.js';
import { indexOf, spliceManifest, type WrittenManifest } from './splice-manifest.js';
import { EntryByEntry, type Invocation, writeArtifact } from './write-artifact.js';

/**
 * Writes `target/manifest.json`: the whole project as it was parsed, in the form of dbt's schema (version 12), and
 * `target/semantic_manifest.json`. Shells complete its names from then on.
 *
 * @param compiled SQL of the nodes that were compiled, by unique id
 */
export function writeManifest(
  manifest: Manifest,
  invocation: Invocation,
  compiled: ReadonlyMap<string, CompiledEntry> = new Map(),
): void {
  const { project } = manifest;
  if (spliceManifest(manifest, invocation, compiled)) return;
  const context = entryContext(manifest, compiled);
  const marks = new Marks();
  const parts = new EntryByEntry(partsOf(manifest, invocation, context, marks), marks.part);
  const written = writeArtifact(project, 'manifest.json', parts);
  writeArtifact(project, 'semantic_manifest.json', semanticManifest(context));
  writeCompletionNames(manifest);
  const index = indexOf(manifest, compiled, { ...marks.found(), createdAt: context.createdAt });
  if (written !== undefined && index !== undefined) keepManifestIndex(project, index, written);
}

/** Where parts of the file stand, as they are written. */
class Marks {
  readonly #parts = new Map<string, Range>();
  readonly #entries: number[] = [];
  /** unique ids of macros that nodes call */
  readonly called = new Set<string>();

  readonly part = (key: string, start: number, end: number): void => {
    this.#parts.set(key, [start, end]);
  };
  readonly entry = (_: string, start: number, end: number): void => {
    this.#entries.push(start, end);
  };

  found(): Omit<WrittenManifest, 'createdAt'> {
    const part = (key: string) => this.#parts.get(key) ?? [0, 0];
    return { called: [...this.called], metadata: part('metadata'), macros: part('macros'), entries: this.#entries };
  }
}

/** The manifest's parts in dbt's order. What is known of nodes when they were written serves the parts after them. */
function* partsOf(
  manifest: Manifest,
  invocation: Invocation,
  context: EntryContext,
  marks: Marks,
): Generator<[string, unknown]> {
  const { project } = manifest;
  const semantics = [...manifest.semantics.values()];
  const ofKind = (kind: string) =>
    each(
      semantics.filter((node) => node.resourceType === kind),
      context,
    );
  yield ['metadata', metadataOf(manifest, invocation)];
  const ids: string[] = [];
  const { called } = marks;
  const groups = new Map<string, string[]>();
  for (const group of manifest.groups.values()) groups.set(group.name, []);
  const addToGroup = (group: unknown, id: string): void => {
    if (typeof group === 'string') groups.get(group)?.push(id);
  };
  yield ['nodes', new EntryByEntry(nodesNoting(context, noted), marks.entry)];
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
  yield ['functions', each(manifest.functions.values(), context)];

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
