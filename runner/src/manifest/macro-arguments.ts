import { ProjectError } from '../errors/tsdbt-error.js';
import { behaves } from '../project/behavior-flags.js';
import { projectCodes } from '../project/codes.js';
import type { ParseState } from './parse-state.js';

/** Types that dbt knows, with how many types stand in brackets after them: `dict[string, list[int]]`. */
const TYPES: Readonly<Record<string, number>> = {
  ...{ str: 0, string: 0, bool: 0, int: 0, integer: 0, float: 0, any: 0, relation: 0, column: 0 },
  ...{ list: 1, optional: 1, dict: 2 },
};

/**
 * Arguments that YAML gives a macro and that are not the macro's own, in their order (TSD1035), and in dbt projects types that dbt does not
 * know. Tests of test paths are left out, as dbt does not look at what they take.
 */
export function macroArgumentErrors({ project, index, macros }: ParseState): ProjectError[] {
  if (project.isDbt && !behaves(project, 'validate_macro_args')) return [];
  const errors: ProjectError[] = [];
  for (const { entry, document, at } of index.macros.values()) {
    const given = entry.arguments ?? [];
    const macro = macros.inPackage(project.name, entry.name);
    if (macro === undefined || given.length === 0) continue;
    const names = macro.block.parameters.map(({ name }) => name);
    const wrong = (message: string, steps: readonly (string | number)[], hint: string): void => {
      const place = document.placeOf([...at, 'arguments', ...steps]);
      errors.push(new ProjectError(projectCodes.macroArguments, message, { place, hint }));
    };
    for (const [i, { name, type }] of given.entries()) {
      if (name !== names[i]) {
        const hint = `it takes ${names.length === 0 ? 'none' : names.join(', ')}`;
        wrong(`the macro ${entry.name} has no argument "${name}" at this place`, [i, 'name'], hint);
      }
      const text = type?.replaceAll(/[ \t]/g, '') ?? '';
      if (project.isDbt && text !== '' && restOfType(text) !== '')
        wrong(`"${type}" is no type of an argument`, [i, 'type'], `it may be ${Object.keys(TYPES).join(', ')}`);
    }
    const missing = names.slice(given.length);
    if (missing.length > 0)
      wrong(`arguments of the macro ${entry.name} are missing: ${missing.join(', ')}`, [], 'list all of them, or none');
  }
  return errors;
}

/** What stands behind a type; undefined where there is none. */
function restOfType(text: string): string | undefined {
  const [name] = /^[a-z]+/.exec(text) ?? [];
  const inner = name === undefined || !Object.hasOwn(TYPES, name) ? undefined : TYPES[name];
  if (inner === undefined) return undefined;
  let rest: string | undefined = text.slice(name!.length);
  for (let i = 0; i < inner; i++) {
    const opening = i === 0 ? '[' : ',';
    if (!rest.startsWith(opening)) return undefined;
    rest = restOfType(rest.slice(1));
    if (rest === undefined) return undefined;
  }
  if (inner === 0) return rest;
  return rest.startsWith(']') ? rest.slice(1) : undefined;
}
