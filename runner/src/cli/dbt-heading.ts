import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { dbtKindOf } from '../errors/dbt-kind.js';
import type { TsdbtError } from '../errors/tsdbt-error.js';
import type { Effects } from './effects.js';
import { projectFolder } from './project-folder.js';

/**
 * The words with which dbt begins what ended a command (`Compilation Error`, `Parsing Error`, …), for tools and eyes that
 * look for them; undefined outside of dbt projects.
 */
export function dbtHeading(
  errors: readonly TsdbtError[],
  argv: readonly string[],
  effects: Pick<Effects, 'cwd' | 'env'>,
): string | undefined {
  const [first] = errors;
  if (first === undefined) return undefined;
  const folder = projectFolder({ projectDir: projectDirOf(argv) }, effects);
  if (existsSync(join(folder, 'project.yml')) || !existsSync(join(folder, 'dbt_project.yml'))) return undefined;
  return `Encountered an error:\n${dbtKindOf(first)} Error`;
}

/** The value of `--project-dir` in a command line that could not be read as a whole. */
export function projectDirOf(argv: readonly string[]): string | undefined {
  const at = argv.findIndex((word) => word === '--project-dir' || word.startsWith('--project-dir='));
  if (at === -1) return undefined;
  const [, value] = argv[at]!.split('=', 2);
  return value ?? argv[at + 1];
}
