import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Effects } from './effects.js';
import type { GlobalOptions } from './flags.js';

/** Names of the file that makes a folder a project, the first that exists counts. */
export const PROJECT_FILES = ['project.yml', 'project.yaml', 'dbt_project.yml'] as const;

export function holdsProject(folder: string): boolean {
  return PROJECT_FILES.some((file) => existsSync(join(folder, file)));
}

/** The project's folder: `--project-dir`, `DBT_PROJECT_DIR`, else the working directory or the nearest folder above it that holds one. */
export function projectFolder(options: GlobalOptions, effects: Pick<Effects, 'cwd' | 'env'>): string {
  const given = options.projectDir ?? effects.env.DBT_PROJECT_DIR;
  if (given !== undefined && given !== '') return resolve(effects.cwd, given);
  for (let folder = effects.cwd; ; folder = dirname(folder)) {
    if (holdsProject(folder)) return folder;
    if (dirname(folder) === folder) return effects.cwd;
  }
}
