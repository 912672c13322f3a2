import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { hasAddedMacros } from '../manifest/added-macros.js';
import { type CompiledEntry, type EntryContext, entryContext } from '../manifest/entries/entry-context.js';
import { macrosJson } from '../manifest/entries/macros.js';
import { manifestEntry } from '../manifest/entries/manifest-entry.js';
import { macrosCalledBy } from '../manifest/entries/sql-nodes.js';
import { keptIdentity } from '../manifest/kept-identity.js';
import type { Manifest } from '../manifest/manifest.js';
import type { AnalysisNode, ModelNode, TestNode } from '../manifest/nodes.js';
import { COMPLETION_NAMES } from './completion-names.js';
import { hashOfSecrets, indexedManifest, keepManifestIndex, type ManifestIndex, type Range } from './manifest-index.js';
import { metadataOf } from './manifest-metadata.js';
import { operationsJson } from './manifest-operations.js';
import { type Invocation, jsonWriter, replaceArtifact } from './write-artifact.js';

/**
 * Writes `target/manifest.json` from the one that is there, where that was written from the same kept manifest: only the entries of what
 * was compiled, now or then, are made anew. The file is the same as if it was written whole, with entries of the same time.
 *
 * @param compiled SQL of the nodes that were compiled, by unique id
 * @returns whether it was written
 */
export function spliceManifest(
  manifest: Manifest,
  invocation: Invocation,
  compiled: ReadonlyMap<string, CompiledEntry>,
): boolean {
  const { project } = manifest;
  const kept = keptIdentity(manifest);
  if (kept === undefined || project.writesJson === false) return false;
  // what is written with the file does not change either
  if (![COMPLETION_NAMES, 'semantic_manifest.json'].every((name) => existsSync(join(project.targetPath, name))))
    return false;
  // these are not entries that the index tells of
  if ([...manifest.functions.keys()].some((id) => compiled.has(id))) return false;
  const found = indexedManifest(project, kept);
  if (found === undefined) return false;
  const { bytes, index } = found;
  const context: EntryContext = { ...entryContext(manifest, compiled), createdAt: index.createdAt };
  const nodes = [...manifest.nodes.values(), ...manifest.analyses.values()];
  const operations = operationsJson(context);
  if (index.entries.length !== 2 * (nodes.length + Object.keys(operations).length)) return false;
  const json = jsonWriter(project.env);
  const changed = changedNodes(nodes, compiled);
  const before = new Set(index.compiled);
  const called = calledMacros(nodes, operations);
  const pieces = new Pieces(bytes);
  const metadata = pieces.replace(index.metadata, `"metadata":${json(metadataOf(manifest, invocation))}`);
  const entries: number[] = [];
  for (const [i, node] of nodes.entries()) {
    const id = node.uniqueId;
    const range: Range = [index.entries[2 * i]!, index.entries[2 * i + 1]!];
    const isMade = changed.has(id) || before.has(id);
    const entry = isMade ? `${JSON.stringify(id)}:${json(manifestEntry(node, context))}` : undefined;
    entries.push(...pieces.replace(range, entry));
  }
  for (let i = 2 * nodes.length; i < index.entries.length; i += 2)
    entries.push(...pieces.replace([index.entries[i]!, index.entries[i + 1]!], undefined));
  const areSame = called.length === index.called.length && called.every((id, i) => id === index.called[i]);
  const macros = pieces.replace(
    index.macros,
    areSame ? undefined : `"macros":${json(macrosJson(manifest, called, index.createdAt))}`,
  );
  const written = replaceArtifact(project, 'manifest.json', pieces.all());
  keepManifestIndex(project, { ...index, called, compiled: [...changed], metadata, macros, entries }, written);
  return true;
}

/** What is known of a file that is written whole. */
export type WrittenManifest = Pick<ManifestIndex, 'createdAt' | 'called' | 'metadata' | 'macros' | 'entries'>;

/** The index of a manifest that was written whole; undefined where it was not kept. */
export function indexOf(
  manifest: Manifest,
  compiled: ReadonlyMap<string, CompiledEntry>,
  written: WrittenManifest,
): ManifestIndex | undefined {
  const kept = keptIdentity(manifest);
  if (kept === undefined) return undefined;
  const nodes = [...manifest.nodes.values(), ...manifest.analyses.values()];
  const secrets = hashOfSecrets(manifest.project, kept);
  return { kept, secrets, compiled: [...changedNodes(nodes, compiled)], ...written };
}

type Compilable = ModelNode | TestNode | AnalysisNode;

/** Unique ids of nodes of which more is known than the parse told. */
function changedNodes(nodes: readonly Compilable[], compiled: ReadonlyMap<string, CompiledEntry>): Set<string> {
  const changed = new Set<string>();
  for (const node of nodes) if (compiled.has(node.uniqueId) || hasAddedMacros(node)) changed.add(node.uniqueId);
  return changed;
}

/** As they are met when all entries are made. */
function calledMacros(
  nodes: readonly Compilable[],
  operations: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
): string[] {
  const called = new Set<string>();
  for (const node of nodes) for (const id of macrosCalledBy(node)) called.add(id);
  for (const entry of Object.values(operations))
    for (const id of (entry.depends_on as { readonly macros: readonly string[] }).macros) called.add(id);
  return [...called];
}

/** A file with parts of it replaced, from its beginning to its end. */
class Pieces {
  readonly #pieces: Buffer[] = [];
  /** up to where the old file has been gone through */
  #at = 0;
  /** by how much the new file is longer up to there */
  #shift = 0;

  constructor(private readonly bytes: Buffer) {}

  /** @returns where the part stands in the new file */
  replace([start, end]: Range, text: string | undefined): Range {
    const first = start + this.#shift;
    if (text === undefined) return [first, end + this.#shift];
    const piece = Buffer.from(text);
    this.#pieces.push(this.bytes.subarray(this.#at, start), piece);
    this.#at = end;
    this.#shift += piece.length - (end - start);
    return [first, first + piece.length];
  }

  all(): Buffer[] {
    return [...this.#pieces, this.bytes.subarray(this.#at)];
  }
}
