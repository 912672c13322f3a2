import path from 'node:path';
import { didYouMean } from '../errors/suggest.js';
import { GraphError, ProjectError, QualityError, type TsdbtError, tsdbtErrorsOf } from '../errors/tsdbt-error.js';
import { projectCodes } from '../project/codes.js';
import type { UnitTestEntry } from '../project/properties-schema.js';
import { graphCodes } from './codes.js';
import { readDependency } from './dependency-call.js';
import { mergeLayers, toNodeConfig } from './merge-config.js';
import type { ModelNode, UnitTestInput, UnitTestNode } from './nodes.js';
import type { ParseState } from './parse-state.js';
import { entryLayer, type Located } from './property-index.js';
import type { Resolver } from './resolve.js';
import { readRows } from './unit-test-rows.js';

/**
 * The unit tests that the YAML files of a project or package declare, one for each version of their model that they mean.
 * What is wrong is pushed to the state's errors. Tests of disabled models are disabled too.
 */
export function readUnitTests(state: ParseState, models: readonly ModelNode[]): UnitTestNode[] {
  const { project, index, errors, disabled } = state;
  const nodes = new Map<string, UnitTestNode>();
  for (const located of index.unitTests) {
    const { entry, document, at } = located;
    const own = models.filter((node) => node.resourceType === 'model' && node.packageName === project.name);
    const named = own.filter((node) => node.name === entry.model);
    const tested = named.filter((node) => isMeant(node, entry));
    const problem =
      versionsProblem(located, named) ??
      (project.isDbt ? tested.map((node) => incrementalProblem(located, node)).find(Boolean) : undefined);
    if (problem !== undefined) {
      errors.push(problem);
      continue;
    }
    if (tested.length === 0) {
      if ([...disabled.values()].some((node) => node.resourceType === 'model' && node.name === entry.model)) continue;
      const hint = didYouMean(
        entry.model,
        own.map((node) => node.name),
      );
      errors.push(
        new GraphError(graphCodes.unknownTestedModel, `unit test "${entry.name}": there is no model "${entry.model}"`, {
          place: document.placeOf([...at, 'model']),
          hint: hint ?? 'unit tests test models of their own project, not seeds or snapshots',
        }),
      );
      continue;
    }
    const read = readEntry(state, located);
    if (read === undefined) continue;
    for (const model of tested) {
      const node = nodeOf(state, located, model, read);
      const earlier = nodes.get(node.uniqueId);
      if (earlier !== undefined) {
        errors.push(
          new ProjectError(
            projectCodes.duplicateName,
            `the model "${entry.model}" has two unit tests "${entry.name}"`,
            {
              place: located.place,
              via: [{ label: 'the first', place: earlier.propertiesPlace! }],
            },
          ),
        );
      } else if (node.config.enabled) nodes.set(node.uniqueId, node);
      else disabled.set(node.uniqueId, node);
    }
  }
  return [...nodes.values()];
}

function isMeant(node: ModelNode, { versions }: UnitTestEntry): boolean {
  if (node.version === undefined || versions === undefined) return true;
  const has = (list: readonly (string | number)[] | null | undefined): boolean =>
    list?.some((one) => String(one) === String(node.version)) === true;
  return (isNothing(versions.include) || has(versions.include)) && !has(versions.exclude);
}

function isNothing(list: readonly unknown[] | null | undefined): boolean {
  return list === undefined || list === null || list.length === 0;
}

/** What is wrong with `versions:` of a unit test, beside the models that have its model's name. */
function versionsProblem(
  { entry, document, at }: Located<UnitTestEntry>,
  named: readonly ModelNode[],
): TsdbtError | undefined {
  const { versions, name, model } = entry;
  if (versions === undefined || (isNothing(versions.include) && isNothing(versions.exclude))) return undefined;
  const wrong = (message: string, hint: string) =>
    new ProjectError(projectCodes.wrongValue, message, { place: document.placeOf([...at, 'versions']), hint });
  if (!isNothing(versions.include) && !isNothing(versions.exclude))
    return wrong(`unit test "${name}": include and exclude of versions do not go together`, 'keep one of them');
  if (named.some((node) => node.version === undefined))
    return wrong(`unit test "${name}": the model "${model}" has no versions`, 'take versions: out');
  if (named.length === 0 || named.some((node) => isMeant(node, entry))) return undefined;
  const there = named.map((node) => String(node.version)).join(', ');
  return wrong(`unit test "${name}" means no version of the model "${model}"`, `it has: ${there}`);
}

/** What dbt wants of a unit test of an incremental model: that it says which of the two runs it means, and what is there. */
function incrementalProblem({ entry, document, at }: Located<UnitTestEntry>, model: ModelNode): TsdbtError | undefined {
  if (model.directMacros?.includes('macro.dbt.is_incremental') !== true) return undefined;
  const override = entry.overrides?.macros?.is_incremental;
  const wrong = (message: string, key: string, hint: string) =>
    new ProjectError(projectCodes.wrongValue, message, { place: document.placeOf([...at, key]), hint });
  if (typeof override !== 'boolean')
    return wrong(
      `Boolean override for 'is_incremental' must be provided for unit test '${entry.name}' in model '${model.name}'`,
      'overrides',
      'write overrides: {macros: {is_incremental: false}}, or true with an input "this"',
    );
  if (!override || (entry.given ?? []).some((one) => one.input.trim() === 'this')) return undefined;
  return wrong(
    `Unit test '${entry.name}' for incremental model '${model.name}' must have a 'this' input`,
    'given',
    'add - {input: this, rows: [ … ]}: what the table holds before',
  );
}

type ReadEntry = Pick<UnitTestNode, 'given' | 'expect'>;

function readEntry(state: ParseState, { entry, document, at, place }: Located<UnitTestEntry>): ReadEntry | undefined {
  const errors: TsdbtError[] = [];
  const given: UnitTestInput[] = [];
  for (const [i, one] of (entry.given ?? []).entries()) {
    const here = [...at, 'given', i];
    const inputPlace = document.placeOf([...here, 'input']);
    const call = one.input.trim() === 'this' ? ('this' as const) : readDependency(one.input, inputPlace);
    if (call === undefined || (call !== 'this' && call.kind === 'metric')) {
      errors.push(
        new ProjectError(projectCodes.wrongValue, `"${one.input}" is neither a ref nor a source nor this`, {
          place: inputPlace,
          hint: "write ref('model'), source('source', 'table') or this",
        }),
      );
      continue;
    }
    const rows = readRows(one, document, here, state.project, errors);
    given.push({ input: one.input.trim(), call, place: inputPlace, rows, node: '' });
  }
  const expect = readRows(entry.expect, document, [...at, 'expect'], state.project, errors);
  if (expect === undefined && errors.length === 0)
    errors.push(
      new QualityError('TSD4117', `unit test "${entry.name}" does not say which rows it expects`, {
        place: entry.expect === undefined ? place : document.placeOf([...at, 'expect']),
        hint: 'write rows: below expect:, or rows: [] for none',
      }),
    );
  state.errors.push(...errors);
  return expect === undefined || errors.length > 0 ? undefined : { given, expect };
}

function nodeOf(
  { project, docs, errors }: ParseState,
  { entry, document, file, at, place }: Located<UnitTestEntry>,
  model: ModelNode,
  read: ReadEntry,
): UnitTestNode {
  const own: ProjectError[] = [];
  const config = toNodeConfig(mergeLayers(entryLayer(entry)), 'tests');
  const suffix = model.version === undefined ? '' : `_v${model.version}`;
  const folders = path.posix.dirname(file.path).split('/').slice(1);
  const node: UnitTestNode = {
    uniqueId: `unit_test.${project.name}.${entry.model}.${entry.name}${suffix}`,
    resourceType: 'unit_test',
    packageName: project.name,
    name: `${entry.name}${suffix}`,
    writtenName: entry.name,
    fqn: [project.name, ...folders, entry.model, entry.name],
    path: file.path,
    source: document.source,
    description: docs.render(entry.description ?? '', () => document.placeOf([...at, 'description']), own),
    tags: config.tags,
    meta: config.meta,
    propertiesPlace: place,
    config,
    model: entry.model,
    version: model.version,
    versions: entry.versions && { include: entry.versions.include ?? null, exclude: entry.versions.exclude ?? null },
    given: read.given.map((one) => ({ ...one })),
    expect: read.expect,
    overrides: {
      macros: entry.overrides?.macros ?? {},
      vars: entry.overrides?.vars ?? {},
      envVars: entry.overrides?.env_vars ?? {},
    },
    dependsOn: [model.uniqueId],
  };
  errors.push(...own);
  return node;
}

/**
 * Finds what the inputs of unit tests stand for. That a model does not read an input is an error, in a dbt project a
 * warning: dbt does not look.
 */
export function resolveUnitTests(
  tests: readonly UnitTestNode[],
  models: readonly ModelNode[],
  resolver: Resolver,
  errors: TsdbtError[],
  warnings: TsdbtError[] | undefined,
): void {
  const byId = new Map(models.map((node) => [node.uniqueId, node]));
  for (const test of tests) {
    const model = byId.get(test.dependsOn[0]!)!;
    const seen = new Set<string>();
    for (const one of test.given) {
      try {
        one.node = idOf(one, model, resolver);
      } catch (thrown) {
        const ours = tsdbtErrorsOf(thrown);
        if (ours.length === 0) throw thrown;
        errors.push(...ours);
        continue;
      }
      const problem = problemOf(one, model, seen, byId);
      if (problem !== undefined) (problem.code === 'TSD4117' ? errors : (warnings ?? errors)).push(problem);
      seen.add(one.node);
    }
  }
}

function idOf({ call }: UnitTestInput, model: ModelNode, resolver: Resolver): string {
  if (call === 'this') return model.uniqueId;
  return call.kind === 'ref' ? resolver.ref(call, model).uniqueId : resolver.source(call, model).uniqueId;
}

function problemOf(
  one: UnitTestInput,
  model: ModelNode,
  seen: ReadonlySet<string>,
  byId: ReadonlyMap<string, ModelNode>,
): TsdbtError | undefined {
  const { place } = one;
  if (one.rows === undefined && byId.get(one.node)?.resourceType !== 'seed')
    return new QualityError('TSD4117', `the input ${one.input} is given no rows`, {
      place,
      hint: 'write rows: [] for an empty table; only a seed has rows of its own',
    });
  if (seen.has(one.node))
    return new GraphError(graphCodes.unusedInput, `the input ${one.input} is given twice`, {
      place,
      hint: 'keep one of them, with the rows of both',
    });
  if (one.call === 'this' || model.dependsOn.includes(one.node)) return undefined;
  return new GraphError(graphCodes.unusedInput, `${model.name} does not read ${one.input}`, {
    place,
    hint:
      didYouMean(
        one.node,
        model.dependsOn.filter((id) => id !== one.node),
      ) ?? `it reads ${model.dependsOn.map((id) => id.split('.').slice(2).join('.')).join(', ') || 'nothing'}`,
  });
}
