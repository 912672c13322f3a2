import type { SourcePlace } from '../../errors/source-text.js';
import type { YamlPath } from '../../project/yaml-document.js';
import type { ManifestNode } from '../nodes.js';
import type { Located } from '../property-index.js';

type Entry = Pick<Located<unknown>, 'document' | 'at'> & {
  /** where elements stand that are written elsewhere in the entry, by their path in the node's entry */
  readonly elsewhere?: ReadonlyMap<string, YamlPath> | undefined;
};

/** The entries of nodes of the semantic layer, while a project is read. */
const entries = new WeakMap<ManifestNode, Entry>();

/** Remembers where a node is written. */
export function keepPlace(node: ManifestNode, entry: Entry): void {
  entries.set(node, entry);
}

/** Where a key or an item of a node's entry stands; the name's place where it is not written there. */
export function placeIn(node: ManifestNode, path: YamlPath): SourcePlace | undefined {
  const entry = entries.get(node);
  if (entry === undefined || (path.length === 1 && path[0] === 'name')) return node.propertiesPlace;
  if (entry.elsewhere === undefined) return entry.document.placeOf([...entry.at, ...path]);
  const found = entry.elsewhere.get(path.slice(0, 2).join('.'));
  return found === undefined ? node.propertiesPlace : entry.document.placeOf([...entry.at, ...found]);
}
