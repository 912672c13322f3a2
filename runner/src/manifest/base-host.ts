import { TemplateError, type TsdbtError } from '../errors/tsdbt-error.js';
import type { Project } from '../project/project.js';
import { targetSchema } from '../project/project-schema.js';
import { dbtLanguageVersion } from '../project/required-version.js';
import { TSDBT_VERSION } from '../project/tsdbt-version.js';
import { targetForTemplates } from '../project/value-scope.js';
import type { ContextHost, RuntimeConfig } from '../template/context/context-host.js';
import type { MacroLibrary } from '../template/macros.js';
import type { CallSite, Undefined } from '../template/values.js';

/** The id of the run while a project is parsed, so that parsing the same twice gives the same. */
export const parseInvocation = '00000000-0000-0000-0000-000000000000';
const epoch = new Date(0);

/** Keys of targets, those of other databases among them: projects that run in several ask for them. */
const targetNames: readonly string[] = [
  ...Object.keys(targetSchema.shape),
  ...['account', 'cluster', 'dataset', 'dbname', 'host', 'keyfile', 'location', 'method', 'port', 'project', 'region'],
  ...['role', 'token', 'user', 'warehouse'],
];

const hosts = new WeakMap<MacroLibrary, WeakMap<Project, ContextHost>>();

/** What every template of a project sees alike, made once. While parsing, the run's id and time are fixed. */
export function baseHost(project: Project, library: MacroLibrary): ContextHost {
  let ofLibrary = hosts.get(library);
  if (ofLibrary === undefined) {
    ofLibrary = new WeakMap();
    hosts.set(library, ofLibrary);
  }
  let host = ofLibrary.get(project);
  if (host === undefined) {
    host = newHost(project, library);
    ofLibrary.set(project, host);
  }
  return host;
}

function newHost(project: Project, library: MacroLibrary): ContextHost {
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
    targetNames,
    unknownIsMistake: project.isDbt ? 'alike' : 'always',
    unknownName: (value, site) => void unknownName(project, value, site),
    getVar: (name) => vars.get(name, project.name),
    varNames: () => vars.names(project.name),
    getEnv: (name) => env[name],
    envNames: () => Object.keys(env),
    keepsSecrets: project.isDbt,
  };
}

/**
 * A name of a template that can only be a mistake: an error, in a file of a dbt project a warning.
 *
 * @param told what was told before: each place is told once
 * @param errors what takes the errors of a whole parse; without it the first one is thrown
 * @returns the warning, where it is told for the first time
 * @throws OperationFailure outside of dbt projects
 */
export function unknownName(
  project: Project,
  value: Undefined,
  { place, via }: CallSite,
  told: readonly TsdbtError[] = [],
  errors?: TsdbtError[],
): TemplateError | undefined {
  const root = project.root ?? project;
  const owner = root.packages.find(({ prefix }) => place.source.path.startsWith(prefix)) ?? root;
  const failure = value.failure();
  const list = owner.unknownKeys ?? errors;
  if (list === undefined) throw failure;
  const isHere = (one: TsdbtError): boolean =>
    one.place?.source.path === place.source.path && one.place.start === place.start;
  if (told.some(isHere) || list.some(isHere)) return undefined;
  const warning = new TemplateError(failure.code, failure.message, { place, via, hint: failure.hint });
  list.push(warning);
  return warning;
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
    quoting: { database: true, schema: true, identifier: true, ...project.quoting },
    vars: vars.declared,
    cliVars: vars.given,
    dependencies: Object.fromEntries([project, ...project.packages].map((of) => [of.name, about(of)])),
  };
}
