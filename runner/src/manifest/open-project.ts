import { type LoadProjectOptions, loadProject } from '../project/load-project.js';
import type { EvaluateValue, Project, ValueScope } from '../project/project.js';
import { dbtLanguageVersion } from '../project/required-version.js';
import { TSDBT_VERSION } from '../project/tsdbt-version.js';
import { toTemplateValue } from '../template/convert.js';
import { type ContextHost, createYamlContext } from '../template/dbt-context.js';
import { MacroLibrary } from '../template/macros.js';
import { evaluateNative } from '../template/render.js';
import { defineFunction } from '../template/signature.js';
import { hostValue, plain, text } from '../template/values.js';
import { parseInvocation } from './base-host.js';

export type OpenProjectOptions = Omit<LoadProjectOptions, 'evaluate'>;

/**
 * Loads a project; templates in its YAML values are evaluated by the template language.
 *
 * @throws TsdbtErrors with every error of project.yml, each with its place
 */
export function openProject(options: OpenProjectOptions): Promise<Project> {
  return loadProject({ ...options, evaluate });
}

/** Evaluates a template in a YAML value by the template language. */
export const evaluate: EvaluateValue = (given, scope) => {
  const names = createYamlContext(hostOf(scope), {
    var: defineFunction('var(name, default?)', ([name, fallback]) =>
      toTemplateValue(scope.var(text(plain(name!)), fallback === undefined ? undefined : hostValue(fallback))),
    ),
    env_var: defineFunction('env_var(name, default?)', ([name, fallback]) =>
      scope.env_var(text(plain(name!)), fallback === undefined ? undefined : hostValue(fallback)),
    ),
    target: toTemplateValue(scope.target),
    ...(scope.doc === undefined
      ? {}
      : {
          doc: defineFunction('doc(package_or_name, name?)', (names) =>
            scope.doc!(...names.filter((name) => name !== undefined).map((name) => text(plain(name)))),
          ),
        }),
  });
  const value = evaluateNative(given, names);
  // nothing in this scope waits
  return value instanceof Promise ? undefined : value;
};

const noMacros = new MacroLibrary('');
const startedAt = new Date();

/** What dbt's base context asks of its host. */
function hostOf({ target, projectName, flags, env }: ValueScope): ContextHost {
  return {
    packageName: '',
    library: noMacros,
    adapterTypes: [],
    execute: false,
    projectName: projectName ?? '',
    target,
    flags: { ...flags, WHICH: 'parse' },
    invocationId: parseInvocation,
    runStartedAt: startedAt,
    version: TSDBT_VERSION,
    dbtVersion: dbtLanguageVersion,
    getVar: () => undefined,
    getEnv: (name) => env[name],
    envNames: () => Object.keys(env),
  };
}
