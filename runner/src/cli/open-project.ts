import { resolve } from 'node:path';
import type { EventBus } from '../events/events.js';
import type { Manifest } from '../manifest/manifest.js';
import { projectEnvironment } from '../project/dotenv.js';
import type { Project } from '../project/project.js';
import { unwatched } from '../project/watched-environment.js';
import type { Effects } from './effects.js';
import type { GlobalOptions } from './flags.js';
import { projectFolder } from './project-folder.js';
import { warningEvent, withReporters } from './reporters.js';
import { selectorWarnings } from './selection.js';
import { stateWarning } from './state.js';
import { readVars } from './vars.js';
import { WarningPolicy } from './warning-policy.js';

/** Reads the project that the flags name. `packages` is `any` for commands that need none of them. */
export async function openProjectFor(
  options: GlobalOptions,
  effects: Effects,
  packages?: 'any' | 'all',
): Promise<Project> {
  const vars = readVars(options.vars);
  const projectDir = projectFolder(options, effects);
  // before the first error that may hold them
  effects.hideSecretsOf?.(projectEnvironment(projectDir, effects.env));
  const { openProject } = await import('../manifest/open-project.js');
  const profiles = options.profilesDir ?? effects.env.DBT_PROFILES_DIR;
  const project = await openProject({
    projectDir,
    profilesDir: profiles === undefined || profiles === '' ? undefined : resolve(effects.cwd, profiles),
    profile: options.profile,
    target: options.target,
    vars,
    packages,
    env: {
      ...effects.env,
      ...(options.targetPath === undefined ? {} : { DBT_TARGET_PATH: options.targetPath }),
      ...(options.logPath === undefined ? {} : { DBT_LOG_PATH: options.logPath }),
      ...(options.versionCheck === undefined ? {} : { DBT_VERSION_CHECK: String(options.versionCheck) }),
    },
  });
  return options.writeJson === false ? { ...project, writesJson: false } : project;
}

/** A project that was read whole, and the reporters of this command. */
export interface OpenedProject {
  readonly project: Project;
  readonly manifest: Manifest;
  readonly bus: EventBus;
  /** under which artifacts and logs know this command */
  readonly invocationId: string;
}

/**
 * Reads the project and its manifest, hands warnings to the reporters, and calls `work`.
 *
 * @throws TsdbtErrors with all that is wrong; with `--warn-error` warnings too
 */
export async function withManifest<T>(
  options: GlobalOptions,
  effects: Effects,
  work: (opened: OpenedProject) => Promise<T>,
): Promise<T> {
  const startedAt = effects.now();
  const project = await openProjectFor(options, effects);
  const reported = { ...project, env: unwatched(project.env) };
  return withReporters(options, effects, reported, async (bus, invocationId) => {
    const manifest = await manifestOf(project, options, effects, startedAt);
    const warnings = [...manifest.warnings, ...selectorWarnings(options, project)];
    const stale = stateWarning(options, project);
    if (stale !== undefined) warnings.push(stale);
    for (const warning of new WarningPolicy(options).told(warnings)) bus.emit(warningEvent(warning));
    return work({ project, manifest, bus, invocationId });
  });
}

async function manifestOf(
  project: Project,
  options: GlobalOptions,
  effects: Effects,
  startedAt: Date,
): Promise<Manifest> {
  const { keepManifest, keptManifest } = await import('./kept-manifest.js');
  const kept = keptManifest(project, options, effects);
  if (kept !== undefined) return kept;
  const { buildManifest } = await import('../manifest/build-manifest.js');
  const manifest = await buildManifest(project);
  keepManifest(manifest, options, effects, startedAt);
  return manifest;
}
