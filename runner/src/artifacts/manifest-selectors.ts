import { parseCriterion } from '../manifest/select/criterion.js';
import { readSelectors } from '../manifest/select/yaml-selectors.js';
import type { Project } from '../project/project.js';

/** The selectors of selectors.yml by name, their definitions written out in full. */
export function selectorsJson(project: Project): Record<string, unknown> {
  return Object.fromEntries(
    [...readSelectors(project).values()].map(({ name, description, isDefault, definition }) => [
      name,
      {
        name,
        ...(description === '' ? {} : { description }),
        ...(isDefault ? { default: true } : {}),
        definition: definitionJson(definition),
      },
    ]),
  );
}

/** `tag:nightly+` and `tag: nightly` as method, value and what comes along. */
function definitionJson(definition: unknown): unknown {
  if (typeof definition === 'string') {
    const terms = definition.split(/\s+/).filter((term) => term !== '');
    return terms.length === 1 ? criterionJson(terms[0]!) : { union: terms.map(criterionJson) };
  }
  if (Array.isArray(definition)) return definition.map(definitionJson);
  if (typeof definition !== 'object' || definition === null) return definition;
  if ('method' in definition)
    return 'exclude' in definition ? { ...definition, exclude: definitionJson(definition.exclude) } : definition;
  const entries = Object.entries(definition);
  const [first] = entries;
  if (entries.length === 1 && first !== undefined && !['union', 'intersection', 'exclude'].includes(first[0]))
    return { method: first[0], value: first[1] };
  return Object.fromEntries(entries.map(([key, value]) => [key, definitionJson(value)]));
}

function criterionJson(text: string): Record<string, unknown> {
  const { method, methodArguments, value, parents, children, childrensParents } = parseCriterion(text);
  const depth = (name: string, given: number) =>
    given === 0 || given === Number.POSITIVE_INFINITY ? {} : { [name]: given };
  return {
    method: [method, ...methodArguments].join('.'),
    value,
    ...(childrensParents ? { childrens_parents: true } : {}),
    ...(parents > 0 ? { parents: true } : {}),
    ...depth('parents_depth', parents),
    ...(children > 0 ? { children: true } : {}),
    ...depth('children_depth', children),
  };
}
