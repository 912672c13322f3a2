import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TSDBT_VERSION } from '../project/tsdbt-version.js';

/** Writes `<target>/<name>`, beside the old file and then renamed into place. Big integers are written as numbers' text. */
export function writeArtifact(targetPath: string, name: string, content: unknown): void {
  mkdirSync(targetPath, { recursive: true });
  const path = join(targetPath, name);
  const temporary = `${path}.${process.pid}.tmp`;
  writeFileSync(
    temporary,
    JSON.stringify(content, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
  );
  renameSync(temporary, path);
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
