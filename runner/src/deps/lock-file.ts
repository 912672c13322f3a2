import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { SourceText } from '../errors/source-text.js';
import { type ProjectError, TsdbtErrors } from '../errors/tsdbt-error.js';
import { type PackageEntry, type PackagesRendering, readPackageEntries } from '../project/packages-file.js';
import { YamlDocument } from '../project/yaml-document.js';
import { toTemplateValue } from '../template/convert.js';
import { toJson } from '../template/json.js';
import type { FetchedPackage } from './fetch-package.js';

export const LOCK_FILE = 'package-lock.yml';

/** package-lock.yml as it was written. */
export interface PackageLock {
  /** of the entries that were locked */
  readonly hash: unknown;
  readonly entries: readonly PackageEntry[];
}

/** @returns undefined where there is no lock file */
export function readLock(projectDir: string, rendering: PackagesRendering): PackageLock | undefined {
  const path = join(projectDir, LOCK_FILE);
  if (!existsSync(path)) return undefined;
  const document = new YamlDocument(new SourceText(LOCK_FILE, readFileSync(path, 'utf8')), 'dbt');
  const errors: ProjectError[] = [];
  const entries = readPackageEntries(document, rendering, errors);
  if (errors.length > 0) throw new TsdbtErrors(errors);
  return { hash: (document.value as { sha1_hash?: unknown } | undefined)?.sha1_hash, entries };
}

/** Writes the lock file, in dbt's form and order, beside and renames it into place. An equal one stays as it is. */
export function writeLock(projectDir: string, hash: string, packages: readonly FetchedPackage[]): void {
  const path = join(projectDir, LOCK_FILE);
  const entries = packages.map(({ pinned, name }) => sorted({ ...pinned, name }));
  const text = stringify({ packages: entries, sha1_hash: hash }, { singleQuote: true, lineWidth: 0 });
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return;
  writeFileSync(`${path}.tmp`, text);
  renameSync(`${path}.tmp`, path);
}

function sorted(entry: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(entry).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * The hash of packages.yml by which dbt knows whether its lock file still fits; equal, so that both programs share one lock file. Addresses with
 * templates are hashed as they are written: a token of one's own makes no other lock.
 */
export function hashOf(entries: readonly PackageEntry[]): string {
  const texts = entries.map((entry) => toJson(toTemplateValue(asDbtHolds(entry)), { sortKeys: true }));
  return createHash('sha1').update(texts.sort(byCodePoint).join('\n')).digest('hex');
}

function byCodePoint(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The fields of an entry, with those that are not given. */
function asDbtHolds({ kind, written, values, raw }: PackageEntry): Record<string, unknown> {
  // numbers as they are written: 1.0 stays a float
  const given = Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, typeof raw[key] === 'string' ? value : raw[key]]),
  );
  const held = { ...given, [kind]: written, unrendered: raw };
  switch (kind) {
    case 'git':
      return { revision: null, subdirectory: null, 'warn-unpinned': null, ...held };
    case 'package':
      return { install_prerelease: false, ...held };
    default:
      return held;
  }
}
