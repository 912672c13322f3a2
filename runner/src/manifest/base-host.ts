import type { Project } from '../project/project.js';
import { dbtLanguageVersion } from '../project/required-version.js';
import { TSDBT_VERSION } from '../project/tsdbt-version.js';
import { targetForTemplates } from '../project/value-scope.js';
import type { ContextHost, RuntimeConfig } from '../template/context/context-host.js';
import type { MacroLibrary } from '../template/macros.js';

const parseInvocation = '00000000-0000-0000-0000-000000000000';
const epoch = new Date(0);

/** What every template of a project sees alike. While parsing, the run's id and time are fixed. */
export function baseHost(project: Project, library: MacroLibrary): ContextHost {
  const { env, vars } = project;
  return {
    packageName: project.name,
    library,
    adapterTypes: project.target.type === 'trino' ? ['trino'] : ['duckdb'],
    execute: false,
    projectName: (project.root ?? project).name,
    target: targetForTemplates(project.target),
    flags: { ...project.flags, WHICH: 'parse' },
    invocationId: parseInvocation,
    runStartedAt: epoch,
    version: TSDBT_VERSION,
    dbtVersion: dbtLanguageVersion,
    runtimeConfig: () => runtimeConfigOf(project.root ?? project),
    getVar: (name) => vars.get(name, project.name),
    varNames: () => vars.names(project.name),
    getEnv: (name) => env[name],
    envNames: () => Object.keys(env),
  };
}

/** By dbt's names. */
function runtimeConfigOf(project: Project): RuntimeConfig {
  const { target, paths, vars } = project;
  const about = (of: Project) => ({ project_name: of.name, version: of.version ?? null, project_root: of.projectDir });
  return {
    ...about(project),
    profile_name: target.profileName,
    target_name: target.name,
    threads: target.threads,
    packages_install_path: 'dbt_packages',
    model_paths: paths.models,
    seed_paths: paths.seeds,
    macro_paths: paths.macros,
    test_paths: paths.tests,
    snapshot_paths: paths.snapshots,
    query_comment: project.queryComment ?? null,
    vars: vars.declared,
    cliVars: vars.given,
    dependencies: Object.fromEntries([project, ...project.packages].map((of) => [of.name, about(of)])),
  };
}
