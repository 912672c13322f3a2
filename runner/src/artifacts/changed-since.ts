import type { Manifest } from '../manifest/manifest.js';
import { stateEntries } from './manifest-json.js';
import { stateChanges } from './state-changes.js';
import type { StateEntry } from './state-manifest.js';

/** What nodes are compared by, of a manifest that was read by this process. */
export interface ManifestMemory {
  readonly entries: ReadonlyMap<string, StateEntry>;
  readonly macros: Readonly<Record<string, StateEntry>>;
}

export function remembered(manifest: Manifest): ManifestMemory {
  const { entry, macros } = stateEntries(manifest);
  return { entries: new Map([...manifest.all()].map((node) => [node.uniqueId, entry(node)])), macros };
}

/** Unique ids of what is new or otherwise than before. */
export function changedSince(before: ManifestMemory, manifest: Manifest): Set<string> {
  const now = stateEntries(manifest);
  const macros = { before: before.macros, after: now.macros, persistsAll: !manifest.project.isDbt };
  const changed = [...manifest.all()].filter((node) => {
    const then = before.entries.get(node.uniqueId);
    return then === undefined || stateChanges(then, now.entry(node), macros).length > 0;
  });
  return new Set(changed.map((node) => node.uniqueId));
}
