import type { CommitResult } from '../delta/operations/staged-commit.js';

/** What is said of a commit that stands although the checkpoint which was due after it does not; undefined where nothing is wrong. */
export function checkpointWarning({ version, checkpointError }: CommitResult): string | undefined {
  if (checkpointError === undefined) return undefined;
  const [said] = String((checkpointError as Error).message ?? checkpointError).split('\n');
  return `version ${version} is published, but its checkpoint could not be written, so reading the log takes longer: ${said}`;
}

/** Warnings as one; undefined where there is none. */
export function together(...warnings: readonly (string | undefined)[]): string | undefined {
  return warnings.filter((warning) => warning !== undefined).join('; ') || undefined;
}
