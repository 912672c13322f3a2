import type { Manifest } from './manifest.js';

const identities = new WeakMap<Manifest, string>();

/** Says that a manifest is the one that was kept by this name, unchanged but for what compiling adds to nodes. */
export function setKeptIdentity(manifest: Manifest, id: string): void {
  identities.set(manifest, id);
}

/** The name that a manifest was kept by; undefined where it was not. Two manifests of one name say the same. */
export function keptIdentity(manifest: Manifest): string | undefined {
  return identities.get(manifest);
}
