import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Names of the file that makes a folder a project, the first that exists counts. */
const PROJECT_FILES = ['project.yml', 'project.yaml', 'dbt_project.yml'] as const;

/** The file's name in a folder; undefined where there is none. */
export function projectFileIn(folder: string): (typeof PROJECT_FILES)[number] | undefined {
  return PROJECT_FILES.find((name) => existsSync(join(folder, name)));
}
