import { basename, isAbsolute, join, resolve, sep } from 'node:path';
import { changedSince, type ManifestMemory } from '../../artifacts/changed-since.js';
import type { Manifest } from '../../manifest/manifest.js';
import { isGlob, matchesPathGlob } from '../../manifest/select/glob.js';
import { reaches } from './imports.js';

/** Files that may concern any node: variables, targets, the environment. */
const FOR_ALL = /^(?:(?:dbt_)?project\.ya?ml|profiles\.yml|\.env|packages\.yml|dependencies\.yml)$/;

/**
 * What of a selection has to run after files have changed: nodes that read otherwise than in the last run, TypeScript models that import what
 * has changed, sources whose data has, and everything below. All of it where the project's own file has changed.
 *
 * @param before what the last run was made of
 * @param files absolute paths
 */
export function affected(
  selected: ReadonlySet<string>,
  manifest: Manifest,
  before: ManifestMemory,
  files: ReadonlySet<string>,
): Set<string> {
  if ([...files].some((file) => FOR_ALL.test(basename(file)))) return new Set(selected);
  const changed = changedSince(before, manifest);
  for (const node of manifest.models()) {
    if (node.language !== 'typescript') continue;
    if (reaches(join(manifest.project.projectDir, node.path), files)) changed.add(node.uniqueId);
  }
  for (const source of manifest.sources.values())
    if (source.location !== undefined && holdsAny(source.location, manifest.project.projectDir, files))
      changed.add(source.uniqueId);
  const found = new Set<string>();
  const pending = [...changed];
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    pending.push(...manifest.childrenOf(id));
  }
  return new Set([...selected].filter((id) => found.has(id)));
}

/** Whether the file, folder or pattern of a source is one of some files or holds one. */
function holdsAny(location: string, projectDir: string, files: ReadonlySet<string>): boolean {
  const path = isAbsolute(location) ? location : resolve(projectDir, location);
  return [...files].some(
    (file) => file === path || file.startsWith(path + sep) || (isGlob(path) && matchesPathGlob(file, path)),
  );
}
