import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Project } from '../project/project.js';
import { type Redactor, redactorFor } from '../project/redact.js';
import { TSDBT_VERSION } from '../project/tsdbt-version.js';

/**
 * Writes `<target>/<name>`, beside the old file and then renamed into place. Big integers are written as numbers' text,
 * secrets of the project's environment are hidden.
 */
export function writeArtifact(project: Pick<Project, 'targetPath' | 'env'>, name: string, content: unknown): void {
  const { targetPath } = project;
  const redact = redactorFor(project.env);
  const path = join(targetPath, name);
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(temporary, jsonOf(content, redact));
  renameSync(temporary, path);
}

/** A replacer makes JSON several times slower, so it is used only where it changes something. */
function jsonOf(content: unknown, redact: Redactor): string {
  try {
    const text = JSON.stringify(content);
    if (redact(text) === text) return text;
  } catch (thrown) {
    // big integers have no JSON of their own
    if (!(thrown instanceof TypeError)) throw thrown;
  }
  return JSON.stringify(content, (_, value: unknown) =>
    typeof value === 'string' ? redact(value) : typeof value === 'bigint' ? String(value) : value,
  );
}

/** The `metadata` that every artifact begins with. */
export function artifactMetadata(kind: string, invocationId: string): Record<string, unknown> {
  return {
    tsdbt_artifact: kind,
    tsdbt_version: TSDBT_VERSION,
    generated_at: new Date().toISOString(),
    invocation_id: invocationId,
  };
}
