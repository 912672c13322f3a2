import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readFileSync, rmSync, type Stats, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Project } from '../project/project.js';
import { secretsOf } from '../project/redact.js';

/** The first byte of a part of a file, and the byte after its last. */
export type Range = readonly [start: number, end: number];

/** Where the parts of the `manifest.json` that was written last stand in it, in bytes, and what they were made of. */
export interface ManifestIndex {
  /** the kept manifest that it was written from */
  readonly kept: string;
  /** a hash of the secrets that were hidden in it */
  readonly secrets: string;
  /** when its entries were made; seconds since 1970 */
  readonly createdAt: number;
  /** unique ids of macros that nodes call, in order */
  readonly called: readonly string[];
  /** unique ids of the nodes whose entries say more than the parse did */
  readonly compiled: readonly string[];
  /** `"metadata":{…}` */
  readonly metadata: Range;
  /** `"macros":{…}` */
  readonly macros: Range;
  /** first and last bytes of the entries of models, tests, analyses and operations in their order: `"<id>":{…}` */
  readonly entries: readonly number[];
}

interface KeptIndex extends ManifestIndex {
  /** what the file was when it had been written */
  readonly file: string;
}

/** Keeps the index of the file that was written as `written`; where another program has replaced that since, none is kept. */
export function keepManifestIndex(project: Project, index: ManifestIndex, written: Stats): void {
  const path = pathOf(project);
  try {
    const now = openSync(join(project.targetPath, 'manifest.json'), 'r');
    try {
      const there = fstatSync(now);
      if (there.ino !== written.ino || there.size !== written.size || there.mtimeMs !== written.mtimeMs) return;
      writeFileSync(path, JSON.stringify({ ...index, file: nameOf(there) } satisfies KeptIndex));
    } finally {
      closeSync(now);
    }
  } catch {
    // without it the next file is written whole
    rmSync(path, { force: true });
  }
}

/** `manifest.json` and its index, where it was written from the manifest of this name and nothing has touched it since. */
export function indexedManifest(
  project: Project,
  kept: string,
): { readonly bytes: Buffer; readonly index: ManifestIndex } | undefined {
  try {
    const index = JSON.parse(readFileSync(pathOf(project), 'utf8')) as KeptIndex;
    if (index.kept !== kept || index.secrets !== hashOfSecrets(project, kept)) return undefined;
    const file = openSync(join(project.targetPath, 'manifest.json'), 'r');
    try {
      if (nameOf(fstatSync(file)) !== index.file) return undefined;
      return { bytes: readFileSync(file), index };
    } finally {
      closeSync(file);
    }
  } catch {
    // not there, or cut short
    return undefined;
  }
}

/** A hash of what is secret in the environment; another one for each kept manifest. */
export function hashOfSecrets({ env }: Project, kept: string): string {
  return createHash('sha256')
    .update(JSON.stringify([kept, secretsOf(env).sort()]))
    .digest('base64');
}

function nameOf({ size, mtimeMs, ctimeMs, ino }: Stats): string {
  return `${size} ${mtimeMs} ${ctimeMs} ${ino}`;
}

function pathOf({ targetPath }: Project): string {
  return join(targetPath, 'cache', 'manifest-index.json');
}
