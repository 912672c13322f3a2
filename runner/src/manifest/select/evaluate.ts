import { didYouMean, nearest } from '../../errors/suggest.js';
import { GraphError } from '../../errors/tsdbt-error.js';
import { graphCodes } from '../codes.js';
import type { Manifest } from '../manifest.js';
import type { ManifestNode } from '../nodes.js';
import type { Criterion, IndirectSelection, Selection } from './criterion.js';
import { matchesGlob } from './glob.js';
import { configKeys, type SelectorMethod, selectorMethods } from './methods.js';
import type { PreviousState } from './previous-state.js';

/** What selecting needs of a manifest: pages that hold a copy of the graph offer the same. */
export type SelectableManifest = Pick<Manifest, 'all' | 'get' | 'graph' | 'disabled'> & {
  readonly project: { readonly name: string };
};

/** Nodes that are selected, and tests that would be if all they read were. */
export interface Selected {
  readonly direct: ReadonlySet<string>;
  readonly indirect: ReadonlySet<string>;
}

/** What a selection is evaluated with. */
export interface SelectionContext {
  /** which tests come with what is selected, where a part does not say it */
  readonly indirectSelection: IndirectSelection;
  /** takes unknown methods, and terms that match nothing */
  readonly errors: GraphError[];
  /** what `state:`, `result:` and `source_status:` compare with */
  readonly state?: PreviousState | undefined;
  /** those of selectors.yml, for `selector:` */
  readonly selectors?: (() => ReadonlyMap<string, { readonly selection: Selection }>) | undefined;
  /** names of the selectors that are being evaluated */
  readonly within?: readonly string[] | undefined;
}

/** What a selection selects. Tests come with what they test, by the rule of indirect selection. */
export function evaluateSelection(
  manifest: SelectableManifest,
  selection: Selection,
  context: SelectionContext,
): Selected {
  const evaluate = (part: Selection) => evaluateSelection(manifest, part, context);
  switch (selection.kind) {
    case 'criterion':
      return selection.method === 'selector'
        ? evaluateNamed(manifest, selection, context)
        : evaluateCriterion(manifest, selection, context);
    case 'union':
      return combine(selection.parts.map(evaluate), union);
    case 'intersection':
      return combine(selection.parts.map(evaluate), intersection);
    case 'difference':
      return combine([evaluate(selection.from), evaluate(selection.without)], difference);
  }
}

/** `selector:name`: what selectors of selectors.yml select, with what stands before and after it. No further tests come along. */
function evaluateNamed(manifest: SelectableManifest, criterion: Criterion, context: SelectionContext): Selected {
  const selectors = context.selectors?.() ?? new Map();
  const names = [...selectors.keys()].filter((name) => matchesGlob(name, criterion.value));
  if (names.length === 0) {
    context.errors.push(
      new GraphError(graphCodes.unknownSelector, `selectors.yml has no selector "${criterion.value}"`, {
        hint: didYouMean(criterion.value, selectors.keys()) ?? fewValues(new Set(selectors.keys())),
      }),
    );
  }
  const matched = new Set<string>();
  for (const name of names) {
    const within = [...(context.within ?? []), name];
    if (context.within?.includes(name)) {
      const message = `the selector "${name}" names itself: ${within.join(' → ')}`;
      context.errors.push(new GraphError(graphCodes.selectorSyntax, message));
      continue;
    }
    const inner = { ...context, within };
    for (const id of evaluateSelection(manifest, selectors.get(name)!.selection, inner).direct) matched.add(id);
  }
  return { direct: withRelatives(manifest, matched, criterion), indirect: new Set() };
}

function combine(
  parts: readonly Selected[],
  join: (a: ReadonlySet<string>, b: ReadonlySet<string>) => Set<string>,
): Selected {
  const [first, ...rest] = parts;
  if (first === undefined) return { direct: new Set(), indirect: new Set() };
  return rest.reduce((a, b) => {
    const direct = join(a.direct, b.direct);
    return {
      direct,
      // a test that is selected in one part and only hinted at in another is still only hinted at in their meeting
      indirect: difference(join(union(a.direct, a.indirect), union(b.direct, b.indirect)), direct),
    };
  }, first);
}

function evaluateCriterion(
  manifest: SelectableManifest,
  criterion: Criterion,
  { indirectSelection, errors, state }: SelectionContext,
): Selected {
  const method = selectorMethods[criterion.method];
  if (method === undefined) {
    errors.push(unknownMethod(criterion));
    return { direct: new Set(), indirect: new Set() };
  }
  const wrong = wrongValue(criterion, method) ?? withoutState(criterion, method, state);
  if (wrong !== undefined) {
    errors.push(wrong);
    return { direct: new Set(), indirect: new Set() };
  }
  const context = { projectName: manifest.project.name, state };
  const matched = new Set<string>();
  for (const node of manifest.all()) {
    if (method.matches(node, criterion.value, criterion.methodArguments, context)) matched.add(node.uniqueId);
  }
  if (matched.size === 0 && criterion.value !== '*' && !method.comparesState)
    errors.push(matchesNothing(manifest, criterion));
  const reached = withRelatives(manifest, matched, criterion);
  return withTests(manifest, reached, criterion.indirectSelection ?? indirectSelection);
}

/** Adds what `+`, `@` and their depths ask for. */
function withRelatives({ graph }: SelectableManifest, matched: ReadonlySet<string>, criterion: Criterion): Set<string> {
  const reached = new Set(matched);
  if (criterion.childrensParents) {
    const family = union(matched, graph.descendants(matched));
    for (const id of union(family, graph.ancestors(family))) reached.add(id);
  }
  if (criterion.parents > 0) for (const id of graph.ancestors(matched, criterion.parents)) reached.add(id);
  if (criterion.children > 0) for (const id of graph.descendants(matched, criterion.children)) reached.add(id);
  return reached;
}

function withTests(
  manifest: SelectableManifest,
  selected: ReadonlySet<string>,
  indirectSelection: IndirectSelection,
): Selected {
  const direct = new Set(selected);
  const indirect = new Set<string>();
  if (indirectSelection === 'empty') return { direct, indirect };
  const isBuildable = indirectSelection === 'buildable';
  const within = isBuildable ? union(selected, manifest.graph.ancestors(selected)) : selected;
  // sources are there without being built
  const isThere = (id: string): boolean =>
    within.has(id) || (isBuildable && manifest.get(id)?.resourceType === 'source');
  for (const id of selected) {
    for (const child of manifest.graph.childrenOf(id)) {
      const test = manifest.get(child);
      if ((test?.resourceType !== 'test' && test?.resourceType !== 'unit_test') || direct.has(child)) continue;
      if (indirectSelection === 'eager' || test.dependsOn.every(isThere)) direct.add(child);
      else indirect.add(child);
    }
  }
  return { direct, indirect };
}

/** Adds the tests that were only hinted at and whose parents are all selected by now. */
export function settle(manifest: SelectableManifest, { direct, indirect }: Selected): Set<string> {
  const settled = new Set(direct);
  for (const id of indirect) {
    if (dependsOnOf(manifest.get(id)).every((parent) => direct.has(parent))) settled.add(id);
  }
  return settled;
}

function dependsOnOf(node: ManifestNode | undefined): readonly string[] {
  return node?.dependsOn ?? [];
}

const elsewhere: ReadonlySet<string> = new Set(['metric', 'semantic_model', 'saved_query']);

function unknownMethod(criterion: Criterion): GraphError {
  const names = [...Object.keys(selectorMethods), 'selector'];
  const hint = elsewhere.has(criterion.method)
    ? 'this method of dbt is not supported yet'
    : (didYouMean(criterion.method, names) ?? `methods: ${names.join(', ')}`);
  return new GraphError(
    graphCodes.unknownMethod,
    `there is no selector method "${criterion.method}" (in "${criterion.text}")`,
    {
      hint,
    },
  );
}

function wrongValue(criterion: Criterion, { takes }: SelectorMethod): GraphError | undefined {
  if (takes === undefined || takes.includes(criterion.value)) return undefined;
  return new GraphError(graphCodes.selectorSyntax, `${criterion.method}: does not take "${criterion.value}"`, {
    hint: didYouMean(criterion.value, takes) ?? `one of: ${takes.join(', ')}`,
  });
}

function withoutState(
  criterion: Criterion,
  method: SelectorMethod,
  state: PreviousState | undefined,
): GraphError | undefined {
  if (method.comparesState !== true || state !== undefined) return undefined;
  return new GraphError(graphCodes.noState, `"${criterion.text}" compares with an earlier state, and none is named`, {
    hint: 'add --state and the folder of its artifacts, e.g. --state target/before',
  });
}

function matchesNothing(manifest: SelectableManifest, criterion: Criterion): GraphError {
  const values = new Set<string>();
  const method = selectorMethods[criterion.method]!;
  for (const node of manifest.all())
    for (const value of method.values(node, criterion.methodArguments)) values.add(value);
  const [key] = criterion.methodArguments;
  if (criterion.method === 'config' && key !== undefined && values.size === 0) {
    const keys = configKeys(manifest.all());
    const near = keys.has(key) ? undefined : nearest(key, keys);
    if (near !== undefined) return nothing(criterion, `did you mean "config.${near}:${criterion.value}"?`);
  }
  const disabled = [...manifest.disabled.values()].find((node) => node.name === criterion.value);
  const hint =
    disabled !== undefined
      ? `${disabled.path} is disabled: set enabled to true`
      : (meant(criterion, values) ?? fewValues(values));
  return nothing(criterion, hint);
}

function nothing(criterion: Criterion, hint: string): GraphError {
  return new GraphError(graphCodes.selectorMatchesNothing, `the selector "${criterion.text}" matches nothing`, {
    hint,
  });
}

/** The nearest value, written as it is in the term: with its method where that was given. */
function meant(criterion: Criterion, values: ReadonlySet<string>): string | undefined {
  const prefix = criterion.text.includes(`${criterion.method}:`) ? `${criterion.method}:` : '';
  return didYouMean(
    `${prefix}${criterion.value}`,
    [...values].map((value) => `${prefix}${value}`),
  );
}

function fewValues(values: ReadonlySet<string>): string {
  if (values.size > 0 && values.size <= 12) return `there are: ${[...values].join(', ')}`;
  return '"tsdbt ls" lists what there is';
}

export function union<T>(a: ReadonlySet<T>, b: ReadonlySet<T>): Set<T> {
  return new Set([...a, ...b]);
}

function intersection<T>(a: ReadonlySet<T>, b: ReadonlySet<T>): Set<T> {
  return new Set([...a].filter((item) => b.has(item)));
}

export function difference<T>(a: ReadonlySet<T>, b: ReadonlySet<T>): Set<T> {
  return new Set([...a].filter((item) => !b.has(item)));
}
