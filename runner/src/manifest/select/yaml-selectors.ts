import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { SourceText } from '../../errors/source-text.js';
import { didYouMean } from '../../errors/suggest.js';
import { GraphError, ProjectError, type TsdbtError } from '../../errors/tsdbt-error.js';
import { projectCodes } from '../../project/codes.js';
import { orderedErrors } from '../../project/ordered-errors.js';
import type { Project } from '../../project/project.js';
import { isRenderedLater, renderValues } from '../../project/render-values.js';
import { validate } from '../../project/validate.js';
import { projectScope } from '../../project/value-scope.js';
import { YamlDocument, type YamlPath } from '../../project/yaml-document.js';
import { graphCodes } from '../codes.js';
import { type Criterion, parseCriterion, parseSelection, type Selection } from './criterion.js';
import { selectorMethods } from './methods.js';

/** selectors.yml */
export const selectorsSchema = z.strictObject({
  version: z.number().optional(),
  selectors: z.array(
    z.strictObject({
      name: z.string(),
      description: z.string().optional(),
      default: z.boolean().optional(),
      definition: z.union([z.string(), z.record(z.string(), z.unknown())]),
    }),
  ),
});

const methodSchema = z.strictObject({
  method: z.string(),
  value: z.union([z.string(), z.number(), z.boolean()]),
  parents: z.boolean().optional(),
  children: z.boolean().optional(),
  parents_depth: z.number().int().positive().optional(),
  children_depth: z.number().int().positive().optional(),
  childrens_parents: z.boolean().optional(),
  indirect_selection: z.enum(['eager', 'cautious', 'buildable', 'empty']).optional(),
  exclude: z.array(z.unknown()).optional(),
});

export interface NamedSelector {
  readonly name: string;
  readonly description: string;
  readonly isDefault: boolean;
  readonly selection: Selection;
  /** as it stands in the file, templates rendered */
  readonly definition: unknown;
}

/**
 * Reads selectors.yml of a project.
 *
 * @param warnings in a dbt project, keys of definitions that dbt ignores are told here; otherwise they are errors
 * @returns selectors by name; empty when there is no such file
 * @throws TsdbtErrors with every error of the file
 */
export function readSelectors(project: Project, warnings: TsdbtError[] = []): Map<string, NamedSelector> {
  const found = new Map<string, NamedSelector>();
  const name = ['selectors.yml', 'selectors.yaml'].find((n) => existsSync(path.join(project.projectDir, n)));
  if (name === undefined) return found;
  const document = new YamlDocument(new SourceText(name, readFileSync(path.join(project.projectDir, name), 'utf8')));
  const errors: ProjectError[] = [];
  const scope = projectScope(project);
  const value = renderValues(document.value, document, project.evaluate, scope, isRenderedLater, errors);
  const file = validate(selectorsSchema, value ?? {}, document, errors);
  for (const [i, selector] of (file?.selectors ?? []).entries()) {
    const reader = new DefinitionReader(document, errors, found, project.isDbt ? warnings : undefined);
    const selection = reader.read(selector.definition, ['selectors', i, 'definition']);
    if (found.has(selector.name)) {
      errors.push(
        new ProjectError(projectCodes.duplicateName, `two selectors are named "${selector.name}"`, {
          place: document.placeOf(['selectors', i, 'name']),
        }),
      );
    }
    const standard = [...found.values()].find(({ isDefault }) => isDefault);
    if (selector.default === true && standard !== undefined)
      errors.push(
        new ProjectError(
          projectCodes.wrongValue,
          `two selectors are the default: "${standard.name}" and "${selector.name}"`,
          {
            place: document.placeOf(['selectors', i, 'default']),
            hint: 'take default: true out of one of them',
          },
        ),
      );
    if (selection !== undefined) {
      found.set(selector.name, {
        name: selector.name,
        description: selector.description ?? '',
        isDefault: selector.default ?? false,
        selection,
        definition: selector.definition,
      });
    }
  }
  if (errors.length > 0) throw orderedErrors(errors);
  return found;
}

/** The selector of a name. @throws GraphError with a suggestion when there is none */
export function namedSelector(selectors: ReadonlyMap<string, NamedSelector>, name: string): NamedSelector {
  const selector = selectors.get(name);
  if (selector !== undefined) return selector;
  const names = [...selectors.keys()];
  throw new GraphError(graphCodes.unknownSelector, `selectors.yml has no selector "${name}"`, {
    hint:
      didYouMean(name, names) ?? (names.length === 0 ? 'there is no selectors.yml' : `selectors: ${names.join(', ')}`),
  });
}

class DefinitionReader {
  constructor(
    private readonly document: YamlDocument,
    private readonly errors: ProjectError[],
    /** those that stand above: a selector may name them */
    private readonly earlier: ReadonlyMap<string, NamedSelector>,
    private readonly warnings: TsdbtError[] | undefined,
  ) {}

  read(definition: unknown, at: YamlPath): Selection | undefined {
    try {
      if (typeof definition === 'string') return this.#known(parseSelection([definition]), at);
      if (typeof definition === 'object' && definition !== null && !Array.isArray(definition))
        return this.#readMapping(definition as Record<string, unknown>, at);
    } catch (thrown) {
      if (!(thrown instanceof GraphError)) throw thrown;
      return this.#fail(thrown.message, at, thrown.hint);
    }
    return this.#fail('a definition is a text or a mapping', at);
  }

  #readMapping(definition: Record<string, unknown>, at: YamlPath): Selection | undefined {
    if ('union' in definition) return this.#readList('union', definition.union, [...at, 'union']);
    if ('intersection' in definition)
      return this.#readList('intersection', definition.intersection, [...at, 'intersection']);
    if ('method' in definition) return this.#readMethod(definition, at);
    const entries = Object.entries(definition);
    if (entries.length !== 1) return this.#fail('write method and value, or one pair such as tag: nightly', at);
    const [method, value] = entries[0]!;
    return this.#known({ ...parseCriterion(`${method}:x`), value: String(value), text: `${method}:${String(value)}` }, [
      ...at,
      method,
    ]);
  }

  #readList(kind: 'union' | 'intersection', value: unknown, at: YamlPath): Selection | undefined {
    if (!Array.isArray(value)) return this.#fail(`${kind} holds a list`, at);
    const parts: Selection[] = [];
    const without: Selection[] = [];
    for (const [i, item] of value.entries()) {
      if (typeof item === 'object' && item !== null && 'exclude' in item && !('method' in item)) {
        const excluded = this.#readList('union', item.exclude, [...at, i, 'exclude']);
        if (excluded !== undefined) without.push(excluded);
        continue;
      }
      const part = this.read(item, [...at, i]);
      if (part !== undefined) parts.push(part);
    }
    const from: Selection = { kind, parts };
    return without.length === 0 ? from : { kind: 'difference', from, without: { kind: 'union', parts: without } };
  }

  #readMethod(definition: Record<string, unknown>, at: YamlPath): Selection | undefined {
    const method = validate(methodSchema, definition, this.document, this.errors, { at, warnings: this.warnings });
    if (method === undefined) return undefined;
    const value = String(method.value);
    const selection =
      method.method === 'selector'
        ? this.#inherit(value, at)
        : this.#known(this.#criterion(method, value), [...at, 'method']);
    if (selection === undefined || method.exclude === undefined) return selection;
    const without = this.#readList('union', method.exclude, [...at, 'exclude']);
    return without === undefined ? selection : { kind: 'difference', from: selection, without };
  }

  #criterion(method: z.infer<typeof methodSchema>, value: string): Criterion {
    return {
      ...parseCriterion(`${method.method}:x`),
      value,
      text: `${method.method}:${value}`,
      parents: method.parents === true ? (method.parents_depth ?? Number.POSITIVE_INFINITY) : 0,
      children: method.children === true ? (method.children_depth ?? Number.POSITIVE_INFINITY) : 0,
      childrensParents: method.childrens_parents ?? false,
      indirectSelection: method.indirect_selection,
    };
  }

  /** The selection where there are methods of the names that it uses. */
  #known(selection: Selection, at: YamlPath): Selection | undefined {
    if (selection.kind === 'difference') return selection;
    if (selection.kind !== 'criterion')
      return selection.parts.every((part) => this.#known(part, at) !== undefined) ? selection : undefined;
    const methods = [...Object.keys(selectorMethods), 'selector'];
    if (methods.includes(selection.method)) return selection;
    const hint = didYouMean(selection.method, methods) ?? `methods: ${methods.join(', ')}`;
    return this.#fail(`there is no selector method "${selection.method}"`, at, hint);
  }

  #inherit(name: string, at: YamlPath): Selection | undefined {
    const found = this.earlier.get(name);
    if (found !== undefined) return found.selection;
    const hint = didYouMean(name, this.earlier.keys()) ?? 'a selector can name those that stand above it';
    return this.#fail(`there is no selector "${name}" above this one`, [...at, 'value'], hint);
  }

  #fail(message: string, at: YamlPath, hint?: string | undefined): undefined {
    this.errors.push(new ProjectError(projectCodes.wrongValue, message, { place: this.document.placeOf(at), hint }));
    return undefined;
  }
}
