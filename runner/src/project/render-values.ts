import { ProjectError, tsdbtErrorsOf } from '../errors/tsdbt-error.js';
import { projectCodes } from './codes.js';
import type { EvaluateValue, ValueScope } from './project.js';
import type { YamlDocument, YamlPath } from './yaml-document.js';

/**
 * Replaces every text with `{{ … }}` or `{% … %}` in a YAML value by what it evaluates to; parts without such texts are the same
 * objects afterwards.
 *
 * @param isKept says which paths stay as they are (descriptions, hooks, tests: they are rendered later); a path is its own for the call only
 */
export function renderValues(
  value: unknown,
  document: YamlDocument,
  evaluate: EvaluateValue,
  scope: ValueScope,
  isKept: (path: YamlPath) => boolean,
  errors: ProjectError[],
  at: YamlPath = [],
): unknown {
  if (typeof value === 'string') {
    if (!value.includes('{{') && !value.includes('{%')) return value;
    try {
      return evaluate(value, scope);
    } catch (thrown) {
      const inner = tsdbtErrorsOf(thrown)[0];
      if (inner === undefined) throw thrown;
      const place = document.placeOf(at);
      errors.push(
        new ProjectError(projectCodes.templatedValue, `${inner.message}, in ${value.trim()}`, {
          place,
          hint: inner.hint,
          cause: thrown,
        }),
      );
      return value;
    }
  }
  if (typeof value !== 'object' || value === null || value instanceof Date || value instanceof Number) return value;
  if (isKept(at)) return value;
  if (Array.isArray(value)) {
    const path = [...at, 0];
    let isSame = true;
    const items = value.map((item, i) => {
      path[at.length] = i;
      const rendered = renderValues(item, document, evaluate, scope, isKept, errors, path);
      if (rendered !== item) isSame = false;
      return rendered;
    });
    return isSame ? value : items;
  }
  const rendered: Record<string, unknown> = {};
  // of most values nothing asks for the path
  const path = [...at, ''];
  let isSame = true;
  for (const [key, item] of Object.entries(value)) {
    path[at.length] = key;
    rendered[key] = isKept(path) ? item : renderValues(item, document, evaluate, scope, isKept, errors, path);
    if (rendered[key] !== item) isSame = false;
  }
  return isSame ? value : rendered;
}

/** Hooks and comments are templates that run later; so are the arguments of tests and descriptions. */
export function isRenderedLater(path: YamlPath): boolean {
  const key = plainKey(path[path.length - 1]);
  if (!laterKeys.has(key)) return false;
  // in a config's mapping it is the name of a column, or of whatever else
  return key !== 'description' || !path.some((one) => namedByOthers.has(plainKey(one)));
}

function plainKey(key: YamlPath[number] | undefined): string {
  const text = String(key);
  return text.startsWith('+') ? text.slice(1) : text;
}

/** Keys whose mappings have keys of the project's own. */
const namedByOthers: ReadonlySet<string> = new Set(['column_types', 'meta']);

const laterKeys: ReadonlySet<string> = new Set([
  'pre-hook',
  'post-hook',
  'pre_hook',
  'post_hook',
  'on-run-start',
  'on-run-end',
  'query-comment',
  'description',
  'sql_header',
  'loaded_at_query',
]);
