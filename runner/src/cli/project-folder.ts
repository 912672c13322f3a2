import { dirname, resolve } from 'node:path';
import { projectFileIn } from '../project/project-file.js';
import type { Effects } from './effects.js';
import type { GlobalOptions } from './flags.js';

/** The project's folder: `--project-dir`, `DBT_PROJECT_DIR`, else the working directory or the nearest folder above it that holds one. */
export function projectFolder(options: GlobalOptions, effects: Pick<Effects, 'cwd' | 'env'>): string {
  const given = options.projectDir ?? effects.env.DBT_PROJECT_DIR;
  if (given !== undefined && given !== '') return resolve(effects.cwd, given);
  for (let folder = effects.cwd; ; folder = dirname(folder)) {
    if (projectFileIn(folder) !== undefined) return folder;
    if (dirname(folder) === folder) return effects.cwd;
  }
}
