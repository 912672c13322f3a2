import { type LoadProjectOptions, loadProject } from '../project/load-project.js';
import type { EvaluateValue, Project } from '../project/project.js';
import { toTemplateValue } from '../template/convert.js';
import { scopeOf } from '../template/frame.js';
import { evaluateNative } from '../template/render.js';
import { defineFunction } from '../template/signature.js';
import { hostValue, plain, text } from '../template/values.js';

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
  const names = scopeOf({
    var: defineFunction('var(name, default?)', ([name, fallback]) =>
      toTemplateValue(scope.var(text(plain(name!)), fallback === undefined ? undefined : hostValue(fallback))),
    ),
    env_var: defineFunction('env_var(name, default?)', ([name, fallback]) =>
      scope.env_var(text(plain(name!)), fallback === undefined ? undefined : hostValue(fallback)),
    ),
    target: toTemplateValue(scope.target),
  });
  const value = evaluateNative(given, names);
  // nothing in this scope waits
  return value instanceof Promise ? undefined : value;
};
