import { existsSync, realpathSync, rmSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { ProjectError, TsdbtErrors } from '../../errors/tsdbt-error.js';
import type { Project } from '../../project/project.js';
import { cliCodes } from '../codes.js';
import type { Effects } from '../effects.js';
import type { GlobalOptions } from '../flags.js';
import { openProjectFor } from '../open-project.js';

/** Removes the project's clean-targets. Nothing outside of the project, no sources and never the warehouse. */
export async function clean(options: GlobalOptions, effects: Effects): Promise<number> {
  const project = await openProjectFor(options, effects, 'any');
  const errors = project.cleanTargets.map((target) => refusal(project, target)).filter((error) => error !== undefined);
  // all or nothing: a list with a mistake in it may have more of them
  if (errors.length > 0) throw new TsdbtErrors(errors);
  for (const target of project.cleanTargets) {
    const folder = join(project.projectDir, target);
    const removed = existsSync(folder);
    rmSync(folder, { recursive: true, force: true });
    if (!options.quiet) effects.stderr.write(`  ${removed ? 'removed' : 'absent '}  ${target}\n`);
  }
  return 0;
}

/** Why a folder must not be removed; undefined where it may. */
function refusal(project: Project, target: string): ProjectError | undefined {
  const index = project.cleanTargets.indexOf(target);
  const refuse = (why: string): ProjectError =>
    new ProjectError(cliCodes.unsafeCleanTarget, `clean does not remove "${target}": ${why}`, {
      place: project.document.placeOf(['clean-targets', index]),
      hint: 'clean-targets holds folders in the project that can be made again, such as target; nothing was removed',
    });
  if (isAbsolute(target)) return refuse('it is an absolute path');
  const folder = resolve(project.projectDir, target);
  if (folder === project.projectDir) return refuse('it is the project itself');
  if (!within(folder, project.projectDir)) return refuse('it lies outside of the project');
  // a link on the way may lead anywhere; a link at the end is removed itself
  const parent = dirname(folder);
  if (existsSync(parent) && !within(realpathSync(parent), realpathSync(project.projectDir)))
    return refuse('a link leads out of the project');
  if (within(folder, project.warehouse) || within(project.warehouse, folder)) return refuse('the tables are there');
  const { models, seeds, tests, macros, snapshots, analyses, functions } = project.paths;
  for (const path of [models, seeds, tests, macros, snapshots, analyses, functions].flat()) {
    const sources = resolve(project.projectDir, path);
    if (within(folder, sources) || within(sources, folder)) return refuse('the project is written there');
  }
  return undefined;
}

/** Whether a folder is another one or lies in it. */
function within(folder: string, container: string): boolean {
  const path = relative(container, folder);
  return path === '' || (path !== '..' && !path.startsWith(`..${sep}`) && !isAbsolute(path));
}
