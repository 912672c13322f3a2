import { ProjectError } from '../errors/tsdbt-error.js';
import { projectCodes } from '../project/codes.js';
import type { Project } from '../project/project.js';

/**
 * The errors of `config-version:`, which has been 2 since dbt 0.17. As in dbt, that of a package counts where it holds more than macros.
 *
 * @param holding names of the packages that hold a node
 */
export function configVersionErrors(projects: readonly Project[], holding: ReadonlySet<string>): ProjectError[] {
  return projects.flatMap((project) => {
    const given = (project.document.value as Record<string, unknown> | null)?.['config-version'];
    if (typeof given !== 'number' || given === 2) return [];
    if (project.root !== undefined && !holding.has(project.name)) return [];
    return [
      new ProjectError(projectCodes.wrongValue, `config-version: expected 2, found ${given}`, {
        place: project.document.placeOf(['config-version']),
        hint: 'write `config-version: 2`, or leave it out; the keys of version 1 are not read',
      }),
    ];
  });
}
