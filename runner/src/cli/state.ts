import { resolve } from 'node:path';
import { readPreviousState } from '../artifacts/previous-artifacts.js';
import { StateManifest } from '../artifacts/state-manifest.js';
import { GraphError, ProjectError, type TsdbtError } from '../errors/tsdbt-error.js';
import { graphCodes } from '../manifest/codes.js';
import type { Manifest } from '../manifest/manifest.js';
import type { PreviousState } from '../manifest/select/previous-state.js';
import type { Project } from '../project/project.js';
import type { Deferral } from '../run/run-types.js';
import { cliCodes } from './codes.js';
import type { GlobalOptions } from './flags.js';

/** What `--state` names; undefined without it. */
export function previousState(options: GlobalOptions, manifest: Manifest): PreviousState | undefined {
  const folder = stateFolder(options, manifest.project);
  return folder === undefined ? undefined : readPreviousState(folder, manifest);
}

/** What is to be said of a state that this command writes over; undefined where it lies elsewhere. */
export function stateWarning({ state, deferState }: GlobalOptions, project: Project): TsdbtError | undefined {
  const same = [state, deferState].find(
    (folder) => folder !== undefined && resolve(project.projectDir, folder) === project.targetPath,
  );
  if (same === undefined) return undefined;
  return new ProjectError(cliCodes.stateIsTarget, `The state and target directories are the same: '${same}'`, {
    hint: 'artifacts of this command take the place of those that it compares with: give --state a copy',
  });
}

/** Absolute folder of `--state`: like all paths of dbt's flags relative to the project. */
export function stateFolder({ state }: GlobalOptions, { projectDir }: Project): string | undefined {
  return state === undefined ? undefined : resolve(projectDir, state);
}

/**
 * What `--defer` asks for; undefined without it.
 * @throws {GraphError} TSD3025 without a state, and for one that cannot be read
 */
export function deferralOf(options: GlobalOptions, project: Project): Deferral | undefined {
  if (options.defer !== true) return undefined;
  const named = options.deferState ?? options.state;
  if (named === undefined)
    throw new GraphError(
      graphCodes.unreadableState,
      '--state or --defer-state are required for deferral, but neither was provided',
      { hint: 'name a folder with the manifest.json of an earlier run' },
    );
  const manifest = StateManifest.read(resolve(project.projectDir, named));
  return {
    favorsState: options.favorState === true,
    relationOf: (uniqueId) => manifest.relationOf(uniqueId, project),
  };
}
