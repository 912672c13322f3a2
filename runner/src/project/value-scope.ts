import { didYouMean } from '../errors/suggest.js';
import { ProjectError } from '../errors/tsdbt-error.js';
import { projectCodes } from './codes.js';
import type { Project, Target, ValueScope } from './project.js';
import type { Vars } from './vars.js';

/** What `{{ … }}` in YAML values sees. */
export function valueScope(
  vars: Vars,
  env: Readonly<Record<string, string | undefined>>,
  target: Target | undefined,
  packageName?: string,
): ValueScope {
  return {
    var(name, fallback) {
      if (vars.has(name, packageName)) return vars.get(name, packageName);
      if (fallback !== undefined) return fallback;
      throw new ProjectError(projectCodes.templatedValue, `there is no variable "${name}"`, {
        hint: didYouMean(name, vars.names(packageName)) ?? `give it under vars: or with --vars '{${name}: …}'`,
      });
    },
    env_var(name, fallback) {
      const value = env[name] ?? fallback;
      if (value !== undefined && value !== null) return String(value);
      throw new ProjectError(projectCodes.templatedValue, `the environment variable ${name} is not set`, {
        hint:
          didYouMean(name, Object.keys(env)) ??
          'set it, put it into .env, or give env_var a second argument as default',
      });
    },
    target: target === undefined ? {} : targetForTemplates(target),
    env,
  };
}

/** What `{{ … }}` sees in the YAML files of a project that is open. */
export function projectScope(project: Project): ValueScope {
  const { vars, env, target, name, flags } = project;
  const scope = valueScope(vars, env, target, name);
  return { ...scope, projectName: (project.root ?? project).name, flags };
}

/** What dbt-duckdb says of a target that names none of it. */
const duckdbDefaults = {
  ...{ attach: null, config_options: null, disable_transactions: false, extensions: null, external_root: '.' },
  ...{ filesystems: null, plugins: null, remote: null, use_credential_provider: null },
};

/** `target` as templates see it: without what is secret. */
export function targetForTemplates(target: Target): Record<string, unknown> {
  const { password: _password, jwt_token: _token, ...extra } = target.extra;
  const written = target.writtenPath ?? target.path;
  return {
    ...(target.type === 'duckdb' && target.storage === 'native'
      ? { ...duckdbDefaults, settings: target.settings }
      : {}),
    ...extra,
    name: target.name,
    target_name: target.name,
    profile_name: target.profileName,
    type: target.type,
    schema: target.schema,
    database: target.database ?? 'lake',
    threads: target.threads,
    ...(written === undefined ? {} : { path: written }),
  };
}
