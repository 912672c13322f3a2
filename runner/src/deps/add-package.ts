import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMap, isSeq, parseDocument, type YAMLSeq } from 'yaml';
import { PACKAGES_FILES } from '../project/packages-file.js';
import type { PackageKind } from '../project/packages-schema.js';
import type { PackageSource } from './package-sources.js';

/** What was done to the file. */
export interface AddedPackage {
  /** `packages.yml` or `dependencies.yml` */
  readonly file: string;
  /** whether it took the place of an entry that was there */
  readonly replaced: boolean;
}

/**
 * Adds an entry to packages.yml (or to dependencies.yml, where packages are listed there), or puts it in the place of the one for the same package.
 * Comments and everything else of the file stay.
 */
export function addPackage(
  projectDir: string,
  name: string,
  version: string | undefined,
  source: PackageSource,
): AddedPackage {
  const file = PACKAGES_FILES.find((one) => existsSync(join(projectDir, one)) && listsPackages(join(projectDir, one)));
  const path = join(projectDir, file ?? 'packages.yml');
  const document = parseDocument(existsSync(path) ? readFileSync(path, 'utf8') : '');
  const kind: PackageKind = source === 'hub' ? 'package' : source;
  const entry = document.createNode(entryOf(kind, name, version));
  const list = document.get('packages');
  let replaced = false;
  if (isSeq(list)) {
    const at = (list as YAMLSeq).items.findIndex((item) => isMap(item) && item.get(kind) === name);
    replaced = at !== -1;
    if (replaced) list.set(at, entry);
    else list.add(entry);
  } else document.set('packages', document.createNode([entry]));
  writeFileSync(`${path}.tmp`, document.toString({ lineWidth: 0 }));
  renameSync(`${path}.tmp`, path);
  return { file: file ?? 'packages.yml', replaced };
}

function listsPackages(path: string): boolean {
  return parseDocument(readFileSync(path, 'utf8')).has('packages');
}

function entryOf(kind: PackageKind, name: string, version: string | undefined): Record<string, unknown> {
  if (kind === 'tarball') return { tarball: name, name: version };
  if (version === undefined) return { [kind]: name };
  const bounds = version.split(',').map((one) => one.trim());
  return {
    [kind]: name,
    [kind === 'git' ? 'revision' : 'version']: kind === 'npm' || bounds.length === 1 ? version : bounds,
  };
}
