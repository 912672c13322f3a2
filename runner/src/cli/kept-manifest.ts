import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bytesOfManifest, manifestFrom } from '../manifest/keep-manifest.js';
import { setKeptIdentity } from '../manifest/kept-identity.js';
import type { Manifest } from '../manifest/manifest.js';
import type { Project } from '../project/project.js';
import { holdsSecret } from '../project/redact.js';
import { environmentAsked, isSameEnvironment } from '../project/watched-environment.js';
import type { Effects } from './effects.js';
import type { GlobalOptions } from './flags.js';
import { areUnchanged, engineFacts, filesOf, type ReadFiles } from './project-fingerprint.js';

/** What has to be the same for a kept manifest to be the project's. It stands as a line of JSON before the manifest's bytes. */
interface Head extends ReadFiles {
  /** another one for each manifest that is kept */
  readonly id: string;
  /** engine, project and the flags that a manifest depends on */
  readonly key: string;
  /** hashes of the environment variables that were asked for */
  readonly env: Readonly<Record<string, string>>;
  /** of the bytes that follow */
  readonly length: number;
}

/** The manifest of a project in which nothing has changed since a command read it; undefined where it has to be read. */
export function keptManifest(project: Project, options: GlobalOptions, effects: Effects): Manifest | undefined {
  if (options.partialParse === false) return undefined;
  try {
    const file = readFileSync(pathOf(project));
    const end = file.indexOf('\n');
    const head = JSON.parse(file.toString('utf8', 0, end)) as Head;
    if (head.key !== keyOf(project, options) || !isSameEnvironment(project.env, head.env)) return undefined;
    if (head.length !== file.length - end - 1 || !areUnchanged(head, project.projectDir, options, effects))
      return undefined;
    const manifest = manifestFrom(file.subarray(end + 1), project);
    setKeptIdentity(manifest, head.id);
    return manifest;
  } catch {
    // not there, or cut short: the project is read
    return undefined;
  }
}

/**
 * Keeps a manifest that was just made, for the next command. Nothing is kept where a second look at the same files could see
 * something else, nor where the manifest holds a secret.
 *
 * @param startedAt when the command began, before it read anything
 */
export function keepManifest(manifest: Manifest, options: GlobalOptions, effects: Effects, startedAt: Date): void {
  const { project } = manifest;
  const env = environmentAsked(project.env);
  const files = filesOf(manifest, options, effects, startedAt);
  const bytes = files === undefined ? undefined : bytesOfManifest(manifest);
  if (files === undefined || bytes === undefined || holdsSecret(bytes, project.env)) return;
  const id = randomUUID();
  const head: Head = { id, key: keyOf(project, options), env, ...files, length: bytes.length };
  const path = pathOf(project);
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(temporary, Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), bytes]));
    renameSync(temporary, path);
    setKeptIdentity(manifest, id);
  } catch {
    // a folder that cannot be written stops no command that only reads
  }
}

function pathOf(project: Project): string {
  return join(project.targetPath, 'cache', 'manifest.bin');
}

/** The target counts whole: which of which profile it is, and what it says. */
function keyOf({ projectDir, document, target }: Project, { vars, profilesDir }: GlobalOptions): string {
  const facts = [...engineFacts(), projectDir, document.source.path, { vars, profilesDir }, target];
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex');
}
